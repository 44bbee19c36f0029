/*
 * report.h - the results as a table for people and as JSON for comparing.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdio.h>

#include "results.h"

typedef struct report {
  const results_section *sections; /* one per section of the plan */
  size_t repetitions;
  int quick;
  const char *only; /* sections whose id begins so */
  json_t *notes;    /* sentences: what was skipped, what failed */
} report;

void report_table(FILE *out, const report *bench);
/* The whole report, every single run included; 0, or -1 if not written. */
int report_json(const char *path, const report *bench);

/* Whether that section was run, and that row of it. */
int report_has(const report *bench, size_t section);
int report_has_row(const report *bench, size_t section, size_t row);

/* What an aim speaks of; count 0 if it was not measured. */
results_spread report_aim(const report *bench, const plan_aim *aim);
int report_met(const plan_aim *aim, results_spread spread);

/* The rate of which ratios are made: work that never waits is measured by CPU
 * time, which a busy machine does not move. */
const char *report_rate(const plan_section *plan);

/* The tables of one section. */
void report_section(FILE *out, const report *bench, size_t s);
/* "16 B", with the number of ports where the plan leaves room for one. */
void report_row_label(const report *bench, size_t s, size_t at, char *label, size_t size);
/* What the figures belong to: date, kernel, CPU, OTP release. Owned by the caller. */
json_t *report_machine(const report *bench);

#endif
