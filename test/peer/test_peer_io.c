/* Peers over real pipes: every case with the blocking loop and with libuv. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <pier.h>

#include "../support/child.h"
#include "../support/frames.h"
#include "../support/loops.h"
#include "../support/peer_program.h"

/* The terms in the frames of `bytes`, one a line. */
static char *as_text(const pier_buffer *bytes) {
  pier_framing framing = pier_framing_packet(4);
  pier_buffer text = PIER_BUFFER_INIT;
  pier_framer *framer;
  pier_frame frame;
  assert_int_equal(pier_framer_new(&framer, &framing, NULL), 0);
  assert_int_equal(pier_framer_feed(framer, pier_buffer_span(bytes)), 0);
  while (pier_framer_next(framer, &frame) == 1) {
    assert_int_equal(pier_term_print(&text, frame.payload, PIER_TEXT_TW, 0), 0);
    pier_buffer_append_byte(&text, '\n');
  }
  assert_int_equal(pier_framer_end(framer, &frame), 0);
  pier_framer_free(framer);
  pier_buffer_append_byte(&text, 0);
  return (char *)text.data;
}

/* The same terms, however they are encoded. */
static void expect_terms(const pier_buffer *got, const pier_buffer *expected) {
  char *got_text = as_text(got), *expected_text = as_text(expected);
  assert_string_equal(got_text, expected_text);
  pier_free(got_text);
  pier_free(expected_text);
}

/* Input is echoed; the program then ends with 0 and silence. */
static void echoes(struct peer_setting *setting, const pier_buffer *input, size_t step) {
  pier_buffer output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  child_start(&child, setting->flags, echo_program, setting);
  child_exchange(&child, pier_buffer_span(input), step, &output, input->size);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  assert_string_equal(said, "");
  expect_bytes(&output, input);
  pier_buffer_free(&output);
}

static void small_frames_of(struct peer_setting *setting, size_t count, size_t step) {
  pier_buffer input = PIER_BUFFER_INIT;
  size_t i;
  for (i = 0; i < count; i++)
    append_frame(&input, setting->packet, "0123456789abcdef", i % 17);
  echoes(setting, &input, step);
  pier_buffer_free(&input);
}

static void byte_by_byte(struct peer_setting *setting) {
  small_frames_of(setting, 40, 1);
}

static void in_flight_64(struct peer_setting *setting) {
  small_frames_of(setting, 64, SIZE_MAX);
}

static void in_flight_20000(struct peer_setting *setting) {
  small_frames_of(setting, 20000, SIZE_MAX);
}

static void packet_1(struct peer_setting *setting) {
  setting->packet = 1;
  small_frames_of(setting, 300, 7);
}

static void packet_2(struct peer_setting *setting) {
  setting->packet = 2;
  small_frames_of(setting, 300, 7);
}

static void nonblocking_pipes(struct peer_setting *setting) {
  setting->flags = CHILD_NONBLOCKING;
  small_frames_of(setting, 5000, 1000);
}

static void small_pipes(struct peer_setting *setting) {
  setting->flags = CHILD_SMALL_PIPES;
  small_frames_of(setting, 5000, 999);
}

static void on_3_and_4(struct peer_setting *setting) {
  setting->flags = CHILD_ON_3_AND_4;
  small_frames_of(setting, 100, SIZE_MAX);
}

static void big_frames(struct peer_setting *setting) {
  static const size_t sizes[] = {0, 65531, 65532, 65533, 4 << 20, 1, 300000};
  pier_buffer input = PIER_BUFFER_INIT;
  size_t i;
  for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    append_big(&input, sizes[i]);
  echoes(setting, &input, SIZE_MAX);
  pier_buffer_free(&input);
}

static void big_frames_nonblocking(struct peer_setting *setting) {
  setting->flags = CHILD_NONBLOCKING | CHILD_SMALL_PIPES;
  big_frames(setting);
}

/* Signals without SA_RESTART arrive all the time. */
static void signals(struct peer_setting *setting) {
  pier_buffer input = PIER_BUFFER_INIT, output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  size_t i, at;
  setting->flags = CHILD_SMALL_PIPES;
  for (i = 0; i < 200; i++)
    append_big(&input, 5000);
  child_start(&child, setting->flags, echo_program, setting);
  child_exchange(&child, pier_span_of(input.data, 5004), 5004, &output, 5004);
  for (at = 5004; at < input.size; at += 5004) {
    kill(child.pid, SIGUSR1);
    child_exchange(&child, pier_span_of(input.data + at, 5004), 700, &output, at);
    kill(child.pid, SIGUSR1);
  }
  child_exchange(&child, pier_span_of(NULL, 0), 1, &output, input.size);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  expect_bytes(&output, &input);
  pier_buffer_free(&input);
  pier_buffer_free(&output);
}

/* All is written and the owner's end closed before one answer is read. */
static void pending_output_at_the_end(struct peer_setting *setting) {
  pier_buffer input = PIER_BUFFER_INIT, output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  append_big(&input, 50000);
  setting->flags = CHILD_SMALL_PIPES;
  child_start(&child, setting->flags, echo_program, setting);
  {
    int from = child.from;
    child.from = -1;
    child_exchange(&child, pier_buffer_span(&input), SIZE_MAX, &output, 0);
    child.from = from;
  }
  child_close(&child.to);
  child_exchange(&child, pier_span_of(NULL, 0), 1, &output, SIZE_MAX);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  expect_bytes(&output, &input);
  pier_buffer_free(&input);
  pier_buffer_free(&output);
}

/* What the program says of `input`: its answers, its status, its last words. */
static void ends_with(struct peer_setting *setting, int (*program)(void *), const void *input,
                      size_t size, const pier_buffer *answers, int status, const char *words) {
  pier_buffer output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  child_start(&child, setting->flags, program, setting);
  child_exchange(&child, pier_span_of(input, size), SIZE_MAX, &output, 0);
  child_close(&child.to);
  child_exchange(&child, pier_span_of(NULL, 0), 1, &output, SIZE_MAX);
  assert_int_equal(child_end(&child, said, sizeof said), status);
  if (!strstr(said, words) || (*words == '\0' && *said != '\0'))
    fail_msg("said \"%s\", expected \"%s\"", said, words);
  if (answers && program == term_program)
    expect_terms(&output, answers);
  else if (answers)
    expect_bytes(&output, answers);
  else
    assert_int_equal(output.size, 0);
  pier_buffer_free(&output);
}

static void nothing_at_all(struct peer_setting *setting) {
  ends_with(setting, echo_program, "", 0, NULL, 0, "");
}

static void end_in_a_header(struct peer_setting *setting) {
  ends_with(setting, echo_program, "\0\0", 2, NULL, 1, "input ends after 2 of 4 bytes");
}

static void end_in_a_body(struct peer_setting *setting) {
  pier_buffer answers = PIER_BUFFER_INIT;
  append_frame(&answers, 4, "a", 1);
  ends_with(setting, echo_program, "\0\0\0\1a\0\0\0\5bcd", 12, &answers, 1,
            "byte 5: input ends after 3 of 5 bytes");
  pier_buffer_free(&answers);
}

static void text_where_frames_are_expected(struct peer_setting *setting) {
  ends_with(setting, echo_program, "hello, world\n", 13, NULL, 1,
            "input, byte 0: the text \"hell\" where a frame is expected");
}

static void a_frame_beyond_the_limit(struct peer_setting *setting) {
  ends_with(setting, echo_program, "\x7f\0\0\0", 4, NULL, 1,
            "a frame of 2130706432 bytes is announced, the limit is 67108864");
}

static void end_in_a_body_with_handler(struct peer_setting *setting) {
  setting->error = be_patient;
  ends_with(setting, echo_program, "\0\0\0\5bcd", 7, NULL, 1, "handler: PIER_ETRUNCATED\n");
}

/* The owner reads nothing and goes. */
static void dead_reader(struct peer_setting *setting, size_t size) {
  pier_buffer input = PIER_BUFFER_INIT, output = PIER_BUFFER_INIT;
  char said[512];
  struct child child;
  append_big(&input, size);
  child_start(&child, setting->flags, echo_program, setting);
  child_close(&child.from);
  child_exchange(&child, pier_buffer_span(&input), SIZE_MAX, &output, 0);
  {
    int to = child.to;
    child.to = -1; /* it must end by itself */
    assert_int_equal(child_end(&child, said, sizeof said), 0);
    close(to);
  }
  assert_string_equal(said, "");
  pier_buffer_free(&input);
}

static void dead_reader_small(struct peer_setting *setting) {
  dead_reader(setting, 10);
}

static void dead_reader_big(struct peer_setting *setting) {
  dead_reader(setting, 4 << 20);
}

static void dialogue(struct peer_setting *setting, const char *const *requests,
                     const char *const *answers, int status, const char *words) {
  pier_buffer input = PIER_BUFFER_INIT, expected = PIER_BUFFER_INIT;
  for (; *requests; requests++)
    append_term(&input, *requests);
  for (; *answers; answers++)
    append_term(&expected, *answers);
  ends_with(setting, term_program, input.data, input.size, &expected, status, words);
  pier_buffer_free(&input);
  pier_buffer_free(&expected);
}

static void requests(struct peer_setting *setting) {
  static const char *const sent[] = {
      "{add,1,2}", "{add,-1,1}", "{add,a,b}", "nobody", "{nobody}",  "{add,1}",   "[]",
      "{1,2}",     "{}",         "{twice}",   "forget", "{add,3,4}", "'\\x{e4}'", NULL};
  static const char *const got[] = {"{ok,3}",
                                    "{ok,0}",
                                    "{error,badarg}",
                                    "{error,{undef,nobody,0}}",
                                    "{error,{undef,nobody,0}}",
                                    "{error,{undef,add,1}}",
                                    "{error,badarg}",
                                    "{error,badarg}",
                                    "{error,badarg}",
                                    "once",
                                    "{error,noreply}",
                                    "{ok,7}",
                                    "{error,{undef,'\\x{e4}',0}}",
                                    NULL};
  dialogue(setting, sent, got, 0, "");
}

static void stray_output(struct peer_setting *setting) {
  static const char *const sent[] = {"print", "{add,1,2}", NULL};
  static const char *const got[] = {"printed", "{ok,3}", NULL};
  dialogue(setting, sent, got, 0, "stray\nfrom a child\n");
}

static void stopping(struct peer_setting *setting) {
  static const char *const sent[] = {"{add,1,2}", "stop", "{add,3,4}", NULL};
  static const char *const got[] = {"{ok,3}", "bye", NULL};
  dialogue(setting, sent, got, 0, "");
}

static void a_handler_fails(struct peer_setting *setting) {
  static const char *const sent[] = {"{add,1,2}", "refuse", "{add,3,4}", NULL};
  static const char *const got[] = {"{ok,3}", NULL};
  dialogue(setting, sent, got, 1, "a handler failed: not possible in this state\n");
}

/* Answered, and the next request works, with or without an error handler. */
static void a_bad_term(struct peer_setting *setting) {
  pier_buffer input = PIER_BUFFER_INIT, expected = PIER_BUFFER_INIT;
  append_term(&input, "{add,1,2}");
  append_frame(&input, 4, "junk", 4);
  append_term(&input, "{add,3,4}");
  append_term(&expected, "{ok,3}");
  append_term(&expected, "{error,{badterm,<<\"first byte is 106, not 131\">>}}");
  append_term(&expected, "{ok,7}");
  ends_with(setting, term_program, input.data, input.size, &expected, 0, "");
  setting->error = be_patient;
  pier_buffer_clear(&expected);
  append_term(&expected, "{ok,3}");
  append_term(&expected, "{error,badterm}");
  append_term(&expected, "{ok,7}");
  ends_with(setting, term_program, input.data, input.size, &expected, 0, "");
  pier_buffer_free(&input);
  pier_buffer_free(&expected);
}

static void refuse_bad_terms(struct peer_setting *setting) {
  pier_buffer input = PIER_BUFFER_INIT, expected = PIER_BUFFER_INIT;
  setting->error = be_strict;
  append_term(&input, "{add,1,2}");
  append_frame(&input, 4, "junk", 4);
  append_term(&input, "{add,3,4}");
  append_term(&expected, "{ok,3}");
  ends_with(setting, term_program, input.data, input.size, &expected, 1, "handler: PIER_ETERM");
  pier_buffer_free(&input);
  pier_buffer_free(&expected);
}

static const struct row {
  const char *name;
  void (*check)(struct peer_setting *setting);
} rows[] = {
    {"frames byte by byte", byte_by_byte},
    {"64 frames in flight", in_flight_64},
    {"20000 frames in flight", in_flight_20000},
    {"packet 1", packet_1},
    {"packet 2", packet_2},
    {"pipes that do not block", nonblocking_pipes},
    {"pipes of 4 KiB", small_pipes},
    {"descriptors 3 and 4", on_3_and_4},
    {"frames of up to 4 MiB", big_frames},
    {"frames of up to 4 MiB, small pipes that do not block", big_frames_nonblocking},
    {"signals all the time", signals},
    {"answers still leave at the end of file", pending_output_at_the_end},
    {"end of file at once", nothing_at_all},
    {"end of file in a header", end_in_a_header},
    {"end of file in a body", end_in_a_body},
    {"end of file in a body, error handler", end_in_a_body_with_handler},
    {"a frame beyond the limit", a_frame_beyond_the_limit},
    {"text where frames are expected", text_where_frames_are_expected},
    {"an owner that is gone before a small answer", dead_reader_small},
    {"an owner that is gone before a big answer", dead_reader_big},
    {"requests and who answers them", requests},
    {"stray output of the program and of its children", stray_output},
    {"a handler stops the program", stopping},
    {"a handler fails", a_handler_fails},
    {"a frame that is no term, without and with error handler", a_bad_term},
    {"a frame that is no term, and a handler that ends it", refuse_bad_terms},
};

static void check_row(const void *state, int uv) {
  const struct row *row = state;
  struct peer_setting setting = {uv, 4, 0, NULL};
  row->check(&setting);
}

int main(void) {
  return RUN_LOOPS("peer", rows, check_row);
}
