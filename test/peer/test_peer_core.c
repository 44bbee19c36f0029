/* The peer without I/O: in every chunking, and without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pier.h>

#include "../support/feed.h"

static int add(pier_call *call, void *state) {
  long long a, b;
  (void)state;
  if (pier_match(pier_call_request(call), "{add, ~l, ~l}", &a, &b) < 0)
    return pier_reply(call, "{error, badarg}");
  return pier_reply(call, "{ok, ~l}", a + b);
}

static int give_back(pier_call *call, void *state) {
  (void)state;
  return pier_reply_term(call, pier_call_request(call));
}

static int give_text(pier_call *call, void *state) {
  return pier_reply(call, "~z", (const char *)state);
}

static pier_peer *new_peer(unsigned packet, pier_peer_error *error) {
  pier_peer_config config;
  pier_peer *peer;
  pier_peer_config_init(&config);
  config.packet = packet;
  config.in = config.out = -1;
  config.error = error;
  config.limits.frame = 1000;
  if (pier_peer_new(&peer, &config) < 0) return NULL;
  if (pier_peer_on(peer, "add", 2, add, NULL) < 0 ||
      pier_peer_on(peer, "id", 1, give_back, NULL) < 0) {
    pier_peer_free(peer);
    return NULL;
  }
  return peer;
}

static void append_request(pier_buffer *stream, unsigned packet, const char *text) {
  pier_framing framing = pier_framing_packet(packet);
  pier_buffer term = PIER_BUFFER_INIT;
  pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL);
  assert_int_equal(term.error, 0);
  assert_int_equal(pier_frame_append(stream, &framing, pier_buffer_span(&term)), 0);
  pier_buffer_free(&term);
}

/* The answers in `stream`, with commas. */
static void to_text(pier_span stream, unsigned packet, pier_buffer *text) {
  pier_framing framing = pier_framing_packet(packet);
  pier_framer *framer;
  pier_frame frame;
  assert_int_equal(pier_framer_new(&framer, &framing, NULL), 0);
  assert_int_equal(pier_framer_feed(framer, stream), 0);
  while (pier_framer_next(framer, &frame) == 1) {
    assert_int_equal(pier_term_print(text, frame.payload, PIER_TEXT_TP, 0), 0);
    pier_buffer_append_byte(text, ';');
  }
  assert_int_equal(pier_framer_end(framer, &frame), 0);
  pier_framer_free(framer);
}

/* ---- Every chunking ---------------------------------------------------------- */

static const struct row {
  const char *name;
  unsigned packet;
  const char *requests[5]; /* a text that begins with ! is a frame as it is */
  const char *answers;     /* then ".", or the error and its offset */
} rows[] = {
    {"two requests", 4, {"{add, 1, 2}", "{id, [a, 1.5]}"}, "{ok,3};{id,[a,1.5]};."},
    {"two requests", 2, {"{add, 1, 2}", "{id, [a, 1.5]}"}, "{ok,3};{id,[a,1.5]};."},
    {"two requests", 1, {"{add, 1, 2}", "{id, [a, 1.5]}"}, "{ok,3};{id,[a,1.5]};."},
    {"nobody's request",
     4,
     {"{no, 1}", "no", "{add, 1, 1}"},
     "{error,{undef,no,1}};{error,{undef,no,0}};{ok,2};."},
    {"no request", 4, {"7", "{add, 1, 1}"}, "{error,badarg};{ok,2};."},
    {"no term",
     4,
     {"{add, 1, 2}", "!junk", "{add, 1, 2}"},
     "{ok,3};{error,{badterm,<<\"first byte is 106, not 131\">>}};{ok,3};."},
    {"an empty frame",
     4,
     {"!", "{add, 1, 2}"},
     "{error,{badterm,<<\"there are no bytes\">>}};{ok,3};."},
    {"an empty frame",
     2,
     {"{add, 1, 2}", "!"},
     "{ok,3};{error,{badterm,<<\"there are no bytes\">>}};."},
    {"the header of a bigger packet", 2, {"!", "{add, 1, 2}"}, "!PIER_ETERM@0"},
    {"the header of a bigger packet", 1, {"!", "{add, 1, 2}"}, "!PIER_ETERM@0"},
    {"bytes after a term", 4, {"!\203ax", "{add, 1, 2}"}, "{error,badarg};{ok,3};."},
    {"two terms in a frame",
     4,
     {"!\203axa", "{add, 1, 2}"},
     "{error,{badterm,<<\"1 bytes left over after the term\">>}};{ok,3};."},
};

static struct {
  const struct row *row;
  pier_peer *peer;
  int error;
} run;

static void begin(void *state) {
  (void)state;
  run.error = 0;
  run.peer = new_peer(run.row->packet, NULL);
  assert_non_null(run.peer);
}

static void piece(void *state, pier_span bytes) {
  int error = pier_peer_feed(run.peer, bytes);
  (void)state;
  if (run.error) assert_int_equal(error, run.error);
  run.error = error;
}

static void end(void *state, size_t cut) {
  pier_buffer text = PIER_BUFFER_INIT;
  int error = pier_peer_end(run.peer);
  const pier_diag *diag = pier_peer_diag(run.peer);
  (void)state;
  assert_int_equal(error, run.error);
  assert_int_equal(error, diag->error);
  to_text(pier_peer_output(run.peer), run.row->packet, &text);
  if (error)
    pier_buffer_append_format(&text, "!%s@%zu", pier_error_name(error), diag->offset);
  else
    pier_buffer_append_byte(&text, '.');
  pier_buffer_append_byte(&text, 0);
  if (strcmp((const char *)text.data, run.row->answers) != 0)
    fail_msg("cut at %zu: got %s, expected %s", cut, (const char *)text.data, run.row->answers);
  pier_buffer_free(&text);
  pier_peer_free(run.peer);
}

static void check_row(void **state) {
  size_t i, number = (size_t)(uintptr_t)*state;
  pier_buffer stream = PIER_BUFFER_INIT;
  feed_consumer consumer = {begin, piece, end, NULL};
  run.row = &rows[number / 3];
  for (i = 0; i < 5 && run.row->requests[i]; i++) {
    const char *request = run.row->requests[i];
    pier_framing framing = pier_framing_packet(run.row->packet);
    if (request[0] == '!')
      assert_int_equal(pier_frame_append(&stream, &framing, pier_span_text(request + 1)), 0);
    else
      append_request(&stream, run.row->packet, request);
  }
  feed((feed_mode)(number % 3), pier_buffer_span(&stream), &consumer);
  pier_buffer_free(&stream);
}

/* ---- One by one ---------------------------------------------------------------- */

/* Feeds one request; its answer as text, NUL ended, in `text`. */
static int ask(pier_peer *peer, unsigned packet, const char *request, pier_buffer *text) {
  pier_buffer stream = PIER_BUFFER_INIT;
  int error;
  append_request(&stream, packet, request);
  error = pier_peer_feed(peer, pier_buffer_span(&stream));
  pier_buffer_clear(text);
  to_text(pier_peer_output(peer), packet, text);
  pier_buffer_append_byte(text, 0);
  pier_peer_wrote(peer, SIZE_MAX);
  pier_buffer_free(&stream);
  return error;
}

static void an_answer_too_big_for_the_header(void **state) {
  char text[300];
  pier_peer *peer = new_peer(1, NULL);
  pier_buffer answer = PIER_BUFFER_INIT;
  (void)state;
  memset(text, 'x', sizeof text);
  text[299] = '\0';
  assert_int_equal(pier_peer_on(peer, "text", 0, give_text, text), 0);
  assert_int_equal(ask(peer, 1, "text", &answer), 0);
  assert_string_equal((const char *)answer.data, "{error,too_big};");
  pier_buffer_free(&answer);
  pier_peer_free(peer);
}

/* The whole name would not fit into the answer. */
static void a_long_name_in_packet_1(void **state) {
  char name[242];
  pier_peer *peer = new_peer(1, NULL);
  pier_buffer answer = PIER_BUFFER_INIT;
  (void)state;
  memset(name, 'x', sizeof name);
  name[241] = '\0';
  assert_int_equal(ask(peer, 1, name, &answer), 0);
  assert_string_equal((const char *)answer.data, "{error,undef};");
  pier_buffer_free(&answer);
  pier_peer_free(peer);
}

static void a_second_handler_replaces_the_first(void **state) {
  static char second[] = "second", other[] = "other";
  pier_peer *peer = new_peer(4, NULL);
  pier_buffer answer = PIER_BUFFER_INIT;
  (void)state;
  assert_int_equal(pier_peer_on(peer, "id", 1, give_text, second), 0);
  assert_int_equal(pier_peer_on(peer, "id", 2, give_text, other), 0);
  assert_int_equal(ask(peer, 4, "{id, 1}", &answer), 0);
  assert_string_equal((const char *)answer.data, "<<\"second\">>;");
  assert_int_equal(ask(peer, 4, "{id, 1, 2}", &answer), 0);
  assert_string_equal((const char *)answer.data, "<<\"other\">>;");
  pier_buffer_free(&answer);
  pier_peer_free(peer);
}

static void one_handler_for_everything_else(void **state) {
  pier_peer *peer = new_peer(4, NULL);
  pier_buffer answer = PIER_BUFFER_INIT;
  (void)state;
  assert_int_equal(pier_peer_on_any(peer, give_back, NULL), 0);
  assert_int_equal(ask(peer, 4, "[no, request]", &answer), 0);
  assert_string_equal((const char *)answer.data, "[no,request];");
  assert_int_equal(ask(peer, 4, "{add, 1, 1}", &answer), 0);
  assert_string_equal((const char *)answer.data, "{ok,2};");
  pier_buffer_free(&answer);
  pier_peer_free(peer);
}

static void output_may_leave_in_pieces(void **state) {
  pier_peer *peer = new_peer(1, NULL);
  pier_buffer stream = PIER_BUFFER_INIT;
  (void)state;
  append_request(&stream, 1, "{id, abc}");
  append_request(&stream, 1, "{id, abc}");
  assert_int_equal(pier_peer_feed(peer, pier_buffer_span(&stream)), 0);
  while (stream.size > 0) {
    pier_span output = pier_peer_output(peer);
    assert_int_equal(output.size, stream.size);
    assert_memory_equal(output.data, stream.data, output.size);
    pier_peer_wrote(peer, 3);
    pier_buffer_consume(&stream, 3);
  }
  assert_int_equal(pier_peer_output(peer).size, 0);
  pier_buffer_free(&stream);
  pier_peer_free(peer);
}

static void a_frame_beyond_the_limit(void **state) {
  pier_peer *peer = new_peer(4, NULL);
  (void)state;
  assert_int_equal(pier_peer_feed(peer, pier_span_of("\0\0\3\xe9", 4)), PIER_EFRAMESIZE);
  assert_int_equal(pier_peer_feed(peer, pier_span_of("x", 1)), PIER_EFRAMESIZE);
  assert_int_equal(pier_peer_end(peer), PIER_EFRAMESIZE);
  pier_peer_free(peer);
}

static void what_makes_no_sense(void **state) {
  pier_peer *peer = new_peer(4, NULL);
  pier_peer_config config;
  char name[2000];
  (void)state;
  memset(name, 'x', sizeof name);
  name[1999] = '\0';
  assert_int_equal(pier_peer_on(peer, NULL, 1, add, NULL), PIER_EARG);
  assert_int_equal(pier_peer_on(peer, "x", 1, NULL, NULL), PIER_EARG);
  assert_int_equal(pier_peer_on(peer, name, 1, add, NULL), PIER_EARG);
  pier_peer_free(peer);
  pier_peer_config_init(&config);
  config.packet = 3;
  config.in = config.out = -1;
  assert_int_equal(pier_peer_new(&peer, &config), PIER_EPACKET);
  assert_null(peer);
  pier_peer_free(peer);
}

/* ---- Without memory -------------------------------------------------------------- */

static struct { size_t calls, live, fail_from; } memory;

static void *failing(void *context, void *old, size_t size) {
  void *fresh;
  (void)context;
  if (size == 0) {
    memory.live--;
    free(old);
    return NULL;
  }
  if (++memory.calls >= memory.fail_from) return NULL;
  fresh = realloc(old, size);
  if (fresh && !old) memory.live++;
  return fresh;
}

/* 0 if all went well, 1 if memory was missing. */
static int whole_life(pier_span stream) {
  pier_peer *peer = new_peer(4, NULL);
  size_t i;
  int error = 0;
  if (!peer) return 1;
  for (i = 0; i < stream.size && !error; i++)
    error = pier_peer_feed(peer, pier_span_of(stream.data + i, 1));
  if (error) assert_int_equal(error, PIER_ENOMEM);
  pier_peer_free(peer);
  return error != 0;
}

static void every_allocation_fails_once(void **state) {
  pier_allocator allocator = {failing, NULL};
  pier_buffer stream = PIER_BUFFER_INIT;
  size_t n;
  int missing = 1;
  (void)state;
  append_request(&stream, 4, "{add, 1, 2}");
  append_request(&stream, 4, "{id, [1, 2, \"three\"]}");
  append_request(&stream, 4, "{nobody, 1}");
  pier_set_allocator(&allocator);
  for (n = 1; missing && n < 1000; n++) {
    memory.calls = memory.live = 0;
    memory.fail_from = n;
    missing = whole_life(pier_buffer_span(&stream));
    if (memory.live != 0) break;
  }
  pier_set_allocator(NULL);
  assert_int_equal(memory.live, 0);
  assert_int_equal(missing, 0);
  assert_true(n > 8);
  pier_buffer_free(&stream);
}

int main(void) {
  enum { ROWS = sizeof rows / sizeof rows[0] * 3 };
  static const struct CMUnitTest others[] = {
      cmocka_unit_test(an_answer_too_big_for_the_header),
      cmocka_unit_test(a_long_name_in_packet_1),
      cmocka_unit_test(a_second_handler_replaces_the_first),
      cmocka_unit_test(one_handler_for_everything_else),
      cmocka_unit_test(output_may_leave_in_pieces),
      cmocka_unit_test(a_frame_beyond_the_limit),
      cmocka_unit_test(what_makes_no_sense),
      cmocka_unit_test(every_allocation_fails_once),
  };
  static struct CMUnitTest tests[ROWS + sizeof others / sizeof others[0]];
  static char names[ROWS][96];
  size_t i;
  for (i = 0; i < ROWS; i++) {
    snprintf(names[i], sizeof names[i], "%s, packet %u, %s", rows[i / 3].name,
             rows[i / 3].packet, feed_mode_names[i % 3]);
    tests[i].name = names[i];
    tests[i].test_func = check_row;
    tests[i].initial_state = (void *)(uintptr_t)i;
  }
  memcpy(tests + ROWS, others, sizeof others);
  return cmocka_run_group_tests_name("peer without I/O", tests, NULL, NULL);
}
