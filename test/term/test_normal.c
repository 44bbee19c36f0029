/* The normal form is what OTP 25 made of every row of test/vectors that it took. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>

enum { VALID_CANONICAL = 4, MALFORMED_CANONICAL = 3, MALFORMED_FIELDS = 6 };

/* The recorded bytes; none for a row that the BEAM refused. */
static pier_span expected_bytes(const vector_row *row) {
  int field = row->fields == MALFORMED_FIELDS ? MALFORMED_CANONICAL : VALID_CANONICAL;
  if (row->field[field][0] == '-') return pier_span_of(NULL, 0);
  return vectors_bytes(row->field[field]);
}

static void check_normal(pier_span term, pier_span expected) {
  pier_buffer out = PIER_BUFFER_INIT, again = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_normalize(&out, term), 0);
  assert_int_equal(out.size, expected.size);
  assert_memory_equal(out.data, expected.data, out.size);
  assert_int_equal(pier_term_normalize(&again, pier_buffer_span(&out)), 0);
  assert_int_equal(again.size, out.size);
  assert_memory_equal(again.data, out.data, out.size);
  assert_int_equal(pier_term_equal(term, pier_buffer_span(&out), NULL), 1);
  pier_buffer_free(&out);
  pier_buffer_free(&again);
}

static void row_has_its_normal_form(void **state) {
  const vector_row *row = *state;
  pier_span expected = expected_bytes(row), term;
  pier_buffer scratch = PIER_BUFFER_INIT;
  size_t used = 0;
  uint8_t *copy;
  if (!expected.data || pier_term_scan(row->bytes, NULL, &used, NULL) != 0) {
    free((void *)(uintptr_t)expected.data);
    return; /* test_vectors judges the verdict */
  }
  assert_int_equal(
      pier_term_plain(pier_span_of(row->bytes.data, used), NULL, &scratch, &term, NULL), 0);
  copy = guard_copy(term.data, term.size);
  check_normal(pier_span_of(copy, term.size), expected);
  guard_free(copy, term.size);
  pier_buffer_free(&scratch);
  free((void *)(uintptr_t)expected.data);
}

static int run_file(const char *path) {
  size_t count;
  vector_row *rows = vectors_load(path, &count);
  int failed = run_rows(path, rows, sizeof rows[0], count, row_has_its_normal_form);
  vectors_free(rows, count);
  return failed;
}

/* What was in the buffer stays; a failure appends nothing. */
static void appends_or_does_nothing(void **state) {
  static const uint8_t one[] = {131, 98, 0, 0, 0, 1}, wanted[] = {'x', 131, 97, 1};
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  pier_buffer_append_byte(&out, 'x');
  assert_int_equal(pier_term_normalize(&out, pier_span_of(NULL, 0)), PIER_EARG);
  assert_int_equal(out.size, 1);
  assert_int_equal(pier_term_normalize(&out, pier_span_of(one + 1, sizeof one - 1)), 0);
  assert_int_equal(out.size, sizeof wanted);
  assert_memory_equal(out.data, wanted, sizeof wanted);
  pier_buffer_free(&out);
}

/* A byte of a string may stand behind the heads of lists of no elements. */
static void a_list_of_nothing_is_its_tail(void **state) {
  static const uint8_t term[] = {131, 108, 0, 0, 0,  2,   108, 0,   0,   0, 0, 108,
                                 0,   0,   0, 0, 97, 'a', 97,  'b', 107, 0, 0};
  static const uint8_t wanted[] = {131, 107, 0, 2, 'a', 'b'};
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  assert_int_equal(pier_term_normalize(&out, pier_span_of(term, sizeof term)), 0);
  assert_int_equal(out.size, sizeof wanted);
  assert_memory_equal(out.data, wanted, sizeof wanted);
  pier_buffer_clear(&out);
  assert_int_equal(pier_term_print(&out, pier_span_of(term, sizeof term), PIER_TEXT_TP, 0), 0);
  assert_int_equal(out.size, 4);
  assert_memory_equal(out.data, "\"ab\"", 4);
  pier_buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(appends_or_does_nothing),
                                     cmocka_unit_test(a_list_of_nothing_is_its_tail)};
  int failed = run_file("test/vectors/terms_valid.tsv");
  failed += run_file("test/vectors/terms_malformed.tsv");
  return failed + cmocka_run_group_tests_name("normal", tests, NULL, NULL);
}
