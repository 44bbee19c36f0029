/* The table by number, against a plain array. */
#include "../support/cmocka_all.h"

#include "base/table.h"

enum { KEYS = 2000 };

static unsigned next_random(unsigned *seed) {
  *seed = *seed * 1103515245u + 12345u;
  return *seed >> 8;
}

static void agrees_with_an_array(void **state) {
  static int present[KEYS + 1];
  struct pier__table table = {NULL, 0, 0, 0};
  unsigned seed = 7;
  size_t count = 0;
  int i;
  (void)state;
  for (i = 0; i < 200000; i++) {
    unsigned key = next_random(&seed) % KEYS + 1;
    if (next_random(&seed) % 2) {
      assert_int_equal(pier__table_put(&table, key, &present[key]), 0);
      count += !present[key];
      present[key] = 1;
    } else {
      void *removed = pier__table_remove(&table, key);
      assert_ptr_equal(removed, present[key] ? &present[key] : NULL);
      count -= present[key];
      present[key] = 0;
    }
    assert_int_equal(table.count, count);
  }
  for (i = 1; i <= KEYS; i++)
    assert_ptr_equal(pier__table_get(&table, (uint64_t)i), present[i] ? &present[i] : NULL);
  pier__table_free(&table);
}

static void an_empty_table_has_nothing(void **state) {
  struct pier__table table = {NULL, 0, 0, 0};
  uint64_t key;
  (void)state;
  assert_null(pier__table_get(&table, 1));
  assert_null(pier__table_remove(&table, 1));
  assert_null(pier__table_any(&table, &key));
}

static void any_empties_it(void **state) {
  struct pier__table table = {NULL, 0, 0, 0};
  uint64_t key, sum = 0;
  int i;
  (void)state;
  for (i = 1; i <= 100; i++)
    assert_int_equal(pier__table_put(&table, (uint64_t)i, &table), 0);
  while (pier__table_any(&table, &key)) {
    pier__table_remove(&table, key);
    sum += key;
  }
  assert_int_equal(sum, 5050);
  pier__table_free(&table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_an_array),
      cmocka_unit_test(an_empty_table_has_nothing),
      cmocka_unit_test(any_empties_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
