/* Memory is flat, or proportional to what waits, however much was done before.
 * `make bench-growth` does the same in millions. */
#include "../support/cmocka_all.h"
#include "../support/growth.h"

#include <pier/host.h>

static const char *const program = "/bin/cat";

static void frames_leave_nothing_behind(void **state) {
  growth seen;
  (void)state;
  assert_int_equal(growth_frames(&seen, program, 20000), 0);
  assert_true(growth_is_flat(&seen));
  assert_int_equal(seen.left, 0);
}

static void ports_leave_nothing_behind(void **state) {
  growth seen;
  (void)state;
  assert_int_equal(growth_pairs(&seen, program, 200), 0);
  assert_true(growth_is_flat(&seen));
  assert_int_equal(seen.fds, 0);
  assert_int_equal(seen.left, 0);
}

/* 16 bytes and what a message needs besides. */
static void what_waits_costs_the_same_each(void **state) {
  growth seen;
  (void)state;
  assert_int_equal(growth_unread(&seen, program, 200000), 0);
  assert_true(growth_is_even(&seen));
  assert_true(growth_each(&seen) < 300);
  assert_int_equal(seen.left, 0);
}

static int run_once(void *host, int milliseconds) {
  (void)milliseconds;
  return pier_host_run_once(host, 0);
}

static void idle_ports_need_nothing(void **state) {
  growth seen;
  (void)state;
  assert_int_equal(growth_idle(&seen, program, 20, 1000, run_once), 0);
  assert_true(growth_is_flat(&seen));
  assert_int_equal(seen.live[0], seen.live[1]);
  assert_int_equal(seen.left, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(frames_leave_nothing_behind),
      cmocka_unit_test(ports_leave_nothing_behind),
      cmocka_unit_test(what_waits_costs_the_same_each),
      cmocka_unit_test(idle_ports_need_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
