#include "rows.h"

#include <stdlib.h>
#include <string.h>

int run_rows(const char *group, void *rows, size_t row_size, size_t count,
             CMUnitTestFunction test) {
  struct CMUnitTest *tests = calloc(count, sizeof *tests);
  size_t i;
  int failed;
  if (!tests) abort();
  for (i = 0; i < count; i++) {
    char *row = (char *)rows + i * row_size;
    memcpy(&tests[i].name, row, sizeof tests[i].name);
    tests[i].test_func = test;
    tests[i].initial_state = row;
  }
  failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
  free(tests);
  return failed;
}
