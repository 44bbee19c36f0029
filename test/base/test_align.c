/* Addresses that big reads may go to. */
#include "../support/cmocka_all.h"

#include "base/align.h"

static void the_lead_puts_it_where_it_belongs(void **state) {
  static uint8_t block[4 * PIER__LINE];
  size_t start, offset;
  (void)state;
  for (start = 0; start < PIER__LINE; start++)
    for (offset = 0; offset < PIER__LINE; offset++) {
      size_t lead = pier__lead(block + start, offset);
      assert_true(lead < PIER__LINE);
      assert_int_equal((uintptr_t)(block + start + lead) % PIER__LINE, offset);
    }
}

static void sizes_are_rounded_up_to_lines(void **state) {
  (void)state;
  assert_int_equal(pier__round_up(0), 0);
  assert_int_equal(pier__round_up(1), 64);
  assert_int_equal(pier__round_up(64), 64);
  assert_int_equal(pier__round_up(65), 128);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_lead_puts_it_where_it_belongs),
      cmocka_unit_test(sizes_are_rounded_up_to_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
