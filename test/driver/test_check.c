/* What drivers do wrong is found, and nothing is found that is right. */
#include "../support/cmocka_all.h"
#include "../support/mail.h"
#include "../support/rows.h"

#include <pier/driver.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "build/drivers"

/* A thread that a driver never joins is one of the rows. */
__attribute__((visibility("default"))) const char *__tsan_default_options(void);
const char *__tsan_default_options(void) {
  return "report_thread_leaks=0";
}

enum { PATIENCE_MS = 10000, FOREVER = 0, SHORT_MS = 100, WORDS = 4096 };

struct row {
  const char *name;
  int operation;      /* of control; 0: a command instead */
  unsigned limit_ms;  /* of a callback */
  const char *wanted; /* the reports, a line each */
};

static struct row rows[] = {
    {"a driver that behaves", 'c', FOREVER, ""},
    {"memory is left", 'l', FOREVER,
     "driver misuse_drv, #Port<0.1>, in finish: leaves memory: blocks: 1 with 56 bytes, one "
     "made in start\n"},
    {"a binary is left", 'b', FOREVER,
     "driver misuse_drv, #Port<0.1>, in finish: leaves binaries: 1 with 20 bytes, one made in "
     "control\n"},
    {"a binary of a command is kept and left", 0, FOREVER,
     "driver misuse_drv, in finish: leaves binaries: 1 with 7 bytes, one made in outputv\n"},
    {"a binary is freed twice", 'f', FOREVER,
     "driver misuse_drv, #Port<0.1>, in control: driver_free_binary of a binary that was freed "
     "before\n"},
    {"memory is freed twice", 'F', FOREVER,
     "driver misuse_drv, #Port<0.1>, in control: driver_free of memory that was freed "
     "before\n"},
    {"a mutex is held", 'm', FOREVER,
     "driver misuse_drv, #Port<0.1>, in control: returned with mutex big lock held\n"},
    {"a read-write lock is held", 'r', FOREVER,
     "driver misuse_drv, #Port<0.1>, in control: returned with read-write lock wide lock "
     "held\n"},
    {"a port data lock is held", 'p', FOREVER,
     "driver misuse_drv, #Port<0.1>, in control: returned with its port data lock held\n"},
    {"a descriptor is left selected", 's', FOREVER,
     "driver misuse_drv, #Port<0.1>, in stop: leaves descriptor @ selected\n"},
    {"a descriptor is left in use", 'u', FOREVER,
     "driver misuse_drv, in finish: leaves descriptor @ in use\n"},
    {"a callback blocks", 't', SHORT_MS,
     "driver misuse_drv, #Port<0.1>, in control: blocked the host for @ ms\n"},
    {"a call from a thread", 'w', FOREVER,
     "driver misuse_drv, #Port<0.1>, in thread helper: driver_output from another thread: "
     "refused\n"},
    {"a call from a job", 'j', FOREVER,
     "driver misuse_drv, #Port<0.1>, in a job: set_busy_port from another thread: refused\n"},
    {"a queue is left", 'q', FOREVER,
     "driver misuse_drv, #Port<0.1>, in control: ended its port with 4 bytes in its queue\n"},
    {"a mutex is left", 'M', FOREVER,
     "driver misuse_drv, #Port<0.1>, in finish: leaves mutex forgotten, made in control\n"},
    {"a condition is left", 'C', FOREVER,
     "driver misuse_drv, #Port<0.1>, in finish: leaves condition forgotten, made in control\n"},
    {"a read-write lock is left", 'R', FOREVER,
     "driver misuse_drv, #Port<0.1>, in finish: leaves read-write lock forgotten, made in "
     "control\n"},
    {"options of threads are left", 'O', FOREVER,
     "driver misuse_drv, #Port<0.1>, in finish: leaves options of threads forgotten, made in "
     "control\n"},
    {"a thread key is left", 'K', FOREVER,
     "driver misuse_drv, #Port<0.1>, in finish: leaves thread key forgotten, made in "
     "control\n"},
    {"a thread is not joined", 'T', FOREVER,
     "driver misuse_drv, #Port<0.1>, in finish: leaves a thread, never joined: forgotten, made "
     "in control\n"},
    {"an answer that is too long", 'a', FOREVER,
     "driver misuse_drv, #Port<0.1>, in control: answered with 65 bytes where there is room "
     "for "
     "64\n"},
    {"a call on a dead port", 'd', FOREVER,
     "driver misuse_drv, #Port<0.1>, in control: driver_set_timer on a port that is closed\n"},
};

/* What drivers leave is known here, so that a sanitizer does not tell it once more. */
enum { REMEMBERED = 1 << 16 };
static void *volatile remembered[REMEMBERED]; /* or a compiler leaves it out */
static atomic_size_t remembered_count;

static void *remember(void *context, void *old, size_t size) {
  void *fresh;
  size_t at;
  (void)context;
  if (size == 0) {
    free(old);
    return NULL;
  }
  fresh = realloc(old, size);
  at = atomic_fetch_add(&remembered_count, 1);
  if (at < REMEMBERED) remembered[at] = fresh;
  return fresh;
}

struct log {
  char text[WORDS];
  size_t size;
};

/* Numbers that differ are left out: of descriptors, and of milliseconds. */
static void note(pier_port port, const pier_diag *fault, void *state) {
  struct log *log = state;
  const char *at, *words[] = {"descriptor ", "host for "};
  size_t i, cut = 0, skip = 0;
  (void)port;
  assert_int_equal(fault->error, PIER_EDRVMISUSE);
  for (i = 0; i < 2; i++) {
    at = strstr(fault->text, words[i]);
    if (!at) continue;
    at += strlen(words[i]);
    cut = (size_t)(at - fault->text);
    skip = strspn(at, "0123456789");
  }
  if (skip > 0)
    log->size += (size_t)snprintf(log->text + log->size, WORDS - log->size, "%.*s@%s\n",
                                  (int)cut, fault->text, fault->text + cut + skip);
  else
    log->size +=
        (size_t)snprintf(log->text + log->size, WORDS - log->size, "%s\n", fault->text);
}

static void wait_for_ready(pier_process *me) {
  pier_message message;
  assert_int_equal(pier_receive(me, &message, PATIENCE_MS), 1);
  assert_int_equal(message.kind, PIER_MESSAGE_DATA);
}

static void use(const struct row *row, pier_host *host) {
  pier_buffer answer = PIER_BUFFER_INIT;
  pier_process *me;
  pier_port port;
  assert_int_equal(pier_process_new(host, &me), 0);
  assert_int_equal(pier_trap_exit(me, 1), 0);
  assert_int_equal(pier_driver_load(me, FOLDER, "misuse_drv", NULL), 0);
  assert_int_equal(pier_open_port(me, &port, "{spawn_driver, misuse_drv}", "[]"), 0);
  if (row->operation)
    assert_int_equal(
        pier_port_control(me, port, (unsigned)row->operation, pier_span_text(""), &answer), 0);
  else
    assert_int_equal(pier_command(me, port, pier_span_text("command")), 0);
  if (row->operation == 'j') wait_for_ready(me);
  pier_buffer_free(&answer);
}

static void is_found(void **state) {
  const struct row *row = *state;
  struct log log = {.size = 0};
  pier_host_config config;
  pier_host *host;
  pier_host_config_init(&config);
  config.log = note;
  config.log_state = &log;
  config.check_drivers = 1;
  config.driver_limit_ms = row->limit_ms;
  assert_int_equal(pier_host_new(&host, &config), 0);
  use(row, host);
  pier_host_free(host);
  assert_string_equal(log.text, row->wanted);
}

static void note_nothing(pier_port port, const pier_diag *fault, void *state) {
  (void)port;
  (void)state;
  fail_msg("%s", fault->text);
}

/* The other drivers of the tests are clean, with all they do. */
static void is_not_found(void **state) {
  static const char *const drivers[] = {"arith_drv", "later_drv"};
  static const char *const commands[] = {"t", "p", "a", "T", "hello"};
  pier_host_config config;
  size_t i, j;
  (void)state;
  pier_host_config_init(&config);
  config.log = note_nothing;
  config.check_drivers = 1;
  config.driver_limit_ms = FOREVER;
  for (i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
    pier_host *host;
    pier_process *me;
    char name[64];
    assert_int_equal(pier_host_new(&host, &config), 0);
    assert_int_equal(pier_process_new(host, &me), 0);
    assert_int_equal(pier_trap_exit(me, 1), 0);
    assert_int_equal(pier_driver_load(me, FOLDER, drivers[i], NULL), 0);
    snprintf(name, sizeof name, "{spawn_driver, %s}", drivers[i]);
    for (j = 0; j < sizeof commands / sizeof commands[0]; j++) {
      pier_port port;
      pier_message message;
      assert_int_equal(pier_open_port(me, &port, name, "[]"), 0);
      assert_int_equal(pier_command(me, port, pier_span_text(commands[j])), 0);
      if (strlen(commands[j]) == 1)
        assert_int_equal(pier_receive(me, &message, PATIENCE_MS), 1);
      assert_int_equal(pier_send_close(me, port, pier_self(me)), 0);
      do
        assert_int_equal(pier_receive(me, &message, PATIENCE_MS), 1);
      while (message.kind != PIER_MESSAGE_CLOSED);
    }
    pier_host_free(host);
  }
}

/* A host that does not ask is told nothing. */
static void is_not_asked(void **state) {
  const struct row row = {.operation = 'l'};
  pier_host_config config;
  pier_host *host, *other;
  (void)state;
  pier_host_config_init(&config);
  config.log = note_nothing;
  assert_int_equal(pier_host_new(&host, &config), 0);
  config.check_drivers = 1;
  assert_int_equal(pier_host_new(&other, &config), 0);
  assert_int_equal(pier_driver_enable(other), 0);
  use(&row, host);
  pier_host_free(host);
  pier_host_free(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(is_not_found),
                                     cmocka_unit_test(is_not_asked)};
  const pier_allocator allocator = {remember, NULL};
  int failed;
  pier_set_allocator(&allocator);
  failed = RUN_ROWS(rows, is_found);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
