#include "report.h"

#include <string.h>

enum { LABEL_WIDTH = 34, COLUMN_WIDTH = 12, RATIO_WIDTH = 22 };

void report_row_label(const plan_row *row, const results_section *section, char *label,
                      size_t size) {
  const char *hole = strstr(row->label, "%zu");
  if (hole)
    snprintf(label, size, "%.*s%zu%s", (int)(hole - row->label), row->label, section->beside,
             hole + strlen("%zu"));
  else
    snprintf(label, size, "%s", row->label);
}

int report_has(const report *bench, size_t section) {
  const plan_section *plan = &plan_sections[section];
  if (bench->quick && plan->full_only) return 0;
  return strncmp(plan->id, bench->only, strlen(bench->only)) == 0;
}

int report_has_row(const report *bench, size_t section, size_t row) {
  return report_has(bench, section) &&
         !(bench->quick && plan_sections[section].rows[row].full_only);
}

const char *report_rate(const plan_section *plan) {
  return plan->work == WORK_TERMS ? "cpu_rate" : "rate";
}

static void print_cell(FILE *out, results_spread spread, int digits) {
  char text[32] = "-";
  if (spread.count > 0) snprintf(text, sizeof text, "%.*f", digits, spread.median);
  fprintf(out, " %*s", COLUMN_WIDTH - 1, text);
}

static void print_ratio(FILE *out, const report *bench, const results_cell *cells,
                        plan_ratio ratio, const char *rate) {
  results_spread spread =
      results_ratio(&cells[ratio.over], &cells[ratio.under], bench->repetitions, rate);
  char text[48] = "-";
  if (spread.count > 0)
    snprintf(text, sizeof text, "%.2f (%.2f-%.2f)", spread.median, spread.least, spread.most);
  fprintf(out, "%*s", RATIO_WIDTH, text);
}

static void print_rates(FILE *out, const report *bench, size_t s) {
  const plan_section *plan = &plan_sections[s];
  const results_section *section = &bench->sections[s];
  size_t row, i;
  const char *figure = plan->work == WORK_TERMS ? "nanoseconds" : "rate";
  fprintf(out, "\n%s\n%-*s", plan->title, LABEL_WIDTH,
          plan->work == WORK_TERMS ? "  nanoseconds of CPU each" : "  per second");
  for (i = 0; i < plan->contestant_count; i++)
    fprintf(out, " %*s", COLUMN_WIDTH - 1, plan->contestants[i].name);
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
    report_row_label(&plan->rows[row], section, label, sizeof label);
    fprintf(out, "  %-*s", LABEL_WIDTH - 2, label);
    for (i = 0; i < plan->contestant_count; i++)
      print_cell(out, results_median(&section->cells[row][i], bench->repetitions, figure), 0);
    for (i = 0; i < plan->ratio_count; i++)
      print_ratio(out, bench, section->cells[row], plan->ratios[i], report_rate(plan));
    fprintf(out, "\n");
  }
}

static void print_times(FILE *out, const report *bench, size_t s) {
  static const char *const names[] = {"p50", "p99", "p999", "host_each", "program_each"};
  static const char *const heads[] = {"p50", "p99", "p99.9", "host CPU", "program CPU"};
  const plan_section *plan = &plan_sections[s];
  const results_section *section = &bench->sections[s];
  size_t count = plan->work == WORK_TRIPS ? 5 : 4;
  size_t row, who, i;
  fprintf(out, "%-*s", LABEL_WIDTH + COLUMN_WIDTH, "  microseconds each");
  for (i = 0; i < count; i++)
    fprintf(out, "%*s", COLUMN_WIDTH, heads[i]);
  fprintf(out, "\n");
  for (row = 0; row < plan->row_count; row++) {
    char label[64];
    if (!report_has_row(bench, s, row)) continue;
    report_row_label(&plan->rows[row], section, label, sizeof label);
    for (who = 0; who < plan->contestant_count; who++) {
      const results_cell *cell = &section->cells[row][who];
      if (results_median(cell, bench->repetitions, "rate").count == 0) continue;
      fprintf(out, "  %-*s%-*s", LABEL_WIDTH - 2, label, COLUMN_WIDTH,
              plan->contestants[who].name);
      for (i = 0; i < count; i++)
        print_cell(out, results_median(cell, bench->repetitions, names[i]), 2);
      fprintf(out, "\n");
    }
  }
}

static void print_aim(FILE *out, const report *bench, const plan_aim *aim) {
  char label[64], what[80];
  size_t s, row;
  results_spread spread;
  if (!plan_find(aim->section, aim->row, &s, &row) || !report_has_row(bench, s, row)) return;
  spread = report_aim(bench, aim);
  if (aim->under)
    snprintf(what, sizeof what, "%s/%s", aim->over, aim->under);
  else if (aim->under_row)
    snprintf(what, sizeof what, "%s/%s", aim->over, aim->under_row);
  else
    snprintf(what, sizeof what, "%s", aim->over);
  report_row_label(&plan_sections[s].rows[row], &bench->sections[s], label, sizeof label);
  fprintf(out, "  %-14s %-*s %-9s %-20s %s %6.2f", plan_sections[s].id, LABEL_WIDTH - 2, label,
          strcmp(aim->figure, report_rate(&plan_sections[s])) == 0 ? "" : aim->figure, what,
          aim->sense == AT_LEAST ? "at least" : "at most ", aim->bound);
  if (spread.count == 0)
    fprintf(out, ", not measured\n");
  else
    fprintf(out, ", is %6.2f (%.2f-%.2f): %s\n", spread.median, spread.least, spread.most,
            report_met(aim, spread) ? "met" : "NOT MET");
}

static void print_machine(FILE *out, const report *bench) {
  json_t *machine = report_machine(bench);
  const char *otp = json_string_value(json_object_get(machine, "otp"));
  fprintf(out, "pier bench, %s%s; %s; %s, %d CPUs; OTP %s\n",
          json_string_value(json_object_get(machine, "date")), bench->quick ? ", quick" : "",
          json_string_value(json_object_get(machine, "kernel")),
          json_string_value(json_object_get(machine, "cpu")),
          (int)json_integer_value(json_object_get(machine, "cpus")), otp ? otp : "none");
  fprintf(out,
          "%zu interleaved repetitions; rates and times are medians; a ratio is the median of "
          "the\nratios within one repetition (least-most); only ratios carry over to other "
          "machines\n",
          bench->repetitions);
  json_decref(machine);
}

void report_table(FILE *out, const report *bench) {
  size_t i;
  json_t *note;
  print_machine(out, bench);
  for (i = 0; i < plan_section_count; i++) {
    if (!report_has(bench, i)) continue;
    print_rates(out, bench, i);
    if (plan_sections[i].work != WORK_TERMS) print_times(out, bench, i);
  }
  fprintf(out, "\naims\n");
  for (i = 0; i < plan_aim_count; i++)
    print_aim(out, bench, &plan_aims[i]);
  json_array_foreach(bench->notes, i, note) {
    fprintf(out, "note: %s\n", json_string_value(note));
  }
}
