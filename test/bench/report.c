#include "report.h"

#include <string.h>

enum { LABEL_WIDTH = 30 };

int report_has(const report *bench, size_t section) {
  const plan_section *plan = &plan_sections[section];
  if (bench->quick && plan->full_only) return 0;
  return strncmp(plan->id, bench->only, strlen(bench->only)) == 0;
}

int report_has_row(const report *bench, size_t section, size_t row) {
  return report_has(bench, section) &&
         !(bench->quick && plan_sections[section].rows[row].full_only);
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
    snprintf(what, sizeof what, "%s, /%s", aim->over, aim->under_row);
  else
    snprintf(what, sizeof what, "%s", aim->over);
  report_row_label(bench, s, row, label, sizeof label);
  fprintf(out, "  %-13s %-*s %-16s %-20s %s %6.2f", plan_sections[s].id, LABEL_WIDTH, label,
          aim->figure, what, aim->sense == AT_LEAST ? "at least" : "at most ", aim->bound);
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
    if (report_has(bench, i)) report_section(out, bench, i);
  }
  fprintf(out, "\naims\n");
  for (i = 0; i < plan_aim_count; i++)
    print_aim(out, bench, &plan_aims[i]);
  json_array_foreach(bench->notes, i, note) {
    fprintf(out, "note: %s\n", json_string_value(note));
  }
}
