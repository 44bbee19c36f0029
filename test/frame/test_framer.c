/* Every case in every chunking: a row is the bytes of a stream and what comes
 * out of it, written as text, the end and its fault included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <pier/frame.h>

#include "../support/feed.h"

#define BYTES(text) text, sizeof(text) - 1

typedef struct row {
  const char *name;
  pier_framing_kind kind;
  size_t parameter; /* packet size, or longest line */
  const char *bytes;
  size_t size;
  const char
      *expected; /* [frame], [line$] with its end, [part_] without; "." or "!error@offset" */
} row;

enum { LIMIT = 70000 };

static const row rows[] = {
    /* The table of the BEAM's line mode. */
    {"line: exactly the limit", PIER_LINE, 4, BYTES("abcd\n"), "[abcd$]."},
    {"line: exactly the limit, CR LF", PIER_LINE, 4, BYTES("abcd\r\n"), "[abcd$]."},
    {"line: twice the limit", PIER_LINE, 4, BYTES("abcdefgh\n"), "[abcd_][efgh$]."},
    {"line: the limit, then the end", PIER_LINE, 4, BYTES("abcd"), "[abcd_]."},
    {"line: CR within the limit", PIER_LINE, 4, BYTES("abc\rx\n"), "[abc\r_][x$]."},
    {"line: CR beyond the limit", PIER_LINE, 4, BYTES("abcd\rx\n"), "[abcd_][\rx$]."},
    {"line: CR CR LF", PIER_LINE, 4, BYTES("a\r\r\n"), "[a\r$]."},
    {"line: CR beyond the limit, the end", PIER_LINE, 4, BYTES("abcd\r"), "[abcd_][\r_]."},
    {"line: two CR beyond the limit, the end", PIER_LINE, 4, BYTES("abcd\r\r"),
     "[abcd_][\r\r_]."},
    /* More of it, seen on the BEAM. */
    {"line: nothing", PIER_LINE, 4, BYTES(""), "."},
    {"line: empty lines", PIER_LINE, 4, BYTES("\n\n"), "[$][$]."},
    {"line: an empty line, CR LF", PIER_LINE, 4, BYTES("\r\n"), "[$]."},
    {"line: a CR alone", PIER_LINE, 4, BYTES("\r"), "[\r_]."},
    {"line: a CR alone after a line", PIER_LINE, 4, BYTES("abc\n\r"), "[abc$][\r_]."},
    {"line: two CR", PIER_LINE, 4, BYTES("\r\r"), "[\r\r_]."},
    {"line: a CR is the last within the limit", PIER_LINE, 4, BYTES("abc\r"), "[abc\r_]."},
    {"line: a CR on each side of the limit", PIER_LINE, 4, BYTES("abc\r\r"), "[abc\r_][\r_]."},
    {"line: a CR on each side of the limit, LF", PIER_LINE, 4, BYTES("abc\r\r\n"), "[abc\r$]."},
    {"line: two CR beyond the limit, LF", PIER_LINE, 4, BYTES("abcd\r\r\n"), "[abcd_][\r$]."},
    {"line: three CR beyond the limit, LF", PIER_LINE, 4, BYTES("abcd\r\r\r\n"),
     "[abcd_][\r\r$]."},
    {"line: seven CR", PIER_LINE, 4, BYTES("\r\r\r\r\r\r\r"), "[\r\r\r\r_][\r\r\r_]."},
    {"line: one more than the limit, CR LF", PIER_LINE, 4, BYTES("abcde\r\n"), "[abcd_][e$]."},
    {"line: twice the limit, CR LF", PIER_LINE, 4, BYTES("abcdefgh\r\n"), "[abcd_][efgh$]."},
    {"line: CR beyond the limit, then CR LF", PIER_LINE, 4, BYTES("abcd\re\r\n"),
     "[abcd_][\re$]."},
    {"line: two parts, the end", PIER_LINE, 4, BYTES("abcdefgh"), "[abcd_][efgh_]."},
    {"line: CR beyond the limit, more, the end", PIER_LINE, 4, BYTES("abcd\rx"),
     "[abcd_][\rx_]."},
    {"line: limit 1, LF", PIER_LINE, 1, BYTES("a\nb\n"), "[a$][b$]."},
    {"line: limit 1, CR LF", PIER_LINE, 1, BYTES("a\r\n"), "[a$]."},
    {"line: limit 1, CR, the end", PIER_LINE, 1, BYTES("a\r"), "[a_][\r_]."},
    {"line: limit 1, CR CR LF", PIER_LINE, 1, BYTES("\r\r\n"), "[\r$]."},
    {"line: limit 1, three CR", PIER_LINE, 1, BYTES("\r\r\r"), "[\r_][\r_][\r_]."},
    {"line: limit 1, CR x", PIER_LINE, 1, BYTES("\rx\n"), "[\r_][x$]."},
    {"line: limit 2, three CR, LF", PIER_LINE, 2, BYTES("\r\r\r\n"), "[\r\r$]."},
    {"line: a limit nobody reaches", PIER_LINE, 0x7fffffff, BYTES("ab\r\ncd\nef"),
     "[ab$][cd$][ef_]."},
    {"line: a NUL is a byte", PIER_LINE, 4, BYTES("a\0b\n"), "[a\\0b$]."},
    /* Packets. */
    {"packet 1: nothing", PIER_PACKET, 1, BYTES(""), "."},
    {"packet 2: nothing", PIER_PACKET, 2, BYTES(""), "."},
    {"packet 4: nothing", PIER_PACKET, 4, BYTES(""), "."},
    {"packet 1: one", PIER_PACKET, 1, BYTES("\3abc"), "[abc]."},
    {"packet 2: one", PIER_PACKET, 2, BYTES("\0\3abc"), "[abc]."},
    {"packet 4: one", PIER_PACKET, 4, BYTES("\0\0\0\3abc"), "[abc]."},
    {"packet 1: empty ones", PIER_PACKET, 1, BYTES("\0\0\1a\0"), "[][][a][]."},
    {"packet 2: empty ones", PIER_PACKET, 2, BYTES("\0\0\0\0\0\1a\0\0"), "[][][a][]."},
    {"packet 4: empty ones", PIER_PACKET, 4, BYTES("\0\0\0\0\0\0\0\1a\0\0\0\0"), "[][a][]."},
    {"packet 1: three", PIER_PACKET, 1, BYTES("\1a\2bc\3def"), "[a][bc][def]."},
    {"packet 4: three", PIER_PACKET, 4, BYTES("\0\0\0\1a\0\0\0\2bc\0\0\0\3def"),
     "[a][bc][def]."},
    {"packet 1: ends in a body", PIER_PACKET, 1, BYTES("\1a\3bc"), "[a]!PIER_ETRUNCATED@2"},
    {"packet 2: ends in a header", PIER_PACKET, 2, BYTES("\0\1a\0"), "[a]!PIER_ETRUNCATED@3"},
    {"packet 2: ends after a header", PIER_PACKET, 2, BYTES("\0\1a\0\2"),
     "[a]!PIER_ETRUNCATED@3"},
    {"packet 4: ends in a header", PIER_PACKET, 4, BYTES("\0\0\0"), "!PIER_ETRUNCATED@0"},
    {"packet 4: ends after a header", PIER_PACKET, 4, BYTES("\0\0\0\5"), "!PIER_ETRUNCATED@0"},
    {"packet 4: ends in a body", PIER_PACKET, 4, BYTES("\0\0\0\0\0\0\0\5abcd"),
     "[]!PIER_ETRUNCATED@4"},
    {"packet 4: one more than the limit", PIER_PACKET, 4, BYTES("\0\0\0\1a\0\1\x11\x71xyz"),
     "[a]!PIER_EFRAMESIZE@5"},
    {"packet 4: text instead of frames", PIER_PACKET, 4, BYTES("hello, world\n"),
     "!PIER_EFRAMESIZE@0"},
    {"packet 4: the biggest header", PIER_PACKET, 4, BYTES("\xff\xff\xff\xff"),
     "!PIER_EFRAMESIZE@0"},
    {"packet 2: text instead of frames", PIER_PACKET, 2, BYTES("hello, world\n"),
     "!PIER_ETRUNCATED@0"},
    {"packet 4: exactly the limit is announced", PIER_PACKET, 4, BYTES("\0\1\x11\x70xyz"),
     "!PIER_ETRUNCATED@0"},
};

static struct run {
  const row *row;
  pier_framer *framer;
  pier_buffer said;
  int error;
} run;

static void say_frame(const pier_frame *frame) {
  size_t i;
  pier_buffer_append_text(&run.said, "[");
  for (i = 0; i < frame->payload.size; i++) {
    uint8_t byte = frame->payload.data[i];
    if (byte == 0)
      pier_buffer_append_text(&run.said, "\\0");
    else
      pier_buffer_append_byte(&run.said, byte);
  }
  if (frame->kind == PIER_FRAME_EOL) pier_buffer_append_text(&run.said, "$");
  if (frame->kind == PIER_FRAME_NOEOL) pier_buffer_append_text(&run.said, "_");
  pier_buffer_append_text(&run.said, "]");
}

static void begin(void *state) {
  pier_framing framing = pier_framing_packet((unsigned)run.row->parameter);
  pier_limits limits;
  (void)state;
  pier_limits_init(&limits);
  limits.frame = LIMIT;
  if (run.row->kind == PIER_LINE) framing = pier_framing_line(run.row->parameter);
  assert_int_equal(pier_framer_new(&run.framer, &framing, &limits), 0);
  run.error = 0;
}

static void take_all(void) {
  pier_frame frame;
  int got;
  while ((got = pier_framer_next(run.framer, &frame)) == 1)
    say_frame(&frame);
  if (got < 0) run.error = got;
}

static void piece(void *state, pier_span bytes) {
  (void)state;
  if (run.error) {
    assert_int_equal(pier_framer_feed(run.framer, bytes), run.error);
    return;
  }
  assert_int_equal(pier_framer_feed(run.framer, bytes), 0);
  take_all();
}

/* As `piece`, but what has a place is put there. */
static void placed_piece(void *state, pier_span bytes) {
  while (bytes.size > 0) {
    size_t room, count;
    uint8_t *place = pier_framer_place(run.framer, &room);
    if (!place) {
      assert_int_equal(room, 0);
      piece(state, bytes);
      return;
    }
    count = room < bytes.size ? room : bytes.size;
    memcpy(place, bytes.data, count);
    assert_int_equal(pier_framer_placed(run.framer, count), 0);
    take_all();
    bytes.data += count;
    bytes.size -= count;
  }
}

static void end(void *state, size_t cut) {
  pier_frame frame;
  pier_diag diag;
  int got;
  (void)state;
  while ((got = pier_framer_end(run.framer, &frame)) == 1)
    say_frame(&frame);
  if (got == 0) {
    pier_buffer_append_text(&run.said, ".");
    assert_int_equal(pier_framer_pending(run.framer), 0);
  } else {
    pier_framer_diag(run.framer, &diag);
    assert_int_equal(diag.error, got);
    assert_true(strlen(diag.text) > 0);
    pier_buffer_append_format(&run.said, "!%s@%zu", pier_error_name(got), diag.offset);
    assert_int_equal(pier_framer_end(run.framer, &frame), got);
  }
  pier_buffer_append_byte(&run.said, 0);
  if (strcmp((const char *)run.said.data, run.row->expected) != 0)
    fail_msg("cut at %zu: got %s, expected %s", cut, (const char *)run.said.data,
             run.row->expected);
  pier_buffer_free(&run.said);
  pier_framer_free(run.framer);
}

typedef struct check {
  const row *row;
  feed_mode mode;
  int placed;
} check;

static void check_row(void **state) {
  const check *chosen = *state;
  feed_consumer consumer = {begin, chosen->placed ? placed_piece : piece, end, NULL};
  run.row = chosen->row;
  feed(chosen->mode, pier_span_of(chosen->row->bytes, chosen->row->size), &consumer);
}

enum { ROWS = sizeof rows / sizeof rows[0], CHECKS = ROWS * 4 };

int main(void) {
  static struct CMUnitTest tests[CHECKS];
  static check checks[CHECKS];
  static char names[CHECKS][96];
  size_t i, count = 0;
  int mode;
  for (i = 0; i < ROWS; i++) {
    for (mode = 0; mode < 4; mode++) {
      int placed = mode == 3;
      if (placed && rows[i].kind != PIER_PACKET) continue;
      checks[count].row = &rows[i];
      checks[count].mode = placed ? FEED_BYTES : (feed_mode)mode;
      checks[count].placed = placed;
      snprintf(names[count], sizeof names[count], "%s, %s", rows[i].name,
               placed ? "into its place" : feed_mode_names[mode]);
      tests[count].name = names[count];
      tests[count].test_func = check_row;
      tests[count].initial_state = &checks[count];
      count++;
    }
  }
  return _cmocka_run_group_tests("framer", tests, count, NULL, NULL);
}
