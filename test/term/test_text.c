/* Erlang text in and out, against what OTP 25 makes of the same text. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/memory.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TERM = 1, W, TW, TP };

static void assert_hex(const pier_buffer *bytes, const char *hex) {
  char *got = malloc(2 * bytes->size + 1);
  size_t i;
  if (!got) abort();
  got[0] = '\0';
  for (i = 0; i < bytes->size; i++)
    snprintf(got + 2 * i, 3, "%02x", bytes->data[i]);
  assert_string_equal(got, hex);
  free(got);
}

static void assert_printed(pier_span term, pier_text_style style, const char *field) {
  pier_buffer out = PIER_BUFFER_INIT;
  char *expected = vectors_text(field);
  assert_int_equal(pier_term_print(&out, term, style, 0), 0);
  pier_buffer_append_byte(&out, 0);
  assert_string_equal((const char *)out.data, expected);
  pier_buffer_free(&out);
  free(expected);
}

/* A row of text.tsv: the text gives the bytes, they give the three texts. */
static void as_erlang(void **state) {
  const vector_row *row = *state;
  pier_buffer term = PIER_BUFFER_INIT;
  pier_diag diag;
  uint8_t *text = guard_copy(row->bytes.data, row->bytes.size);
  int error = pier_term_read(&term, pier_span_of(text, row->bytes.size), NULL, NULL, &diag);
  guard_free(text, row->bytes.size);
  if (strcmp(row->field[TERM], "error") == 0) {
    assert_true(error < 0);
    assert_int_equal(term.size, 0);
    assert_true(diag.offset <= row->bytes.size && diag.line > 0 && diag.column > 0);
  } else {
    if (error) print_message("%s\n", diag.text);
    assert_int_equal(error, 0);
    assert_hex(&term, row->field[TERM]);
    assert_printed(pier_buffer_span(&term), PIER_TEXT_W, row->field[W]);
    assert_printed(pier_buffer_span(&term), PIER_TEXT_TW, row->field[TW]);
    assert_printed(pier_buffer_span(&term), PIER_TEXT_TP, row->field[TP]);
  }
  pier_buffer_free(&term);
}

/* Every beginning of the text is a term or an error, at a page's end, and
 * reads nothing beyond. What is left of the buffer is whole or untouched. */
static void cut_anywhere(void **state) {
  const vector_row *row = *state;
  size_t cut;
  for (cut = 0; cut < row->bytes.size; cut++) {
    pier_buffer term = PIER_BUFFER_INIT;
    uint8_t *text = guard_copy(row->bytes.data, cut);
    int error = pier_term_read(&term, pier_span_of(text, cut), NULL, NULL, NULL);
    assert_true(error == 0 ? term.size > 1 : term.size == 0);
    guard_free(text, cut);
    pier_buffer_free(&term);
  }
}

/* ---- Errors ------------------------------------------------------------ */

static struct fault {
  const char *name;
  const char *text;
  int error;
  size_t offset;
  unsigned line, column;
} faults[] = {
    {"nothing", "", PIER_ETEXT, 0, 1, 1},
    {"only a comment", "% x\n", PIER_ETEXT, 4, 2, 1},
    {"an open tuple", "{a,\n b", PIER_ETEXT, 6, 2, 3},
    {"two terms", "a b", PIER_ETEXT, 2, 1, 3},
    {"two terms with stops", "a. b.", PIER_ETEXT, 3, 1, 4},
    {"a wrong bracket", "[1,{2]", PIER_ETEXT, 5, 1, 6},
    {"a variable", "[X]", PIER_ETEXT, 1, 1, 2},
    {"characters count, not bytes", "[\"åäö\",\n\"å\", X]", PIER_ETEXT, 17, 2, 6},
    {"a reserved word", "{if}", PIER_ETEXT, 1, 1, 2},
    {"a string without end", "{\"abc", PIER_ETEXT, 1, 1, 2},
    {"an escape that is none", "'a\\xg'", PIER_ETEXT, 3, 1, 4},
    {"a base", "[40#1]", PIER_ETEXT, 1, 1, 2},
    {"a float too big", "1.0e999", PIER_ETEXT, 0, 1, 1},
    {"not UTF-8", "{a,\xff}", PIER_ETEXT, 3, 1, 4},
    {"UTF-8 in a string that is none", "\"\xc3(\"", PIER_ETEXT, 1, 1, 2},
    {"a surrogate", "\"\xed\xa0\x80\"", PIER_ETEXT, 1, 1, 2},
    {"a pid", "<0.1.0>", PIER_ETEXT, 0, 1, 1},
    {"no arrow", "#{a 1}", PIER_ETEXT, 4, 1, 5},
    {"no value", "#{a}", PIER_ETEXT, 3, 1, 4},
    {"a huge binary", "<<0:99999999999>>", PIER_ELIMIT, 15, 1, 16},
    {"a big binary", "<<0:2147483647>>", PIER_ELIMIT, 14, 1, 15},
};

static void says_where(void **state) {
  const struct fault *row = *state;
  pier_buffer term = PIER_BUFFER_INIT;
  pier_diag diag;
  assert_int_equal(pier_term_read(&term, pier_span_text(row->text), NULL, NULL, &diag),
                   row->error);
  assert_int_equal(diag.error, row->error);
  assert_int_equal(diag.offset, row->offset);
  assert_int_equal(diag.line, row->line);
  assert_int_equal(diag.column, row->column);
  assert_true(strlen(diag.text) > 0);
  assert_int_equal(term.size, 0);
  pier_buffer_free(&term);
}

/* ---- Streams, limits, memory --------------------------------------------- */

static void reads_a_stream(void **state) {
  static const char text[] = "a. % one\n{b,1.5}.\n[c]. % the end";
  static const char *const expected[] = {"a", "{b,1.5}", "[c]"};
  pier_buffer none = PIER_BUFFER_INIT;
  size_t at = 0, used, i;
  (void)state;
  for (i = 0; i < 3; i++) {
    pier_buffer term = PIER_BUFFER_INIT;
    assert_int_equal(
        pier_term_read(&term, pier_span_of(text + at, sizeof text - 1 - at), NULL, &used, NULL),
        0);
    assert_printed(pier_buffer_span(&term), PIER_TEXT_W, expected[i]);
    pier_buffer_free(&term);
    at += used;
  }
  assert_int_equal(
      pier_term_read(&none, pier_span_of(text + at, sizeof text - 1 - at), NULL, &used, NULL),
      1);
  assert_int_equal(none.size, 0);
  assert_int_equal(at + used, sizeof text - 1);
  pier_buffer_free(&none);
}

static void a_stream_needs_its_full_stop(void **state) {
  pier_buffer term = PIER_BUFFER_INIT;
  size_t used;
  (void)state;
  assert_int_equal(pier_term_read(&term, pier_span_text("a b"), NULL, &used, NULL), PIER_ETEXT);
  assert_int_equal(pier_term_read(&term, pier_span_text("a"), NULL, &used, NULL), PIER_ETEXT);
  pier_buffer_free(&term);
}

static struct nesting {
  const char *name;
  const char *open, *middle, *close;
} nestings[] = {{"tuples", "{", "", "}"},
                {"lists", "[", "", "]"},
                {"tails", "[a|", "b", "]"},
                {"values", "#{b=>1,a=>", "1", "}"},
                {"keys", "#{z=>1,", "y", "=>1}"},
                {"binaries", "<<(", "<<1>>", ")/binary>>"},
                {"binaries that grow", "<<1,(", "<<2>>", ")/bytes>>"},
                {"bit by bit", "<<1:1,(", "<<2>>", ")/bits,0:3>>"},
                {"and shrink", "<<1:5,(", "<<2>>", "):8/bits>>"}};

/* Opens `open` that often, then closes. */
static void nest(pier_buffer *text, const struct nesting *row, size_t depth) {
  size_t i;
  for (i = 0; i < depth; i++)
    pier_buffer_append_text(text, row->open);
  pier_buffer_append_text(text, row->middle);
  for (i = 0; i < depth; i++)
    pier_buffer_append_text(text, row->close);
}

/* A hundred thousand deep, in and out: no stack, no quadratic time. */
static void nests_deep(void **state) {
  enum { DEPTH = 100000 };
  const struct nesting *row = *state;
  pier_buffer text = PIER_BUFFER_INIT, term = PIER_BUFFER_INIT, again = PIER_BUFFER_INIT;
  pier_buffer back = PIER_BUFFER_INIT;
  nest(&text, row, DEPTH);
  assert_int_equal(pier_term_read(&term, pier_buffer_span(&text), NULL, NULL, NULL), 0);
  assert_int_equal(pier_term_print(&again, pier_buffer_span(&term), PIER_TEXT_TP, 0), 0);
  assert_int_equal(pier_term_read(&back, pier_buffer_span(&again), NULL, NULL, NULL), 0);
  assert_int_equal(back.size, term.size);
  assert_memory_equal(back.data, term.data, term.size);
  pier_buffer_free(&text);
  pier_buffer_free(&term);
  pier_buffer_free(&again);
  pier_buffer_free(&back);
}

static void keeps_the_limits(void **state) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_limits limits;
  (void)state;
  pier_limits_init(&limits);
  limits.depth = 3;
  assert_int_equal(pier_term_read(&term, pier_span_text("[[[]]]"), &limits, NULL, NULL), 0);
  assert_int_equal(pier_term_read(&term, pier_span_text("[[[[]]]]"), &limits, NULL, NULL),
                   PIER_EDEPTH);
  limits.text = 4;
  assert_int_equal(pier_term_read(&term, pier_span_text("abcd"), &limits, NULL, NULL), 0);
  assert_int_equal(pier_term_read(&term, pier_span_text("abcde"), &limits, NULL, NULL),
                   PIER_ELIMIT);
  pier_buffer_free(&term);
}

/* Every allocation of reading and printing fails once; nothing leaks. */
static void survives_without_memory(void **state) {
  static const char text[] =
      "{[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]],123456789012345678901234567890,'a\\n',"
      "#{b=>1,a=>[1|2],{c}=>\"x\"},<<1:3,\"abc\">>,1.00000000000000000000000000000000000000000"
      "0000000000000000000000000000000001,#{[1]=>b,[2]=>c}}";
  size_t fail_at = 0;
  bool again = true;
  (void)state;
  while (again) {
    pier_buffer term = PIER_BUFFER_INIT, out = PIER_BUFFER_INIT;
    int error;
    memory_begin(++fail_at);
    error = pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL);
    if (!error) error = pier_term_print(&out, pier_buffer_span(&term), PIER_TEXT_TP, 0);
    assert_true(error == 0 || error == PIER_ENOMEM);
    again = error != 0;
    pier_buffer_free(&term);
    pier_buffer_free(&out);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  }
  assert_true(fail_at > 10);
}

/* Long integers are converted by transforms, which need room. */
static void long_integers_survive_without_memory(void **state) {
  char digits[9000];
  size_t fail_at = 0;
  int error;
  (void)state;
  memset(digits, '7', sizeof digits);
  do {
    pier_buffer term = PIER_BUFFER_INIT, out = PIER_BUFFER_INIT;
    memory_begin(++fail_at);
    error = pier_term_read(&term, pier_span_of(digits, sizeof digits), NULL, NULL, NULL);
    if (!error) error = pier_term_print(&out, pier_buffer_span(&term), PIER_TEXT_W, 0);
    assert_true(error == 0 || error == PIER_ENOMEM);
    if (!error) assert_memory_equal(out.data, digits, sizeof digits);
    pier_buffer_free(&term);
    pier_buffer_free(&out);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  } while (error);
  assert_true(fail_at > 20);
}

/* Where the decimal point is a comma, Erlang's stays a point. */
static void does_not_ask_the_locale(void **state) {
  static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "C"};
  pier_buffer term = PIER_BUFFER_INIT;
  size_t i;
  (void)state;
  for (i = 0; i < 4 && !setlocale(LC_NUMERIC, locales[i]); i++)
    continue;
  assert_int_equal(pier_term_read(&term, pier_span_text("[1.5,1.0e-7]"), NULL, NULL, NULL), 0);
  assert_printed(pier_buffer_span(&term), PIER_TEXT_W, "[1.5,1.0e-7]");
  setlocale(LC_NUMERIC, "C");
  pier_buffer_free(&term);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(reads_a_stream),
                                     cmocka_unit_test(a_stream_needs_its_full_stop),
                                     cmocka_unit_test(keeps_the_limits),
                                     cmocka_unit_test(survives_without_memory),
                                     cmocka_unit_test(long_integers_survive_without_memory),
                                     cmocka_unit_test(does_not_ask_the_locale)};
  size_t count;
  vector_row *rows = vectors_load("test/vectors/text.tsv", &count);
  int failed = run_rows("as Erlang", rows, sizeof *rows, count, as_erlang);
  failed += run_rows("cuts", rows, sizeof *rows, count < 300 ? count : 300, cut_anywhere);
  failed += RUN_ROWS(faults, says_where);
  failed += RUN_ROWS(nestings, nests_deep);
  vectors_free(rows, count);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
