/* Output that a program does not take yet: queued, busy, flushed, thrown away;
 * input that the owner does not take yet. */
#include "../support/mail.h"

#include "../support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BIG = 500000 };

static uint8_t *big;

static int make_big(void **state) {
  (void)state;
  big = malloc(BIG);
  if (!big) return -1;
  memset(big, 'x', BIG);
  return 0;
}

static int drop_big(void **state) {
  (void)state;
  free(big);
  return 0;
}

static size_t queued(const struct scene *scene) {
  pier_port_info info;
  assert_int_equal(pier_port_info_get(scene->host, scene->port, &info), 0);
  return info.queue_size;
}

/* What the pipe does not take of one big command, with `header` bytes in front. */
static void check_queued_whole(const char *options, size_t header) {
  struct scene scene;
  pier_port_info info;
  scene_open(&scene);
  scene_sh(&scene, "sleep 10", options);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, BIG)), 0);
  assert_int_equal(pier_port_info_get(scene.host, scene.port, &info), 0);
  assert_int_equal(info.output, BIG);
  assert_int_equal(info.queue_size, header + BIG - 65536);
  scene_close(&scene);
}

static void one_big_command_is_taken_whole(void **state) {
  (void)state;
  check_queued_whole("b", 0);
}

static void headers_are_queued_too(void **state) {
  (void)state;
  check_queued_whole("bp", 4);
}

/* The caller of a busy port waits until the program has read. */
static void a_busy_port_suspends_its_caller(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 0.1; wc -c", "b");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, BIG)), 0);
  assert_true(queued(&scene) >= 8192);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("more")), 0);
  assert_true(queued(&scene) < 8192);
  scene_close(&scene);
}

static void a_suspended_caller_of_a_dying_port_gets_badarg(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 0.1", "b");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, BIG)), 0);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("more")), PIER_EBADARG);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,normal}");
  scene_close(&scene);
}

static void keep_last(uint8_t last[4], pier_span data) {
  for (; data.size > 0; data.data++, data.size--) {
    if (data.size > 4) continue;
    memmove(last, last + 1, 3);
    last[3] = *data.data;
  }
}

/* Each of several callers waits as a process does; the first one goes last. */
static void suspended_callers_go_on_in_turn(void **state) {
  struct scene scene;
  pier_process *callers[4];
  pier_message message;
  uint8_t last[4] = {0};
  size_t total = 0;
  int i, error;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 0.1; exec cat", "b");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, BIG)), 0);
  for (i = 0; i < 4; i++) {
    assert_int_equal(pier_process_new(scene.host, &callers[i]), 0);
    assert_int_equal(
        pier_command_with(callers[i], scene.port, pier_span_of("ABCD" + i, 1), PIER_LATER), 1);
    assert_int_equal(pier_process_suspended(callers[i]), 1);
    assert_int_equal(pier_close(callers[i], scene.port), PIER_ESUSPENDED);
  }
  assert_int_equal(pier_await(callers[0], &error, 0), 0);
  while (total < BIG + 4) {
    assert_int_equal(pier_receive(scene.me, &message, 10000), 1);
    total += message.data.size;
    keep_last(last, message.data);
  }
  assert_memory_equal(last, "BCDA", 4);
  for (i = 0; i < 4; i++) {
    assert_int_equal(pier_await(callers[i], &error, 0), 1);
    assert_int_equal(error, 0);
    assert_int_equal(pier_await(callers[i], &error, 0), PIER_ESTATE);
  }
  scene_close(&scene);
}

/* A line begun before the port closes is told; what comes later is not in it. */
static void a_partial_line_is_flushed_while_closing(void **state) {
  struct scene scene;
  pier_port_info info;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "printf abc; sleep 0.2; printf 'def\\nghi'; exec >&-; sleep 10", "l");
  do {
    assert_int_equal(pier_host_run_once(scene.host, 10000), 1);
    assert_int_equal(pier_port_info_get(scene.host, scene.port, &info), 0);
  } while (info.input < 3);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, BIG)), 0);
  assert_int_equal(pier_send_close(scene.me, scene.port, pier_self(scene.me)), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}", "{P,{data,{noeol,\"abc\"}}}", "{P,closed}");
  scene_close(&scene);
}

static void closing_flushes_what_is_queued(void **state) {
  struct scene scene;
  pier_port_info info;
  char path[] = "/tmp/pier-test-XXXXXX", command[120];
  int file = mkstemp(path), i;
  (void)state;
  assert_true(file >= 0);
  snprintf(command, sizeof command, "sleep 0.1; wc -c > %s", path);
  scene_open(&scene);
  scene_sh(&scene, command, "b");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, BIG)), 0);
  assert_int_equal(pier_send_close(scene.me, scene.port, pier_self(scene.me)), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,normal}");
  /* Closing: it answers about itself, and nothing else. */
  assert_int_equal(pier_port_info_get(scene.host, scene.port, &info), 0);
  assert_true(info.queue_size > 0);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("x")), PIER_EBADARG);
  assert_int_equal(pier_close(scene.me, scene.port), PIER_EBADARG);
  assert_string_equal(next_mail(&scene, scene.me), "{P,closed}");
  assert_int_equal(pier_port_info_get(scene.host, scene.port, &info), PIER_EBADARG);
  for (i = 0; i < 500 && lseek(file, 0, SEEK_END) == 0; i++)
    expect_silence(&scene, 10);
  memset(command, 0, sizeof command);
  assert_int_equal(pread(file, command, sizeof command, 0), 7);
  assert_string_equal(command, "500000\n");
  unlink(path);
  close(file);
  scene_close(&scene);
}

static void kill_throws_the_queue_away(void **state) {
  struct scene scene;
  pier_port_info info;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 10", "b");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, BIG)), 0);
  assert_int_equal(pier_exit_port(scene.me, scene.port, "kill"), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,killed}");
  assert_int_equal(pier_port_info_get(scene.host, scene.port, &info), PIER_EBADARG);
  scene_close(&scene);
}

static void a_flush_ends_when_the_program_does(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 0.1", "b");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, BIG)), 0);
  assert_int_equal(pier_send_close(scene.me, scene.port, pier_self(scene.me)), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}", "{P,closed}");
  scene_close(&scene);
}

static void the_program_is_not_throttled_by_its_owner(void **state) {
  struct scene scene;
  pier_process *idle;
  pier_port_info info;
  pier_message message;
  size_t total = 0;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "head -c 20000000 /dev/zero; read x", "b");
  assert_int_equal(pier_process_new(scene.host, &idle), 0);
  do {
    assert_int_equal(pier_receive(idle, &message, 20), 0);
    assert_int_equal(pier_port_info_get(scene.host, scene.port, &info), 0);
  } while (info.input < 20000000);
  while (total < 20000000) {
    assert_int_equal(pier_receive(scene.me, &message, 10000), 1);
    assert_true(message.data.size <= 65536);
    total += message.data.size;
  }
  assert_int_equal(total, 20000000);
  scene_close(&scene);
}

static void frames_kept_in_the_mailbox_stay_whole(void **state) {
  struct scene scene;
  pier_message message;
  uint8_t frame[3000];
  int i;
  (void)state;
  scene_open(&scene);
  scene_port(&scene, "{spawn,\"cat\"}", "[binary,{packet,4}]");
  for (i = 0; i < 500; i++) {
    memset(frame, i & 0xff, sizeof frame);
    assert_int_equal(
        pier_command(scene.me, scene.port, pier_span_of(frame, (size_t)(i * 7 % 3000))), 0);
  }
  for (i = 0; i < 500; i++) {
    memset(frame, i & 0xff, sizeof frame);
    assert_int_equal(pier_receive(scene.me, &message, 10000), 1);
    assert_int_equal(message.data.size, i * 7 % 3000);
    if (message.data.size > 0) assert_memory_equal(message.data.data, frame, message.data.size);
  }
  scene_close(&scene);
}

static void a_big_frame_comes_back_whole(void **state) {
  struct scene scene;
  pier_message message;
  (void)state;
  scene_open(&scene);
  scene_port(&scene, "{spawn,\"cat\"}", "[binary,{packet,4}]");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, BIG)), 0);
  assert_int_equal(pier_receive(scene.me, &message, 10000), 1);
  assert_int_equal(message.data.size, BIG);
  assert_memory_equal(message.data.data, big, BIG);
  scene_close(&scene);
}

static void a_lowered_frame_limit_ends_the_port(void **state) {
  struct scene scene;
  pier_host_config config;
  (void)state;
  pier_host_config_init(&config);
  config.limits.frame = 1000;
  assert_int_equal(pier_host_new(&scene.host, &config), 0);
  assert_int_equal(pier_process_new(scene.host, &scene.me), 0);
  pier_trap_exit(scene.me, 1);
  scene_sh(&scene, "echo 'hello, this is no frame'; sleep 10", "bp");
  EXPECT_MAIL(&scene, "{'EXIT',P,emsgsize}");
  scene_close(&scene);
}

static void a_frame_beyond_2_31_freezes_the_read_side(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "printf '\\200\\000\\000\\000abc'; exit 3", "bpx");
  expect_silence(&scene, 100);
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}");
  scene_close(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_big_command_is_taken_whole),
      cmocka_unit_test(headers_are_queued_too),
      cmocka_unit_test(a_busy_port_suspends_its_caller),
      cmocka_unit_test(a_suspended_caller_of_a_dying_port_gets_badarg),
      cmocka_unit_test(suspended_callers_go_on_in_turn),
      cmocka_unit_test(a_partial_line_is_flushed_while_closing),
      cmocka_unit_test(closing_flushes_what_is_queued),
      cmocka_unit_test(kill_throws_the_queue_away),
      cmocka_unit_test(a_flush_ends_when_the_program_does),
      cmocka_unit_test(the_program_is_not_throttled_by_its_owner),
      cmocka_unit_test(frames_kept_in_the_mailbox_stay_whole),
      cmocka_unit_test(a_big_frame_comes_back_whole),
      cmocka_unit_test(a_lowered_frame_limit_ends_the_port),
      cmocka_unit_test(a_frame_beyond_2_31_freezes_the_read_side),
  };
  return cmocka_run_group_tests(tests, make_big, drop_big);
}
