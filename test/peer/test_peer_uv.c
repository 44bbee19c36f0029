/* Beside other things on the caller's libuv loop. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <pier.h>
#include <uv.h>

struct world {
  uv_loop_t loop;
  uv_timer_t timer;
  pier_peer *peer;
  int to[2], from[2];
  int ended, status;
};

static int echo(pier_call *call, void *state) {
  (void)state;
  return pier_reply_frame(call, pier_call_request(call));
}

static void note_end(pier_peer *peer, int status, void *state) {
  struct world *world = state;
  assert_ptr_equal(peer, world->peer);
  world->ended++;
  world->status = status;
}

static int set_up(void **state) {
  struct world *world = calloc(1, sizeof *world);
  pier_peer_config config;
  if (!world) return -1;
  *state = world;
  if (uv_loop_init(&world->loop) < 0 || pipe2(world->to, O_CLOEXEC) < 0 ||
      pipe2(world->from, O_CLOEXEC) < 0)
    return -1;
  pier_peer_config_init(&config);
  config.in = world->to[0];
  config.out = world->from[1];
  config.guard = 0;
  if (pier_peer_new(&world->peer, &config) < 0) return -1;
  return pier_peer_on_frame(world->peer, echo, NULL);
}

static int tear_down(void **state) {
  struct world *world = *state;
  int i, error;
  pier_peer_free(world->peer);
  uv_run(&world->loop, UV_RUN_DEFAULT);
  error = uv_loop_close(&world->loop);
  for (i = 0; i < 2; i++) {
    if (world->to[i] >= 0) close(world->to[i]);
    if (world->from[i] >= 0) close(world->from[i]);
  }
  free(world);
  return error;
}

static void start(struct world *world) {
  assert_int_equal(pier_peer_start_uv(world->peer, &world->loop, note_end, world), 0);
}

static void close_input(uv_timer_t *timer) {
  struct world *world = timer->data;
  uv_close((uv_handle_t *)timer, NULL);
  close(world->to[1]);
  world->to[1] = -1;
}

static void stop_peer(uv_timer_t *timer) {
  struct world *world = timer->data;
  uv_close((uv_handle_t *)timer, NULL);
  pier_peer_stop(world->peer);
}

static void free_peer(uv_timer_t *timer) {
  struct world *world = timer->data;
  uv_close((uv_handle_t *)timer, NULL);
  pier_peer_free(world->peer);
  world->peer = NULL;
}

static void soon(struct world *world, uv_timer_cb callback) {
  uv_timer_init(&world->loop, &world->timer);
  world->timer.data = world;
  uv_timer_start(&world->timer, callback, 1, 0);
}

static void serves_until_the_end(void **state) {
  struct world *world = *state;
  char answer[9];
  start(world);
  assert_int_equal(write(world->to[1], "\0\0\0\1a\0\0\0\0", 9), 9);
  soon(world, close_input);
  uv_run(&world->loop, UV_RUN_DEFAULT);
  assert_int_equal(world->ended, 1);
  assert_int_equal(world->status, 0);
  assert_int_equal(read(world->from[0], answer, 9), 9);
  assert_memory_equal(answer, "\0\0\0\1a\0\0\0\0", 9);
}

static void is_stopped_by_a_timer(void **state) {
  struct world *world = *state;
  start(world);
  soon(world, stop_peer);
  uv_run(&world->loop, UV_RUN_DEFAULT);
  assert_int_equal(world->ended, 1);
  assert_int_equal(world->status, 0);
}

static void is_freed_by_a_timer(void **state) {
  struct world *world = *state;
  start(world);
  soon(world, free_peer);
  uv_run(&world->loop, UV_RUN_DEFAULT);
  assert_int_equal(world->ended, 0);
}

/* A reader that does not read: nothing is lost, and input waits. */
static void waits_for_a_slow_reader(void **state) {
  enum { FRAMES = 3000, SIZE = 1004 };
  struct world *world = *state;
  static uint8_t frame[SIZE] = {0, 0, 1000 >> 8, 1000 & 255};
  static uint8_t got[FRAMES * SIZE];
  size_t sent = 0, read_so_far = 0, rounds = 0, left, i;
  fcntl(world->to[1], F_SETFL, O_NONBLOCK);
  fcntl(world->from[0], F_SETFL, O_NONBLOCK);
  start(world);
  while (read_so_far < sizeof got) {
    ssize_t count;
    while (sent < FRAMES) {
      memset(frame + 4, (int)(sent % 251), SIZE - 4);
      if (write(world->to[1], frame, SIZE) != SIZE) break;
      sent++;
    }
    uv_run(&world->loop, UV_RUN_NOWAIT);
    if (++rounds % 100 != 0) continue;
    left = sizeof got - read_so_far;
    count = read(world->from[0], got + read_so_far, left < 30000 ? left : 30000);
    if (count > 0) read_so_far += (size_t)count;
    uv_run(&world->loop, UV_RUN_NOWAIT);
  }
  for (i = 0; i < FRAMES; i++)
    if (got[i * SIZE + 2] != 1000 >> 8 || got[i * SIZE + 500] != i % 251)
      fail_msg("frame %zu is not its own", i);
}

static void starts_once(void **state) {
  struct world *world = *state;
  start(world);
  assert_int_equal(pier_peer_start_uv(world->peer, &world->loop, NULL, NULL), PIER_ESTATE);
}

static void refuses_a_file(void **state) {
  struct world *world = *state;
  pier_peer_config config;
  pier_peer *peer;
  int file = open("Makefile", O_RDONLY | O_CLOEXEC);
  assert_true(file >= 0);
  pier_peer_config_init(&config);
  config.in = file;
  config.out = world->from[1];
  config.guard = 0;
  assert_int_equal(pier_peer_new(&peer, &config), 0);
  assert_int_equal(pier_peer_start_uv(peer, &world->loop, note_end, world), UV_EPERM);
  pier_peer_free(peer);
  assert_int_equal(world->ended, 0);
  close(file);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  static const struct CMUnitTest tests[] = {
      TEST(serves_until_the_end), TEST(is_stopped_by_a_timer),   TEST(is_freed_by_a_timer),
      TEST(starts_once),          TEST(waits_for_a_slow_reader), TEST(refuses_a_file),
  };
#undef TEST
  return cmocka_run_group_tests_name("peer on a libuv loop", tests, NULL, NULL);
}
