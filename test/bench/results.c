#include "results.h"

#include <stdlib.h>
#include <string.h>

/* `under` may be the sum of two. */
typedef struct derived_figure {
  const char *name;
  const char *over;
  const char *under;
  double scale;
  const char *times; /* NULL, or one more factor */
  const char *plus;  /* NULL, or what `under` is added to */
} derived_figure;

static const derived_figure derived[] = {
    {"rate", "count", "seconds", 1, NULL, NULL},
    {"host_each", "host_cpu", "count", 1e6, NULL, NULL},
    {"program_each", "program_cpu", "count", 1e6, NULL, NULL},
    {"cpu_rate", "count", "host_cpu", 1, NULL, NULL},
    {"nanoseconds", "host_cpu", "count", 1e9, NULL, NULL},
    {"gigabytes", "count", "host_cpu", 1e-9, "bytes", NULL},
    {"both_rate", "count", "host_cpu", 1, NULL, "program_cpu"},
};

int results_figure(const json_t *run, const char *name, double *figure) {
  size_t i;
  json_t *plain = json_object_get(run, name);
  for (i = 0; i < sizeof derived / sizeof derived[0]; i++) {
    double under = json_number_value(json_object_get(run, derived[i].under));
    if (strcmp(derived[i].name, name) != 0) continue;
    if (derived[i].plus) under += json_number_value(json_object_get(run, derived[i].plus));
    if (!(under > 0)) return 0;
    *figure =
        derived[i].scale * json_number_value(json_object_get(run, derived[i].over)) / under;
    if (derived[i].times) *figure *= json_number_value(json_object_get(run, derived[i].times));
    return 1;
  }
  if (!json_is_number(plain)) return 0;
  *figure = json_number_value(plain);
  return 1;
}

static int compare_doubles(const void *left, const void *right) {
  double a = *(const double *)left;
  double b = *(const double *)right;
  return (a > b) - (a < b);
}

static results_spread spread_of(double *figures, size_t count) {
  results_spread spread = {.count = count};
  if (count == 0) return spread;
  qsort(figures, count, sizeof *figures, compare_doubles);
  spread.least = figures[0];
  spread.most = figures[count - 1];
  spread.median = (figures[(count - 1) / 2] + figures[count / 2]) / 2;
  return spread;
}

results_spread results_median(const results_cell *cell, size_t repetitions, const char *name) {
  double figures[MAX_REPETITIONS];
  size_t count = 0;
  size_t i;
  for (i = 0; i < repetitions; i++)
    if (cell->runs[i] && results_figure(cell->runs[i], name, &figures[count])) count++;
  return spread_of(figures, count);
}

results_spread results_ratio(const results_cell *over, const results_cell *under,
                             size_t repetitions, const char *name) {
  double figures[MAX_REPETITIONS];
  size_t count = 0;
  size_t i;
  for (i = 0; i < repetitions; i++) {
    double a;
    double b;
    if (over->runs[i] && under->runs[i] && results_figure(over->runs[i], name, &a) &&
        results_figure(under->runs[i], name, &b) && b > 0)
      figures[count++] = a / b;
  }
  return spread_of(figures, count);
}
