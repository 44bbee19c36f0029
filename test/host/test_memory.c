/* A conversation in which the n-th allocation fails, for every n: each call
 * fails cleanly or the port ends, and nothing is left behind. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"

#include <pier/host.h>

#include <fcntl.h>

enum { MOST_ALLOCATIONS = 2000 };

static int count_descriptors(void) {
  int fd, count = 0;
  for (fd = 0; fd < 256; fd++)
    if (fcntl(fd, F_GETFD) >= 0) count++;
  return count;
}

/* 0 if all of it worked. */
static int talk(pier_host *host) {
  pier_process *owner, *other;
  pier_port port;
  pier_message message;
  uint64_t reference;
  int got;
  if (pier_process_new(host, &owner) < 0 || pier_process_new(host, &other) < 0) return 1;
  pier_trap_exit(owner, 1);
  if (pier_open_port(owner, &port, "{spawn,\"cat\"}",
                     "[binary,{packet,4},{env,[{\"A\",\"1\"}]},{cd,\"/\"}]") < 0)
    return 1;
  if (pier_link(other, port) < 0 || pier_monitor(owner, port, &reference) < 0) return 1;
  if (pier_command_format(owner, port, "{a, [1, 2.5, <<\"b\">>]}") < 0) return 1;
  got = pier_receive(owner, &message, 10000);
  if (got != 1 || pier_message_data_match(&message, "{a, _}") < 0) return 1;
  if (pier_exit_port(owner, port, "{done, 1}") < 0) return 1;
  got = pier_receive(owner, &message, 10000);
  if (got != 1 || message.kind != PIER_MESSAGE_EXIT) return 1;
  return pier_receive(owner, &message, 10000) != 1 || message.kind != PIER_MESSAGE_DOWN;
}

static int converse(void) {
  pier_host *host;
  int failed;
  if (pier_host_new(&host, NULL) < 0) return 1;
  failed = talk(host);
  pier_host_free(host);
  return failed;
}

static void every_allocation_may_fail(void **state) {
  int before = count_descriptors();
  size_t n = 0;
  int failed;
  (void)state;
  do {
    memory_begin(++n);
    failed = converse();
    memory_end();
    if (memory_counted.live != 0)
      fail_msg("allocation %zu failed: %zu live", n, memory_counted.live);
    if (count_descriptors() != before) fail_msg("allocation %zu failed: descriptors left", n);
    assert_true(n < MOST_ALLOCATIONS);
  } while (memory_counted.calls >= n);
  /* The last one had nothing that failed. */
  assert_int_equal(failed, 0);
  assert_true(n > 20);
}

/* Memory does not grow with frames that have been seen. */
static void a_long_conversation_allocates_nothing(void **state) {
  pier_host *host;
  pier_process *me;
  pier_port port;
  pier_message message;
  size_t calls = 0;
  int i;
  (void)state;
  memory_begin(0);
  assert_int_equal(pier_host_new(&host, NULL), 0);
  assert_int_equal(pier_process_new(host, &me), 0);
  assert_int_equal(pier_open_port(me, &port, "{spawn,\"cat\"}", "[binary,{packet,4}]"), 0);
  for (i = 0; i < 1000; i++) {
    if (i == 10) calls = memory_counted.calls;
    assert_int_equal(pier_command(me, port, pier_span_text("sixteen bytes or")), 0);
    assert_int_equal(pier_receive(me, &message, 10000), 1);
  }
  assert_int_equal(memory_counted.calls, calls);
  pier_host_free(host);
  memory_end();
  assert_int_equal(memory_counted.live, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_allocation_may_fail),
      cmocka_unit_test(a_long_conversation_allocates_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
