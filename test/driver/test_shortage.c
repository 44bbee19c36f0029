/* Memory runs out at any point of a driver's life, from its loading to its unloading: a
 * call fails cleanly, a message is lost with the process or with a line in the log;
 * nothing is left, and the next one who loads the driver has all of it. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include <pier/driver.h>
#include <pier/host.h>

#include <stdio.h>
#include <string.h>

#define FOLDER "build/drivers"

enum { PATIENCE_MS = 10000, SILENCE_MS = 10, BIG = 300, MOST_CALLS = 1000 };

/* What control is told (test/drivers/scarce_drv.c), and how many messages come of it. */
static struct row {
  const char *name, *letters;
  int messages;
} rows[] = {
    {"control, call, output with a queue", "", 0},
    {"messages of all kinds", "o", 3},
    {"terms", "T", 2},
    {"terms of a thread", "w", 2},
    {"a job", "a", 1},
    {"a descriptor", "p", 1},
    {"a timer", "t", 1},
    {"locks", "l", 0},
    {"a queue and its flush", "e", 0},
    {"monitors", "m", 0},
};

static int has_failed(void) {
  return memory_counted.fail_at > 0 && memory_counted.calls >= memory_counted.fail_at;
}

/* As long as nothing was refused everything has to come; then it may be lost, and it is
 * silence that ends the wait. */
static int next(pier_process *me, pier_message_kind kind) {
  pier_message message;
  int waited, got = 0;
  for (waited = 0; got == 0 && waited < PATIENCE_MS; waited += SILENCE_MS) {
    int failed = has_failed();
    got = pier_receive(me, &message, SILENCE_MS);
    if (got == 0 && failed) return 0;
  }
  if (got == 0) fail_msg("nothing came, allocation %zu", (size_t)memory_counted.calls);
  return got == 1 && (message.kind == kind || message.kind == PIER_MESSAGE_TERM);
}

static int control(pier_process *me, pier_port port, const char *letters) {
  pier_buffer answer = PIER_BUFFER_INIT;
  int error = pier_port_control(me, port, 1, pier_span_text(letters), &answer);
  if (error == 0) assert_int_equal(answer.size, 6 + strlen(letters));
  pier_buffer_free(&answer);
  return error == 0;
}

static int call(pier_process *me, pier_port port) {
  static const uint8_t term[] = {131, 108, 0, 0, 0, 1, 97, 1, 106};
  pier_buffer answer = PIER_BUFFER_INIT;
  int error = pier_port_call(me, port, 1, pier_span_of(term, sizeof term), &answer);
  if (error == 0) assert_true(answer.size > 1);
  pier_buffer_free(&answer);
  return error == 0;
}

/* By name, as Erlang has it. */
static int apply(pier_process *me, const char *function, const char *arguments) {
  pier_buffer term = PIER_BUFFER_INIT, result = PIER_BUFFER_INIT;
  int error = pier_format(&term, arguments);
  if (error == 0) error = pier_apply(me, function, pier_buffer_span(&term), &result, NULL);
  /* ok, and not {error,_}. */
  if (error == 0 && (result.size < 3 || result.data[1] != 119)) error = 1;
  pier_buffer_free(&term);
  pier_buffer_free(&result);
  return error == 0;
}

/* 1 when all of it worked. */
static int converse(pier_host *host, pier_process *me, const struct row *row) {
  static char big[BIG];
  pier_port port;
  int i;
  if (pier_driver_enable(host) < 0 ||
      !apply(me, "erl_ddll:load", "[\"" FOLDER "\",scarce_drv]") ||
      pier_open_port(me, &port, "{spawn_driver,\"scarce_drv x\"}", "[binary]") < 0 ||
      !control(me, port, row->letters))
    return 0;
  for (i = 0; i < row->messages; i++)
    if (!next(me, PIER_MESSAGE_DATA)) return 0;
  return call(me, port) && pier_command(me, port, pier_span_of(big, BIG)) == 0 &&
         next(me, PIER_MESSAGE_DATA) && pier_send_close(me, port, pier_self(me)) == 0 &&
         next(me, PIER_MESSAGE_EXIT) && next(me, PIER_MESSAGE_CLOSED) &&
         apply(me, "erl_ddll:unload", "[scarce_drv]");
}

/* Whatever went wrong before, for somebody else all is well. */
static void all_is_well(pier_host *host, const struct row *row) {
  pier_process *fresh;
  assert_int_equal(pier_process_new(host, &fresh), 0);
  assert_int_equal(pier_trap_exit(fresh, 1), 0);
  assert_int_equal(converse(host, fresh, row), 1);
}

static int lose_at(const struct row *row, size_t at, int check) {
  pier_host_config config;
  pier_process *me;
  pier_host *host;
  int done;
  pier_host_config_init(&config);
  config.check_drivers = check;
  memory_begin(0);
  assert_int_equal(pier_host_new(&host, &config), 0);
  assert_int_equal(pier_process_new(host, &me), 0);
  assert_int_equal(pier_trap_exit(me, 1), 0);
  memory_counted.fail_at = memory_counted.calls + at;
  done = at > 0 ? converse(host, me, row) : 1;
  done = done && !has_failed();
  memory_counted.fail_at = 0;
  all_is_well(host, row);
  pier_host_free(host);
  memory_end();
  assert_int_equal(memory_counted.live, 0);
  return done;
}

static void memory_may_run_out(void **state) {
  const struct row *row = *state;
  int check;
  for (check = 0; check <= 1; check++) {
    size_t at = 0;
    while (!lose_at(row, ++at, check))
      assert_true(at < MOST_CALLS);
    assert_true(at > 10);
  }
}

int main(void) {
  return RUN_ROWS(rows, memory_may_run_out);
}
