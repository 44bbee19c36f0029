/* The gate by hand: what is refused, where, and in which words; equal keys;
 * limits. (test_vectors.c has the BEAM's verdicts, test_scan_big.c the sizes.) */
#include "../support/guard.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int scan(pier_span bytes, const pier_limits *limits, size_t *used, pier_diag *diag) {
  uint8_t *copy = guard_copy(bytes.data, bytes.size);
  int error = pier_term_scan(pier_span_of(copy, bytes.size), limits, used, diag);
  guard_free(copy, bytes.size);
  return error;
}

/* ---- Refused: where and why --------------------------------------------- */

typedef struct refusal {
  const char *name;
  const char *hex;
  size_t offset;
  const char *text; /* part of the sentence */
} refusal;

static refusal refusals[] = {
    {"nothing", "", 0, "no bytes"},
    {"another version", "82 6a", 0, "first byte is 130"},
    {"version alone", "83", 1, "bytes end"},
    {"unknown tag", "83 79", 1, "byte 121"},
    {"version inside", "83 68 01 83 61 01", 3, "byte 131"},
    {"compressed inside", "83 68 01 50 00", 3, "byte 80"},
    {"second element missing", "83 68 02 61 01", 5, "bytes end"},
    {"second element missing late", "83 68 02 61 01 62 00", 6, "integer needs 4"},
    {"announced elements", "83 6c 7f ff ff ff 61 01 6a", 6, "list needs 2147483648"},
    {"announced pairs", "83 74 00 00 00 02 61 01 61", 6, "map needs 4"},
    {"pairs beyond 2^31", "83 74 80 00 00 00 6a", 1, "too many pairs"},
    {"announced bytes", "83 6d ff ff ff ff 41", 6, "binary needs 4294967295"},
    {"infinity", "83 46 7f f0 00 00 00 00 00 00", 1, "infinite"},
    {"text float with comma",
     "83 63 31 2c 35 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
     "00 00 00 00 00 00 00 00 00 00 00",
     1, "not a number"},
    {"text float in hex",
     "83 63 30 78 31 2e 30 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
     "00 00 00 00 00 00 00 00 00 00 00",
     1, "not a number"},
    {"text float too big",
     "83 63 31 2e 30 65 33 30 39 00 00 00 00 00 00 00 00 00 00 00 00 00"
     "00 00 00 00 00 00 00 00 00 00 00",
     1, "too big"},
    {"atom of 256 bytes", "83 64 01 00", 1, "atom is too long"},
    {"overlong NUL", "83 77 03 61 c0 80", 4, "not UTF-8"},
    {"overlong in three", "83 77 03 e0 80 80", 3, "not UTF-8"},
    {"overlong in four", "83 77 04 f0 80 80 80", 3, "not UTF-8"},
    {"surrogate", "83 77 04 61 ed a0 80", 4, "not UTF-8"},
    {"above 10ffff", "83 77 04 f4 90 80 80", 3, "not UTF-8"},
    {"cut character", "83 77 02 e6 97", 3, "not UTF-8"},
    {"lone continuation", "83 77 01 80", 3, "not UTF-8"},
    {"integer too big", "83 6f 00 40 00 00 00", 1, "too big"},
    {"bits of nothing", "83 4d 00 00 00 00 08", 6, "bits"},
    {"nine bits", "83 4d 00 00 00 01 09 ff", 6, "bits"},
    {"no bits", "83 4d 00 00 00 01 00 ff", 6, "bits"},
    {"node is a number", "83 58 61 01 00 00 00 01 00 00 00 00 00 00 00 00", 2, "node"},
    {"old creation", "83 67 77 01 61 00 00 00 01 00 00 00 00 04", 13, "creation"},
    {"old first word", "83 72 00 01 77 01 61 01 00 04 00 00", 8, "18 bits"},
    {"older first word", "83 65 77 01 61 00 04 00 00 01", 5, "18 bits"},
    {"six words", "83 5a 00 06 77 01 61 00", 1, "words"},
    {"no words", "83 5a 00 00 77 01 61 00 00 00 00", 1, "words"},
    {"module is a string", "83 71 6b 00 01 61 77 01 61 61 00", 2, "module"},
    {"negative arity", "83 71 77 01 6d 77 01 66 62 ff ff ff ff", 8, "arity"},
    {"fun made by an integer",
     "83 70 00 00 00 26 00 00000000000000000000000000000000 00000000"
     "00000000 77 01 6d 61 00 61 00 61 01",
     38, "creator"},
    {"fun with many variables",
     "83 70 00 00 00 26 00 00000000000000000000000000000000 00000000"
     "00000100 77 01 6d 61 00 61 00 61 01",
     1, "255 free"},
    {"inflated too short", "83 50 00 00 00 03 789c4b64050000c90067", 1, "inflate to 3"},
    {"inflated too long", "83 50 00 00 00 01 789c4b64050000c90067", 1, "inflate to 1"},
    {"not zlib", "83 50 00 00 00 01 00 00 00 00 00 00", 1, "zlib"},
    {"too good a rate", "83 50 02 00 00 00 789c4b64050000c90067", 2, "cannot hold"},
};

static void is_refused(void **state) {
  const refusal *row = *state;
  pier_span bytes = vectors_bytes(row->hex);
  pier_diag diag = {0};
  size_t used = 77;
  assert_int_equal(scan(bytes, NULL, &used, &diag), PIER_ETERM);
  assert_int_equal(diag.error, PIER_ETERM);
  assert_int_equal(used, 77);
  if (!strstr(diag.text, row->text) || diag.offset != row->offset)
    fail_msg("at %zu: %s", diag.offset, diag.text);
  assert_int_equal(scan(bytes, NULL, NULL, NULL), PIER_ETERM);
  free((void *)(uintptr_t)bytes.data);
}

/* ---- Keys ----------------------------------------------------------------- */

/* Two terms as the keys of one map: equal ones are refused. */
typedef struct key_pair {
  const char *name;
  const char *one, *two; /* bare, in hex */
  bool equal;
} key_pair;

#define PID "58 77 01 61 00000001 00000002 00000003"
static key_pair key_pairs[] = {
    {"1 and 1", "6101", "6101", true},
    {"1 and 1 in four bytes", "6101", "62 00000001", true},
    {"1 and 1 as a bignum", "6101", "6e 03 00 010000", true},
    {"1 and 1 as a large bignum", "62 00000001", "6f 00000001 00 01", true},
    {"-1 and -1 as a bignum", "62 ffffffff", "6e 01 01 01", true},
    {"-2^31 and itself", "62 80000000", "6e 04 01 00000080", true},
    {"0 and minus 0", "6100", "6e 01 01 00", true},
    {"0 and no digits", "6100", "6e 00 00", true},
    {"1 and -1", "6101", "62 ffffffff", false},
    {"1 and 256", "6101", "62 00000100", false},
    {"1 and 1.0", "6101", "46 3ff0000000000000", false},
    {"0.0 and -0.0", "46 0000000000000000", "46 8000000000000000", true},
    {"1.5 and its text", "46 3ff8000000000000",
     "63 312e353030303030303030303030303030303030303030652b303000000000", true},
    {"a and a of every tag", "64 0001 61", "73 01 61", true},
    {"a and a in UTF-8", "64 0001 61", "77 01 61", true},
    {"a long tag", "76 0001 61", "77 01 61", true},
    {"e acute in both", "64 0001 e9", "77 02 c3a9", true},
    {"y with dots in both", "73 01 ff", "76 0002 c3bf", true},
    {"e acute and its bytes", "64 0002 c3a9", "77 02 c3a9", false},
    {"atom and string", "77 01 61", "6b 0001 61", false},
    {"atom and binary", "77 01 61", "6d 00000001 61", false},
    {"string and list", "6b 0002 6162", "6c 00000002 6161 6162 6a", true},
    {"string and list with a string tail", "6b 0003 616263", "6c 00000001 6161 6b 0002 6263",
     true},
    {"list and list in the tail", "6c 00000002 6161 6162 6a",
     "6c 00000001 6161 6c 00000001 6162 6a", true},
    {"string and list of big bytes", "6b 0001 61", "6c 00000001 62 00000061 6a", true},
    {"string and shorter", "6b 0002 6161", "6b 0001 61", false},
    {"string and improper", "6b 0001 61", "6c 00000001 6161 6161", false},
    {"empty string and []", "6b 0000", "6a", true},
    {"list of no elements and its tail", "6c 00000000 6107", "6107", true},
    {"[] and [[]]", "6a", "6c 00000001 6a 6a", false},
    {"[] and {}", "6a", "68 00", false},
    {"[[1],2] and [[1,2]]", "6c 00000002 6c 00000001 6101 6a 6102 6a",
     "6c 00000001 6c 00000002 6101 6102 6a 6a", false},
    {"tuples", "68 02 6101 77 01 61", "69 00000002 62 00000001 64 0001 61", true},
    {"tuples of other sizes", "68 01 6101", "68 02 6101 6101", false},
    {"{{1},2} and {{1,2}}", "68 02 68 01 6101 6102", "68 01 68 02 6101 6102", false},
    {"binaries", "6d 00000001 61", "4d 00000001 08 61", true},
    {"bits with other spare ones", "4d 00000001 03 ff", "4d 00000001 03 e0", true},
    {"bits of other lengths", "4d 00000001 03 e0", "4d 00000001 04 e0", false},
    {"empty bits", "6d 00000000", "4d 00000000 00", true},
    {"maps in another order", "74 00000002 6101 6102 6103 6104",
     "74 00000002 6103 6104 6101 6102", true},
    {"maps with values swapped", "74 00000002 6101 6102 6103 6104",
     "74 00000002 6101 6104 6103 6102", false},
    {"maps of maps", "74 00000001 74 00000001 6101 6a 6102",
     "74 00000001 74 00000001 62 00000001 6b 0000 62 00000002", true},
    {"key and value", "74 00000001 6101 6102", "74 00000001 6102 6101", false},
    {"pids", PID, "58 64 0001 61 00000001 00000002 00000003", true},
    {"an old pid", "58 77 01 61 00000001 00000002 00000003", "67 77 01 61 00000001 00000002 03",
     true},
    {"pids of two lives", PID, "58 77 01 61 00000001 00000002 00000004", false},
    {"pids of two nodes", PID, "58 77 01 62 00000001 00000002 00000003", false},
    {"ports of all ages", "66 77 01 61 00000007 01", "78 77 01 61 0000000000000007 00000001",
     true},
    {"ports", "59 77 01 61 00000007 00000001", "59 77 01 61 00000008 00000001", false},
    {"references of all ages", "65 77 01 61 00000007 01", "5a 0001 77 01 61 00000001 00000007",
     true},
    {"references with a zero word", "72 0002 77 01 61 01 00000007 00000000",
     "5a 0001 77 01 61 00000001 00000007", true},
    {"references", "72 0002 77 01 61 01 00000007 00000009",
     "5a 0001 77 01 61 00000001 00000007", false},
    {"external funs", "71 77 01 6d 77 01 66 61 01", "71 64 0001 6d 73 01 66 62 00000001", true},
    {"external funs of two arities", "71 77 01 6d 77 01 66 61 01", "71 77 01 6d 77 01 66 61 02",
     false},
};

static void append_hex(pier_buffer *out, const char *hex) {
  pier_span bytes = vectors_bytes(hex);
  pier_buffer_append(out, bytes.data, bytes.size);
  free((void *)(uintptr_t)bytes.data);
}

/* The pair alone, and deep in a map with `more` other keys. */
static int scan_pair(const key_pair *row, size_t more) {
  pier_buffer out = PIER_BUFFER_INIT;
  size_t i;
  int error;
  pier_write_version(&out);
  pier_write_tuple(&out, 1);
  pier_write_map(&out, more + 2);
  append_hex(&out, row->one);
  pier_write_nil(&out);
  for (i = 0; i < more; i++) {
    pier_write_int64(&out, (int64_t)(1000 + i));
    pier_write_map(&out, 0);
  }
  append_hex(&out, row->two);
  pier_write_nil(&out);
  error = scan(pier_buffer_span(&out), NULL, NULL, NULL);
  pier_buffer_free(&out);
  return error;
}

static void keys_are_told(void **state) {
  const key_pair *row = *state;
  int expected = row->equal ? PIER_ETERM : 0;
  assert_int_equal(scan_pair(row, 0), expected);
  assert_int_equal(scan_pair(row, 3), expected);
  assert_int_equal(scan_pair(row, 100), expected);
  assert_int_equal(scan_pair(row, 3000), expected);
}

/* Creator and Size do not make funs differ, the variables do. */
static void funs_as_keys(void **state) {
  static const char head[] = "70 00000036 00 000102030405060708090a0b0c0d0e0f 00000001 00000001"
                             "77016d 6101 6105";
  key_pair row = {"funs", NULL, NULL, true};
  char one[256], two[256];
  (void)state;
  snprintf(one, sizeof one, "%s %s 6107", head, PID);
  snprintf(two, sizeof two, "%s %s 6107", head, "58 77 01 62 00000009 00000002 00000003");
  row.one = one;
  row.two = two;
  assert_int_equal(scan_pair(&row, 0), PIER_ETERM);
  snprintf(two, sizeof two, "%s %s 6108", head, PID);
  assert_int_equal(scan_pair(&row, 0), 0);
}

/* ---- Limits ------------------------------------------------------------------ */

typedef struct limit_row {
  const char *name;
  const char *hex;
  size_t depth, nodes; /* the least that will do */
} limit_row;

static limit_row limit_rows[] = {
    {"integer", "83 6101", 0, 1},
    {"empty containers", "83 6800", 0, 1},
    {"tuple", "83 6801 6a", 1, 2},
    {"nested tuples", "83 6801 6801 6801 6a", 3, 4},
    {"neighbours", "83 6802 6801 6a 6801 6a", 2, 5},
    {"list with its tail", "83 6c 00000002 6a 6a 6a", 1, 4},
    {"a tail is no nesting", "83 6c 00000001 6a 6c 00000001 6a 6c 00000001 6a 6a", 1, 7},
    {"map", "83 74 00000001 6801 6a 6801 6801 6a", 3, 6},
    {"compressed tuple", "83 50 00000003 789ccb60cc020001a700d4", 1, 2},
};

static void needs_its_limits(void **state) {
  const limit_row *row = *state;
  pier_span bytes = vectors_bytes(row->hex);
  pier_limits limits;
  pier_diag diag;
  pier_limits_init(&limits);
  limits.depth = row->depth;
  limits.nodes = row->nodes;
  assert_int_equal(scan(bytes, &limits, NULL, &diag), 0);
  limits.nodes--;
  assert_int_equal(scan(bytes, &limits, NULL, &diag), PIER_ENODES);
  assert_int_equal(diag.error, PIER_ENODES);
  limits.nodes = row->nodes;
  if (row->depth > 0) {
    limits.depth--;
    assert_int_equal(scan(bytes, &limits, NULL, &diag), PIER_EDEPTH);
    assert_int_equal(diag.error, PIER_EDEPTH);
  }
  free((void *)(uintptr_t)bytes.data);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(funs_as_keys)};
  int failed = RUN_ROWS(refusals, is_refused);
  failed += RUN_ROWS(key_pairs, keys_are_told);
  failed += RUN_ROWS(limit_rows, needs_its_limits);
  return failed + cmocka_run_group_tests_name("funs", tests, NULL, NULL);
}
