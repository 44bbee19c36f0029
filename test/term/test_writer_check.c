/* The writer: atoms that are literals, integers from text, and what a build with
 * PIER_DEBUG sees (this one is). */
#ifndef PIER_DEBUG
#define PIER_DEBUG
#endif
#include "../support/memory.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void check_bytes(const pier_buffer *out, const char *hex) {
  pier_span expected = vectors_bytes(hex);
  assert_int_equal(out->error, 0);
  assert_int_equal(out->size, expected.size);
  assert_memory_equal(out->data, expected.data, expected.size);
  free((void *)(uintptr_t)expected.data);
}

/* ---- Integers from text ---------------------------------------------------------- */

typedef struct text_row {
  const char *text;
  unsigned base;
  int error;
  const char *hex;
} text_row;

static text_row texts[] = {
    {"0", 10, 0, "6100"},
    {"-0", 10, 0, "6100"},
    {"+00255", 10, 0, "61ff"},
    {"-1", 10, 0, "62ffffffff"},
    {"134217728", 10, 0, "6208000000"},
    {"2147483647", 10, 0, "627fffffff"},
    {"2147483648", 10, 0, "6e040000000080"},
    {"-2147483648", 10, 0, "6280000000"},
    {"-2147483649", 10, 0, "6e040101000080"},
    {"18446744073709551615", 10, 0, "6e0800ffffffffffffffff"},
    {"18446744073709551616", 10, 0, "6e0900000000000000000001"},
    {"-1180591620717411303424", 10, 0, "6e0901000000000000000040"},
    {"-FF", 16, 0, "62ffffff01"},
    {"zZ", 36, 0, "620000050f"},
    {"101", 2, 0, "6105"},
    {"0000000000000000000000000000000000000000000000000000000000000000000000", 10, 0, "6100"},
    {"000000000000000000001234567890abcdef123", 16, 0, "6e0a0023f1debc0a8967452301"},
    {"1100010010001000010000010000001000000010", 2, 0, "6e050002024188c4"},
    {"1234567012345670123456701", 8, 0, "6e0a00c15d4ec15d4ec15d4e01"},
    {"-ZzYyXx0123456789", 36, 0, "6e0b0119cf792c3ee8415d469506"},
    {"-VuT0123456789abcdefg", 32, 0, "6e0d01f0b9c6964ae898428608a0fb0f"},
    {"32100123321001232", 4, 0, "6e05006e906f9003"},
    {"", 10, PIER_EARG, NULL},
    {"-", 10, PIER_EARG, NULL},
    {"--1", 10, PIER_EARG, NULL},
    {"1 ", 10, PIER_EARG, NULL},
    {"1_000", 10, PIER_EARG, NULL},
    {"12a", 10, PIER_EARG, NULL},
    {"2", 2, PIER_EARG, NULL},
    {"@", 36, PIER_EARG, NULL},
    {"1", 1, PIER_EARG, NULL},
    {"1", 37, PIER_EARG, NULL},
};

static void integer_text(void **state) {
  const text_row *row = *state;
  pier_buffer out = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  out.diag = &diag;
  assert_int_equal(pier_write_integer_text(&out, pier_span_text(row->text), row->base),
                   row->error);
  assert_int_equal(out.error, row->error);
  if (row->hex) {
    check_bytes(&out, row->hex);
  } else {
    assert_int_equal(out.size, 0);
    assert_int_equal(diag.error, row->error);
    assert_string_equal(diag.text, "not the digits of an integer");
  }
  pier_buffer_free(&out);
}

/* The most that Erlang takes, 2^(8*4194296) - 1, and one digit more. */
static void longest_integer_text(void **state) {
  enum { DIGITS = 2 * 4194296, ZEROS = 100 };
  pier_buffer out = PIER_BUFFER_INIT;
  char *text = malloc(ZEROS + DIGITS + 1);
  (void)state;
  assert_non_null(text);
  memset(text, '0', ZEROS);
  memset(text + ZEROS, 'f', DIGITS + 1);
  assert_int_equal(pier_write_integer_text(&out, pier_span_of(text, ZEROS + DIGITS), 16), 0);
  assert_int_equal(out.size, 6 + DIGITS / 2);
  assert_int_equal(out.data[out.size - 1], 0xff);
  pier_buffer_clear(&out);
  assert_int_equal(pier_write_integer_text(&out, pier_span_of(text, ZEROS + DIGITS + 1), 16),
                   PIER_ERANGE);
  pier_buffer_clear(&out);
  memset(text, '1', ZEROS + DIGITS + 1);
  memory_begin(1);
  assert_int_equal(pier_write_integer_text(&out, pier_span_of(text, 100), 10), PIER_ENOMEM);
  assert_int_equal(out.size, 0);
  memory_end();
  pier_buffer_free(&out);
  free(text);
}

/* The largest digits, and a 1 before zeros, of every length, in the bases whose
 * digits are whole bits: where digits and bytes end together and where not. */
static void digits_of_whole_bits(void **state) {
  static const char largest[] = {'1', '3', '7', 'f', 'v'};
  size_t bits, count;
  (void)state;
  for (bits = 1; bits <= 5; bits++)
    for (count = 65 / bits + 1; count <= 80; count++) {
      pier_buffer out = PIER_BUFFER_INIT, expected = PIER_BUFFER_INIT;
      uint8_t ones[64], power[64] = {0};
      char text[80];
      size_t width = bits * count;
      memset(ones, 0xff, sizeof ones);
      ones[width / 8] = (uint8_t)((1U << width % 8) - 1);
      power[(width - bits) / 8] = (uint8_t)(1U << (width - bits) % 8);
      memset(text, largest[bits - 1], count);
      pier_write_integer_text(&out, pier_span_of(text, count), 1U << bits);
      pier_write_bigint(&expected, false, ones, width / 8 + 1);
      memset(text, '0', count);
      text[0] = '1';
      pier_write_integer_text(&out, pier_span_of(text, count), 1U << bits);
      pier_write_bigint(&expected, false, power, (width - bits) / 8 + 1);
      assert_int_equal(out.error, 0);
      assert_int_equal(out.size, expected.size);
      assert_memory_equal(out.data, expected.data, out.size);
      pier_buffer_free(&out);
      pier_buffer_free(&expected);
    }
}

/* ---- Whole terms and others -------------------------------------------------------- */

typedef struct shape {
  const char *name;
  int (*write)(pier_buffer *out); /* behind two bytes that are not looked at */
  size_t offset;                  /* of the container with the mistake */
  const char *text;               /* NULL: there is none */
} shape;

#define SHAPE(name, ...)                                                                       \
  static int name(pier_buffer *out) {                                                          \
    __VA_ARGS__                                                                                \
    return pier_write_done(out, 2);                                                            \
  }

SHAPE(whole, pier_write_version(out); pier_write_tuple(out, 2);
      pier_write_atom_const(out, "ok"); pier_write_list(out, 1); pier_write_int64(out, 300);
      pier_write_nil(out);)
SHAPE(whole_and_bare, pier_write_map(out, 1); pier_write_int64(out, 1); pier_write_nil(out);)
SHAPE(nothing, )
SHAPE(version_only, pier_write_version(out);)
SHAPE(tuple_lacks_one, pier_write_version(out); pier_write_tuple(out, 2);
      pier_write_atom_const(out, "ok");)
SHAPE(one_too_many, pier_write_version(out); pier_write_tuple(out, 1); pier_write_nil(out);
      pier_write_nil(out);)
SHAPE(list_without_tail, pier_write_list(out, 1); pier_write_int64(out, 300);)
SHAPE(map_without_value, pier_write_tuple(out, 2); pier_write_nil(out); pier_write_map(out, 2);
      pier_write_nil(out); pier_write_int64(out, 1); pier_write_int64(out, 2);)
SHAPE(large_tuple, pier_write_tuple(out, 256);)
SHAPE(inner_tuple_takes_outer_parts, pier_write_tuple(out, 2); pier_write_tuple(out, 3);
      pier_write_nil(out); pier_write_nil(out); pier_write_nil(out);)
SHAPE(key_twice, pier_write_map(out, 2); pier_write_int64(out, 1); pier_write_nil(out);
      pier_write_int64(out, 1); pier_write_nil(out);)
SHAPE(end_says_more, size_t list = pier_write_list_begin(out); pier_write_int64(out, 300);
      pier_write_list_end(out, list, 2);)
SHAPE(end_says_less, pier_write_tuple(out, 1); size_t tuple = pier_write_tuple_begin(out);
      pier_write_nil(out); pier_write_nil(out); pier_write_tuple_end(out, tuple, 1);)
SHAPE(end_of_map_says_more, size_t map = pier_write_map_begin(out); pier_write_nil(out);
      pier_write_nil(out); pier_write_map_end(out, map, 2);)
SHAPE(end_with_part_open, size_t map = pier_write_map_begin(out); pier_write_nil(out);
      pier_write_tuple(out, 2); pier_write_nil(out); pier_write_map_end(out, map, 1);)
SHAPE(end_of_another, size_t map = pier_write_map_begin(out); pier_write_list_end(out, map, 0);)
SHAPE(not_utf8, pier_write_version(out); pier_write_atom_const(out, "\xe5");)

#define ROW(name, offset, text)                                                                \
  { #name, name, offset, text }

static shape shapes[] = {
    ROW(whole, 0, NULL),
    ROW(whole_and_bare, 0, NULL),
    ROW(nothing, 2, "no term was written"),
    ROW(version_only, 2, "no term was written"),
    ROW(tuple_lacks_one, 3, "tuple lacks 1 of the terms it announced"),
    ROW(one_too_many, 3, "tuple is complete before the term at byte 6"),
    ROW(list_without_tail, 2, "list lacks 1 of the terms it announced"),
    ROW(map_without_value, 5, "map lacks 1 of the terms it announced"),
    ROW(large_tuple, 2, "tuple lacks 256 of the terms it announced"),
    ROW(inner_tuple_takes_outer_parts, 2, "tuple lacks 1 of the terms it announced"),
    ROW(key_twice, 2, "map has the same key twice"),
    ROW(end_says_more, 2, "list ends with a count of 2; terms written: 1"),
    ROW(end_says_less, 4, "tuple ends with a count of 1; terms written: 2"),
    ROW(end_of_map_says_more, 2, "map ends with a count of 2 pairs; terms written: 2"),
    ROW(end_with_part_open, 8, "tuple lacks 1 of the terms it announced"),
    ROW(end_of_another, 2, "no such container was begun here"),
    ROW(not_utf8, 3, "the name of an atom is not UTF-8"),
};

static void shape_is_checked(void **state) {
  const shape *row = *state;
  pier_buffer out = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  size_t size;
  int error = row->text ? PIER_EARG : 0;
  out.diag = &diag;
  pier_buffer_append(&out, "\xff\xff", 2);
  assert_int_equal(row->write(&out), error);
  assert_int_equal(out.error, error);
  assert_int_equal(diag.error, error);
  assert_int_equal(diag.offset, row->offset);
  assert_string_equal(diag.text, row->text ? row->text : "");
  size = out.size;
  assert_int_equal(pier_write_nil(&out), error);
  assert_int_equal(out.size, error ? size : size + 1);
  pier_buffer_free(&out);
}

/* Without a diag the error is all there is. */
static void nobody_listens(void **state) {
  const shape *row = *state;
  pier_buffer out = PIER_BUFFER_INIT;
  pier_buffer_append(&out, "\xff\xff", 2);
  assert_int_equal(row->write(&out), row->text ? PIER_EARG : 0);
  pier_buffer_free(&out);
}

/* Whichever allocation fails, that is the error, and nothing is left behind. */
static void memory_fails(void **state) {
  const shape *row = *state;
  size_t nth = 1;
  bool failed = true;
  for (; failed; nth++) {
    pier_buffer out = PIER_BUFFER_INIT;
    int error;
    memory_begin(nth);
    pier_buffer_append(&out, "\xff\xff", 2);
    error = row->write(&out);
    pier_buffer_free(&out);
    failed = memory_counted.calls >= nth;
    assert_int_equal(memory_counted.live, 0);
    memory_end();
    if (failed) assert_int_equal(error, PIER_ENOMEM);
  }
}

/* ---- Literals --------------------------------------------------------------------- */

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

/* The same bytes as by name; a long one has another tag, a longer one none. */
static void literal_atoms(void **state) {
  pier_buffer out = PIER_BUFFER_INIT, named = PIER_BUFFER_INIT;
  (void)state;
  pier_write_atom_const(&out, "");
  pier_write_atom_const(&out, "ok");
  pier_write_atom_const(&out, "\xe6\x97\xa5");
  pier_write_atom_const(&out, FIFTY FIFTY FIFTY FIFTY FIFTY "01234");
  pier_write_atom_const(&out, "a\0b");
  pier_write_atom(&named, "");
  pier_write_atom(&named, "ok");
  pier_write_atom(&named, "\xe6\x97\xa5");
  pier_write_atom(&named, FIFTY FIFTY FIFTY FIFTY FIFTY "01234");
  pier_write_atom_span(&named, pier_span_of("a\0b", 3));
  assert_int_equal(out.error, 0);
  assert_int_equal(out.size, named.size);
  assert_memory_equal(out.data, named.data, named.size);
  assert_int_equal(pier_write_atom_const(&out, FIFTY FIFTY FIFTY FIFTY FIFTY "012345"),
                   PIER_EARG);
  pier_buffer_free(&out);
  pier_buffer_free(&named);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(longest_integer_text),
      cmocka_unit_test(digits_of_whole_bits),
      cmocka_unit_test(literal_atoms),
  };
  int failed = RUN_ROWS(texts, integer_text);
  failed += RUN_ROWS(shapes, shape_is_checked);
  failed += RUN_ROWS(shapes, nobody_listens);
  failed += RUN_ROWS(shapes, memory_fails);
  return failed + cmocka_run_group_tests_name("writer check", tests, NULL, NULL);
}
