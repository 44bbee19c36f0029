/* Frames that come in pieces: they stay where they were read, or are moved, or gathered;
 * kept in mailboxes, from several ports in turn, to the end or not. */
#include "../support/cmocka_all.h"
#include "../support/mail.h"
#include "../support/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 700000, PORTS = 3 };

static uint8_t pattern[MOST + 256];

static int make_pattern(void **state) {
  size_t i;
  (void)state;
  for (i = 0; i < sizeof pattern; i++)
    pattern[i] = (uint8_t)(i * 31 + i / 255);
  return 0;
}

static pier_span frame_of(size_t size, size_t number) {
  return pier_span_of(pattern + number % 256, size);
}

static void expect_frame(pier_process *process, size_t size, size_t number) {
  pier_message message;
  assert_int_equal(pier_receive(process, &message, 20000), 1);
  assert_int_equal(message.kind, PIER_MESSAGE_DATA);
  assert_int_equal(message.data.size, size);
  if (size > 0) assert_memory_equal(message.data.data, frame_of(size, number).data, size);
}

/* Sizes around what one read brings, what a chunk holds, and beyond. */
static const size_t sizes[] = {65532,  65533, 1, 65536,  4092,   4093, 131068, 262140, 0, 200,
                               262144, 70000, 3, 300000, 196608, MOST, 17,     60000};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void frames_of_all_sizes_one_by_one(void **state) {
  struct scene scene;
  size_t i;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "exec cat 2>/dev/null", "bp");
  for (i = 0; i < 3 * SIZES; i++) {
    size_t size = sizes[i % SIZES];
    assert_int_equal(pier_command(scene.me, scene.port, frame_of(size, i)), 0);
    expect_frame(scene.me, size, i);
  }
  scene_close(&scene);
}

/* Nobody looks at them before all are there: each keeps the memory it came in. */
static void frames_wait_in_the_mailbox(void **state) {
  struct scene scene;
  pier_process *sender;
  size_t i;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "exec cat 2>/dev/null", "bp");
  assert_int_equal(pier_process_new(scene.host, &sender), 0);
  for (i = 0; i < 2 * SIZES; i++)
    assert_int_equal(pier_command(sender, scene.port, frame_of(sizes[i % SIZES], i)), 0);
  while (pier_mailbox_size(scene.me) < 2 * SIZES)
    assert_int_equal(pier_host_run_once(scene.host, 20000), 1);
  for (i = 0; i < 2 * SIZES; i++)
    expect_frame(scene.me, sizes[i % SIZES], i);
  scene_close(&scene);
}

/* Pieces of several ports come in turn: none lies where another's goes. */
static void ports_do_not_disturb_each_other(void **state) {
  struct scene scene;
  pier_process *owners[PORTS];
  pier_port ports[PORTS];
  size_t i, n;
  (void)state;
  scene_open(&scene);
  for (n = 0; n < PORTS; n++) {
    assert_int_equal(pier_process_new(scene.host, &owners[n]), 0);
    assert_int_equal(pier_open_port(owners[n], &ports[n], "{spawn,\"dd bs=1000 status=none\"}",
                                    "[binary,{packet,4}]"),
                     0);
  }
  for (i = 0; i < SIZES; i++)
    for (n = 0; n < PORTS; n++)
      assert_int_equal(
          pier_command(owners[n], ports[n], frame_of(sizes[(i * 7 + n) % SIZES], i + n)), 0);
  for (n = 0; n < PORTS; n++)
    for (i = 0; i < SIZES; i++)
      expect_frame(owners[n], sizes[(i * 7 + n) % SIZES], i + n);
  scene_close(&scene);
}

static void on_log(pier_port port, const pier_diag *fault, void *state) {
  (void)port;
  *(pier_diag *)state = *fault;
}

struct cut {
  const char *command;
  const char *said; /* to the log; NULL: nothing */
};

static const struct cut cuts[] = {
    {"printf '\\0\\0\\0\\2abX'", "input ends after 1 of 4 bytes of a frame's header"},
    {"printf '\\0\\0\\0\\5abc'", "input ends after 3 of 5 bytes of a frame"},
    {"printf '\\0\\0\\1\\0'; head -c 100 /dev/zero; sleep 0.05; head -c 100 /dev/zero",
     "input ends after 200 of 256 bytes of a frame"},
    {"printf '\\0\\5\\0\\0'; head -c 70000 /dev/zero",
     "input ends after 70000 of 327680 bytes of a frame"},
    {"printf '\\0\\0\\0\\2ab'", NULL},
};

/* What was said of a frame is said as if it had been copied. */
static void an_end_in_a_frame_is_reported(void **state) {
  size_t i;
  (void)state;
  for (i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
    struct scene scene;
    pier_host_config config;
    pier_diag said = {0};
    pier_message message;
    pier_host_config_init(&config);
    config.log = on_log;
    config.log_state = &said;
    assert_int_equal(pier_host_new(&scene.host, &config), 0);
    assert_int_equal(pier_process_new(scene.host, &scene.me), 0);
    assert_int_equal(pier_trap_exit(scene.me, 1), 0);
    scene_sh(&scene, cuts[i].command, "bp");
    do
      assert_int_equal(pier_receive(scene.me, &message, 20000), 1);
    while (message.kind == PIER_MESSAGE_DATA);
    assert_int_equal(message.kind, PIER_MESSAGE_EXIT);
    assert_string_equal(said.text, cuts[i].said ? cuts[i].said : "");
    scene_close(&scene);
  }
}

/* Closed while a frame is on its way, with output that still has to go. */
static void a_port_closes_in_the_middle_of_a_frame(void **state) {
  struct scene scene;
  pier_message message;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene,
           "printf '\\0\\0\\0\\1x\\0\\0\\0\\11abc'; sleep 0.1; printf abcdef; cat >/dev/null",
           "bp");
  assert_int_equal(pier_receive(scene.me, &message, 20000), 1);
  assert_int_equal(pier_command(scene.me, scene.port, frame_of(MOST, 0)), 0);
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,normal}");
  while (pier_ports(scene.host, NULL, 0) > 0)
    assert_int_equal(pier_host_run_once(scene.host, 20000), 1);
  scene_close(&scene);
}

/* Without memory the port ends, or nothing is lost. */
static void every_allocation_may_fail(void **state) {
  static const size_t some[] = {100000, 5, 300000, 65532};
  size_t n = 0;
  (void)state;
  do {
    struct scene scene;
    pier_message message;
    size_t i, sent = 0;
    scene_open(&scene);
    scene_sh(&scene, "exec cat 2>/dev/null", "bp");
    memory_begin(++n);
    while (sent < 4 && pier_command(scene.me, scene.port, frame_of(some[sent], sent)) == 0)
      sent++;
    for (i = 0; i < sent && pier_receive(scene.me, &message, 20000) == 1; i++) {
      if (message.kind != PIER_MESSAGE_DATA) break;
      assert_int_equal(message.data.size, some[i]);
      assert_memory_equal(message.data.data, frame_of(some[i], i).data, some[i]);
    }
    scene_close(&scene);
    memory_end();
    assert_true(n < 100);
  } while (memory_counted.calls >= n);
  assert_true(n > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(frames_of_all_sizes_one_by_one),
      cmocka_unit_test(frames_wait_in_the_mailbox),
      cmocka_unit_test(ports_do_not_disturb_each_other),
      cmocka_unit_test(an_end_in_a_frame_is_reported),
      cmocka_unit_test(a_port_closes_in_the_middle_of_a_frame),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, make_pattern, NULL);
}
