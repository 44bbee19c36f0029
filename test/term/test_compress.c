/* pier_term_compress decides as term_to_binary of OTP 25 did, and the gate reads
 * what it makes. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/memory.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>

enum { LEVEL = 1, TAG = 3 };

/* The tag is the BEAM's. How small the rest gets is zlib's affair. */
static void row_is_as_recorded(void **state) {
  const vector_row *row = *state;
  uint8_t *copy = guard_copy(row->bytes.data, row->bytes.size);
  pier_span term = pier_span_of(copy, row->bytes.size), plain;
  pier_buffer out = PIER_BUFFER_INIT, scratch = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_compress(&out, term, atoi(row->field[LEVEL])), 0);
  assert_int_equal(out.data[1], atoi(row->field[TAG]));
  assert_true(out.size <= term.size);
  assert_int_equal(pier_term_plain(pier_buffer_span(&out), NULL, &scratch, &plain, NULL), 0);
  assert_int_equal(plain.size, term.size);
  assert_memory_equal(plain.data, term.data, term.size);
  guard_free(copy, row->bytes.size);
  pier_buffer_free(&out);
  pier_buffer_free(&scratch);
}

static void bad_arguments_append_nothing(void **state) {
  static const uint8_t nil[] = {131, 106};
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  assert_int_equal(pier_term_compress(&out, pier_span_of(NULL, 0), 6), PIER_EARG);
  assert_int_equal(pier_term_compress(&out, pier_span_of(nil, 2), 10), PIER_EARG);
  assert_int_equal(pier_term_compress(&out, pier_span_of(nil, 2), -1), PIER_EARG);
  assert_int_equal(out.size, 0);
  pier_buffer_free(&out);
}

static void bare_terms_and_others_before(void **state) {
  static const uint8_t bare[300] = {ERL_BINARY_EXT, 0, 0, 1, 39};
  pier_buffer out = PIER_BUFFER_INIT, scratch = PIER_BUFFER_INIT;
  pier_span plain;
  (void)state;
  pier_buffer_append_byte(&out, 'x');
  assert_int_equal(pier_term_compress(&out, pier_span_of(bare, sizeof bare), 6), 0);
  assert_int_equal(out.data[0], 'x');
  assert_int_equal(out.data[2], 80);
  assert_int_equal(
      pier_term_plain(pier_span_of(out.data + 1, out.size - 1), NULL, &scratch, &plain, NULL),
      0);
  assert_int_equal(plain.size, sizeof bare + 1);
  assert_memory_equal(plain.data + 1, bare, sizeof bare);
  pier_buffer_free(&out);
  pier_buffer_free(&scratch);
}

/* Every allocation of these calls fails once. */
static void no_memory_is_an_error(void **state) {
  static const char text[] = "{[{#{b => [1, 2.0], {a} => #{c => 1, d => 2}}, [3]}], 4}";
  pier_buffer term = PIER_BUFFER_INIT;
  size_t fail_at = 0;
  int failed;
  (void)state;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  do {
    pier_buffer normal = PIER_BUFFER_INIT, small = PIER_BUFFER_INIT;
    pier_span span = pier_buffer_span(&term);
    int errors[4], same, i;
    memory_begin(++fail_at);
    pier_term_compare(span, span, &errors[0]);
    same = pier_term_equal(span, span, &errors[1]);
    assert_int_equal(same, errors[1] == 0);
    errors[2] = pier_term_normalize(&normal, span);
    errors[3] = pier_term_compress(&small, span, 6);
    for (i = 0, failed = 0; i < 4; i++) {
      assert_true(errors[i] == 0 || errors[i] == PIER_ENOMEM);
      failed += errors[i] != 0;
    }
    if (errors[2]) assert_int_equal(normal.size, 0);
    if (errors[3]) assert_int_equal(small.size, 0);
    assert_true(failed <= 1);
    pier_buffer_free(&normal);
    pier_buffer_free(&small);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  } while (failed);
  assert_true(fail_at > 8);
  pier_buffer_free(&term);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bad_arguments_append_nothing),
      cmocka_unit_test(bare_terms_and_others_before),
      cmocka_unit_test(no_memory_is_an_error),
  };
  size_t count;
  vector_row *rows = vectors_load("test/vectors/compressed.tsv", &count);
  int failed = run_rows("compressed.tsv", rows, sizeof rows[0], count, row_is_as_recorded);
  vectors_free(rows, count);
  return failed + cmocka_run_group_tests_name("compress", tests, NULL, NULL);
}
