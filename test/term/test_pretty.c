/* Terms over several lines, as OTP 25 has them in any width. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/memory.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static pier_buffer print(pier_span term, unsigned width) {
  pier_buffer out = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_print(&out, term, PIER_TEXT_PRETTY, width), 0);
  assert_int_equal(pier_buffer_append_byte(&out, 0), 0);
  return out;
}

static void check_text(pier_span term, unsigned width, const char *field) {
  char *expected = vectors_text(field);
  uint8_t *copy = guard_copy(term.data, term.size);
  pier_buffer got = print(pier_span_of(copy, term.size), width);
  assert_string_equal((const char *)got.data, expected);
  guard_free(copy, term.size);
  pier_buffer_free(&got);
  free(expected);
}

/* ---- Recorded texts ------------------------------------------------------ */

static void has_the_lines_of_the_beam(void **state) {
  enum { WIDTH = 1, TEXT };
  const vector_row *row = *state;
  check_text(row->bytes, (unsigned)strtoul(row->field[WIDTH], NULL, 10), row->field[TEXT]);
}

/* Maps of more than 32 pairs come in an order that only the BEAM knows. */
static bool is_big_map(pier_span term) {
  const uint8_t *at = term.data;
  return term.size >= 6 && at[1] == ERL_MAP_EXT && (at[2] || at[3] || at[4] || at[5] > 32);
}

/* The column ~tp of terms_valid.tsv; a width of 0 is the 80 of ~tp. */
static void has_the_lines_of_tp(void **state) {
  enum { TP = 3, STABILITY = 6 };
  const vector_row *row = *state;
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span term, bytes = row->bytes;
  if (strcmp(row->field[STABILITY], "stable") != 0) return;
  assert_int_equal(pier_term_scan(bytes, NULL, &bytes.size, NULL), 0);
  assert_int_equal(pier_term_plain(bytes, NULL, &scratch, &term, NULL), 0);
  if (!is_big_map(term)) {
    check_text(term, 80, row->field[TP]);
    check_text(term, 0, row->field[TP]);
  }
  pier_buffer_free(&scratch);
}

/* ---- Any width, any depth ------------------------------------------------ */

static void check_reads_back(const pier_buffer *term, unsigned width) {
  pier_buffer text = print(pier_buffer_span(term), width), back = PIER_BUFFER_INIT;
  pier_span span = pier_span_of(text.data, text.size - 1);
  assert_int_equal(pier_term_read(&back, span, NULL, NULL, NULL), 0);
  assert_int_equal(back.size, term->size);
  assert_memory_equal(back.data, term->data, term->size);
  pier_buffer_free(&text);
  pier_buffer_free(&back);
}

static void any_width_reads_back(void **state) {
  static const char text[] =
      "{tag,[1,{b,\"some text\"}|tail],#{k=>{v,<<1,2,3,4,5:3>>},\"\\x{e5}\"=>"
      "#{[]=>{}}},<<\"\\x{e5}\"/utf8>>,{a_long_tag_of_a_tuple,1,2.5,{x}}}";
  static const unsigned widths[] = {1, 2, 3, 10, 1000, 1000000, UINT32_MAX};
  pier_buffer term = PIER_BUFFER_INIT;
  size_t i;
  (void)state;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  for (i = 0; i < sizeof widths / sizeof widths[0]; i++)
    check_reads_back(&term, widths[i]);
  pier_buffer_free(&term);
}

static struct nesting {
  const char *name, *open, *middle, *close;
} nestings[] = {{"tuples", "{", "", "}"},
                {"tagged tuples", "{a,", "b", "}"},
                {"tuples that go on", "{a,", "b", ",{}}"},
                {"lists", "[1,", "2", "]"},
                {"tails", "[{}|", "b", "]"},
                {"values", "#{b=>1,a=>", "1", "}"},
                {"keys", "#{z=>1,", "y", "=>1}"}};

/* A hundred thousand deep: an indentation for each level would be 5 GB. */
static void nests_deep(void **state) {
  enum { DEPTH = 100000, MOST = 64 };
  const struct nesting *row = *state;
  pier_buffer text = PIER_BUFFER_INIT, term = PIER_BUFFER_INIT, out;
  size_t i;
  for (i = 0; i < DEPTH; i++)
    pier_buffer_append_text(&text, row->open);
  pier_buffer_append_text(&text, row->middle);
  for (i = 0; i < DEPTH; i++)
    pier_buffer_append_text(&text, row->close);
  assert_int_equal(pier_term_read(&term, pier_buffer_span(&text), NULL, NULL, NULL), 0);
  out = print(pier_buffer_span(&term), 80);
  assert_true(out.size < MOST * DEPTH);
  pier_buffer_free(&out);
  check_reads_back(&term, 80);
  pier_buffer_free(&text);
  pier_buffer_free(&term);
}

/* Every allocation fails once: nothing leaks, nothing is half printed. */
static void survives_without_memory(void **state) {
  static const char text[] =
      "[#{b=>[1,2|3],a=>{some,tuple,with,words}},\"and a text\",<<1,2,3,4>>]";
  pier_buffer term = PIER_BUFFER_INIT;
  size_t fail_at = 0;
  int error;
  (void)state;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  do {
    pier_buffer out = PIER_BUFFER_INIT;
    memory_begin(++fail_at);
    error = pier_term_print(&out, pier_buffer_span(&term), PIER_TEXT_PRETTY, 20);
    assert_true(error == 0 || (error == PIER_ENOMEM && out.size == 0));
    pier_buffer_free(&out);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  } while (error);
  assert_true(fail_at > 6);
  pier_buffer_free(&term);
}

static int run_file(const char *path, CMUnitTestFunction test) {
  size_t count;
  vector_row *rows = vectors_load(path, &count);
  int failed = run_rows(path, rows, sizeof *rows, count, test);
  vectors_free(rows, count);
  return failed;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(any_width_reads_back),
                                     cmocka_unit_test(survives_without_memory)};
  int failed = run_file("test/vectors/pretty.tsv", has_the_lines_of_the_beam);
  failed += run_file("test/vectors/terms_valid.tsv", has_the_lines_of_tp);
  failed += RUN_ROWS(nestings, nests_deep);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
