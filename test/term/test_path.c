/* The way to a fault: in words for what the gate refuses, and without a byte too
 * far for anything. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/memory.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>

static const struct fault {
  const char *name, *hex, *path;
} faults[] = {
    {"the term itself", "83ff", ""},
    {"no byte", "", ""},
    {"another version", "826101", ""},
    {"cut in a leaf", "836200", ""},
    {"no such tag in a tuple", "83680361016102ff", "element 3 of tuple"},
    {"a large tuple", "8369000000026101ff", "element 2 of tuple"},
    {"a tuple that says too much", "8368026101680961", "element 2 of tuple"},
    {"the end where a term should begin", "836803610161026d00000001", "element 3 of tuple"},
    {"nested", "836802610168036102610368016dffffffff",
     "element 2 of tuple, element 3 of tuple, element 1 of tuple"},
    {"after something nested", "8368036802610168016102680161038080", "element 3 of tuple"},
    {"in a list", "836c000000026101ff6a", "element 2 of list"},
    {"in the tail", "836c000000016101ff", "tail of list"},
    {"in a list that is a tail", "836c0000000161016c000000026102ff6a", "element 3 of list"},
    {"in the tail of that", "836c0000000161016c000000016102ff", "tail of list"},
    {"a list in a list", "836c000000016c000000026102ff6a6a",
     "element 1 of list, element 2 of list"},
    {"in a value", "8374000000027701616101770162ff", "value of key b"},
    {"in a value of the first", "837400000002770161ff", "value of key a"},
    {"in a key", "837400000002770161610168016d00000009", "key 2 of map, element 1 of tuple"},
    {"behind a compound key", "8374000000016801770161ff", "value of key {a}"},
    {"behind a string", "8374000000016b00026869ff", "value of key \"hi\""},
    {"behind a map as key", "8374000000017400000001770161770162ff", "value of key #{a => b}"},
    {"behind a map as value", "837400000002610174000000017701617701626102ff", "value of key 2"},
    {"a key twice, of an inner map", "83680274000000006874", "element 2 of tuple"},
    {"a key twice", "836801740000000261016101610161ff", "element 1 of tuple"},
    {"a map that says too much", "8368017400000009770161", "element 1 of tuple"},
    {"in the node of a pid", "8368015861610000000000000000000000000000", "element 1 of tuple"},
    {"a long key",
     "8374000000016d00000040"
     "41414141414141414141414141414141414141414141414141414141414141414141414141414141"
     "414141414141414141414141414141414141414141414141ff",
     "value of key 1"},
};

/* What the gate says of it, and then the way. */
static void fault_has_its_way(void **state) {
  const struct fault *row = *state;
  pier_span bytes = vectors_bytes(row->hex);
  uint8_t *copy = guard_copy(bytes.data, bytes.size);
  pier_span guarded = pier_span_of(copy, bytes.size);
  pier_buffer out = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  assert_true(pier_term_scan(guarded, NULL, NULL, &diag) < 0);
  assert_int_equal(pier_term_path(&out, guarded, diag.offset), row->path[0] != '\0');
  pier_buffer_append_byte(&out, '\0');
  assert_string_equal((const char *)out.data, row->path);
  pier_buffer_free(&out);
  guard_free(copy, bytes.size);
  free((void *)(uintptr_t)bytes.data);
}

/* Every offset of every beginning of a row, good or bad. */
static void row_has_ways(void **state) {
  enum { MOST = 200 };
  const vector_row *row = *state;
  pier_buffer out = PIER_BUFFER_INIT;
  size_t size, offset;
  for (size = 0; size <= row->bytes.size && size <= MOST; size++) {
    uint8_t *copy = guard_copy(row->bytes.data, size);
    for (offset = 0; offset <= size + 1; offset++) {
      int got = pier_term_path(&out, pier_span_of(copy, size), offset);
      assert_int_equal(got, out.size > 0);
      pier_buffer_clear(&out);
    }
    guard_free(copy, size);
  }
  pier_buffer_free(&out);
}

static void free_variable_of_a_fun(void **state) {
  size_t count;
  vector_row *rows = vectors_load("test/vectors/atoms.tsv", &count);
  pier_span fun_in_map = rows[count - 1].bytes;
  pier_buffer out = PIER_BUFFER_INIT;
  static const char wanted[] =
      "value of key k, free variable 1 of fun, value of key a, free variable 1 of fun";
  size_t at = fun_in_map.size - 7; /* b, then z => z */
  (void)state;
  assert_memory_equal(fun_in_map.data + at - 2, "w\1b", 3);
  assert_int_equal(pier_term_path(&out, fun_in_map, at), 1);
  assert_int_equal(out.size, strlen(wanted));
  assert_memory_equal(out.data, wanted, out.size);
  pier_buffer_free(&out);
  vectors_free(rows, count);
}

/* Levels beyond the first are counted, not told; behind them all is as before. */
static void deep_terms(void **state) {
  enum { DEPTH = 1000000 };
  pier_buffer in = PIER_BUFFER_INIT, out = PIER_BUFFER_INIT;
  size_t at;
  (void)state;
  pier_write_tuple(&in, 2);
  for (at = 0; at < DEPTH; at++)
    pier_write_tuple(&in, 1);
  at = in.size;
  pier_write_nil(&in);
  pier_buffer_append_byte(&in, 0xff);
  assert_int_equal(pier_term_path(&out, pier_buffer_span(&in), at), 1);
  assert_memory_equal(out.data + out.size - 26, "element 1 of tuple, deeper", 26);
  pier_buffer_clear(&out);
  assert_int_equal(pier_term_path(&out, pier_buffer_span(&in), at + 1), 1);
  assert_int_equal(out.size, strlen("element 2 of tuple"));
  assert_memory_equal(out.data, "element 2 of tuple", out.size);
  pier_buffer_free(&in);
  pier_buffer_free(&out);
}

static void without_memory(void **state) {
  pier_span bytes = vectors_bytes("83740000000168017701616901");
  size_t fail_at;
  int got = PIER_ENOMEM;
  (void)state;
  for (fail_at = 1; got == PIER_ENOMEM; fail_at++) {
    pier_buffer out = PIER_BUFFER_INIT;
    memory_begin(fail_at);
    got = pier_term_path(&out, bytes, 11);
    if (got < 0) assert_int_equal(out.size, 0);
    pier_buffer_free(&out);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  }
  assert_int_equal(got, 1);
  free((void *)(uintptr_t)bytes.data);
}

static int run_file(const char *path) {
  size_t count;
  vector_row *rows = vectors_load(path, &count);
  int failed = run_rows(path, rows, sizeof rows[0], count, row_has_ways);
  vectors_free(rows, count);
  return failed;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(free_variable_of_a_fun),
                                     cmocka_unit_test(deep_terms),
                                     cmocka_unit_test(without_memory)};
  int failed = run_rows("faults", (void *)(uintptr_t)faults, sizeof faults[0],
                        sizeof faults / sizeof faults[0], fault_has_its_way);
  failed += run_file("test/vectors/terms_malformed.tsv");
  failed += run_file("test/vectors/terms_valid.tsv");
  return failed + cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
