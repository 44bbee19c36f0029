/*
 * clock.h - time, CPU time and percentiles, for the hosts in C.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Nanoseconds of a clock that only goes forward. */
uint64_t clock_now(void);
/* CPU nanoseconds this process has used, and another one; 0 if it is gone. */
uint64_t clock_cpu_self(void);
uint64_t clock_cpu_of(pid_t pid);

/* Sorts the samples in place; `share` is 0.5 for the median. 0 for none. */
void samples_sort(uint32_t *samples, size_t count);
uint32_t samples_at(const uint32_t *sorted, size_t count, double share);

#endif
