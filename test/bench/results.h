/*
 * results.h - what the runs gave, and the medians drawn from it.
 */
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include <jansson.h>

#include "plan.h"

enum { MAX_REPETITIONS = 50 };

/* One repetition of one contestant; a run that failed or was skipped is NULL. */
typedef struct results_cell {
  json_t *runs[MAX_REPETITIONS];
} results_cell;

typedef struct results_section {
  results_cell cells[MAX_ROWS][MAX_CONTESTANTS];
  size_t ports[MAX_ROWS]; /* really held open */
} results_section;

typedef struct results_spread {
  size_t count; /* 0: nothing to compare */
  double median;
  double least;
  double most;
} results_spread;

/* One figure of a run: "rate", "host_each" and "program_each" (microseconds
 * of CPU per trip or spawn), "cpu_rate" (per second of the CPU), "nanoseconds" (of it, each),
 * "gigabytes" (in one of its seconds), "both_rate" (per second of the
 * CPU time of host and program together), or a name of the run's line. 0 if not there. */
int results_figure(const json_t *run, const char *name, double *figure);
results_spread results_median(const results_cell *cell, size_t repetitions, const char *name);
/* Of a figure, each divided by the one of the same repetition. */
results_spread results_ratio(const results_cell *over, const results_cell *under,
                             size_t repetitions, const char *name);

#endif
