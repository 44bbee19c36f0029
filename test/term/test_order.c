/* What OTP 25 said of pairs of terms, and Erlang's order over a ladder of them. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>

static int sign(int value) {
  return (value > 0) - (value < 0);
}

static void check_pair(pier_span a, pier_span b, int order, int equal) {
  int error = 1;
  assert_int_equal(sign(pier_term_compare(a, b, &error)), order);
  assert_int_equal(error, 0);
  assert_int_equal(sign(pier_term_compare(b, a, NULL)), -order);
  assert_int_equal(pier_term_equal(a, b, &error), equal);
  assert_int_equal(error, 0);
  assert_int_equal(pier_term_equal(b, a, NULL), equal);
}

/* ---- Recorded pairs ------------------------------------------------------ */

enum { OTHER = 1, ORDER, EXACT };

static void pair_is_as_recorded(void **state) {
  const vector_row *row = *state;
  pier_span other = vectors_bytes(row->field[OTHER]);
  uint8_t *a = guard_copy(row->bytes.data, row->bytes.size);
  uint8_t *b = guard_copy(other.data, other.size);
  int order = row->field[ORDER][0] - '=';
  check_pair(pier_span_of(a, row->bytes.size), pier_span_of(b, other.size), order,
             strcmp(row->field[EXACT], "same") == 0);
  check_pair(pier_span_of(a, row->bytes.size), pier_span_of(a, row->bytes.size), 0, 1);
  guard_free(a, row->bytes.size);
  guard_free(b, other.size);
  free((void *)(uintptr_t)other.data);
}

/* ---- The ladder ---------------------------------------------------------- */

static const char *const ladder[] = {
    "-100000000000000000000000000000",
    "-1.0e20",
    "-18446744073709551617",
    "-18446744073709551616.0",
    "-9007199254740993",
    "-9007199254740992.0",
    "-1.5",
    "-1",
    "-0.5",
    "0",
    "5.0e-324",
    "0.5",
    "1",
    "1.0000000000000002",
    "255",
    "9007199254740992.0",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616.0",
    "18446744073709551617",
    "1.7976931348623157e308",
    "''",
    "a",
    "aa",
    "b",
    "'\\x{e5}'",
    "'\\x{3a9}'",
    "'\\x{10000}'",
    "fun erlang:abs/1",
    "fun lists:foo/2",
    "fun lists:map/2",
    "fun lists:map/3",
    "{}",
    "{z}",
    "{1, 1}",
    "{1, a}",
    "#{}",
    "#{1 => b}",
    "#{1.0 => a}",
    "#{a => 1}",
    "#{b => 0}",
    "#{1 => z, 2 => a}",
    "#{1 => a, 2.0 => a}",
    "#{2.0 => a, a => a}",
    "[]",
    "[1|2]",
    "[1]",
    "[2|a]",
    "\"\\x{2}\"",
    "[2, 1]",
    "[a|b]",
    "[a|{}]",
    "[a]",
    "<<>>",
    "<<0:1>>",
    "<<0:2>>",
    "<<0>>",
    "<<0, 0:7>>",
    "<<1:2>>",
    "<<127>>",
    "<<1:1>>",
    "<<255>>",
};
enum { STEPS = sizeof ladder / sizeof ladder[0] };

static void read_text(pier_buffer *term, const char *text) {
  assert_int_equal(pier_term_read(term, pier_span_text(text), NULL, NULL, NULL), 0);
}

static void ladder_is_in_order(void **state) {
  pier_buffer term[STEPS] = {PIER_BUFFER_INIT};
  size_t i, j;
  (void)state;
  for (i = 0; i < STEPS; i++)
    read_text(&term[i], ladder[i]);
  for (i = 0; i < STEPS; i++)
    for (j = i; j < STEPS; j++) {
      pier_span a = pier_buffer_span(&term[i]), b = pier_buffer_span(&term[j]);
      if (sign(pier_term_compare(a, b, NULL)) != -(i < j))
        fail_msg("%s and %s", ladder[i], ladder[j]);
      check_pair(a, b, -(i < j), i == j);
    }
  for (i = 0; i < STEPS; i++)
    pier_buffer_free(&term[i]);
}

/* ---- Edges --------------------------------------------------------------- */

static void span_may_lie_in_the_other(void **state) {
  static const char text[] = "{#{b => 1, a => 2}, #{b => 1, a => 2}}";
  pier_buffer term = PIER_BUFFER_INIT;
  pier_span first, second, whole;
  (void)state;
  read_text(&term, text);
  whole = pier_buffer_span(&term);
  assert_int_equal(pier_match(whole, "{~t, ~t}", &first, &second), 0);
  check_pair(whole, whole, 0, 1);
  check_pair(first, second, 0, 1);
  check_pair(whole, first, -1, 0);
  check_pair(whole, second, -1, 0);
  pier_buffer_free(&term);
}

/* {[], 1, [2]} with lists of no elements before what they end in. */
static void list_of_none_is_its_tail(void **state) {
  static const uint8_t odd[] = {131, 104, 3, 108, 0, 0, 0, 0, 106, 108, 0, 0, 0,
                                0,   97,  1, 108, 0, 0, 0, 0, 107, 0,   1, 2};
  pier_buffer term = PIER_BUFFER_INIT;
  (void)state;
  read_text(&term, "{[], 1, [2]}");
  check_pair(pier_span_of(odd, sizeof odd), pier_buffer_span(&term), 0, 1);
  pier_buffer_free(&term);
}

static void empty_span_is_an_error(void **state) {
  static const uint8_t nil[] = {131, 106};
  pier_span empty = {NULL, 0}, term = pier_span_of(nil, sizeof nil);
  int error = 0;
  (void)state;
  assert_int_equal(pier_term_compare(term, empty, &error), 0);
  assert_int_equal(error, PIER_EARG);
  assert_int_equal(pier_term_equal(empty, empty, &error), 0);
  assert_int_equal(error, PIER_EARG);
}

/* A million tuples in each other: time and memory, no stack of the machine's. */
static void depth_is_no_recursion(void **state) {
  enum { DEPTH = 1000000 };
  pier_buffer a = PIER_BUFFER_INIT, b = PIER_BUFFER_INIT;
  size_t i;
  (void)state;
  for (i = 0; i < DEPTH; i++) {
    pier_write_tuple(&a, 1);
    pier_write_tuple(&b, 1);
  }
  pier_write_int64(&a, 1);
  pier_write_double(&b, 1.0);
  check_pair(pier_buffer_span(&a), pier_buffer_span(&b), 0, 0);
  pier_buffer_free(&a);
  pier_buffer_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ladder_is_in_order),       cmocka_unit_test(span_may_lie_in_the_other),
      cmocka_unit_test(list_of_none_is_its_tail), cmocka_unit_test(empty_span_is_an_error),
      cmocka_unit_test(depth_is_no_recursion),
  };
  size_t count;
  vector_row *rows = vectors_load("test/vectors/order.tsv", &count);
  int failed = run_rows("order.tsv", rows, sizeof rows[0], count, pair_is_as_recorded);
  vectors_free(rows, count);
  return failed + cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
