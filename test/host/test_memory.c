/* A conversation in which the n-th allocation fails, for every n: each call
 * fails cleanly or the port ends, and nothing is left behind. */
#include "../support/calls.h"
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

/* ---- Every function ---------------------------------------------------------------- */

/* Identifiers of a new host: process 1 calls unless the name says another. */
struct calling {
  unsigned who; /* pid */
  const char *function, *arguments;
};

static const struct calling callings[] = {
    {1, "process_flag", "[trap_exit,true]"},
    {2, "process_flag", "[trap_exit,true]"},
    {1, "open_port", "[{spawn,\"cat\"},[binary,{packet,4},{env,[{\"A\",\"1\"}]},{cd,\"/\"}]]"},
    {1, "register", "[pp,@p]"},
    {1, "register", "[oo,@o]"},
    {1, "port_command", "[pp,[\"a\",[<<\"b\">>|<<\"c\">>]]]"},
    {1, "send", "[@p,{@m,{command,[\"a\"]}}]"},
    {1, "send_nosuspend", "[@p,{@m,{command,\"a\"}}]"},
    {1, "port_set_data", "[@p,{some,\"data\"}]"},
    {1, "port_get_data", "[@p]"},
    {1, "link", "[@o]"},
    {2, "link", "[@p]"},
    {1, "monitor", "[port,@p]"},
    {1, "monitor", "[process,oo,[{tag,{a,tag}}]]"},
    {1, "monitor", "[port,{pp,nonode@nohost}]"},
    {1, "monitor", "[process,nobody]"},
    {1, "demonitor", "[@r,[flush,info]]"},
    {1, "port_info", "[@p]"},
    {1, "port_info", "[@p,monitored_by]"},
    {1, "port_info", "[@p,nothing]"},
    {2, "send", "[@m,{hello,[1,2.5,<<\"x\">>]}]"},
    {1, "process_info", "[@m,[links,monitors,monitored_by,messages,registered_name,status]]"},
    {1, "ports", "[]"},
    {1, "processes", "[]"},
    {1, "registered", "[]"},
    {1, "whereis", "[pp]"},
    {1, "list_to_port", "[\"#Port<0.1>\"]"},
    {1, "port_to_list", "[@p]"},
    {1, "pid_to_list", "[@m]"},
    {1, "make_ref", "[]"},
    {1, "port_connect", "[@p,@o]"},
    {2, "send", "[@p,{@o,{connect,@m}}]"},
    {1, "send", "[@p,{not_the_owner}]"},
    {1, "unregister", "[oo]"},
    {1, "port_call", "[@p,1,a]"},
    {1, "exit", "[@t,{a,reason}]"},
    {1, "port_command", "[@p,@z]"},
    {2, "port_command", "[@p,\"is suspended\"]"},
    {1, "exit", "[@p,kill]"},
    {1, "unlink", "[@o]"},
    {1, "exit", "[{the,\"end\"}]"},
};
enum { CALLINGS = sizeof callings / sizeof callings[0], HUGE_COMMAND = 300000 };

static pier_buffer lists[CALLINGS];

/* The arguments, before anything fails. */
static void make_lists(void) {
  const pier_port port = {1};
  const pier_pid me = {1}, other = {2}, third = {3};
  size_t i;
  call_let_port('p', port);
  call_let_pid('m', me);
  call_let_pid('o', other);
  call_let_pid('t', third);
  call_let_reference('r', 1);
  call_let_zeros('z', HUGE_COMMAND);
  for (i = 0; i < CALLINGS; i++)
    call_arguments(&lists[i], callings[i].arguments);
}

static void drop_lists(void) {
  size_t i;
  for (i = 0; i < CALLINGS; i++)
    pier_buffer_free(&lists[i]);
  call_forget();
}

/* How many calls did what they should, as far as the host can know. */
static unsigned call_all(pier_host *host) {
  pier_process *actors[3];
  pier_buffer result = PIER_BUFFER_INIT;
  pier_message message;
  unsigned i, good = 0;
  int raised;
  for (i = 0; i < 3; i++)
    if (pier_process_new(host, &actors[i]) < 0) return 0;
  for (i = 0; i < CALLINGS; i++) {
    pier_process *actor = actors[callings[i].who - 1];
    int got = pier_apply_start(actor, callings[i].function, pier_buffer_span(&lists[i]),
                               &result, NULL);
    good += got >= 0 || got == PIER_ERAISED;
  }
  good += pier_apply_await(actors[1], &result, &raised, 0) == 1;
  while (pier_receive(actors[1], &message, 0) == 1)
    good += pier_message_term(&message, &result) == 0;
  pier_buffer_free(&result);
  return good;
}

static void every_function_may_find_no_memory(void **state) {
  int before = count_descriptors();
  unsigned good, best = 0;
  size_t n = 0;
  (void)state;
  make_lists();
  do {
    pier_host *host;
    memory_begin(++n);
    good = pier_host_new(&host, NULL) == 0 ? call_all(host) : 0;
    pier_host_free(host);
    memory_end();
    if (memory_counted.live != 0)
      fail_msg("allocation %zu failed: %zu live", n, memory_counted.live);
    if (count_descriptors() != before) fail_msg("allocation %zu failed: descriptors left", n);
    assert_true(n < MOST_ALLOCATIONS);
    if (good > best) best = good;
  } while (memory_counted.calls >= n);
  assert_int_equal(good, best);
  assert_true(good >= CALLINGS);
  drop_lists();
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
      cmocka_unit_test(every_function_may_find_no_memory),
      cmocka_unit_test(a_long_conversation_allocates_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
