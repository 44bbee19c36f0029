/* pier_term_atoms writes what OTP 25 and OTP 26 do (test/vectors/atoms.tsv), and
 * touches nothing but atoms. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/memory.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>

enum { LATIN1 = 1 };

static void check_recoded(pier_span from, pier_atoms form, pier_span wanted) {
  pier_buffer out = PIER_BUFFER_INIT;
  uint8_t *copy = guard_copy(from.data, from.size);
  assert_int_equal(pier_term_atoms(&out, pier_span_of(copy, from.size), form), 0);
  assert_int_equal(out.size, wanted.size);
  assert_memory_equal(out.data, wanted.data, wanted.size);
  assert_int_equal(pier_term_scan(pier_buffer_span(&out), NULL, NULL, NULL), 0);
  guard_free(copy, from.size);
  pier_buffer_free(&out);
}

static void row_in_both_forms(void **state) {
  const vector_row *row = *state;
  pier_span latin1 = vectors_bytes(row->field[LATIN1]);
  check_recoded(row->bytes, PIER_ATOMS_LATIN1, latin1);
  check_recoded(latin1, PIER_ATOMS_LATIN1, latin1);
  check_recoded(row->bytes, PIER_ATOMS_UTF8, row->bytes);
  check_recoded(latin1, PIER_ATOMS_UTF8, row->bytes);
  free((void *)(uintptr_t)latin1.data);
}

/* Both forms of whatever the gate lets in are the same term. */
static void row_stays_the_same_term(void **state) {
  const vector_row *row = *state;
  pier_buffer scratch = PIER_BUFFER_INIT, out = PIER_BUFFER_INIT;
  pier_span term;
  size_t used;
  pier_atoms form;
  if (pier_term_scan(row->bytes, NULL, &used, NULL) != 0) return;
  assert_int_equal(
      pier_term_plain(pier_span_of(row->bytes.data, used), NULL, &scratch, &term, NULL), 0);
  for (form = PIER_ATOMS_UTF8; form <= PIER_ATOMS_LATIN1; form++) {
    pier_buffer_clear(&out);
    assert_int_equal(pier_term_atoms(&out, term, form), 0);
    assert_int_equal(pier_term_scan(pier_buffer_span(&out), NULL, &used, NULL), 0);
    assert_int_equal(used, out.size);
    assert_int_equal(pier_term_equal(term, pier_buffer_span(&out), NULL), 1);
  }
  pier_buffer_free(&out);
  pier_buffer_free(&scratch);
}

/* In Latin-1 bytes 0xE9 of strings and binaries are no atoms; old tags stay. */
static void other_bytes_stay(void **state) {
  static const uint8_t from[] = {104, 4,   107, 0,   2, 115, 233, 109, 0, 0, 0, 2, 119, 1, 115,
                                 1,   233, 103, 115, 1, 233, 0,   0,   0, 1, 0, 0, 0,   2, 3};
  static const uint8_t utf8[] = {131, 104, 4,   107, 0,   2, 115, 233, 109, 0,   0,
                                 0,   2,   119, 1,   119, 2, 195, 169, 103, 119, 2,
                                 195, 169, 0,   0,   0,   1, 0,   0,   0,   2,   3};
  static const uint8_t latin1[] = {131, 104, 4,   107, 0,   2, 115, 233, 109, 0,   0,
                                   0,   2,   119, 1,   100, 0, 1,   233, 103, 100, 0,
                                   1,   233, 0,   0,   0,   1, 0,   0,   0,   2,   3};
  (void)state;
  check_recoded(pier_span_of(from, sizeof from), PIER_ATOMS_UTF8,
                pier_span_of(utf8, sizeof utf8));
  check_recoded(pier_span_of(from, sizeof from), PIER_ATOMS_LATIN1,
                pier_span_of(latin1, sizeof latin1));
}

static void a_failure_appends_nothing(void **state) {
  static const uint8_t nil[] = {131, 106};
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  out.limit = 2;
  pier_buffer_append_byte(&out, 'x');
  assert_int_equal(pier_term_atoms(&out, pier_span_of(NULL, 0), PIER_ATOMS_UTF8), PIER_EARG);
  assert_int_equal(pier_term_atoms(&out, pier_span_of(nil, 2), (pier_atoms)7), PIER_EARG);
  assert_int_equal(out.size, 1);
  assert_int_equal(pier_term_atoms(&out, pier_span_of(nil, 2), PIER_ATOMS_UTF8), PIER_ELIMIT);
  assert_int_equal(out.size, 1);
  pier_buffer_free(&out);
}

/* The last row has funs in maps in funs. */
static void every_allocation_may_fail(void **state) {
  size_t count, fail_at;
  vector_row *rows = vectors_load("test/vectors/atoms.tsv", &count);
  int error = PIER_ENOMEM;
  (void)state;
  for (fail_at = 1; error == PIER_ENOMEM; fail_at++) {
    pier_buffer out = PIER_BUFFER_INIT;
    memory_begin(fail_at);
    error = pier_term_atoms(&out, rows[count - 1].bytes, PIER_ATOMS_LATIN1);
    if (error) assert_int_equal(out.size, 0);
    pier_buffer_free(&out);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  }
  assert_int_equal(error, 0);
  assert_true(fail_at > 3);
  vectors_free(rows, count);
}

/* Nesting takes no stack: ten million tuples around an atom. */
static void depth_is_nothing(void **state) {
  enum { DEPTH = 10000000 };
  static const uint8_t atom[] = {119, 1, 'a'};
  pier_buffer in = PIER_BUFFER_INIT, out = PIER_BUFFER_INIT;
  size_t at;
  (void)state;
  for (at = 0; at < DEPTH; at++)
    pier_write_tuple(&in, 1);
  pier_buffer_append(&in, atom, sizeof atom);
  assert_int_equal(pier_term_atoms(&out, pier_buffer_span(&in), PIER_ATOMS_LATIN1), 0);
  assert_int_equal(out.size, in.size + 2);
  assert_memory_equal(out.data + out.size - 4, "d\0\001a", 4);
  pier_buffer_free(&in);
  pier_buffer_free(&out);
}

static int run_file(const char *path, CMUnitTestFunction test) {
  size_t count;
  vector_row *rows = vectors_load(path, &count);
  int failed = run_rows(path, rows, sizeof rows[0], count, test);
  vectors_free(rows, count);
  return failed;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(other_bytes_stay), cmocka_unit_test(a_failure_appends_nothing),
      cmocka_unit_test(every_allocation_may_fail), cmocka_unit_test(depth_is_nothing)};
  int failed = run_file("test/vectors/atoms.tsv", row_in_both_forms);
  failed += run_file("test/vectors/terms_valid.tsv", row_stays_the_same_term);
  failed += run_file("test/vectors/terms_malformed.tsv", row_stays_the_same_term);
  return failed + cmocka_run_group_tests_name("atoms", tests, NULL, NULL);
}
