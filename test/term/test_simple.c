/* What is known at a glance is what the gate lets through, and in normal form. */
#include "../support/cmocka_all.h"
#include "../support/rows.h"
#include "term/simple.h"

#include <pier/term.h>
#include <stdlib.h>
#include <string.h>

struct row {
  const char *name;
  const char *text; /* the term; or */
  uint8_t bytes[24];
  size_t size;
  int known;
};

static struct row rows[] = {
    {"a byte", "255", {0}, 0, 1},
    {"an integer", "256", {0}, 0, 1},
    {"a negative one", "-1", {0}, 0, 1},
    {"an integer of 64 bits", "1099511627776", {0}, 0, 0},
    {"an atom", "hello", {0}, 0, 1},
    {"the empty atom", "''", {0}, 0, 1},
    {"an atom of other letters", "'\303\244'", {0}, 0, 0},
    {"a float", "2.5", {0}, 0, 1},
    {"nothing", "[]", {0}, 0, 1},
    {"a tuple", "{add,1,2}", {0}, 0, 1},
    {"the empty tuple", "{}", {0}, 0, 1},
    {"a string", "\"abc\"", {0}, 0, 1},
    {"a binary", "<<\"abc\">>", {0}, 0, 1},
    {"a list", "[a,{b,[c,[]]},<<>>]", {0}, 0, 1},
    {"a list with a tail", "[a|b]", {0}, 0, 1},
    {"a list that begins with a byte", "[1,a]", {0}, 0, 0},
    {"a map", "#{a => 1}", {0}, 0, 0},
    {"too deep", "{{{{{{{{{{{{{{{{{{a}}}}}}}}}}}}}}}}}}", {0}, 0, 0},
    {"a byte as an integer", NULL, {98, 0, 0, 0, 7}, 5, 0},
    {"no string", NULL, {107, 0, 0}, 3, 0},
    {"bytes as a list", NULL, {108, 0, 0, 0, 1, 97, 1, 106}, 8, 0},
    {"a list as a tail", NULL, {108, 0, 0, 0, 1, 106, 108, 0, 0, 0, 1, 106, 106}, 13, 0},
    {"a string as a tail", NULL, {108, 0, 0, 0, 1, 106, 107, 0, 1, 65}, 10, 0},
    {"no number", NULL, {70, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0}, 9, 0},
    {"an infinite one", NULL, {70, 0xff, 0xf0, 0, 0, 0, 0, 0, 0}, 9, 0},
    {"a list of no elements", NULL, {108, 0, 0, 0, 0, 106}, 6, 0},
    {"nothing at all", NULL, {0}, 0, 0},
};

/* In a block of its size, so that a byte more is seen. */
static size_t look(const uint8_t *bytes, size_t size) {
  uint8_t *copy = malloc(size > 0 ? size : 1);
  size_t known;
  assert_non_null(copy);
  memcpy(copy, bytes, size);
  known = pier__simple(copy, copy + size);
  free(copy);
  return known;
}

/* The first `known` bytes are a term, and its normal form. */
static void is_right(const uint8_t *bytes, size_t known) {
  pier_buffer whole = PIER_BUFFER_INIT, normal = PIER_BUFFER_INIT;
  size_t used;
  pier_write_version(&whole);
  pier_buffer_append(&whole, bytes, known);
  assert_int_equal(pier_term_scan(pier_buffer_span(&whole), NULL, &used, NULL), 0);
  assert_int_equal(used, known + 1);
  assert_int_equal(pier_term_normalize(&normal, pier_buffer_span(&whole)), 0);
  assert_int_equal(normal.size, whole.size);
  assert_memory_equal(normal.data, whole.data, whole.size);
  pier_buffer_free(&whole);
  pier_buffer_free(&normal);
}

static void is_known(void **state) {
  const struct row *row = *state;
  pier_buffer term = PIER_BUFFER_INIT;
  const uint8_t *bytes = row->bytes;
  size_t size = row->size, cut;
  if (row->text) {
    assert_int_equal(pier_term_read(&term, pier_span_text(row->text), NULL, NULL, NULL), 0);
    bytes = term.data + 1;
    size = term.size - 1;
  }
  assert_int_equal(look(bytes, size), row->known ? size : 0);
  if (row->known) is_right(bytes, size);
  for (cut = 0; cut < size; cut++)
    assert_int_equal(look(bytes, cut), 0);
  pier_buffer_free(&term);
}

/* Anything: what is known is right. */
static void is_never_wrong(void **state) {
  static const uint8_t likely[] = {97, 98, 70, 119, 104, 108, 106, 107, 109, 0,   0,
                                   1,  2,  3,  4,   'a', 255, 116, 110, 100, 131, 80};
  uint32_t seed = 1;
  int i, found = 0;
  (void)state;
  for (i = 0; i < 300000; i++) {
    uint8_t bytes[24];
    size_t at, known;
    for (at = 0; at < sizeof bytes; at++) {
      seed = seed * 1664525 + 1013904223;
      bytes[at] = likely[(seed >> 12) % sizeof likely];
    }
    known = pier__simple(bytes, bytes + sizeof bytes);
    if (known == 0) continue;
    is_right(bytes, known);
    found += known > 4;
  }
  assert_true(found > 1000);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(is_never_wrong)};
  int failed = RUN_ROWS(rows, is_known);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
