/* Messages whose bytes are kept beyond their time, and go on without a copy. */
#include "../support/cmocka_all.h"
#include "../support/lent.h"
#include "../support/memory.h"

enum { BIG = 400000, LITTLE = 10, PATIENCE_MS = 20000, MOST_ALLOCATIONS = 2000 };

static const size_t sizes[] = {0, LITTLE, 3000, 100000, BIG};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void give_back(pier_lent *kept) {
  kept->release(kept->state);
}

static void what_is_kept_outlives_the_next_messages(void **state) {
  struct scene scene;
  pier_message message;
  pier_lent kept[SIZES], again;
  int i;
  (void)state;
  lent_scene(&scene);
  scene_sh(&scene, "exec cat 2>/dev/null", "bp");
  for (i = 0; i < SIZES; i++)
    assert_int_equal(lent_command(&scene, scene.me, sizes[i], 0), 0);
  for (i = 0; i < SIZES; i++) {
    assert_int_equal(pier_receive(scene.me, &message, PATIENCE_MS), 1);
    assert_int_equal(pier_message_keep(scene.me, &message, &kept[i]), 0);
    assert_ptr_equal(kept[i].data.data, message.data.data);
    assert_int_equal(pier_message_keep(scene.me, &message, &again), 0);
    lent_expect(again.data, sizes[i]);
    give_back(&again);
  }
  for (i = 0; i < SIZES; i++)
    lent_expect(kept[i].data, sizes[i]);
  for (i = 0; i < SIZES; i++)
    give_back(&kept[i]);
  scene_close(&scene);
}

struct keeper {
  int count;
  pier_lent kept[SIZES];
};

static void keep_it(pier_process *self, const pier_message *message, void *state) {
  struct keeper *keeper = state;
  if (message->kind != PIER_MESSAGE_DATA || keeper->count == SIZES) return;
  assert_int_equal(pier_message_keep(self, message, &keeper->kept[keeper->count]), 0);
  assert_ptr_equal(keeper->kept[keeper->count].data.data, message->data.data);
  keeper->count++;
}

static void expect_kept(struct scene *scene, struct keeper *keeper) {
  int i;
  while (keeper->count < SIZES)
    assert_int_equal(pier_host_run_once(scene->host, PATIENCE_MS), 1);
  for (i = 0; i < SIZES; i++)
    lent_expect(keeper->kept[i].data, sizes[i]);
  for (i = 0; i < SIZES; i++)
    give_back(&keeper->kept[i]);
}

/* Seen where they were read. */
static void a_callback_keeps_what_it_sees(void **state) {
  struct scene scene;
  struct keeper keeper = {.count = 0};
  int i;
  (void)state;
  lent_scene(&scene);
  assert_int_equal(pier_process_new_callback(scene.host, &scene.me, keep_it, &keeper), 0);
  scene_sh(&scene, "exec cat 2>/dev/null", "bp");
  for (i = 0; i < SIZES; i++)
    assert_int_equal(lent_command(&scene, scene.me, sizes[i], 0), 0);
  expect_kept(&scene, &keeper);
  scene_close(&scene);
}

/* They had to wait while the process was suspended, on another port. */
static void a_callback_keeps_what_has_waited(void **state) {
  struct scene scene;
  struct keeper keeper = {.count = 0};
  pier_process *other;
  pier_port port, busy;
  pier_port_info info;
  size_t total = 0;
  int i;
  (void)state;
  lent_scene(&scene);
  other = scene.me;
  assert_int_equal(pier_process_new_callback(scene.host, &scene.me, keep_it, &keeper), 0);
  assert_int_equal(pier_trap_exit(scene.me, 1), 0);
  scene_sh(&scene, "exec cat 2>/dev/null", "bp");
  port = scene.port;
  scene_sh(&scene, "exec sleep 10 2>/dev/null", "bp");
  busy = scene.port;
  lent_fill(&scene);
  assert_int_equal(lent_command(&scene, scene.me, LITTLE, PIER_LATER), 1);
  scene.port = port;
  for (i = 0; i < SIZES; i++) {
    assert_int_equal(lent_command(&scene, other, sizes[i], 0), 0);
    total += sizes[i];
  }
  do {
    assert_int_equal(pier_host_run_once(scene.host, PATIENCE_MS), 1);
    assert_int_equal(pier_port_info_get(scene.host, port, &info), 0);
  } while (info.input < total);
  assert_int_equal(keeper.count, 0);
  assert_int_equal(pier_exit_port(other, busy, "kill"), 0);
  expect_kept(&scene, &keeper);
  scene_close(&scene);
}

/* From one program to another, even one of another host, as it was read. */
static void what_is_kept_goes_on(void **state) {
  struct scene scene, other;
  pier_message message;
  pier_lent kept;
  int i;
  (void)state;
  lent_scene(&scene);
  lent_scene(&other);
  scene_sh(&scene, "exec cat 2>/dev/null", "bp");
  scene_sh(&other, "exec cat 2>/dev/null", "bp");
  for (i = 0; i < SIZES; i++) {
    assert_int_equal(lent_command(&scene, scene.me, sizes[i], 0), 0);
    assert_int_equal(pier_receive(scene.me, &message, PATIENCE_MS), 1);
    assert_int_equal(pier_message_keep(scene.me, &message, &kept), 0);
    assert_int_equal(pier_command_lent(other.me, other.port, &kept, 0), 0);
    lent_expect_frame(&other, sizes[i]);
  }
  assert_int_equal(lent_command(&scene, scene.me, BIG, 0), 0);
  assert_int_equal(pier_receive(scene.me, &message, PATIENCE_MS), 1);
  assert_int_equal(pier_message_keep(scene.me, &message, &kept), 0);
  assert_int_equal(pier_command_lent(other.me, other.port, &kept, 0), 0);
  scene_close(&other);
  scene_close(&scene);
}

/* ---- Without memory ----------------------------------------------------------------- */

/* 0 if all of it worked; *lent is how often something was lent. */
static int converse(pier_host *host, int *lent) {
  struct scene scene = {.host = host};
  pier_message message;
  pier_lent kept;
  int i;
  if (pier_process_new(host, &scene.me) < 0) return 1;
  pier_trap_exit(scene.me, 1);
  if (pier_open_port(scene.me, &scene.port, "{spawn,\"cat 2>/dev/null\"}",
                     "[binary,{packet,4}]") < 0)
    return 1;
  for (i = 0; i < 2; i++) {
    ++*lent;
    if (lent_command(&scene, scene.me, BIG, 0) < 0) return 1;
  }
  if (pier_receive(scene.me, &message, PATIENCE_MS) != 1) return 1;
  if (message.kind != PIER_MESSAGE_DATA) return 1;
  if (pier_message_keep(scene.me, &message, &kept) < 0) return 1;
  if (pier_command_lent(scene.me, scene.port, &kept, 0) < 0) return 1;
  for (i = 0; i < 2; i++)
    if (pier_receive(scene.me, &message, PATIENCE_MS) != 1 || message.data.size != BIG)
      return 1;
  return 0;
}

static void without_memory_each_is_released_once(void **state) {
  size_t n = 0;
  int failed;
  (void)state;
  do {
    pier_host *host;
    int lent = 0;
    lent_released = 0;
    memory_begin(++n);
    failed = pier_host_new(&host, NULL) < 0 || converse(host, &lent);
    pier_host_free(host);
    memory_end();
    if (memory_counted.live != 0)
      fail_msg("allocation %zu failed: %zu live", n, memory_counted.live);
    assert_int_equal(lent_released, lent);
    assert_true(n < MOST_ALLOCATIONS);
  } while (memory_counted.calls >= n);
  /* The last one had nothing that failed. */
  assert_int_equal(failed, 0);
  assert_true(n > 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_kept_outlives_the_next_messages),
      cmocka_unit_test(a_callback_keeps_what_it_sees),
      cmocka_unit_test(a_callback_keeps_what_has_waited),
      cmocka_unit_test(what_is_kept_goes_on),
      cmocka_unit_test(without_memory_each_is_released_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
