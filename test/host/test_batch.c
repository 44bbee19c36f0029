/* Many commands in one call, and corked ports, with programs at the other end. */
#include "../support/cmocka_all.h"
#include "../support/mail.h"
#include "../support/memory.h"

#include <string.h>

enum { FRAMES = 600, LONGEST = 70000, FULL = 65536 };

static uint8_t bytes[LONGEST + FRAMES];
static pier_span frames[FRAMES];

/* Of every size there is a border at, and no two alike. */
static int make_frames(void **state) {
  static const size_t sizes[] = {3, 0, 511, 512, 513, 1, 16380, 2048, 65532, LONGEST};
  size_t i;
  (void)state;
  for (i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)(i * 7 + i / 251);
  for (i = 0; i < FRAMES; i++)
    frames[i] = pier_span_of(bytes + i, sizes[i % (i < 40 ? 10 : 7)]);
  return 0;
}

static void expect_frames(struct scene *scene, size_t count) {
  pier_message message;
  size_t i;
  for (i = 0; i < count; i++) {
    assert_int_equal(pier_receive(scene->me, &message, 20000), 1);
    assert_int_equal(message.kind, PIER_MESSAGE_DATA);
    assert_int_equal(message.data.size, frames[i].size);
    if (message.data.size > 0)
      assert_memory_equal(message.data.data, frames[i].data, frames[i].size);
  }
}

static size_t queued(const struct scene *scene) {
  pier_port_info info;
  assert_int_equal(pier_port_info_get(scene->host, scene->port, &info), 0);
  return info.queue_size;
}

/* The pipe is full and the port busy long before the last: the caller waits in between. */
static void a_batch_comes_back_in_order(void **state) {
  struct scene scene;
  size_t sent = 0;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "exec cat", "bp");
  assert_int_equal(pier_commands(scene.me, scene.port, frames, FRAMES, 0, &sent), 0);
  assert_int_equal(sent, FRAMES);
  expect_frames(&scene, FRAMES);
  assert_int_equal(pier_commands(scene.me, scene.port, frames, 0, 0, &sent), 0);
  assert_int_equal(sent, 0);
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  assert_int_equal(pier_commands(scene.me, scene.port, frames, 1, 0, &sent), PIER_EBADARG);
  assert_int_equal(sent, 0);
  scene_close(&scene);
}

static void what_may_not_wait_is_told_how_many_went(void **state) {
  struct scene scene;
  size_t sent = 0;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 0.2; exec cat >/dev/null", "b");
  assert_int_equal(pier_commands(scene.me, scene.port, frames, FRAMES, PIER_NOSUSPEND, &sent),
                   PIER_EBUSY);
  assert_in_range(sent, 1, FRAMES - 1);
  assert_in_range(queued(&scene), 8192, 2 * FULL + LONGEST);
  assert_int_equal(pier_commands(scene.me, scene.port, frames, 1, PIER_NOSUSPEND, &sent),
                   PIER_EBUSY);
  assert_int_equal(sent, 0);
  assert_int_equal(pier_commands(scene.me, scene.port, frames, 1, PIER_FORCE, &sent),
                   PIER_ENOTSUP);
  scene_close(&scene);
}

/* The host has its own copy of what it still has to send. */
static void the_rest_is_sent_later(void **state) {
  struct scene scene;
  pier_span copies[40];
  uint8_t all[40];
  size_t i, sent = 0;
  int error = -1;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 0.1; exec cat", "bp");
  assert_int_equal(pier_command(scene.me, scene.port, frames[9]), 0);
  assert_int_equal(pier_command(scene.me, scene.port, frames[9]), 0);
  for (i = 0; i < 40; i++) {
    all[i] = (uint8_t)i;
    copies[i] = pier_span_of(all + i, 1);
  }
  assert_int_equal(pier_commands(scene.me, scene.port, copies, 40, PIER_LATER, &sent), 1);
  assert_int_equal(sent, 0);
  memset(all, 255, sizeof all);
  memset(copies, 255, sizeof copies);
  assert_int_equal(pier_await(scene.me, &error, 20000), 1);
  assert_int_equal(error, 0);
  for (i = 0; i < 42; i++) {
    pier_message message;
    assert_int_equal(pier_receive(scene.me, &message, 20000), 1);
    if (i > 1) assert_int_equal(message.data.data[0], i - 2);
  }
  scene_close(&scene);
}

static void a_program_that_ends_meanwhile_is_badarg(void **state) {
  struct scene scene;
  size_t sent = 0;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 0.1", "b");
  assert_int_equal(pier_commands(scene.me, scene.port, frames, FRAMES, 0, &sent), PIER_EBADARG);
  assert_in_range(sent, 1, FRAMES - 1);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,normal}");
  scene_close(&scene);
}

/* ---- Corked ----------------------------------------------------------------------- */

static void a_corked_port_waits_for_the_turn(void **state) {
  struct scene scene;
  int i;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "exec cat", "bp");
  assert_int_equal(pier_cork(scene.me, scene.port), 0);
  for (i = 0; i < 6; i++)
    assert_int_equal(pier_command(scene.me, scene.port, frames[i]), 0);
  assert_int_equal(queued(&scene), 6 * 4 + 3 + 0 + 511 + 512 + 513 + 1);
  pier_host_run_once(scene.host, 0);
  assert_int_equal(queued(&scene), 0);
  expect_frames(&scene, 6);
  assert_int_equal(pier_commands(scene.me, scene.port, frames, 5, 0, NULL), 0);
  assert_true(queued(&scene) > 0);
  assert_int_equal(pier_uncork(scene.me, scene.port), 0);
  assert_int_equal(queued(&scene), 0);
  expect_frames(&scene, 5);
  assert_int_equal(pier_command(scene.me, scene.port, frames[0]), 0);
  assert_int_equal(queued(&scene), 0);
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  assert_int_equal(pier_cork(scene.me, scene.port), PIER_EBADARG);
  assert_int_equal(pier_uncork(scene.me, scene.port), PIER_EBADARG);
  scene_close(&scene);
}

/* The pipe is full ten times over: the caller waits as without a cork. */
static void a_corked_port_can_be_busy(void **state) {
  struct scene scene;
  size_t i;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "exec cat", "bp");
  assert_int_equal(pier_cork(scene.me, scene.port), 0);
  for (i = 0; i < FRAMES; i++)
    assert_int_equal(pier_command(scene.me, scene.port, frames[i]), 0);
  expect_frames(&scene, FRAMES);
  scene_close(&scene);
}

/* The failure comes when it is written, before the host waits for anything else. */
static void what_cannot_be_written_ends_the_wait(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "exec 0<&-; echo; exec sleep 1", "b");
  EXPECT_MAIL(&scene, "{P,{data,<<\"\\n\">>}}");
  assert_int_equal(pier_cork(scene.me, scene.port), 0);
  assert_int_equal(pier_command(scene.me, scene.port, frames[0]), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,epipe}");
  scene_close(&scene);
}

static void a_host_that_ends_writes_what_is_corked(void **state) {
  struct scene scene, other;
  (void)state;
  scene_open(&other);
  scene_open(&scene);
  scene_sh(&scene, "cat >/dev/null", "b");
  assert_int_equal(pier_cork(scene.me, scene.port), 0);
  assert_int_equal(pier_command(scene.me, scene.port, frames[0]), 0);
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  scene_sh(&scene, "cat >/dev/null", "b");
  assert_int_equal(pier_cork(scene.me, scene.port), 0);
  assert_int_equal(pier_command(scene.me, scene.port, frames[0]), 0);
  scene_close(&scene);
  scene_close(&other);
}

/* Whatever fails, the port either took a frame whole or has ended. */
static void every_allocation_may_fail(void **state) {
  size_t n = 0;
  (void)state;
  do {
    struct scene scene;
    size_t sent = 0;
    int error;
    scene_open(&scene);
    scene_sh(&scene, "sleep 0.02; exec cat >/dev/null", "b");
    assert_int_equal(pier_cork(scene.me, scene.port), 0);
    memory_begin(++n);
    pier_command(scene.me, scene.port, frames[2]);
    if (pier_port_info_get(scene.host, scene.port, &(pier_port_info){0}) == 0)
      pier_uncork(scene.me, scene.port);
    error = pier_commands(scene.me, scene.port, frames, FRAMES, PIER_LATER, &sent);
    assert_true(error == 1 || error == PIER_ENOMEM || error == PIER_EBADARG ||
                error == PIER_ENOPROC);
    scene_close(&scene);
    memory_end();
    assert_true(n < 100);
  } while (memory_counted.calls >= n);
  assert_true(n > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_batch_comes_back_in_order),
      cmocka_unit_test(what_may_not_wait_is_told_how_many_went),
      cmocka_unit_test(the_rest_is_sent_later),
      cmocka_unit_test(a_program_that_ends_meanwhile_is_badarg),
      cmocka_unit_test(a_corked_port_waits_for_the_turn),
      cmocka_unit_test(a_corked_port_can_be_busy),
      cmocka_unit_test(what_cannot_be_written_ends_the_wait),
      cmocka_unit_test(a_host_that_ends_writes_what_is_corked),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, make_frames, NULL);
}
