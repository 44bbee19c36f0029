/* The program on a port, without a BEAM. Usage: test_@name@ PROGRAM */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pier/host.h>

static const char *program;

typedef struct fixture {
  pier_host *host;
  pier_process *me;
  pier_port port;
} fixture;

static int open_program(void **state) {
  static fixture f;
  pier_port_options options;
  pier_diag diag;
  if (pier_host_new(&f.host, NULL) < 0 || pier_process_new(f.host, &f.me) < 0) return -1;
  pier_port_options_init(&options, PIER_SPAWN_EXECUTABLE, program);
  options.framing = pier_framing_packet(4);
  *state = &f;
  return pier_open(f.me, &f.port, &options, &diag);
}

static int close_program(void **state) {
  fixture *f = *state;
  pier_host_free(f->host);
  return 0;
}

static void adds_two_numbers(void **state) {
  fixture *f = *state;
  pier_message got;
  long long sum = 0;
  assert_int_equal(pier_command_format(f->me, f->port, "{add, 1, 2}"), 0);
  assert_int_equal(pier_receive(f->me, &got, 5000), 1);
  assert_int_equal(pier_message_data_match(&got, "{ok, ~l}", &sum), 0);
  assert_int_equal(sum, 3);
}

static void says_what_is_wrong(void **state) {
  fixture *f = *state;
  pier_message got;
  assert_int_equal(pier_command_format(f->me, f->port, "{add, 1, two}"), 0);
  assert_int_equal(pier_receive(f->me, &got, 5000), 1);
  assert_int_equal(pier_message_data_match(&got, "{error, {badarg, _}}"), 0);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(adds_two_numbers, open_program, close_program),
      cmocka_unit_test_setup_teardown(says_what_is_wrong, open_program, close_program),
  };
  if (argc != 2) return 2;
  program = argv[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}
