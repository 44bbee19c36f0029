/* A table whose every row is a test of its own. */
#ifndef TEST_SUPPORT_ROWS_H
#define TEST_SUPPORT_ROWS_H

#include "cmocka_all.h"

/* Runs `test` once per row, with the row as *state. Each row begins with its
 * name, a const char *. Returns what cmocka returns: how many failed. */
int run_rows(const char *group, void *rows, size_t row_size, size_t count,
             CMUnitTestFunction test);
#define RUN_ROWS(rows, test)                                                                   \
  run_rows(#rows, rows, sizeof rows[0], sizeof rows / sizeof rows[0], test)

#endif
