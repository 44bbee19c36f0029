/* A frame's whole term, plain or compressed. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"

#include <pier/term.h>

#include <string.h>

/* {[]}, stored, not squeezed. */
static const uint8_t stream[] = {0x83, 0x50, 0,    0,    0,    3,    0x78, 0x01, 0x01, 0x03,
                                 0x00, 0xfc, 0xff, 0x68, 0x01, 0x6a, 0x01, 0xa7, 0x00, 0xd4};

static void a_plain_term_is_itself(void **state) {
  static const uint8_t bytes[] = {0x83, 0x68, 0x01, 0x6a};
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span term;
  (void)state;
  assert_int_equal(pier_term_plain(pier_span_of(bytes, 4), NULL, &scratch, &term, NULL), 0);
  assert_ptr_equal(term.data, bytes);
  assert_int_equal(term.size, 4);
  assert_null(scratch.data);
}

static void bytes_behind_it_are_an_error(void **state) {
  static const uint8_t bytes[] = {0x83, 0x61, 0x01, 0x61, 0x02};
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span term = {NULL, 0};
  pier_diag diag;
  (void)state;
  assert_int_equal(pier_term_plain(pier_span_of(bytes, 5), NULL, &scratch, &term, &diag),
                   PIER_ETRAILING);
  assert_int_equal(diag.offset, 3);
  assert_string_equal(diag.text, "2 bytes left over after the term");
  assert_null(term.data);
}

/* And what scratch held before is gone. */
static void a_compressed_term_is_in_scratch(void **state) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  uint8_t *copy = guard_copy(stream, sizeof stream);
  pier_span term;
  (void)state;
  pier_buffer_append(&scratch, "before", 6);
  assert_int_equal(
      pier_term_plain(pier_span_of(copy, sizeof stream), NULL, &scratch, &term, NULL), 0);
  assert_ptr_equal(term.data, scratch.data);
  assert_int_equal(term.size, 4);
  assert_memory_equal(term.data, "\x83\x68\x01\x6a", 4);
  guard_free(copy, sizeof stream);
  pier_buffer_free(&scratch);
}

static void bytes_behind_a_compressed_one(void **state) {
  uint8_t bytes[sizeof stream + 1] = {0};
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span term;
  pier_diag diag;
  size_t used = 0;
  (void)state;
  memcpy(bytes, stream, sizeof stream);
  assert_int_equal(
      pier_term_plain(pier_span_of(bytes, sizeof bytes), NULL, &scratch, &term, &diag),
      PIER_ETRAILING);
  assert_int_equal(diag.offset, sizeof stream);
  assert_int_equal(pier_term_scan(pier_span_of(bytes, sizeof bytes), NULL, &used, NULL), 0);
  assert_int_equal(used, sizeof stream);
  pier_buffer_free(&scratch);
}

static void the_limit_is_what_is_announced(void **state) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_limits limits;
  pier_span term;
  pier_diag diag;
  (void)state;
  pier_limits_init(&limits);
  limits.inflated = 3;
  assert_int_equal(
      pier_term_plain(pier_span_of(stream, sizeof stream), &limits, &scratch, &term, &diag), 0);
  limits.inflated = 2;
  assert_int_equal(
      pier_term_plain(pier_span_of(stream, sizeof stream), &limits, &scratch, &term, &diag),
      PIER_EINFLATED);
  assert_string_equal(diag.text, "compressed term would be 3 bytes, the limit is 2");
  pier_buffer_free(&scratch);
}

/* A limit of the buffer's own is told as such. */
static void a_small_scratch(void **state) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span term;
  (void)state;
  scratch.limit = 2;
  assert_int_equal(
      pier_term_plain(pier_span_of(stream, sizeof stream), NULL, &scratch, &term, NULL),
      PIER_ELIMIT);
  pier_buffer_free(&scratch);
}

static void faults_inside(void **state) {
  /* The tuple's only element is gone; then a version byte; then a byte more. */
  static const uint8_t streams[][20] = {
      {0x83, 0x50, 0, 0, 0, 2, 0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, 0x68, 0x01},
      {0x83, 0x50, 0, 0, 0, 2, 0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, 0x83, 0x6a},
      {0x83, 0x50, 0, 0, 0, 2, 0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, 0x6a, 0x6a},
  };
  static const uint8_t sums[][4] = {
      {0x00, 0xd3, 0x00, 0x6a}, {0x01, 0x72, 0x00, 0xee}, {0x01, 0x40, 0x00, 0xd5}};
  static const char *const texts[] = {
      "in the compressed term, at 3: tuple needs 1 more bytes, 0 are left",
      "in the compressed term, at 1: no term begins with byte 131 here",
      "in the compressed term, at 2: bytes left over"};
  size_t i;
  (void)state;
  for (i = 0; i < 3; i++) {
    uint8_t bytes[19];
    pier_diag diag;
    memcpy(bytes, streams[i], 15);
    memcpy(bytes + 15, sums[i], 4);
    assert_int_equal(pier_term_scan(pier_span_of(bytes, 19), NULL, NULL, &diag), PIER_ETERM);
    assert_string_equal(diag.text, texts[i]);
    assert_int_equal(diag.offset, 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plain_term_is_itself),
      cmocka_unit_test(bytes_behind_it_are_an_error),
      cmocka_unit_test(a_compressed_term_is_in_scratch),
      cmocka_unit_test(bytes_behind_a_compressed_one),
      cmocka_unit_test(the_limit_is_what_is_announced),
      cmocka_unit_test(a_small_scratch),
      cmocka_unit_test(faults_inside),
  };
  return cmocka_run_group_tests_name("plain terms", tests, NULL, NULL);
}
