#include "clock.h"

#include <stdlib.h>
#include <time.h>

static uint64_t read_clock(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) return 0;
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

uint64_t clock_now(void) {
  return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_cpu_self(void) {
  return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t clock_cpu_of(pid_t pid) {
  clockid_t clock;
  if (clock_getcpuclockid(pid, &clock) != 0) return 0;
  return read_clock(clock);
}

static int compare_samples(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left;
  uint32_t b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

void samples_sort(uint32_t *samples, size_t count) {
  qsort(samples, count, sizeof *samples, compare_samples);
}

uint32_t samples_at(const uint32_t *sorted, size_t count, double share) {
  if (count == 0) return 0;
  return sorted[(size_t)((double)(count - 1) * share)];
}
