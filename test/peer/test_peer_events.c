/* Events: what is sent, what is dropped, and what the owner is told of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pier.h>

#include "../support/memory.h"

enum { LINES = 20 };

/* Lines of a script: a term is fed; "N key term", with the first letter of a policy and
 * "." for no key, is an event, whose result is shown if it is not 0; "!" takes the
 * output. Three events of one byte fit into the queue. */
static const struct row {
  const char *name;
  const char *script[LINES];
  const char *output;
} rows[] = {
    {"in order, behind what was answered",
     {"N . a", "{call, 1, x}", "N . b", "!"},
     "{reply,1,{error,{undef,x,0}}};{event,a};{event,b};"},
    {"no credit, then some, then a lot",
     {"{credit, 0}", "N . a", "N . b", "N . c", "!", "{credit, 1}", "!", "{credit, 5}", "!",
      "N . d", "!"},
     "|{event,a};|{event,b};{event,c};|{event,d};|"},
    {"credit adds up",
     {"{credit, 1}", "{credit, 1}", "N . a", "N . b", "N . c", "!", "{credit, infinity}", "!"},
     "{event,a};{event,b};|{event,c};|"},
    {"the newest is dropped",
     {"{credit, 0}", "N . a", "N . b", "N . c", "N . d", "N . e", "{credit, 9}", "!", "N . f",
      "!"},
     "(1)(1){dropped,<<>>,2};{event,a};{event,b};{event,c};|{event,f};|"},
    {"the oldest is dropped",
     {"{credit, 0}", "O . a", "O . b", "O . c", "O . d", "O . e", "{credit, 9}", "!"},
     "(1)(1){dropped,<<>>,2};{event,c};{event,d};{event,e};|"},
    {"what is dropped is told without credit, with its key",
     {"{credit, 0}", "O x a", "O y b", "O . c", "O x d", "O x e", "O x f", "O x g", "!"},
     "(1)(1)(1)(1){dropped,<<>>,1};{dropped,<<\"x\">>,2};{dropped,<<\"y\">>,1};|"},
    {"the latest of a key",
     {"{credit, 0}", "L x 1", "L y 1", "L x 2", "L y 2", "L x 3", "{credit, 9}", "!"},
     "{event,3};{event,2};|"},
    {"the latest in a full queue",
     {"{credit, 0}", "N . a", "L x 1", "L x 2", "N . b", "L x 3", "L y 1", "{credit, 9}", "!"},
     "(1){dropped,<<>>,1};{event,3};{event,b};{event,1};|"},
    {"the last in the queue is replaced",
     {"{credit, 0}", "N . a", "L x 1", "L x 2", "N . b", "{credit, 9}", "!"},
     "{event,a};{event,2};{event,b};|"},
    {"what others wait for is not replaced",
     {"{credit, 0}", "N x a", "L x 1", "{credit, 9}", "!"},
     "{event,a};{event,1};|"},
    {"no waiting where it would be for ever",
     {"{credit, 0}", "B . a", "B . b", "B . c", "B . d", "{credit, 9}", "!"},
     "(PIER_EBUSY){event,a};{event,b};{event,c};|"},
    {"too big for the queue",
     {"N k <<0:2400>>", "O k <<0:2400>>", "B k <<0:2400>>", "N . a", "!"},
     "(1)(1)(PIER_EBUSY){dropped,<<\"k\">>,2};{event,a};|"},
};

static struct {
  pier_peer *peer;
  pier_buffer text;
} world;

static int new_peer(pier_peer_mode mode) {
  pier_peer_config config;
  memset(&world, 0, sizeof world);
  pier_peer_config_init(&config);
  config.in = config.out = -1;
  config.mode = mode;
  config.events = 3;
  config.event_bytes = 200;
  return pier_peer_new(&world.peer, &config);
}

static int take_output(void) {
  pier_span output = pier_peer_output(world.peer), term;
  while (output.size > 0) {
    term = pier_span_of(output.data + 4, (size_t)output.data[2] << 8 | output.data[3]);
    if (pier_term_scan(term, NULL, NULL, NULL) < 0 ||
        pier_term_print(&world.text, term, PIER_TEXT_TP, 0) < 0)
      return PIER_ENOMEM;
    pier_buffer_append_byte(&world.text, ';');
    pier_peer_wrote(world.peer, term.size + 4);
    output = pier_peer_output(world.peer);
  }
  pier_buffer_append_byte(&world.text, '|');
  return pier_peer_diag(world.peer)->error;
}

static int feed_term(pier_span term) {
  pier_framing framing = pier_framing_packet(4);
  pier_buffer frame = PIER_BUFFER_INIT;
  int error = pier_frame_append(&frame, &framing, term);
  if (!error) error = pier_peer_feed(world.peer, pier_buffer_span(&frame));
  pier_buffer_free(&frame);
  return error;
}

static int post(const char *line, pier_span term) {
  pier_event_policy policy = (pier_event_policy)(strchr("NOLB", *line) - "NOLB");
  char key[2] = {line[2], 0};
  int result = pier_event_term(world.peer, policy, *key == '.' ? NULL : key, term);
  if (result == PIER_ENOMEM) return result;
  if (result < 0) pier_buffer_append_format(&world.text, "(%s)", pier_error_name(result));
  if (result > 0) pier_buffer_append_format(&world.text, "(%d)", result);
  return 0;
}

static int perform(const char *line) {
  pier_buffer term = PIER_BUFFER_INIT;
  int error, posted = *line != '{';
  if (*line == '!') return take_output();
  error = pier_term_read(&term, pier_span_text(posted ? line + 4 : line), NULL, NULL, NULL);
  if (!error && posted) error = post(line, pier_buffer_span(&term));
  if (!error && !posted) error = feed_term(pier_buffer_span(&term));
  pier_buffer_free(&term);
  return error;
}

static int whole_life(const struct row *row) {
  int error = new_peer(PIER_CALLS);
  size_t i;
  for (i = 0; !error && i < LINES && row->script[i]; i++)
    error = perform(row->script[i]);
  pier_buffer_append_byte(&world.text, 0);
  pier_peer_free(world.peer);
  return error;
}

static void check_row(void **state) {
  const struct row *row = *state;
  const char *text;
  assert_int_equal(whole_life(row), 0);
  text = (const char *)world.text.data;
  /* The first row shows no ends of output. */
  if (!strchr(row->output, '|')) world.text.data[world.text.size - 2] = 0;
  assert_string_equal(text, row->output);
  pier_buffer_free(&world.text);
}

static void without_memory(void **state) {
  size_t i, n;
  (void)state;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    memory_begin(0);
    assert_int_equal(whole_life(&rows[i]), 0);
    pier_buffer_free(&world.text);
    n = memory_counted.calls;
    memory_end();
    for (; n > 0; n--) {
      int error;
      memory_begin(n);
      error = whole_life(&rows[i]);
      pier_buffer_free(&world.text);
      memory_end();
      if (error) assert_int_equal(error, PIER_ENOMEM);
      assert_int_equal(memory_counted.live, 0);
    }
  }
}

/* More keys than are counted apart: the others join those without a key. */
static void many_keys(void **state) {
  pier_span term = pier_span_of("\203aw", 3);
  char key[8];
  unsigned i, told = 0;
  const char *at;
  (void)state;
  assert_int_equal(new_peer(PIER_CALLS), 0);
  assert_int_equal(perform("{credit, 0}"), 0);
  for (i = 0; i < 103; i++) {
    snprintf(key, sizeof key, "k%u", i % 50);
    pier_event_term(world.peer, PIER_EVENT_NEWEST, key, term);
  }
  assert_int_equal(take_output(), 0);
  pier_buffer_append_byte(&world.text, 0);
  for (at = (const char *)world.text.data; (at = strstr(at, ">>,")); at++)
    told += (unsigned)atoi(at + 3);
  assert_int_equal(told, 100);
  pier_buffer_free(&world.text);
  pier_peer_free(world.peer);
}

/* Memory does not grow with what an owner does not read. */
static void an_owner_that_never_reads(void **state) {
  size_t live = 0;
  int i;
  (void)state;
  memory_begin(0);
  assert_int_equal(new_peer(PIER_CALLS), 0);
  for (i = 0; i < 20000; i++) {
    assert_true(pier_event(world.peer, "{tick, ~i}", i) >= 0);
    if (i == 100) live = memory_counted.live;
  }
  assert_int_equal(memory_counted.live, live);
  pier_peer_free(world.peer);
  memory_end();
  assert_int_equal(memory_counted.live, 0);
}

static void what_makes_no_sense(void **state) {
  char key[PIER_EVENT_KEY + 2];
  pier_span term = pier_span_of("\203aw", 3);
  (void)state;
  memset(key, 'k', sizeof key);
  key[sizeof key - 1] = 0;
  assert_int_equal(new_peer(PIER_PLAIN), 0);
  assert_int_equal(pier_event_term(world.peer, PIER_EVENT_NEWEST, key, term), PIER_EARG);
  key[PIER_EVENT_KEY] = 0;
  assert_int_equal(pier_event_term(world.peer, PIER_EVENT_NEWEST, key, term), 0);
  assert_int_equal(pier_event_term(world.peer, PIER_EVENT_NEWEST, NULL, pier_span_of(NULL, 0)),
                   PIER_EARG);
  assert_int_equal(pier_event_term(world.peer, (pier_event_policy)4, NULL, term), PIER_EARG);
  assert_int_equal(pier_event(world.peer, "{no ~q"), PIER_EPATTERN);
  pier_peer_free(world.peer);
}

int main(void) {
  enum { ROWS = sizeof rows / sizeof rows[0] };
  static const struct CMUnitTest others[] = {
      cmocka_unit_test(without_memory),
      cmocka_unit_test(many_keys),
      cmocka_unit_test(an_owner_that_never_reads),
      cmocka_unit_test(what_makes_no_sense),
  };
  static struct CMUnitTest tests[ROWS + sizeof others / sizeof others[0]];
  size_t i;
  for (i = 0; i < ROWS; i++) {
    tests[i].name = rows[i].name;
    tests[i].test_func = check_row;
    tests[i].initial_state = (void *)(uintptr_t)&rows[i];
  }
  memcpy(tests + ROWS, others, sizeof others);
  return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
