/* The writer: the bytes of term_to_binary (OTP 26, or 25 with
 * minor_version 2), which the hex here is. */
#include "../support/memory.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct written {
  const char *name;
  void (*write)(pier_buffer *out);
  const char *hex; /* bare */
} written;

typedef struct integer {
  const char *name;
  int64_t value;
  const char *hex;
} integer;

static integer integers[] = {
    {"0", 0, "6100"},
    {"255", 255, "61ff"},
    {"256", 256, "6200000100"},
    {"-1", -1, "62ffffffff"},
    {"-128", -128, "62ffffff80"},
    {"2^27 - 1", 134217727, "6207ffffff"},
    {"2^27", 134217728, "6208000000"},
    {"-2^27 - 1", -134217729, "62f7ffffff"},
    {"2^31 - 1", 2147483647, "627fffffff"},
    {"2^31", 2147483648, "6e040000000080"},
    {"-2^31", -2147483648LL, "6280000000"},
    {"-2^31 - 1", -2147483649LL, "6e040101000080"},
    {"2^63 - 1", INT64_MAX, "6e0800ffffffffffffff7f"},
    {"-2^63", INT64_MIN, "6e08010000000000000080"},
};

static void check_bytes(const pier_buffer *out, const char *hex) {
  pier_span expected = vectors_bytes(hex);
  assert_int_equal(out->error, 0);
  if (out->size != expected.size || memcmp(out->data, expected.data, expected.size) != 0) {
    size_t i;
    for (i = 0; i < out->size; i++)
      print_error("%02x", out->data[i]);
    fail_msg(" instead of %s", hex);
  }
  free((void *)(uintptr_t)expected.data);
}

/* The same number through every door that takes it. */
static void integer_is_written(void **state) {
  const integer *row = *state;
  uint64_t magnitude = row->value < 0 ? 0 - (uint64_t)row->value : (uint64_t)row->value;
  pier_buffer out = PIER_BUFFER_INIT;
  uint8_t digits[10] = {0};
  size_t i;
  assert_int_equal(pier_write_int64(&out, row->value), 0);
  check_bytes(&out, row->hex);
  for (i = 0; i < 8; i++)
    digits[i] = (uint8_t)(magnitude >> 8 * i);
  pier_buffer_clear(&out);
  assert_int_equal(pier_write_bigint(&out, row->value < 0, digits, sizeof digits), 0);
  check_bytes(&out, row->hex);
  if (row->value >= 0) {
    pier_buffer_clear(&out);
    assert_int_equal(pier_write_uint64(&out, (uint64_t)row->value), 0);
    check_bytes(&out, row->hex);
  }
  pier_buffer_free(&out);
}

#define WRITES(name, ...)                                                                      \
  static void name(pier_buffer *out) {                                                         \
    __VA_ARGS__                                                                                \
  }

WRITES(largest_uint64, pier_write_uint64(out, UINT64_MAX);)
WRITES(two_to_64, pier_write_bigint(out, 0, (const uint8_t *)"\0\0\0\0\0\0\0\0\1", 9);)
WRITES(minus_two_to_70,
       pier_write_bigint(out, 1, (const uint8_t *)"\0\0\0\0\0\0\0\0\x40\0", 10);)
WRITES(negative_zero_integer, pier_write_bigint(out, 1, (const uint8_t *)"\0", 1);)
WRITES(no_digits, pier_write_bigint(out, 0, NULL, 0);)
WRITES(one_and_a_half, pier_write_double(out, 1.5);)
WRITES(negative_zero, pier_write_double(out, -0.0);)
WRITES(ten_to_300, pier_write_double(out, 1.0e300);)
WRITES(empty_atom, pier_write_atom(out, "");)
WRITES(ok, pier_write_atom(out, "ok");)
WRITES(a_ring, pier_write_atom(out, "\xc3\xa5");)
WRITES(y_dots, pier_write_atom(out, "\xc3\xbf"
                                    "a");)
WRITES(a_macron, pier_write_atom(out, "\xc4\x80");)
WRITES(nihon, pier_write_atom(out, "\xe6\x97\xa5\xe6\x9c\xac");)
WRITES(atom_with_nul, pier_write_atom_span(out, pier_span_of("a\0b", 3));)
WRITES(empty_binary, pier_write_binary(out, NULL, 0);)
WRITES(binary, pier_write_binary(out, "\1\2", 2);)
WRITES(three_bits, pier_write_bitstring(out, "\xbf", 3);)
WRITES(nine_bits, pier_write_bitstring(out, "\xff\xff", 9);)
WRITES(sixteen_bits, pier_write_bitstring(out, "\1\2", 16);)
WRITES(no_bits, pier_write_bitstring(out, NULL, 0);)
WRITES(empty_string, pier_write_string(out, "", 0);)
WRITES(abc, pier_write_string(out, "abc", 3);)
WRITES(empty_tuple, pier_write_tuple(out, 0);)
WRITES(tuple_of_a, pier_write_tuple(out, 1); pier_write_atom(out, "a");)
WRITES(empty_map, pier_write_map(out, 0);)
WRITES(map, pier_write_map(out, 1); pier_write_atom(out, "a"); pier_write_int64(out, 1);)
WRITES(empty_list, pier_write_list(out, 0); pier_write_nil(out);)
WRITES(list_of_a, pier_write_list(out, 1); pier_write_atom(out, "a"); pier_write_nil(out);)
WRITES(improper, pier_write_list(out, 1); pier_write_atom(out, "a"); pier_write_atom(out, "b");)
WRITES(other_term, pier_write_term(out, pier_span_of("\x83\x61\7", 3));
       pier_write_term(out, pier_span_of("\x61\x08", 2));)

WRITES(open_empty_tuple, pier_write_tuple_end(out, pier_write_tuple_begin(out), 0);)
WRITES(open_empty_map, pier_write_map_end(out, pier_write_map_begin(out), 0);)
WRITES(open_empty_list, pier_write_list_end(out, pier_write_list_begin(out), 0);)

WRITES(open_abc, size_t list = pier_write_list_begin(out); pier_write_int64(out, 'a');
       pier_write_int64(out, 'b'); pier_write_int64(out, 'c');
       pier_write_list_end(out, list, 3);)
WRITES(open_1_300, size_t list = pier_write_list_begin(out); pier_write_int64(out, 1);
       pier_write_int64(out, 300); pier_write_list_end(out, list, 2);)
WRITES(open_nil_in_list, size_t list = pier_write_list_begin(out);
       pier_write_list_end(out, pier_write_list_begin(out), 0);
       pier_write_list_end(out, list, 1);)
/* One element of four bytes, of which the first and the third are tag 97. */
WRITES(looks_like_bytes, size_t list = pier_write_list_begin(out);
       pier_write_atom_span(out, pier_span_of("a", 1)); pier_write_list_end(out, list, 1);)
WRITES(open_map, size_t map = pier_write_map_begin(out); pier_write_atom(out, "a");
       pier_write_int64(out, 1); pier_write_map_end(out, map, 1);)

/* {[{1,2}],[300]} */
WRITES(open_nested, size_t tuple = pier_write_tuple_begin(out);
       size_t list = pier_write_list_begin(out); size_t inner = pier_write_tuple_begin(out);
       pier_write_int64(out, 1); pier_write_int64(out, 2); pier_write_tuple_end(out, inner, 2);
       pier_write_list_end(out, list, 1); list = pier_write_list_begin(out);
       pier_write_int64(out, 300); pier_write_list_end(out, list, 1);
       pier_write_tuple_end(out, tuple, 2);)

#define ROW(name, hex)                                                                         \
  { #name, name, hex }

static written rows[] = {
    ROW(largest_uint64, "6e0800ffffffffffffffff"),
    ROW(two_to_64, "6e0900000000000000000001"),
    ROW(minus_two_to_70, "6e0901000000000000000040"),
    ROW(negative_zero_integer, "6100"),
    ROW(no_digits, "6100"),
    ROW(one_and_a_half, "463ff8000000000000"),
    ROW(negative_zero, "468000000000000000"),
    ROW(ten_to_300, "467e37e43c8800759c"),
    ROW(empty_atom, "7700"),
    ROW(ok, "77026f6b"),
    ROW(a_ring, "7702c3a5"),
    ROW(y_dots, "7703c3bf61"),
    ROW(a_macron, "7702c480"),
    ROW(nihon, "7706e697a5e69cac"),
    ROW(atom_with_nul, "7703610062"),
    ROW(empty_binary, "6d00000000"),
    ROW(binary, "6d000000020102"),
    ROW(three_bits, "4d0000000103a0"),
    ROW(nine_bits, "4d0000000201ff80"),
    ROW(sixteen_bits, "6d000000020102"),
    ROW(no_bits, "6d00000000"),
    ROW(empty_string, "6a"),
    ROW(abc, "6b0003616263"),
    ROW(empty_tuple, "6800"),
    ROW(tuple_of_a, "6801770161"),
    ROW(empty_map, "7400000000"),
    ROW(map, "74000000017701616101"),
    ROW(empty_list, "6a"),
    ROW(list_of_a, "6c000000017701616a"),
    ROW(improper, "6c000000017701617701 62"),
    ROW(other_term, "61076108"),
    ROW(open_empty_tuple, "6800"),
    ROW(open_empty_map, "7400000000"),
    ROW(open_empty_list, "6a"),
    ROW(open_abc, "6b0003616263"),
    ROW(open_1_300, "6c000000026101620000012c6a"),
    ROW(open_nil_in_list, "6c000000016a6a"),
    ROW(looks_like_bytes, "6c000000017701616a"),
    ROW(open_map, "74000000017701616101"),
    ROW(open_nested, "68026c000000016802610161026a6c00000001620000012c6a"),
};

/* Alone, behind other bytes, and with each allocation failing. */
static void is_written(void **state) {
  const written *row = *state;
  pier_buffer out = PIER_BUFFER_INIT;
  row->write(&out);
  check_bytes(&out, row->hex);
  pier_buffer_consume(&out, out.size);
  pier_buffer_append(&out, "0123456789", 10);
  row->write(&out);
  pier_buffer_consume(&out, 10);
  check_bytes(&out, row->hex);
  pier_buffer_free(&out);
  memory_begin(1);
  row->write(&out);
  assert_int_equal(out.error, PIER_ENOMEM);
  assert_int_equal(out.size, 0);
  pier_buffer_free(&out);
  assert_int_equal(memory_counted.live, 0);
  memory_end();
}

/* At every limit the writer stops and says so. */
static void limits_are_kept(void **state) {
  const written *row = *state;
  pier_buffer all = PIER_BUFFER_INIT;
  size_t limit;
  row->write(&all);
  for (limit = 1; limit < all.size; limit++) {
    pier_buffer out = PIER_BUFFER_INIT;
    out.limit = limit;
    row->write(&out);
    assert_int_equal(out.error, PIER_ELIMIT);
    assert_true(out.size <= limit);
    pier_buffer_free(&out);
  }
  pier_buffer_free(&all);
}

/* ---- Refused ------------------------------------------------------------------ */

static void check_refused(pier_buffer *out, int got, int error) {
  assert_int_equal(got, error);
  assert_int_equal(out->error, error);
  assert_int_equal(out->size, 1);
  assert_int_equal(pier_write_int64(out, 1), error);
  assert_int_equal(pier_write_tuple(out, 1), error);
  assert_int_equal(pier_write_list(out, 0), error);
  assert_int_equal(out->size, 1);
  pier_buffer_clear(out);
  pier_write_version(out);
}

static void what_has_no_external_form(void **state) {
  static uint8_t digits[4194297];
  static const char *const not_utf8[] = {"\xe5", "a\xc0\x80", "\xed\xa0\x80",
                                         "\xf4\x90\x80\x80"};
  pier_buffer out = PIER_BUFFER_INIT;
  char name[4 * 256 + 1];
  size_t i;
  (void)state;
  pier_write_version(&out);
  check_refused(&out, pier_write_double(&out, INFINITY), PIER_ERANGE);
  check_refused(&out, pier_write_double(&out, -INFINITY), PIER_ERANGE);
  check_refused(&out, pier_write_double(&out, NAN), PIER_ERANGE);
  digits[sizeof digits - 1] = 1;
  check_refused(&out, pier_write_bigint(&out, 0, digits, sizeof digits), PIER_ERANGE);
  for (i = 0; i < 4; i++)
    check_refused(&out, pier_write_atom(&out, not_utf8[i]), PIER_EARG);
  memset(name, 'a', 256);
  name[256] = '\0';
  check_refused(&out, pier_write_atom(&out, name), PIER_EARG);
  check_refused(&out, pier_write_term(&out, pier_span_of("\x83", 1)), PIER_EARG);
  check_refused(&out, pier_write_term(&out, pier_span_of(NULL, 0)), PIER_EARG);
  check_refused(&out, pier_write_tuple(&out, (size_t)1 << 32), PIER_ERANGE);
  check_refused(&out, pier_write_list(&out, (size_t)1 << 32), PIER_ERANGE);
  check_refused(&out, pier_write_map(&out, (size_t)1 << 31), PIER_ERANGE);
  check_refused(&out, pier_write_binary(&out, name, (size_t)1 << 32), PIER_ERANGE);
  check_refused(&out, pier_write_list_end(&out, 0, 1), PIER_EARG);
  check_refused(&out, pier_write_tuple_end(&out, 99, 1), PIER_EARG);
  pier_buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_has_no_external_form),
  };
  int failed = RUN_ROWS(integers, integer_is_written);
  failed += RUN_ROWS(rows, is_written);
  failed += RUN_ROWS(rows, limits_are_kept);
  return failed + cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
