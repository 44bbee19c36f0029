/* Calls that are kept, cancelled, timed; casts; messages that make no sense; each
 * dialogue at once and byte by byte, in call mode and in plain mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include <pier.h>

#include "../support/memory.h"

enum { KEPT = 10, LINES = 16 };

/* Lines of a script: a term is fed; "!1 ok" answers the call kept as 1 with the atom,
 * and shows what pier_reply says if that is not 0; "-1" drops it; "@500" is the
 * time; "?1" shows whether it is cancelled; "~" feeds bytes that are no term. */
static const struct row {
  const char *name;
  pier_peer_mode mode;
  const char *script[LINES];
  const char *output; /* frames, and in () what was shown */
} rows[] = {
    {"a call", PIER_CALLS, {"{call, 1, {add, 1, 2}}"}, "{reply,1,{ok,3}};"},
    {"From is any term",
     PIER_CALLS,
     {"{call, {#{a => 1.5}, [<<\"x\">>|b]}, {add, 1, 2}}"},
     "{reply,{#{a => 1.5},[<<\"x\">>|b]},{ok,3}};"},
    {"a term as answer", PIER_CALLS, {"{call, f, {id, [1]}}"}, "{reply,f,{id,[1]}};"},
    {"an unknown request",
     PIER_CALLS,
     {"{call, f, {no, 1}}", "{call, f, no}", "{call, f, 7}"},
     "{reply,f,{error,{undef,no,1}}};{reply,f,{error,{undef,no,0}}};{reply,f,{error,badarg}};"},
    {"arguments that do not match",
     PIER_CALLS,
     {"{call, f, {match, one}}", "{call, f, {read, 1, x}}"},
     "{reply,f,{error,{badarg,<<\"element 2 of tuple: expected integer, got atom one\">>}}};"
     "{reply,f,{error,{badarg,<<\"element 3 of tuple: expected integer, got atom x\">>}}};"},
    {"the same in plain mode",
     PIER_PLAIN,
     {"{match, one}"},
     "{error,{badarg,<<\"element 2 of tuple: expected integer, got atom one\">>}};"},
    {"no answer", PIER_CALLS, {"{call, f, forget}"}, "{reply,f,{error,noreply}};"},
    {"two answers", PIER_CALLS, {"{call, f, twice}"}, "(PIER_ETWICE){reply,f,once};"},
    {"casts",
     PIER_CALLS,
     {"{cast, {add, 1, 2}}", "{cast, forget}", "{cast, twice}", "{cast, {id, 1}}"},
     "(PIER_ETWICE)"},
    {"casts that go wrong",
     PIER_CALLS,
     {"{cast, no}", "{cast, {match, x}}", "{cast, 1}"},
     "{error,{undef,no,0}};"
     "{error,{badarg,<<\"element 2 of tuple: expected integer, got atom x\">>}};"
     "{error,badarg};"},
    {"no message",
     PIER_CALLS,
     {"hello", "{call, f}", "{call, 1, 2, 3, 4}", "{credit, -1}", "{call, f, forget, soon}",
      "{7, 7}", "~", "{call, f, {add, 1, 2}}"},
     "{error,{badmessage,<<\"no tuple of two to four elements\">>}};"
     "{error,{badmessage,<<\"none of call, cast, cancel and credit with its number of "
     "elements\">>}};"
     "{error,{badmessage,<<\"no tuple of two to four elements\">>}};"
     "{error,{badmessage,<<\"credit is an integer from 0 to 2^32-1, or infinity\">>}};"
     "{error,{badmessage,<<\"the time of a call is an integer from 0 to 2^32-1\">>}};"
     "{error,{badmessage,<<\"none of call, cast, cancel and credit with its number of "
     "elements\">>}};"
     "{error,{badterm,<<\"there are no bytes\">>}};{reply,f,{ok,3}};"},
    {"answers in any order",
     PIER_CALLS,
     {"{call, a, later}", "{call, b, later}", "{call, c, {add, 1, 2}}", "!2 second", "-2",
      "!1 first", "-1"},
     "{reply,c,{ok,3}};{reply,b,second};{reply,a,first};"},
    {"answers in order",
     PIER_PLAIN,
     {"later", "{add, 1, 1}", "later", "{add, 2, 2}", "!2 second", "-2", "{add, 3, 3}",
      "!1 first", "-1", "{add, 4, 4}"},
     "first;{ok,2};second;{ok,4};{ok,6};{ok,8};"},
    {"a second answer, later",
     PIER_CALLS,
     {"{call, a, later}", "!1 one", "!1 two", "-1"},
     "{reply,a,one};(PIER_ETWICE)"},
    {"dropped", PIER_CALLS, {"{call, a, later}", "-1"}, "{reply,a,{error,noreply}};"},
    {"dropped", PIER_PLAIN, {"later", "-1"}, "{error,noreply};"},
    {"a kept cast", PIER_CALLS, {"{cast, later}", "!1 x", "-1", "{cast, later}", "-2"}, ""},
    {"cancelled",
     PIER_CALLS,
     {"{call, {a}, later}", "{call, {b}, later}", "?1", "{cancel, {a}}", "?1", "?2", "!1 x",
      "-1", "!2 y", "-2"},
     "(waits)(told){reply,{a},{error,cancelled}};(cancelled)(waits)(ECANCELED){reply,{b},y};"},
    {"cancelled twice, or too late, or never there",
     PIER_CALLS,
     {"{call, a, later}", "{cancel, a}", "{cancel, a}", "-1", "{cancel, a}", "{cancel, b}",
      "{call, c, {add, 1, 2}}", "{cancel, c}"},
     "(told){reply,a,{error,cancelled}};{reply,c,{ok,3}};"},
    {"all with the same From",
     PIER_CALLS,
     {"{call, a, later}", "{call, a, later}", "{call, a, later}", "!2 x", "{cancel, a}", "-1",
      "-2", "-3"},
     "{reply,a,x};(told)(told){reply,a,{error,cancelled}};{reply,a,{error,cancelled}};"},
    {"deadlines",
     PIER_CALLS,
     {"@1000", "{call, a, later, 500}", "{call, b, later, 100}", "{call, c, later, 300}",
      "{call, d, later, 200}", "@1099", "!4 x", "@1100", "@1299", "!3 y", "@2000", "-1", "-2"},
     "{reply,d,x};(told){reply,b,{error,timeout}};{reply,c,y};(told){reply,a,{error,timeout}}"
     ";"},
    {"no time at all",
     PIER_CALLS,
     {"{call, a, later, 0}", "{call, b, {add, 1, 2}, 1}"},
     "{reply,a,{error,timeout}};{reply,b,{ok,3}};"},
    {"too many",
     PIER_CALLS,
     {"{call, a, later}", "{call, b, later}", "{call, c, later}", "{call, x, later}",
      "{call, d, later}", "-1", "{call, e, later}", "-2", "-3", "-4", "-5"},
     "{reply,d,{error,overload}};{reply,a,{error,noreply}};{reply,b,{error,noreply}};"
     "{reply,c,{error,noreply}};{reply,x,{error,noreply}};{reply,e,{error,noreply}};"},
};

static struct world {
  pier_peer *peer;
  pier_call *kept[KEPT];
  size_t count;
  pier_buffer text;
} world;

static void show(const char *what) {
  pier_buffer_append_format(&world.text, "(%s)", what);
}

static int add(pier_call *call, void *state) {
  long long a, b;
  int error = pier_call_match(call, "{add, ~l, ~l}", &a, &b);
  (void)state;
  return error < 0 ? error : pier_reply(call, "{ok, ~l}", a + b);
}

static int match(pier_call *call, void *state) {
  int number, error = pier_call_match(call, "{match, ~i}", &number);
  (void)state;
  return error < 0 ? error : pier_reply(call, "~i", number);
}

static int with_reader(pier_call *call, void *state) {
  pier_reader request = pier_reader_of(pier_call_request(call), pier_call_diag(call)), parts;
  int error;
  (void)state;
  pier_read_tuple(&request, &parts, 3);
  pier_read_this_atom(&parts, "read");
  pier_read_int64(&parts);
  pier_read_int64(&parts);
  error = pier_reader_end(&request);
  return error < 0 ? error : pier_reply(call, "read");
}

static int give_back(pier_call *call, void *state) {
  (void)state;
  return pier_reply_term(call, pier_call_request(call));
}

static int forget(pier_call *call, void *state) {
  (void)call;
  (void)state;
  return 0;
}

static int twice(pier_call *call, void *state) {
  int error = pier_reply(call, "once");
  (void)state;
  if (error == 0) show(pier_error_name(pier_reply(call, "again")));
  return error;
}

static void told(pier_call *call, void *state) {
  assert_true(pier_call_cancelled(call));
  assert_ptr_equal(state, &world);
  show("told");
}

static int later(pier_call *call, void *state) {
  pier_call *kept;
  int error = pier_call_keep(call, &kept);
  (void)state;
  if (error < 0) return error;
  assert_true(world.count < KEPT);
  world.kept[world.count++] = kept;
  assert_int_equal(pier_call_on_cancel(kept, told, &world), 0);
  return 0;
}

static int new_peer(pier_peer_mode mode) {
  static const struct {
    const char *name;
    unsigned arity;
    pier_handler *handler;
  } handlers[] = {{"add", 2, add},      {"match", 1, match},   {"read", 2, with_reader},
                  {"id", 1, give_back}, {"forget", 0, forget}, {"twice", 0, twice},
                  {"later", 0, later}};
  pier_peer_config config;
  size_t i;
  int error;
  memset(&world, 0, sizeof world);
  pier_peer_config_init(&config);
  config.in = config.out = -1;
  config.mode = mode;
  config.calls = mode == PIER_CALLS ? 4 : 2;
  error = pier_peer_new(&world.peer, &config);
  for (i = 0; !error && i < sizeof handlers / sizeof handlers[0]; i++)
    error = pier_peer_on(world.peer, handlers[i].name, handlers[i].arity, handlers[i].handler,
                         NULL);
  return error;
}

/* The frames that are in the output now. 0 or PIER_ENOMEM. */
static int take_output(void) {
  pier_span output = pier_peer_output(world.peer), term;
  while (output.size > 0) {
    term = pier_span_of(output.data + 4, (size_t)output.data[2] << 8 | output.data[3]);
    assert_true(output.size >= term.size + 4);
    if (pier_term_scan(term, NULL, NULL, NULL) < 0 ||
        pier_term_print(&world.text, term, PIER_TEXT_TP, 0) < 0)
      return PIER_ENOMEM;
    pier_buffer_append_byte(&world.text, ';');
    pier_peer_wrote(world.peer, term.size + 4);
    output = pier_peer_output(world.peer);
  }
  return 0;
}

static int feed_frame(const char *text, int by_byte) {
  pier_framing framing = pier_framing_packet(4);
  pier_buffer term = PIER_BUFFER_INIT, frame = PIER_BUFFER_INIT;
  size_t i;
  int error = 0;
  if (*text != '~') error = pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL);
  if (!error) error = pier_frame_append(&frame, &framing, pier_buffer_span(&term));
  if (!error && !by_byte) error = pier_peer_feed(world.peer, pier_buffer_span(&frame));
  for (i = 0; !error && by_byte && i < frame.size; i++)
    error = pier_peer_feed(world.peer, pier_span_of(frame.data + i, 1));
  pier_buffer_free(&term);
  pier_buffer_free(&frame);
  return error;
}

static int answer(pier_call *call, const char *name) {
  int error = pier_reply(call, "~a", name);
  if (error < 0 && error != PIER_ENOMEM) show(pier_error_name(error));
  return error == PIER_ENOMEM ? error : 0;
}

static int perform(const char *line, int by_byte) {
  size_t number = (size_t)atoi(line + 1);
  pier_call *call = number > 0 && number < KEPT ? world.kept[number - 1] : NULL;
  int error = 0;
  if (*line == '@') {
    pier_peer_tick(world.peer, (int64_t)number);
  } else if (!strchr("!-?", *line)) {
    error = feed_frame(line, by_byte);
  } else if (!call) {
    error = PIER_ENOMEM; /* there was none for it */
  } else if (*line == '!') {
    error = answer(call, line + 3);
  } else if (*line == '?') {
    show(pier_call_cancelled(call) ? "cancelled" : "waits");
  } else {
    world.kept[number - 1] = NULL;
    pier_call_drop(call);
  }
  return error ? error : take_output();
}

static void finish(void) {
  size_t i;
  for (i = 0; i < KEPT; i++)
    pier_call_drop(world.kept[i]);
  if (world.peer) assert_int_equal(pier_peer_kept(world.peer), 0);
  pier_peer_free(world.peer);
}

static void check_row(void **state) {
  size_t i, number = (size_t)(uintptr_t)*state;
  const struct row *row = &rows[number / 2];
  assert_int_equal(new_peer(row->mode), 0);
  for (i = 0; i < LINES && row->script[i]; i++)
    assert_int_equal(perform(row->script[i], number % 2), 0);
  pier_buffer_append_byte(&world.text, 0);
  assert_string_equal((const char *)world.text.data, row->output);
  finish();
  pier_buffer_free(&world.text);
}

/* ---- One by one ------------------------------------------------------------------- */

static void a_kept_call_outlives_its_peer(void **state) {
  pier_call *kept;
  (void)state;
  assert_int_equal(new_peer(PIER_CALLS), 0);
  assert_int_equal(perform("{call, a, later}", 0), 0);
  kept = world.kept[0];
  pier_peer_free(world.peer);
  assert_string_equal((const char *)pier_buffer_span(&world.text).data, "(told)");
  assert_true(pier_call_cancelled(kept));
  assert_int_equal(pier_reply(kept, "late"), -EPIPE);
  assert_int_equal(pier_call_on_cancel(kept, told, NULL), PIER_ESTATE);
  pier_call_drop(kept);
  pier_buffer_free(&world.text);
}

static void the_next_tick_is_the_soonest(void **state) {
  (void)state;
  assert_int_equal(new_peer(PIER_CALLS), 0);
  assert_int_equal(pier_peer_next_tick(world.peer), -1);
  assert_int_equal(perform("@1000", 0), 0);
  assert_int_equal(perform("{call, a, later, 300}", 0), 0);
  assert_int_equal(perform("{call, b, later, 200}", 0), 0);
  assert_int_equal(perform("{call, c, later}", 0), 0);
  assert_int_equal(pier_peer_next_tick(world.peer), 1200);
  assert_int_equal(perform("!2 x", 0), 0);
  assert_int_equal(pier_peer_next_tick(world.peer), 1300);
  assert_int_equal(perform("{cancel, a}", 0), 0);
  assert_int_equal(pier_peer_next_tick(world.peer), -1);
  finish();
  pier_buffer_free(&world.text);
}

/* Answered in time or not: the clock is looked at when the answer is given. */
static int slow(pier_call *call, void *state) {
  (void)state;
  pier_peer_tick(world.peer, 5000);
  return pier_reply(call, "done");
}

static void a_handler_that_takes_too_long(void **state) {
  (void)state;
  assert_int_equal(new_peer(PIER_CALLS), 0);
  assert_int_equal(pier_peer_on(world.peer, "slow", 0, slow, NULL), 0);
  assert_int_equal(perform("@1000", 0), 0);
  assert_int_equal(perform("{call, a, slow, 3999}", 0), 0);
  assert_int_equal(perform("{call, b, slow, 1}", 0), 0);
  pier_buffer_append_byte(&world.text, 0);
  assert_string_equal((const char *)world.text.data,
                      "{reply,a,{error,timeout}};{reply,b,done};");
  finish();
  pier_buffer_free(&world.text);
}

static void a_hello(void **state) {
  static const pier_peer_mode modes[] = {PIER_PLAIN, PIER_CALLS};
  static const char *const hellos[] = {"{pier,1,4,plain,#{frame => 67108864}};",
                                       "{pier,1,4,call,#{frame => 67108864}};"};
  size_t i;
  (void)state;
  for (i = 0; i < 2; i++) {
    assert_int_equal(new_peer(modes[i]), 0);
    assert_int_equal(pier_peer_hello(world.peer), 0);
    assert_int_equal(take_output(), 0);
    pier_buffer_append_byte(&world.text, 0);
    assert_string_equal((const char *)world.text.data, hellos[i]);
    finish();
    pier_buffer_free(&world.text);
  }
}

static void what_cannot_be_kept(void **state) {
  pier_peer_config config;
  (void)state;
  pier_peer_config_init(&config);
  config.in = config.out = -1;
  assert_int_equal(pier_peer_new(&world.peer, &config), 0);
  assert_int_equal(pier_peer_on_frame(world.peer, later, NULL), 0);
  assert_int_equal(pier_peer_feed(world.peer, pier_span_of("\0\0\0\0", 4)), PIER_ESTATE);
  pier_peer_free(world.peer);
  pier_call_drop(NULL);
}

/* ---- Without memory ----------------------------------------------------------------- */

/* 0, or 1 if memory was missing. */
static int whole_life(const struct row *row) {
  int error = new_peer(row->mode);
  size_t i;
  for (i = 0; !error && i < LINES && row->script[i]; i++)
    error = perform(row->script[i], 0);
  if (error) assert_int_equal(error, PIER_ENOMEM);
  if (!error && world.peer) error = pier_peer_diag(world.peer)->error;
  finish();
  pier_buffer_free(&world.text);
  return error != 0;
}

static void every_allocation_fails_once(void **state) {
  size_t i, n, failed = 0;
  (void)state;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    memory_begin(0);
    assert_int_equal(whole_life(&rows[i]), 0);
    n = memory_counted.calls;
    memory_end();
    for (; n > 0; n--) {
      memory_begin(n);
      failed += (size_t)whole_life(&rows[i]);
      memory_end();
      assert_int_equal(memory_counted.live, 0);
    }
  }
  assert_true(failed > 100);
}

int main(void) {
  enum { ROWS = sizeof rows / sizeof rows[0] * 2 };
  static const struct CMUnitTest others[] = {
      cmocka_unit_test(a_kept_call_outlives_its_peer),
      cmocka_unit_test(the_next_tick_is_the_soonest),
      cmocka_unit_test(a_handler_that_takes_too_long),
      cmocka_unit_test(a_hello),
      cmocka_unit_test(what_cannot_be_kept),
      cmocka_unit_test(every_allocation_fails_once),
  };
  static struct CMUnitTest tests[ROWS + sizeof others / sizeof others[0]];
  static char names[ROWS][96];
  size_t i;
  for (i = 0; i < ROWS; i++) {
    const struct row *row = &rows[i / 2];
    snprintf(names[i], sizeof names[i], "%s, %s mode, %s", row->name,
             row->mode == PIER_CALLS ? "call" : "plain", i % 2 ? "byte by byte" : "at once");
    tests[i].name = names[i];
    tests[i].test_func = check_row;
    tests[i].initial_state = (void *)(uintptr_t)i;
  }
  memcpy(tests + ROWS, others, sizeof others);
  return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
