/*
 * work.c - the measures, as one program per engine:
 *
 *   HOST work=trips program=PATH ...
 *
 * with the arguments of job.h. It prints one line of JSON with plain sums; bench.c turns them
 * into rates. bench_beam.erl does the same work with the same arguments on the BEAM.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "engine.h"
#include "job.h"

enum { SAMPLES = 1 << 20, TRIPS_PER_LOOK = 64 };

typedef struct sums {
  uint64_t count;
  uint64_t wall;
  uint64_t host_cpu;
  uint64_t program_cpu;
} sums;

static uint32_t samples[SAMPLES];
static size_t sample_count;

static void keep_sample(uint64_t nanoseconds) {
  if (sample_count < SAMPLES)
    samples[sample_count++] = nanoseconds < UINT32_MAX ? (uint32_t)nanoseconds : UINT32_MAX;
}

static int trip(void) {
  unsigned count;
  int status = bench_engine.send(1);
  return status < 0 ? status : bench_engine.take(&count);
}

static int serial_rate(uint64_t wall, uint64_t *count) {
  uint64_t end = clock_now() + wall;
  int status = 0;
  *count = 0;
  while (status >= 0 && clock_now() < end) {
    unsigned i;
    for (i = 0; i < TRIPS_PER_LOOK && status >= 0; i++)
      status = trip();
    *count += i;
  }
  return status;
}

/* Each answer is at once followed by a new frame; the window stays full from
 * one call to the next. */
static int window_rate(uint64_t wall, uint64_t *count) {
  uint64_t end = clock_now() + wall;
  uint64_t look = 0;
  int status = 0;
  *count = 0;
  while (status >= 0) {
    unsigned came = 0;
    status = bench_engine.take(&came);
    if (status >= 0) status = bench_engine.send(came);
    *count += came;
    if (*count < look) continue;
    if (clock_now() >= end) break;
    look = *count + TRIPS_PER_LOOK;
  }
  return status;
}

static int serial_latency(uint64_t wall) {
  uint64_t begin = clock_now();
  uint64_t end = begin + wall;
  int status = 0;
  while (status >= 0 && begin < end) {
    uint64_t now;
    status = trip();
    now = clock_now();
    keep_sample(now - begin);
    begin = now;
  }
  return status;
}

static void print_sums(const sums *sum) {
  samples_sort(samples, sample_count);
  printf("{\"count\":%llu,\"seconds\":%.9f,\"host_cpu\":%.9f,\"program_cpu\":%.9f",
         (unsigned long long)sum->count, (double)sum->wall / 1e9, (double)sum->host_cpu / 1e9,
         (double)sum->program_cpu / 1e9);
  if (sample_count > 0)
    printf(",\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f",
           samples_at(samples, sample_count, 0.5) / 1e3,
           samples_at(samples, sample_count, 0.99) / 1e3,
           samples_at(samples, sample_count, 0.999) / 1e3);
  printf("}\n");
}

/* Both sides' CPU time and the clock, from here on. */
static void sums_begin(sums *sum, pid_t pid) {
  sum->host_cpu = clock_cpu_self();
  sum->program_cpu = pid ? clock_cpu_of(pid) : 0;
  sum->wall = clock_now();
}

static void sums_end(sums *sum, pid_t pid) {
  sum->wall = clock_now() - sum->wall;
  sum->host_cpu = clock_cpu_self() - sum->host_cpu;
  sum->program_cpu = pid ? clock_cpu_of(pid) - sum->program_cpu : 0;
}

static int measure_trips(const job *asked) {
  int (*rate)(uint64_t, uint64_t *) = asked->in_flight > 1 ? window_rate : serial_rate;
  payload made;
  sums sum;
  pid_t pid;
  int status = payload_make(&made, asked->payload);
  if (status >= 0) status = bench_engine.start(1, asked->how);
  if (status >= 0) status = bench_engine.set_payload(&made);
  if (status >= 0) status = bench_engine.open(0, asked->program);
  if (status >= 0 && asked->in_flight > 1)
    status = bench_engine.send((unsigned)asked->in_flight);
  if (status >= 0) status = rate(job_time(asked->warm), &sum.count);
  if (status < 0) return status;
  pid = bench_engine.os_pid(0);
  sums_begin(&sum, pid);
  status = rate(job_time(asked->rate), &sum.count);
  sums_end(&sum, pid);
  if (status >= 0 && asked->in_flight == 1) status = serial_latency(job_time(asked->latency));
  if (status >= 0) print_sums(&sum);
  return status;
}

static int spawn_rate(const char *program, size_t slot, uint64_t wall, uint64_t *count) {
  uint64_t begin = clock_now();
  uint64_t end = begin + wall;
  int status = 0;
  *count = 0;
  while (status >= 0 && begin < end) {
    uint64_t now;
    status = bench_engine.spawn(slot, program);
    now = clock_now();
    keep_sample(now - begin);
    begin = now;
    *count += 1;
  }
  return status;
}

static int measure_spawns(const job *asked) {
  size_t resident = asked->resident << 20;
  void *memory = resident ? malloc(resident) : NULL;
  sums sum = {0};
  size_t i;
  int status;
  if (resident && !memory) return -ENOMEM;
  if (memory) memset(memory, 1, resident);
  status = bench_engine.start(asked->ports + 1, asked->how);
  for (i = 1; i <= asked->ports && status >= 0; i++)
    status = bench_engine.open(i, asked->idle);
  if (status >= 0) status = spawn_rate(asked->program, 0, job_time(asked->warm), &sum.count);
  if (status < 0) return status;
  sample_count = 0;
  sums_begin(&sum, 0);
  status = spawn_rate(asked->program, 0, job_time(asked->rate), &sum.count);
  sums_end(&sum, 0);
  if (status >= 0) print_sums(&sum);
  /* Looked at again so that the memory is really there all the while. */
  if (memory && ((volatile char *)memory)[resident / 2] != 1) status = -EIO;
  return status;
}

static const struct measure {
  const char *work;
  int (*run)(const job *asked);
} measures[] = {{"trips", measure_trips}, {"spawns", measure_spawns}};

int main(int argc, char **argv) {
  job asked;
  size_t i;
  int status = job_read(&asked, argc, argv);
  signal(SIGPIPE, SIG_IGN);
  if (status == 0) status = -EINVAL;
  for (i = 0; status == -EINVAL && i < sizeof measures / sizeof measures[0]; i++)
    if (strcmp(measures[i].work, asked.work) == 0) {
      status = measures[i].run(&asked);
      break;
    }
  if (status >= 0) return 0;
  fprintf(stderr, "%s: %s: %s\n", bench_engine.name, asked.work, bench_engine.error(status));
  return 1;
}
