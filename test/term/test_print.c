/* The texts that OTP 25 printed for the terms of terms_valid.tsv. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEX, TEXTS, CANONICAL = 4, KIND, STABILITY, FEW_PAIRS = 32 };

/* The recorded ~tp is broken into lines of 80; ~0tp is the same without the
 * breaks (no text in the rows has a line break of its own, those are escaped). */
static void join_lines(char *text) {
  char *to = text;
  while (*text) {
    if (*text == '\n') {
      while (*text == '\n' || *text == ' ')
        text++;
      continue;
    }
    *to++ = *text++;
  }
  *to = '\0';
}

/* Maps of more than 32 pairs come in an order that only the BEAM knows. */
static bool is_big_map(const vector_row *row) {
  const uint8_t *at = row->bytes.data;
  if (row->bytes.size < 6 || at[1] != ERL_MAP_EXT) return false;
  return at[2] || at[3] || at[4] || at[5] > FEW_PAIRS;
}

/* Another node is a number in the BEAM's own table there, and 1 here. */
static void forget_node(char *text) {
  char *at = strstr(text, "8668");
  if (!at) return;
  *at = '1';
  memmove(at + 1, at + 4, strlen(at + 4) + 1);
}

static pier_buffer print(pier_span term, pier_text_style style) {
  pier_buffer out = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_print(&out, term, style, 0), 0);
  assert_int_equal(pier_buffer_append_byte(&out, 0), 0);
  return out;
}

/* The gate first: a compressed term becomes a plain one. */
static pier_span plain_of(const vector_row *row, pier_buffer *scratch) {
  pier_span term, bytes = row->bytes;
  size_t used;
  assert_int_equal(pier_term_scan(bytes, NULL, &used, NULL), 0);
  bytes.size = used;
  assert_int_equal(pier_term_plain(bytes, NULL, scratch, &term, NULL), 0);
  return term;
}

static void prints_as_erlang(void **state) {
  const vector_row *row = *state;
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span term = plain_of(row, &scratch);
  int style;
  for (style = PIER_TEXT_W; style <= PIER_TEXT_TP; style++) {
    pier_buffer got = print(term, (pier_text_style)style);
    char *expected = vectors_text(row->field[TEXTS + style]);
    if (style == PIER_TEXT_TP) join_lines(expected);
    if (strcmp(row->field[STABILITY], "stable") != 0) forget_node(expected);
    if (!is_big_map(row))
      assert_string_equal((const char *)got.data, expected);
    else
      assert_int_equal(strlen((const char *)got.data), strlen(expected));
    free(expected);
    pier_buffer_free(&got);
  }
  pier_buffer_free(&scratch);
}

static bool has_text_form(const char *text) {
  return !strstr(text, "<0.") && !strstr(text, "<8668.") && !strstr(text, "#Fun<");
}

/* What was printed reads back as the canonical bytes, in all styles; what has
 * no text form is an error and nothing else. */
static void reads_what_it_prints(void **state) {
  const vector_row *row = *state;
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span term = plain_of(row, &scratch);
  int style;
  for (style = PIER_TEXT_W; style <= PIER_TEXT_TP; style++) {
    pier_buffer text = print(term, (pier_text_style)style), back = PIER_BUFFER_INIT;
    int error =
        pier_term_read(&back, pier_span_text((const char *)text.data), NULL, NULL, NULL);
    if (has_text_form(row->field[TEXTS])) {
      size_t i;
      assert_int_equal(error, 0);
      assert_int_equal(2 * back.size, strlen(row->field[CANONICAL]));
      for (i = 0; i < back.size; i++) {
        char hex[3];
        snprintf(hex, sizeof hex, "%02x", back.data[i]);
        assert_memory_equal(hex, row->field[CANONICAL] + 2 * i, 2);
      }
    } else {
      assert_int_equal(error, PIER_ETEXT);
    }
    pier_buffer_free(&text);
    pier_buffer_free(&back);
  }
  pier_buffer_free(&scratch);
}

static void needs_no_version_byte(void **state) {
  static const uint8_t bare[] = {ERL_SMALL_TUPLE_EXT, 1, ERL_SMALL_INTEGER_EXT, 7};
  pier_buffer got = print(pier_span_of(bare, sizeof bare), PIER_TEXT_W);
  (void)state;
  assert_string_equal((const char *)got.data, "{7}");
  pier_buffer_free(&got);
}

static void appends(void **state) {
  static const uint8_t nil[] = {131, ERL_NIL_EXT};
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  pier_buffer_append_text(&out, "x=");
  assert_int_equal(pier_term_print(&out, pier_span_of(nil, 2), PIER_TEXT_W, 0), 0);
  assert_int_equal(out.size, 4);
  assert_memory_equal(out.data, "x=[]", 4);
  pier_buffer_free(&out);
}

/* A buffer with a limit is left as it was. */
static void leaves_nothing_half_done(void **state) {
  static const uint8_t string[] = {131, ERL_STRING_EXT, 0, 3, 200, 200, 200};
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  out.limit = 6;
  assert_int_equal(pier_term_print(&out, pier_span_of(string, 7), PIER_TEXT_W, 0), PIER_ELIMIT);
  assert_int_equal(out.size, 0);
  pier_buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(needs_no_version_byte),
                                     cmocka_unit_test(appends),
                                     cmocka_unit_test(leaves_nothing_half_done)};
  size_t count;
  vector_row *rows = vectors_load("test/vectors/terms_valid.tsv", &count);
  int failed = run_rows("prints as Erlang", rows, sizeof *rows, count, prints_as_erlang);
  failed += run_rows("reads it back", rows, sizeof *rows, count, reads_what_it_prints);
  vectors_free(rows, count);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
