/* Frames that are served where they were read, and answers that pile up: whatever the
 * sizes, whatever the pieces, with little memory, with none. */
#include <stdio.h>
#include <string.h>

#include <pier.h>

#include "../support/child.h"
#include "../support/cmocka_all.h"
#include "../support/frames.h"
#include "../support/loops.h"
#include "../support/memory.h"
#include "../support/peer_program.h"

/* Sizes from what fits twice into a read to what fits into none; after each of the first
 * ones comes each of them, so that all kinds of rests lie before all kinds of frames. */
static const size_t sizes[] = {0, 15, 4090, 4092, 4100, 31000, 65532, 65536, 200000, 262140};
enum { SIZES = sizeof sizes / sizeof sizes[0], SEVERAL_MB = 5000000 };

static void append_all(pier_buffer *input) {
  size_t i, j;
  for (i = 0; i < SIZES; i++)
    for (j = 0; j < SIZES; j++) {
      append_big(input, sizes[i]);
      append_big(input, sizes[j]);
    }
  append_big(input, SEVERAL_MB);
  append_big(input, 1);
  append_big(input, 1 << 20);
  append_big(input, 1 << 20);
}

static void echoes(int uv, size_t step, int flags) {
  struct peer_setting setting = {uv, 4, flags, NULL};
  pier_buffer input = PIER_BUFFER_INIT, output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  append_all(&input);
  child_start(&child, flags, echo_program, &setting);
  child_exchange(&child, pier_buffer_span(&input), step, &output, input.size);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  assert_string_equal(said, "");
  expect_bytes(&output, &input);
  pier_buffer_free(&output);
  pier_buffer_free(&input);
}

/* ---- Without memory ------------------------------------------------------------ */

struct starved {
  struct peer_setting setting;
  size_t fail_at;
};

static int echo_starved(void *state) {
  struct starved *starved = state;
  int status;
  memory_begin(starved->fail_at);
  status = echo_program(&starved->setting);
  if (status == 0 && memory_counted.calls < starved->fail_at) status = 77;
  memory_end();
  return status;
}

/* The program ends with words about memory, or it has done without. 1 if it never
 * asked that often. */
static int lacks(int uv, size_t fail_at, const pier_buffer *input, int *survived) {
  struct starved starved = {{uv, 4, 0, NULL}, fail_at};
  pier_buffer output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  int status;
  child_start(&child, 0, echo_starved, &starved);
  child_exchange(&child, pier_buffer_span(input), SIZE_MAX, &output, input->size);
  status = child_end(&child, said, sizeof said);
  if (status == 0 || status == 77) {
    expect_bytes(&output, input);
    *survived += status == 0;
  } else if (status == 1) {
    if (!strstr(said, "memory")) fail_msg("said \"%s\"", said);
  } else {
    assert_in_range(status, 99, 101); /* no peer, or no loop */
  }
  pier_buffer_free(&output);
  return status == 77;
}

static void without_memory(int uv, size_t step, int flags) {
  pier_buffer input = PIER_BUFFER_INIT;
  size_t fail_at = 1;
  int survived = 0;
  (void)step;
  (void)flags;
  append_big(&input, 10);
  append_big(&input, 300000);
  append_big(&input, SEVERAL_MB);
  append_big(&input, 10);
  while (!lacks(uv, fail_at, &input, &survived))
    fail_at++;
  assert_in_range(fail_at, 10, 200);
  assert_true(survived > 0);
  pier_buffer_free(&input);
}

/* ---- Answers that never leave all at once ------------------------------------------ */

static int echo(pier_call *call, void *state) {
  (void)state;
  return pier_reply_frame(call, pier_call_request(call));
}

static void always_some_output(void **state) {
  static uint8_t frame[1004] = {0, 0, 3, 232};
  pier_peer_config config;
  pier_peer *peer;
  size_t i, at = 0;
  (void)state;
  memory_begin(0);
  pier_peer_config_init(&config);
  config.in = config.out = -1;
  assert_int_equal(pier_peer_new(&peer, &config), 0);
  pier_peer_on_frame(peer, echo, NULL);
  for (i = 0; i < 10000; i++) {
    pier_span output;
    size_t left, k;
    frame[4 + i % 1000] = (uint8_t)i;
    assert_int_equal(pier_peer_feed(peer, pier_span_of(frame, sizeof frame)), 0);
    output = pier_peer_output(peer);
    left = (i + 1) * sizeof frame - at;
    assert_int_equal(output.size, left);
    for (k = left < sizeof frame ? left : sizeof frame; k > 0; k--)
      assert_int_equal(output.data[left - k], frame[sizeof frame - k]);
    if (left > 5000) {
      pier_peer_wrote(peer, left - 37);
      at += left - 37;
    }
  }
  assert_true(memory_counted.biggest <= 1 << 20);
  pier_peer_free(peer);
  memory_end();
}

static const struct row {
  const char *name;
  void (*check)(int uv, size_t step, int flags);
  size_t step;
  int flags;
} rows[] = {
    {"frames of all sizes", echoes, SIZE_MAX, 0},
    {"frames of all sizes in pieces of 60001 bytes", echoes, 60001, 0},
    {"frames of all sizes in pieces of 4099 bytes", echoes, 4099, 0},
    {"frames of all sizes, small pipes", echoes, SIZE_MAX, CHILD_SMALL_PIPES},
    {"frames of all sizes, without memory", without_memory, 0, 0},
};

static void check_row(const void *state, int uv) {
  const struct row *row = state;
  row->check(uv, row->step, row->flags);
}

int main(void) {
  static const struct CMUnitTest tests[] = {cmocka_unit_test(always_some_output)};
  int failed = RUN_LOOPS("frames in place", rows, check_row);
  return failed + cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
