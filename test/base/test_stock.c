/* Blocks kept for the next time: how many, which, and never too much. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"

#include "base/stock.h"

#include <pier/base.h>
#include <string.h>

enum { KIB = 1024 };

static struct pier__stock stock;

static void give(size_t size) {
  pier__stock_give(&stock, pier_alloc(size), size);
}

static int begin(void **state) {
  (void)state;
  memory_begin(0);
  memset(&stock, 0, sizeof stock);
  return 0;
}

static int end(void **state) {
  (void)state;
  pier__stock_free(&stock);
  memory_end();
  return memory_counted.live != 0;
}

static void the_smallest_that_is_enough(void **state) {
  size_t size = 0;
  void *bytes;
  (void)state;
  assert_null(pier__stock_take(&stock, 1, &size));
  give(256 * KIB);
  give(64 * KIB);
  give(128 * KIB);
  assert_null(pier__stock_take(&stock, 257 * KIB, &size));
  bytes = pier__stock_take(&stock, 100 * KIB, &size);
  assert_int_equal(size, 128 * KIB);
  pier__stock_give(&stock, bytes, size);
  bytes = pier__stock_take(&stock, 1, &size);
  assert_int_equal(size, 64 * KIB);
  pier_free(bytes);
}

static void small_and_huge_ones_are_freed(void **state) {
  (void)state;
  pier__stock_give(&stock, NULL, 0);
  pier__stock_give(&stock, NULL, 64 * KIB);
  assert_int_equal(stock.count, 0);
  give(PIER__STOCK_LEAST - 1);
  give(PIER__STOCK_MOST + 1);
  assert_int_equal(memory_counted.live, 0);
  give(PIER__STOCK_LEAST);
  give(PIER__STOCK_MOST);
  assert_int_equal(stock.count, 1);
  assert_int_equal(stock.total, PIER__STOCK_MOST);
}

static void bigger_ones_stay(void **state) {
  size_t i, biggest = 0;
  (void)state;
  for (i = 0; i < 100; i++) {
    give((32 + i * 37 % 100) * KIB);
    assert_in_range(stock.count, 1, PIER__STOCK_BLOCKS);
    assert_int_equal(memory_counted.live, stock.count);
  }
  for (i = 0; i < PIER__STOCK_BLOCKS; i++)
    biggest += (131 - i) * KIB;
  assert_int_equal(stock.total, biggest);
}

static void together_they_are_bounded(void **state) {
  size_t i;
  (void)state;
  for (i = 0; i < 100; i++) {
    give((i * 7919 % 5000 + 32) * KIB);
    assert_in_range(stock.total, 0, PIER__STOCK_MOST);
    assert_int_equal(memory_counted.live, stock.count);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_smallest_that_is_enough, begin, end),
      cmocka_unit_test_setup_teardown(small_and_huge_ones_are_freed, begin, end),
      cmocka_unit_test_setup_teardown(bigger_ones_stay, begin, end),
      cmocka_unit_test_setup_teardown(together_they_are_bounded, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
