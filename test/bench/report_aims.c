#include <string.h>

#include "report.h"

static const results_cell *find_cell(const report *bench, const char *section, const char *row,
                                     const char *who) {
  size_t s, at, i;
  if (!plan_find(section, row, &s, &at)) return NULL;
  for (i = 0; i < plan_sections[s].contestant_count; i++)
    if (strcmp(plan_sections[s].contestants[i].name, who) == 0)
      return &bench->sections[s].cells[at][i];
  return NULL;
}

results_spread report_aim(const report *bench, const plan_aim *aim) {
  const results_cell *over = find_cell(bench, aim->section, aim->row, aim->over);
  const results_cell *under =
      find_cell(bench, aim->section, aim->under_row ? aim->under_row : aim->row,
                aim->under ? aim->under : aim->over);
  if (!over || !under) return (results_spread){.count = 0};
  if (!aim->under && !aim->under_row)
    return results_median(over, bench->repetitions, aim->figure);
  return results_ratio(over, under, bench->repetitions, aim->figure);
}

int report_met(const plan_aim *aim, results_spread spread) {
  return aim->sense == AT_LEAST ? spread.median >= aim->bound : spread.median <= aim->bound;
}
