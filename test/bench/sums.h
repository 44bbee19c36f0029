/*
 * sums.h - what a host counts while it works, and the line it prints.
 */
#ifndef BENCH_SUMS_H
#define BENCH_SUMS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct sums {
  uint64_t count;
  uint64_t wall;
  uint64_t host_cpu;
  uint64_t program_cpu;
} sums;

/* Both sides' CPU time and the clock, from here on; `pid` 0: no program. */
void sums_begin(sums *sum, pid_t pid);
void sums_end(sums *sum, pid_t pid);

/* One time that was taken, in nanoseconds. */
void sums_sample(uint64_t nanoseconds);
void sums_forget_samples(void);

/* Prints the line: these sums, the percentiles of the samples if there are any, and
 * figures that were added before, in order. */
void sums_add(const char *name, double figure);
void sums_print(const sums *sum);

/* How often a process (its threads included) has gone to sleep; 0 if it is gone. */
uint64_t sums_sleeps(pid_t pid);
/* Bytes of memory this process has touched and keeps, without files. */
uint64_t sums_memory(void);

#endif
