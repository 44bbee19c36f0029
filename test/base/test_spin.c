/* Polling that watches itself, with a clock that is the test's. */
#include "../support/cmocka_all.h"

#include "base/spin.h"

enum { US = 1000, NEVER = 1000 * 1000 };

static uint64_t now;

/* One wait for what comes after so many microseconds: 1 if it was polled for. */
static int wait_for(struct pier__spin *spin, unsigned us) {
  uint64_t comes = now + us * (uint64_t)US;
  int found;
  if (!pier__spin_begin(spin, now, UINT64_MAX)) return 0;
  do {
    now += US;
    found = now >= comes;
  } while (!found && !pier__spin_over(spin, now));
  pier__spin_end(spin, now, found);
  return 1;
}

static unsigned polled_of(struct pier__spin *spin, unsigned waits, unsigned us) {
  unsigned i, polled = 0;
  for (i = 0; i < waits; i++)
    polled += (unsigned)wait_for(spin, us);
  return polled;
}

static void off_it_never_polls(void **state) {
  struct pier__spin spin;
  (void)state;
  pier__spin_init(&spin, 0);
  assert_int_equal(pier__spin_is_on(&spin), 0);
  assert_int_equal(polled_of(&spin, 1000, 1), 0);
  assert_int_equal(spin.rested, 0);
}

static void what_comes_soon_is_always_polled_for(void **state) {
  struct pier__spin spin;
  (void)state;
  pier__spin_init(&spin, 20);
  assert_int_equal(polled_of(&spin, 1000, 5), 1000);
  assert_int_equal(spin.hits, 1000);
  assert_int_equal(spin.misses, 0);
}

/* Ever more rarely: of 100000 waits a few dozen. */
static void what_never_comes_in_time_ends_it(void **state) {
  struct pier__spin spin;
  (void)state;
  pier__spin_init(&spin, 20);
  assert_in_range(polled_of(&spin, 100000, NEVER), 20, 60);
  assert_int_equal(spin.hits, 0);
  assert_int_equal(spin.misses + spin.rested, 100000);
}

static void one_polling_lasts_as_long_as_it_may(void **state) {
  struct pier__spin spin;
  uint64_t before = now;
  (void)state;
  pier__spin_init(&spin, 20);
  assert_int_equal(wait_for(&spin, NEVER), 1);
  assert_int_equal(now - before, 20 * US);
  assert_int_equal(pier__spin_begin(&spin, now, 7 * US), 1);
  assert_int_equal(pier__spin_over(&spin, now + 6 * US), 0);
  assert_int_equal(pier__spin_over(&spin, now + 7 * US), 1);
  pier__spin_init(&spin, 4000000);
  assert_int_equal(spin.most, 1000000 * US);
}

/* A rest ends: then one try shows that times are better. */
static void it_comes_back_when_it_pays_again(void **state) {
  struct pier__spin spin;
  (void)state;
  pier__spin_init(&spin, 20);
  polled_of(&spin, 1000, NEVER);
  assert_int_equal(spin.hits, 0);
  polled_of(&spin, 5000, 5);
  assert_int_equal(polled_of(&spin, 1000, 5), 1000);
}

/* Now and then something late does not end what pays. */
static void a_few_misses_are_borne(void **state) {
  struct pier__spin spin;
  unsigned i, polled = 0;
  (void)state;
  pier__spin_init(&spin, 20);
  for (i = 0; i < 1000; i++)
    polled += (unsigned)wait_for(&spin, i % 4 == 3 ? NEVER : 5);
  assert_int_equal(polled, 1000);
  assert_int_equal(spin.misses, 250);
}

/* Without the CPU in between: found, but long after the time was over. */
static void found_too_late_is_a_miss(void **state) {
  struct pier__spin spin;
  (void)state;
  pier__spin_init(&spin, 20);
  assert_int_equal(pier__spin_begin(&spin, 1000, UINT64_MAX), 1);
  pier__spin_end(&spin, 1000 + 21 * US, 1);
  assert_int_equal(spin.hits, 0);
  assert_int_equal(spin.misses, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(off_it_never_polls),
      cmocka_unit_test(what_comes_soon_is_always_polled_for),
      cmocka_unit_test(what_never_comes_in_time_ends_it),
      cmocka_unit_test(one_polling_lasts_as_long_as_it_may),
      cmocka_unit_test(it_comes_back_when_it_pays_again),
      cmocka_unit_test(a_few_misses_are_borne),
      cmocka_unit_test(found_too_late_is_a_miss),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
