#include "sums.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

enum { SAMPLES = 1 << 20, ADDED = 8 };

static uint32_t samples[SAMPLES];
static size_t sample_count;
static struct added {
  const char *name;
  double figure;
} added[ADDED];
static size_t added_count;

void sums_sample(uint64_t nanoseconds) {
  if (sample_count < SAMPLES)
    samples[sample_count++] = nanoseconds < UINT32_MAX ? (uint32_t)nanoseconds : UINT32_MAX;
}

void sums_forget_samples(void) {
  sample_count = 0;
}

void sums_add(const char *name, double figure) {
  if (added_count < ADDED) added[added_count++] = (struct added){name, figure};
}

void sums_begin(sums *sum, pid_t pid) {
  sum->host_cpu = clock_cpu_self();
  sum->program_cpu = pid ? clock_cpu_of(pid) : 0;
  sum->wall = clock_now();
}

void sums_end(sums *sum, pid_t pid) {
  sum->wall = clock_now() - sum->wall;
  sum->host_cpu = clock_cpu_self() - sum->host_cpu;
  sum->program_cpu = pid ? clock_cpu_of(pid) - sum->program_cpu : 0;
}

void sums_print(const sums *sum) {
  size_t i;
  samples_sort(samples, sample_count);
  printf("{\"count\":%llu,\"seconds\":%.9f,\"host_cpu\":%.9f,\"program_cpu\":%.9f",
         (unsigned long long)sum->count, (double)sum->wall / 1e9, (double)sum->host_cpu / 1e9,
         (double)sum->program_cpu / 1e9);
  if (sample_count > 0)
    printf(",\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f",
           samples_at(samples, sample_count, 0.5) / 1e3,
           samples_at(samples, sample_count, 0.99) / 1e3,
           samples_at(samples, sample_count, 0.999) / 1e3);
  for (i = 0; i < added_count; i++)
    printf(",\"%s\":%.9f", added[i].name, added[i].figure);
  printf("}\n");
}

/* The number behind `name` in a file of lines "Name:  number". */
static uint64_t read_number(const char *path, const char *name) {
  char line[256];
  unsigned long long number = 0;
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  while (fgets(line, sizeof line, file))
    if (strncmp(line, name, strlen(name)) == 0) {
      sscanf(line + strlen(name), ": %llu", &number);
      break;
    }
  fclose(file);
  return number;
}

uint64_t sums_sleeps(pid_t pid) {
  char path[64 + NAME_MAX];
  uint64_t sleeps = 0;
  struct dirent *entry;
  DIR *tasks;
  snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
  tasks = opendir(path);
  while (tasks && (entry = readdir(tasks)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int)pid, entry->d_name);
    sleeps += read_number(path, "voluntary_ctxt_switches");
  }
  if (tasks) closedir(tasks);
  return sleeps;
}

uint64_t sums_memory(void) {
  return read_number("/proc/self/status", "RssAnon") * 1024;
}
