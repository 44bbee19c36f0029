#include "rest.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"

enum { LOOKS = 60, MOST_LOOKS = 6000, BETWEEN_US = 3000 };

/* Adds how often a thread went to sleep; 0 if it is awake. */
static int look_at(pid_t pid, const char *thread, unsigned long long *sleeps) {
  char path[300], line[256], state;
  unsigned long long count;
  int asleep = 0;
  FILE *file;
  snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int)pid, thread);
  file = fopen(path, "r");
  if (!file) return 0;
  while (fgets(line, sizeof line, file)) {
    if (sscanf(line, "State: %c", &state) == 1) asleep = state == 'S';
    if (sscanf(line, "voluntary_ctxt_switches: %llu", &count) == 1) *sleeps += count;
  }
  fclose(file);
  return asleep;
}

/* The thread sanitizer has a thread that wakes up all the time: it hides the others. */
static int is_the_programs(pid_t pid, const char *thread) {
#ifdef __SANITIZE_THREAD__
  return atoi(thread) == pid;
#else
  (void)pid;
  return thread[0] != '.';
#endif
}

static int look(pid_t pid, unsigned long long *sleeps) {
  char path[64];
  struct dirent *entry;
  int asleep = 1;
  DIR *threads;
  *sleeps = 0;
  snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
  threads = opendir(path);
  if (!threads) return 0;
  while ((entry = readdir(threads)))
    if (is_the_programs(pid, entry->d_name) && !look_at(pid, entry->d_name, sleeps)) asleep = 0;
  closedir(threads);
  return asleep;
}

void expect_rest(pid_t pid) {
  unsigned long long before = 0, sleeps;
  int i, same = 0;
  for (i = 0; i < MOST_LOOKS && same < LOOKS; i++) {
    usleep(BETWEEN_US);
    same = look(pid, &sleeps) && sleeps == before ? same + 1 : 0;
    before = sleeps;
  }
  assert_int_equal(same, LOOKS);
}
