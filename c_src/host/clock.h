/* Milliseconds and nanoseconds of a clock that only goes forward. */
#ifndef PIER_HOST_CLOCK_H
#define PIER_HOST_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline long long pier__now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline uint64_t pier__now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

#endif
