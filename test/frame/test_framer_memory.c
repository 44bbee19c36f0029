/* Where the bytes are: in place or gathered, how much memory, and what happens
 * without any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pier/frame.h>

/* An allocator that counts, and fails from the n-th call on. */
static struct { size_t calls, live, biggest, fail_from; } memory;

static void *count_memory(void *context, void *old, size_t size) {
  void *fresh;
  (void)context;
  if (size == 0) {
    memory.live--;
    free(old);
    return NULL;
  }
  if (memory.fail_from > 0 && ++memory.calls >= memory.fail_from) return NULL;
  if (memory.fail_from == 0) memory.calls++;
  if (size > memory.biggest) memory.biggest = size;
  fresh = realloc(old, size);
  if (fresh && !old) memory.live++;
  return fresh;
}

static int counting(void **state) {
  pier_allocator allocator = {count_memory, NULL};
  (void)state;
  memset(&memory, 0, sizeof memory);
  pier_set_allocator(&allocator);
  return 0;
}

static int not_counting(void **state) {
  (void)state;
  pier_set_allocator(NULL);
  return memory.live == 0 ? 0 : -1;
}

static pier_framer *framer_of(pier_framing framing) {
  pier_framer *framer;
  assert_int_equal(pier_framer_new(&framer, &framing, NULL), 0);
  return framer;
}

static void whole_frames_are_not_copied(void **state) {
  static const uint8_t bytes[] = "\0\0\0\3abc\0\0\0\2de";
  pier_framer *framer = framer_of(pier_framing_packet(4));
  size_t calls = memory.calls;
  pier_frame frame;
  (void)state;
  assert_int_equal(pier_framer_feed(framer, pier_span_of(bytes, sizeof bytes - 1)), 0);
  assert_int_equal(pier_framer_next(framer, &frame), 1);
  assert_ptr_equal(frame.payload.data, bytes + 4);
  assert_int_equal(pier_framer_next(framer, &frame), 1);
  assert_ptr_equal(frame.payload.data, bytes + 11);
  assert_int_equal(pier_framer_next(framer, &frame), 0);
  assert_int_equal(memory.calls, calls);
  pier_framer_free(framer);
}

static void whole_lines_are_not_copied(void **state) {
  static const uint8_t bytes[] = "ab\r\ncdef\n";
  pier_framer *framer = framer_of(pier_framing_line(3));
  size_t calls = memory.calls;
  pier_frame frame;
  (void)state;
  assert_int_equal(pier_framer_feed(framer, pier_span_of(bytes, sizeof bytes - 1)), 0);
  assert_int_equal(pier_framer_next(framer, &frame), 1);
  assert_ptr_equal(frame.payload.data, bytes);
  assert_int_equal(pier_framer_next(framer, &frame), 1);
  assert_int_equal(frame.kind, PIER_FRAME_NOEOL);
  assert_ptr_equal(frame.payload.data, bytes + 4);
  assert_int_equal(pier_framer_next(framer, &frame), 1);
  assert_ptr_equal(frame.payload.data, bytes + 7);
  assert_int_equal(memory.calls, calls);
  pier_framer_free(framer);
}

static void an_announcement_costs_nothing(void **state) {
  static const uint8_t header[] = {0x03, 0xff, 0xff, 0xff};
  pier_framer *framer = framer_of(pier_framing_packet(4));
  size_t room, calls = memory.calls;
  pier_frame frame;
  (void)state;
  assert_int_equal(pier_framer_feed(framer, pier_span_of(header, 4)), 0);
  assert_int_equal(pier_framer_next(framer, &frame), 0);
  assert_int_equal(memory.calls, calls);
  assert_int_equal(pier_framer_pending(framer), 4);
  assert_non_null(pier_framer_place(framer, &room));
  assert_true(room <= 65536);
  assert_true(memory.biggest <= 65536);
  pier_framer_free(framer);
}

static void an_idle_framer_holds_no_memory(void **state) {
  static const uint8_t bytes[] = "\3abc";
  pier_framer *framer = framer_of(pier_framing_packet(1));
  pier_frame frame;
  (void)state;
  assert_int_equal(memory.live, 1);
  assert_int_equal(pier_framer_feed(framer, pier_span_of(bytes, 2)), 0);
  assert_int_equal(pier_framer_next(framer, &frame), 0);
  assert_int_equal(memory.live, 2);
  assert_int_equal(pier_framer_feed(framer, pier_span_of(bytes + 2, 2)), 0);
  assert_int_equal(pier_framer_next(framer, &frame), 1);
  assert_memory_equal(frame.payload.data, "abc", 3);
  assert_int_equal(pier_framer_next(framer, &frame), 0);
  assert_int_equal(memory.live, 1);
  pier_framer_free(framer);
}

/* 4 MiB through pier_framer_place, in reads of a pipe's size. */
static void a_big_frame_is_read_into_its_place(void **state) {
  static const uint8_t header[] = {0x00, 0x40, 0x00, 0x00};
  pier_framer *framer = framer_of(pier_framing_packet(4));
  size_t i, room, sent = 0, size = 4 << 20;
  pier_frame frame;
  (void)state;
  assert_int_equal(pier_framer_feed(framer, pier_span_of(header, 4)), 0);
  while (sent < size) {
    uint8_t *place;
    assert_int_equal(pier_framer_next(framer, &frame), 0);
    place = pier_framer_place(framer, &room);
    assert_non_null(place);
    assert_true(room <= size - sent);
    if (room > 65536) room = 65536;
    for (i = 0; i < room; i++)
      place[i] = (uint8_t)((sent + i) * 7);
    assert_int_equal(pier_framer_placed(framer, room), 0);
    sent += room;
  }
  assert_int_equal(pier_framer_next(framer, &frame), 1);
  assert_int_equal(frame.payload.size, size);
  for (i = 0; i < size; i++)
    if (frame.payload.data[i] != (uint8_t)(i * 7)) fail_msg("byte %zu", i);
  assert_null(pier_framer_place(framer, &room));
  assert_true(memory.biggest <= size + 64); /* to begin at a line of the cache */
  pier_framer_free(framer);
}

static int drive(const uint8_t *bytes, size_t size, pier_framing framing, size_t *frames) {
  pier_framer *framer;
  pier_frame frame;
  size_t i;
  int got = pier_framer_new(&framer, &framing, NULL);
  *frames = 0;
  if (got < 0) return got;
  for (i = 0; i < size && got >= 0; i++) {
    got = pier_framer_feed(framer, pier_span_of(bytes + i, 1));
    while (got >= 0 && (got = pier_framer_next(framer, &frame)) == 1)
      ++*frames;
  }
  while (got >= 0 && (got = pier_framer_end(framer, &frame)) == 1)
    ++*frames;
  pier_framer_free(framer);
  return got;
}

static void fails_without_memory(pier_framing framing, const uint8_t *bytes, size_t size,
                                 size_t expected) {
  size_t frames, n;
  int got = PIER_ENOMEM;
  for (n = 1; got == PIER_ENOMEM; n++) {
    assert_true(n < 100);
    memory.calls = 0;
    memory.fail_from = n;
    got = drive(bytes, size, framing, &frames);
    assert_int_equal(memory.live, 0);
  }
  assert_int_equal(got, 0);
  assert_int_equal(frames, expected);
  assert_true(n > 3);
  memory.fail_from = 0;
}

static void packets_without_memory(void **state) {
  (void)state;
  fails_without_memory(pier_framing_packet(2), (const uint8_t *)"\0\3abc\0\0\0\2de", 11, 3);
}

static void lines_without_memory(void **state) {
  (void)state;
  fails_without_memory(pier_framing_line(2), (const uint8_t *)"ab\rcd\r\r\nx", 9, 4);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, counting, not_counting)
  static const struct CMUnitTest tests[] = {
      TEST(whole_frames_are_not_copied),
      TEST(whole_lines_are_not_copied),
      TEST(an_announcement_costs_nothing),
      TEST(an_idle_framer_holds_no_memory),
      TEST(a_big_frame_is_read_into_its_place),
      TEST(packets_without_memory),
      TEST(lines_without_memory),
  };
#undef TEST
  return cmocka_run_group_tests_name("framer's memory", tests, NULL, NULL);
}
