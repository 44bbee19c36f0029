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

/* Whatever the addresses, in one piece or in many. */
static void a_copy_is_the_same_bytes(void **state) {
  enum { SIZE = 9000, ROOM = SIZE + 2 * PIER__LINE };
  static _Alignas(4096) uint8_t from[ROOM], to[ROOM], want[ROOM];
  static const size_t sizes[] = {0, 1, 1023, 1024, 1025, 2048, 4097, SIZE};
  size_t start, i;
  (void)state;
  for (i = 0; i < ROOM; i++)
    from[i] = (uint8_t)(i * 7 + i / 256);
  for (start = 0; start < PIER__LINE; start++)
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      memset(to, 0, ROOM);
      memset(want, 0, ROOM);
      memcpy(want + start, from, sizes[i]);
      pier__copy(to + start, from, sizes[i]);
      assert_memory_equal(to, want, ROOM);
      memcpy(want, from + start, sizes[i]);
      pier__copy(to, from + start, sizes[i]);
      assert_memory_equal(to, want, ROOM);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_lead_puts_it_where_it_belongs),
      cmocka_unit_test(sizes_are_rounded_up_to_lines),
      cmocka_unit_test(a_copy_is_the_same_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
