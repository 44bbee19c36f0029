/* Hosts in a libuv loop of the caller's, with callbacks, beside other handles
 * and other hosts. */
#include "../support/mail.h"

#include "../support/cmocka_all.h"

#include <string.h>
#include <uv.h>

struct client {
  pier_host *host;
  pier_process *process;
  pier_port port;
  int frames, ended;
  unsigned ticks;
};

static void on_tick(uv_timer_t *timer) {
  struct client *client = timer->data;
  client->ticks++;
}

static void on_message(pier_process *process, const pier_message *message, void *state) {
  struct client *client = state;
  if (message->kind == PIER_MESSAGE_DATA) {
    if (++client->frames < 100) {
      assert_int_equal(pier_command(process, client->port, message->data), 0);
    } else {
      assert_int_equal(pier_close(process, client->port), 0);
      assert_int_equal(client->ended, 0); /* from a clean stack only */
    }
  } else if (message->kind == PIER_MESSAGE_EXIT) {
    client->ended = 1;
  }
}

static void start(struct client *client, uv_loop_t *loop) {
  pier_host_config config;
  memset(client, 0, sizeof *client);
  pier_host_config_init(&config);
  config.loop = loop;
  assert_int_equal(pier_host_new(&client->host, &config), 0);
  assert_int_equal(
      pier_process_new_callback(client->host, &client->process, on_message, client), 0);
  assert_int_equal(pier_trap_exit(client->process, 1), 0);
  assert_int_equal(
      pier_open_port(client->process, &client->port, "{spawn,\"cat\"}", "[binary,{packet,4}]"),
      0);
  assert_int_equal(pier_command(client->process, client->port, pier_span_text("ball")), 0);
}

static void two_hosts_and_a_timer_share_a_loop(void **state) {
  struct client a, b;
  uv_timer_t timer;
  uv_loop_t loop;
  (void)state;
  assert_int_equal(uv_loop_init(&loop), 0);
  start(&a, &loop);
  start(&b, &loop);
  uv_timer_init(&loop, &timer);
  timer.data = &a;
  uv_timer_start(&timer, on_tick, 0, 1);
  while (!a.ended || !b.ended || a.ticks == 0)
    uv_run(&loop, UV_RUN_ONCE);
  assert_int_equal(a.frames, 100);
  assert_int_equal(b.frames, 100);
  pier_host_free(a.host);
  pier_host_free(b.host);
  uv_close((uv_handle_t *)&timer, NULL);
  uv_run(&loop, UV_RUN_DEFAULT);
  assert_int_equal(uv_loop_close(&loop), 0);
}

/* A message that a call of the caller's brings about must not wait for the
 * next event of a program. */
static void a_call_from_outside_wakes_the_loop(void **state) {
  struct client client;
  uv_loop_t loop;
  (void)state;
  assert_int_equal(uv_loop_init(&loop), 0);
  start(&client, &loop);
  assert_int_equal(pier_exit_port(client.process, client.port, "boo"), 0);
  assert_int_equal(client.ended, 0);
  while (!client.ended)
    uv_run(&loop, UV_RUN_ONCE);
  pier_host_free(client.host);
  uv_run(&loop, UV_RUN_DEFAULT);
  assert_int_equal(uv_loop_close(&loop), 0);
}

static void end_in_callback(pier_process *process, const pier_message *message, void *state) {
  pier_host *host = *(pier_host **)state;
  (void)message;
  assert_int_equal(pier_host_run_once(host, 0), PIER_ESTATE);
  *(pier_host **)state = NULL;
  pier_process_exit(process, "enough");
}

static void a_process_may_end_itself_in_its_callback(void **state) {
  pier_host *host, *told;
  pier_process *process;
  pier_port port;
  pier_port_info info;
  (void)state;
  assert_int_equal(pier_host_new(&host, NULL), 0);
  told = host;
  assert_int_equal(pier_process_new_callback(host, &process, end_in_callback, &told), 0);
  assert_int_equal(
      pier_open_port(process, &port, "{spawn,\"printf '1\\\\n2\\\\n3\\\\n'\"}", "[line]"), 0);
  while (told)
    assert_true(pier_host_run_once(host, 10000) > 0);
  assert_int_equal(pier_port_info_get(host, port, &info), PIER_EBADARG);
  pier_host_free(host);
}

static void a_mailbox_is_not_for_callbacks(void **state) {
  pier_host *host;
  pier_process *process;
  pier_message message;
  (void)state;
  assert_int_equal(pier_host_new(&host, NULL), 0);
  assert_int_equal(pier_process_new_callback(host, &process, end_in_callback, NULL), 0);
  assert_int_equal(pier_receive(process, &message, 0), PIER_ESTATE);
  pier_host_free(host);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_hosts_and_a_timer_share_a_loop),
      cmocka_unit_test(a_call_from_outside_wakes_the_loop),
      cmocka_unit_test(a_process_may_end_itself_in_its_callback),
      cmocka_unit_test(a_mailbox_is_not_for_callbacks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
