#include "report.h"

#include <stdlib.h>

static json_t *spread_json(results_spread spread) {
  return json_pack("{s:f, s:f, s:f, s:i}", "median", spread.median, "least", spread.least,
                   "most", spread.most, "of", (int)spread.count);
}

static json_t *contestant_json(const report *bench, const plan_contestant *who,
                               const results_cell *cell, const char *rate) {
  json_t *runs = json_array();
  size_t i;
  for (i = 0; i < bench->repetitions; i++)
    json_array_append_new(runs, cell->runs[i] ? json_incref(cell->runs[i]) : json_null());
  return json_pack("{s:s, s:o, s:o}", "name", who->name, "rate",
                   spread_json(results_median(cell, bench->repetitions, rate)), "runs", runs);
}

/* Bytes; 0 for a term. */
static json_int_t payload_size(const plan_row *row) {
  return row->payload ? (json_int_t)strtoul(row->payload, NULL, 10) : 0;
}

static json_t *row_json(const report *bench, size_t s, size_t row) {
  const plan_section *plan = &plan_sections[s];
  const results_cell *cells = bench->sections[s].cells[row];
  json_t *contestants = json_array();
  json_t *ratios = json_array();
  char label[64];
  size_t i;
  for (i = 0; i < plan->contestant_count; i++)
    json_array_append_new(contestants, contestant_json(bench, &plan->contestants[i], &cells[i],
                                                       report_rate(plan)));
  for (i = 0; i < plan->ratio_count; i++) {
    plan_ratio ratio = plan->ratios[i];
    results_spread spread = results_ratio(&cells[ratio.over], &cells[ratio.under],
                                          bench->repetitions, report_rate(plan));
    json_array_append_new(ratios, json_pack("{s:s, s:s, s:o}", "over",
                                            plan->contestants[ratio.over].name, "under",
                                            plan->contestants[ratio.under].name, "rate",
                                            spread.count ? spread_json(spread) : json_null()));
  }
  report_row_label(bench, s, row, label, sizeof label);
  return json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:o}", "section", plan->id, "row",
                   plan->rows[row].id, "label", label, "size", payload_size(&plan->rows[row]),
                   "ports", (json_int_t)bench->sections[s].ports[row], "contestants",
                   contestants, "ratios", ratios);
}

static json_t *aim_json(const report *bench, const plan_aim *aim) {
  results_spread spread = report_aim(bench, aim);
  return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:s, s:f, s:o, s:o}", "section",
                   aim->section, "row", aim->row, "figure", aim->figure, "over", aim->over,
                   "under", aim->under, "under_row", aim->under_row, "sense",
                   aim->sense == AT_LEAST ? "at least" : "at most", "bound", aim->bound, "is",
                   spread.count ? spread_json(spread) : json_null(), "met",
                   spread.count ? json_boolean(report_met(aim, spread)) : json_null());
}

int report_json(const char *path, const report *bench) {
  json_t *rows = json_array();
  json_t *aims = json_array();
  json_t *whole;
  size_t s, row, i;
  int status;
  for (s = 0; s < plan_section_count; s++)
    for (row = 0; report_has(bench, s) && row < plan_sections[s].row_count; row++)
      if (report_has_row(bench, s, row)) json_array_append_new(rows, row_json(bench, s, row));
  for (i = 0; i < plan_aim_count; i++)
    if (plan_find(plan_aims[i].section, plan_aims[i].row, &s, &row) &&
        report_has_row(bench, s, row))
      json_array_append_new(aims, aim_json(bench, &plan_aims[i]));
  whole = json_pack("{s:o, s:b, s:i, s:O, s:o, s:o}", "machine", report_machine(bench), "quick",
                    bench->quick, "repetitions", (int)bench->repetitions, "notes", bench->notes,
                    "aims", aims, "rows", rows);
  status = json_dump_file(whole, path, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
  json_decref(whole);
  return status;
}
