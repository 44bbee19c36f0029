/* The tables of a section: rates, their ratios, and what each costs. */
#include <string.h>

#include "report.h"

enum { LABEL_WIDTH = 34, COLUMN_WIDTH = 12, RATIO_WIDTH = 23, COLUMNS = 5 };

/* What is shown of a kind of work: a figure of each contestant (NULL: none), and that of
 * which the ratios are made. On one CPU the CPU time of both sides says what a rate would
 * be if nobody else used that CPU. */
static const struct view {
  plan_work work;
  const char *heading;
  const char *figure;
  const char *ratio;
} views[] = {
    {WORK_TRIPS, "per second", "rate", "rate"},
    {WORK_TRIPS, "by CPU time of both", NULL, "both_rate"},
    {WORK_SPAWNS, "per second", "rate", "rate"},
    {WORK_STARTS, "per second", "rate", "rate"},
    {WORK_LINES, "lines per second", "rate", "rate"},
    {WORK_PORTS, "frames per second", "rate", "rate"},
    {WORK_PORTS, "opened per second", "open_rate", "open_rate"},
    {WORK_DRIVER, "per second", "rate", "rate"},
    {WORK_TERMS, "nanoseconds of CPU each", "nanoseconds", "cpu_rate"},
};

/* Microseconds, but for the last columns of some. */
static const struct cost {
  plan_work work;
  const char *heading;
  const char *figures[COLUMNS];
  const char *heads[COLUMNS];
} costs[] = {
    {WORK_TRIPS,
     "microseconds each",
     {"p50", "p99", "p999", "host_each", "program_each"},
     {"p50", "p99", "p99.9", "host CPU", "program CPU"}},
    {WORK_SPAWNS,
     "microseconds each",
     {"p50", "p99", "p999", "host_each"},
     {"p50", "p99", "p99.9", "host CPU"}},
    {WORK_STARTS, "microseconds each", {"p50", "p99", "p999"}, {"p50", "p99", "p99.9"}},
    {WORK_LINES,
     "microseconds each",
     {"host_each", "program_each"},
     {"host CPU", "program CPU"}},
    {WORK_DRIVER, "microseconds each", {"host_each"}, {"host CPU"}},
    {WORK_PORTS,
     "microseconds, bytes, times",
     {"host_each", "port_bytes", "wake_ups"},
     {"host CPU", "bytes/port", "wake-ups"}},
};

const char *report_rate(const plan_section *plan) {
  return plan->work == WORK_TERMS ? "cpu_rate" : "rate";
}

void report_row_label(const report *bench, size_t s, size_t at, char *label, size_t size) {
  const plan_row *row = &plan_sections[s].rows[at];
  const char *hole = strstr(row->label, "%zu");
  if (hole)
    snprintf(label, size, "%.*s%zu%s", (int)(hole - row->label), row->label,
             bench->sections[s].ports[at], hole + strlen("%zu"));
  else
    snprintf(label, size, "%s", row->label);
}

static void print_cell(FILE *out, results_spread spread, int digits) {
  char text[32] = "-";
  if (spread.count > 0) snprintf(text, sizeof text, "%.*f", digits, spread.median);
  fprintf(out, " %*s", COLUMN_WIDTH - 1, text);
}

static void print_ratio(FILE *out, const report *bench, const results_cell *cells,
                        plan_ratio ratio, const char *figure) {
  results_spread spread =
      results_ratio(&cells[ratio.over], &cells[ratio.under], bench->repetitions, figure);
  char text[48] = "-";
  if (spread.count > 0)
    snprintf(text, sizeof text, "%.2f (%.2f-%.2f)", spread.median, spread.least, spread.most);
  fprintf(out, "%*s", RATIO_WIDTH, text);
}

static void print_figures(FILE *out, const report *bench, size_t s, const struct view *view) {
  const plan_section *plan = &plan_sections[s];
  size_t row, i;
  fprintf(out, "  %-*s", LABEL_WIDTH - 2, view->heading);
  for (i = 0; i < plan->contestant_count; i++)
    fprintf(out, " %*s", COLUMN_WIDTH - 1, plan->contestants[i].name);
  fprintf(out, "\n");
  for (row = 0; row < plan->row_count; row++) {
    char label[64];
    if (!report_has_row(bench, s, row)) continue;
    report_row_label(bench, s, row, label, sizeof label);
    fprintf(out, "  %-*s", LABEL_WIDTH - 2, label);
    for (i = 0; i < plan->contestant_count; i++)
      print_cell(
          out,
          results_median(&bench->sections[s].cells[row][i], bench->repetitions, view->figure),
          0);
    fprintf(out, "\n");
  }
}

static void print_ratios(FILE *out, const report *bench, size_t s, const struct view *view) {
  const plan_section *plan = &plan_sections[s];
  size_t row, i;
  fprintf(out, "  %-*s", LABEL_WIDTH - 2, view->figure ? "ratios" : view->heading);
  for (i = 0; i < plan->ratio_count; i++) {
    char name[RATIO_WIDTH + 1];
    snprintf(name, sizeof name, "%s/%s", plan->contestants[plan->ratios[i].over].name,
             plan->contestants[plan->ratios[i].under].name);
    fprintf(out, "%*s", RATIO_WIDTH, name);
  }
  fprintf(out, "\n");
  for (row = 0; row < plan->row_count; row++) {
    char label[64];
    if (!report_has_row(bench, s, row)) continue;
    report_row_label(bench, s, row, label, sizeof label);
    fprintf(out, "  %-*s", LABEL_WIDTH - 2, label);
    for (i = 0; i < plan->ratio_count; i++)
      print_ratio(out, bench, bench->sections[s].cells[row], plan->ratios[i], view->ratio);
    fprintf(out, "\n");
  }
}

static void print_cost(FILE *out, const report *bench, size_t s, size_t row, size_t who,
                       const struct cost *cost) {
  const results_cell *cell = &bench->sections[s].cells[row][who];
  char label[64];
  size_t i;
  if (results_median(cell, bench->repetitions, "rate").count == 0) return;
  report_row_label(bench, s, row, label, sizeof label);
  fprintf(out, "  %-*s%-*s", LABEL_WIDTH - 2, label, COLUMN_WIDTH,
          plan_sections[s].contestants[who].name);
  for (i = 0; i < COLUMNS && cost->figures[i]; i++)
    print_cell(out, results_median(cell, bench->repetitions, cost->figures[i]), 2);
  fprintf(out, "\n");
}

static void print_costs(FILE *out, const report *bench, size_t s, const struct cost *cost) {
  const plan_section *plan = &plan_sections[s];
  size_t row, who, i;
  fprintf(out, "  %-*s", LABEL_WIDTH + COLUMN_WIDTH - 2, cost->heading);
  for (i = 0; i < COLUMNS && cost->heads[i]; i++)
    fprintf(out, "%*s", COLUMN_WIDTH, cost->heads[i]);
  fprintf(out, "\n");
  for (row = 0; row < plan->row_count; row++)
    for (who = 0; report_has_row(bench, s, row) && who < plan->contestant_count; who++)
      print_cost(out, bench, s, row, who, cost);
}

void report_section(FILE *out, const report *bench, size_t s) {
  plan_work work = plan_sections[s].work;
  size_t i;
  fprintf(out, "\n%s\n", plan_sections[s].title);
  for (i = 0; i < sizeof views / sizeof views[0]; i++) {
    if (views[i].work != work) continue;
    if (views[i].figure) print_figures(out, bench, s, &views[i]);
    print_ratios(out, bench, s, &views[i]);
  }
  for (i = 0; i < sizeof costs / sizeof costs[0]; i++)
    if (costs[i].work == work) print_costs(out, bench, s, &costs[i]);
}
