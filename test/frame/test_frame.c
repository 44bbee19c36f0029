/* The other direction, and the misuse of a framer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pier/frame.h>

typedef struct row {
  const char *name;
  unsigned packet;
  size_t size;
  int expected;
  uint8_t header[4];
} row;

static row rows[] = {
    {"packet 1: header of nothing", 1, 0, 1, {0}},
    {"packet 1: header of the most", 1, 255, 1, {255}},
    {"packet 1: one too many", 1, 256, PIER_EPAYLOAD, {0}},
    {"packet 2: header of nothing", 2, 0, 2, {0, 0}},
    {"packet 2: header of 258", 2, 258, 2, {1, 2}},
    {"packet 2: header of the most", 2, 65535, 2, {255, 255}},
    {"packet 2: one too many", 2, 65536, PIER_EPAYLOAD, {0}},
    {"packet 4: header of nothing", 4, 0, 4, {0, 0, 0, 0}},
    {"packet 4: header of 0x01020304", 4, 0x01020304, 4, {1, 2, 3, 4}},
    {"packet 4: header of the most", 4, 0xffffffff, 4, {255, 255, 255, 255}},
    {"packet 4: one too many", 4, (size_t)1 << 32, PIER_EPAYLOAD, {0}},
    {"packet 3: no such packet", 3, 1, PIER_EPACKET, {0}},
    {"packet 0: no such packet", 0, 1, PIER_EPACKET, {0}},
};

static void header_of_row(void **state) {
  const row *this = *state;
  pier_framing framing = pier_framing_packet(this->packet);
  uint8_t header[PIER_FRAME_HEADER_MAX];
  pier_diag diag;
  assert_int_equal(pier_frame_header(&framing, this->size, header), this->expected);
  if (this->expected > 0) {
    assert_memory_equal(header, this->header, this->expected);
    assert_int_equal(pier_frame_check(&framing, this->size, &diag), 0);
  } else {
    assert_int_equal(pier_frame_check(&framing, this->size, &diag), this->expected);
    assert_int_equal(diag.offset, this->expected == PIER_EPAYLOAD ? this->size - 1 : 0);
  }
}

static void stream_and_line_have_no_header(void **state) {
  pier_framing stream = pier_framing_stream(), line = pier_framing_line(1);
  uint8_t header[PIER_FRAME_HEADER_MAX];
  (void)state;
  assert_int_equal(pier_frame_header(&stream, SIZE_MAX, header), 0);
  assert_int_equal(pier_frame_header(&line, 1 << 20, header), 0);
}

static void append_writes_both_or_none(void **state) {
  pier_framing framing = pier_framing_packet(2);
  pier_buffer buffer = PIER_BUFFER_INIT;
  (void)state;
  buffer.limit = 8;
  assert_int_equal(pier_frame_append(&buffer, &framing, pier_span_text("abc")), 0);
  assert_int_equal(buffer.size, 5);
  assert_memory_equal(buffer.data, "\0\3abc", 5);
  assert_int_equal(pier_frame_append(&buffer, &framing, pier_span_text("de")), PIER_ELIMIT);
  assert_int_equal(buffer.size, 5);
  pier_buffer_free(&buffer);
}

static void a_framing_that_makes_no_sense(void **state) {
  pier_framing packet = pier_framing_packet(3), line = pier_framing_line(0);
  pier_framing long_line = pier_framing_line((size_t)1 << 31), odd = pier_framing_stream();
  pier_framer *framer;
  (void)state;
  odd.kind = (pier_framing_kind)77;
  assert_int_equal(pier_framer_new(&framer, &packet, NULL), PIER_EPACKET);
  assert_null(framer);
  assert_int_equal(pier_framer_new(&framer, &line, NULL), PIER_EARG);
  assert_int_equal(pier_framer_new(&framer, &long_line, NULL), PIER_EARG);
  assert_int_equal(pier_framer_new(&framer, &odd, NULL), PIER_EARG);
  assert_int_equal(pier_framer_new(&framer, NULL, NULL), PIER_EARG);
  pier_framer_free(framer);
}

static void calls_in_the_wrong_order(void **state) {
  pier_framing framing = pier_framing_packet(1);
  pier_framer *framer;
  pier_frame frame;
  (void)state;
  assert_int_equal(pier_framer_new(&framer, &framing, NULL), 0);
  assert_int_equal(pier_framer_placed(framer, 1), PIER_EARG);
  assert_int_equal(pier_framer_feed(framer, pier_span_text("\1a\1b")), 0);
  assert_int_equal(pier_framer_feed(framer, pier_span_text("\1c")), PIER_ESTATE);
  assert_int_equal(pier_framer_end(framer, &frame), PIER_ESTATE);
  assert_int_equal(pier_framer_next(framer, &frame), 1);
  assert_int_equal(pier_framer_next(framer, &frame), 1);
  assert_int_equal(pier_framer_end(framer, &frame), 0);
  assert_int_equal(pier_framer_end(framer, &frame), 0);
  assert_int_equal(pier_framer_feed(framer, pier_span_text("\1c")), PIER_ECLOSED);
  assert_int_equal(pier_framer_next(framer, &frame), 0);
  pier_framer_free(framer);
}

static void a_stream_comes_as_it_was_fed(void **state) {
  pier_framing framing = pier_framing_stream();
  pier_framer *framer;
  pier_frame frame;
  size_t room;
  (void)state;
  assert_int_equal(pier_framer_new(&framer, &framing, NULL), 0);
  assert_int_equal(pier_framer_feed(framer, pier_span_text("ab\ncd")), 0);
  assert_int_equal(pier_framer_next(framer, &frame), 1);
  assert_int_equal(frame.payload.size, 5);
  assert_int_equal(pier_framer_next(framer, &frame), 0);
  assert_int_equal(pier_framer_feed(framer, pier_span_of(NULL, 0)), 0);
  assert_int_equal(pier_framer_next(framer, &frame), 0);
  assert_null(pier_framer_place(framer, &room));
  assert_int_equal(pier_framer_end(framer, &frame), 0);
  pier_framer_free(framer);
}

int main(void) {
  enum { ROWS = sizeof rows / sizeof rows[0] };
  static const struct CMUnitTest others[] = {
      cmocka_unit_test(stream_and_line_have_no_header),
      cmocka_unit_test(append_writes_both_or_none),
      cmocka_unit_test(a_framing_that_makes_no_sense),
      cmocka_unit_test(calls_in_the_wrong_order),
      cmocka_unit_test(a_stream_comes_as_it_was_fed),
  };
  static struct CMUnitTest tests[ROWS + sizeof others / sizeof others[0]];
  size_t i;
  for (i = 0; i < ROWS; i++) {
    tests[i].name = rows[i].name;
    tests[i].test_func = header_of_row;
    tests[i].initial_state = &rows[i];
  }
  memcpy(tests + ROWS, others, sizeof others);
  return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
