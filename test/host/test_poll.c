/* Polling before a sleep: what it did is counted, never how long it took. */
#include "../support/cmocka_all.h"
#include "../support/mail.h"

#include "host/host.h"

#include <fcntl.h>
#include <string.h>
#include <uv.h>

enum { TRIPS = 200, SECOND = 1000000 };

static void begin(struct scene *scene, unsigned poll_us) {
  pier_host_config config;
  pier_host_config_init(&config);
  config.poll_us = poll_us;
  assert_int_equal(pier_host_new(&scene->host, &config), 0);
  assert_int_equal(pier_process_new(scene->host, &scene->me), 0);
}

static void trips(struct scene *scene, int count) {
  pier_message message;
  int i;
  for (i = 0; i < count; i++) {
    assert_int_equal(pier_command(scene->me, scene->port, pier_span_text("ball\n")), 0);
    assert_int_equal(pier_receive(scene->me, &message, 20000), 1);
    assert_int_equal(message.data.size, 5);
    assert_memory_equal(message.data.data, "ball\n", 5);
  }
}

static void it_is_off(void **state) {
  struct scene scene;
  (void)state;
  begin(&scene, 0);
  scene_sh(&scene, "exec cat", "bp");
  trips(&scene, TRIPS);
  assert_int_equal(scene.host->spin.hits + scene.host->spin.misses + scene.host->spin.rested,
                   0);
  scene_close(&scene);
}

/* Nobody takes a second to answer: it never sleeps, and never gives up. */
static void answers_that_come_in_time_keep_it_going(void **state) {
  struct scene scene;
  (void)state;
  begin(&scene, SECOND);
  scene_sh(&scene, "exec cat", "bp");
  trips(&scene, TRIPS);
  assert_in_range(scene.host->spin.hits, 0, TRIPS);
  assert_in_range(scene.host->spin.misses, 0, 2);
  assert_int_equal(scene.host->spin.rested, 0);
  scene_close(&scene);
}

/* A microsecond is never enough for a shell that sleeps first. */
static void answers_that_come_late_end_it(void **state) {
  struct scene scene;
  const struct pier__spin *spin;
  (void)state;
  begin(&scene, 1);
  scene_sh(&scene, "while read -r x; do sleep 0.002; echo $x; done", "b");
  trips(&scene, 60);
  spin = &scene.host->spin;
  assert_in_range(spin->hits + spin->misses, 0, 12);
  assert_true(spin->rested >= 40);
  scene_close(&scene);
}

/* One polling per wait, then ever fewer: 3 at once, then after 16, 32, 64 waits. */
static void an_idle_host_gives_up(void **state) {
  struct scene scene;
  const struct pier__spin *spin;
  int i;
  (void)state;
  begin(&scene, 10);
  for (i = 0; i < 100; i++)
    expect_silence(&scene, 1);
  spin = &scene.host->spin;
  assert_int_equal(spin->hits, 0);
  assert_in_range(spin->misses, 3, 8);
  assert_true(spin->misses + spin->rested >= 100);
  scene_close(&scene);
}

/* It ends with the time that the caller has, and does not begin without any. */
static void it_is_bounded_by_the_timeout(void **state) {
  struct scene scene;
  (void)state;
  begin(&scene, SECOND);
  expect_silence(&scene, 0);
  assert_int_equal(scene.host->spin.misses, 0);
  expect_silence(&scene, 1);
  assert_int_equal(scene.host->spin.misses, 1);
  assert_in_range(scene.host->spin.ends - scene.host->spin.began, 1, 1000000);
  scene_close(&scene);
}

/* ---- In a loop of the caller's --------------------------------------------------- */

struct client {
  struct scene scene;
  int left;
};

static void on_message(pier_process *process, const pier_message *message, void *state) {
  struct client *client = state;
  if (message->kind != PIER_MESSAGE_DATA || --client->left == 0) return;
  assert_int_equal(pier_command(process, client->scene.port, message->data), 0);
}

static void start_in_loop(struct client *client, uv_loop_t *loop, unsigned poll_us,
                          const char *command) {
  pier_host_config config;
  pier_host_config_init(&config);
  config.poll_us = poll_us;
  config.loop = loop;
  client->left = TRIPS;
  assert_int_equal(uv_loop_init(loop), 0);
  assert_int_equal(pier_host_new(&client->scene.host, &config), 0);
  assert_int_equal(
      pier_process_new_callback(client->scene.host, &client->scene.me, on_message, client), 0);
  scene_sh(&client->scene, command, "b");
  assert_int_equal(pier_command(client->scene.me, client->scene.port, pier_span_text("ball\n")),
                   0);
}

/* The host is gone once the loop has run: also below the sanitizer. */
static void end_in_loop(struct client *client, uv_loop_t *loop) {
  pier_host_free(client->scene.host);
  uv_run(loop, UV_RUN_DEFAULT);
  assert_int_equal(uv_loop_close(loop), 0);
}

/* No answer is there before it is waited for, and each comes within the second. */
static void a_loop_polls_before_it_sleeps(void **state) {
  struct client client;
  const struct pier__spin *spin;
  uv_loop_t loop;
  (void)state;
  start_in_loop(&client, &loop, SECOND, "while read -r x; do sleep 0.005; echo $x; done");
  client.left = 20;
  while (client.left > 0)
    uv_run(&loop, UV_RUN_ONCE);
  spin = &client.scene.host->spin;
  assert_in_range(spin->hits, 1, 20);
  end_in_loop(&client, &loop);
}

static void on_timer(uv_timer_t *timer) {
  (void)timer;
}

/* Polling for a second would keep a timer of five milliseconds waiting. */
static void the_loops_timers_end_it(void **state) {
  struct client client;
  const struct pier__spin *spin;
  uint64_t misses;
  uv_timer_t timer;
  uv_loop_t loop;
  (void)state;
  start_in_loop(&client, &loop, SECOND, "exec cat");
  while (client.left > 0)
    uv_run(&loop, UV_RUN_ONCE);
  uv_timer_init(&loop, &timer);
  uv_timer_start(&timer, on_timer, 5, 5);
  spin = &client.scene.host->spin;
  misses = spin->misses;
  while (spin->misses == misses)
    uv_run(&loop, UV_RUN_ONCE);
  assert_in_range(spin->ends - spin->began, 1, 5000000);
  uv_close((uv_handle_t *)&timer, NULL);
  end_in_loop(&client, &loop);
}

static void a_loop_polls_only_when_asked_to(void **state) {
  struct client client;
  const struct pier__spin *spin;
  uv_loop_t loop;
  (void)state;
  start_in_loop(&client, &loop, 0, "exec cat");
  while (client.left > 0)
    uv_run(&loop, UV_RUN_ONCE);
  spin = &client.scene.host->spin;
  assert_int_equal(spin->hits + spin->misses + spin->rested, 0);
  end_in_loop(&client, &loop);
}

/* ---- Larger pipes ----------------------------------------------------------------- */

static int pipe_size(const struct scene *scene, int output) {
  const struct pier__hport *port = pier__hport(scene->host, scene->port);
  return fcntl(output ? port->out : port->in, F_GETPIPE_SZ);
}

static void pipes_are_as_large_as_asked_for(void **state) {
  static const size_t asked[] = {0, 4096, 262144, SIZE_MAX};
  static const int least[] = {4096, 4096, 4096, 4096}, most[] = {65536, 4096, 262144, 1 << 30};
  size_t i;
  (void)state;
  for (i = 0; i < 4; i++) {
    struct scene scene;
    pier_host_config config;
    pier_host_config_init(&config);
    config.pipe_size = asked[i];
    assert_int_equal(pier_host_new(&scene.host, &config), 0);
    assert_int_equal(pier_process_new(scene.host, &scene.me), 0);
    scene_sh(&scene, "exec cat", "bp");
    assert_in_range(pipe_size(&scene, 0), least[i], most[i]);
    assert_in_range(pipe_size(&scene, 1), least[i], most[i]);
    trips(&scene, 3);
    scene_close(&scene);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_off),
      cmocka_unit_test(answers_that_come_in_time_keep_it_going),
      cmocka_unit_test(answers_that_come_late_end_it),
      cmocka_unit_test(an_idle_host_gives_up),
      cmocka_unit_test(it_is_bounded_by_the_timeout),
      cmocka_unit_test(a_loop_polls_before_it_sleeps),
      cmocka_unit_test(the_loops_timers_end_it),
      cmocka_unit_test(a_loop_polls_only_when_asked_to),
      cmocka_unit_test(pipes_are_as_large_as_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
