/*
 * curves - the figures of a report as columns, for plots.gp:
 *
 *   curves REPORT.json SECTION X FIGURE >FILE
 *
 * One line for each row of the section: X ("size" or "ports") of the row, then for each
 * contestant the microseconds of one, median of the repetitions' FIGURE ("rate",
 * "open_rate" per second), or ? where there is none. The first line has the names.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPETITIONS = 50 };

static int compare_doubles(const void *left, const void *right) {
  double a = *(const double *)left;
  double b = *(const double *)right;
  return (a > b) - (a < b);
}

/* Per second; 0 if it was not measured. "rate" is count by seconds. */
static double median(const json_t *runs, const char *figure) {
  double found[REPETITIONS];
  size_t count = 0, i;
  json_t *run;
  json_array_foreach(runs, i, run) {
    double seconds = json_number_value(json_object_get(run, "seconds"));
    double plain = json_number_value(json_object_get(run, figure));
    double rate =
        json_number_value(json_object_get(run, "count")) / (seconds > 0 ? seconds : 1);
    if (!json_is_object(run) || count == REPETITIONS) continue;
    found[count++] = strcmp(figure, "rate") == 0 ? rate : plain;
  }
  if (count == 0) return 0;
  qsort(found, count, sizeof *found, compare_doubles);
  return (found[(count - 1) / 2] + found[count / 2]) / 2;
}

static void print_names(const json_t *row) {
  json_t *who;
  size_t i;
  printf("x");
  json_array_foreach(json_object_get(row, "contestants"), i, who) {
    printf("\t%s", json_string_value(json_object_get(who, "name")));
  }
  printf("\n");
}

static void print_row(const json_t *row, const char *x, const char *figure) {
  json_t *who;
  size_t i;
  printf("%lld", (long long)json_integer_value(json_object_get(row, x)));
  json_array_foreach(json_object_get(row, "contestants"), i, who) {
    double rate = median(json_object_get(who, "runs"), figure);
    if (rate > 0)
      printf("\t%.3f", 1e6 / rate);
    else
      printf("\t?");
  }
  printf("\n");
}

int main(int argc, char **argv) {
  json_error_t fault;
  json_t *report, *row;
  size_t i, shown = 0;
  if (argc != 5) {
    fprintf(stderr, "usage: curves REPORT.json SECTION size|ports rate|open_rate\n");
    return 2;
  }
  report = json_load_file(argv[1], 0, &fault);
  if (!report) {
    fprintf(stderr, "curves: %s: %s\n", argv[1], fault.text);
    return 1;
  }
  json_array_foreach(json_object_get(report, "rows"), i, row) {
    const char *section = json_string_value(json_object_get(row, "section"));
    if (!section || strcmp(section, argv[2]) != 0) continue;
    if (shown++ == 0) print_names(row);
    print_row(row, argv[3], argv[4]);
  }
  json_decref(report);
  if (shown == 0) fprintf(stderr, "curves: %s has no section %s\n", argv[1], argv[2]);
  return shown == 0;
}
