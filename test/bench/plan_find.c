#include <string.h>

#include "plan.h"

int plan_takes_part(const plan_row *row, size_t contestant) {
  return row->contestants == 0 || (row->contestants >> contestant & 1) != 0;
}

int plan_find(const char *section, const char *row, size_t *s, size_t *at) {
  for (*s = 0; *s < plan_section_count; *s += 1) {
    if (strcmp(plan_sections[*s].id, section) != 0) continue;
    for (*at = 0; *at < plan_sections[*s].row_count; *at += 1)
      if (strcmp(plan_sections[*s].rows[*at].id, row) == 0) return 1;
  }
  return 0;
}
