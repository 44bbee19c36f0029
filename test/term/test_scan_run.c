/* The gate reads common terms by a shorter way, but not in keys of maps: a term
 * as part of a tuple and the same as a key have to get the same verdict, for
 * the same reason at the same place, whichever byte of it is changed. */
#include "../support/guard.h"
#include "../support/memory.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>

typedef struct part {
  const char *name;
  const char *hex; /* bare */
} part;

static part parts[] = {
    {"small integers", "6803610061ff6107"},
    {"integers", "6802627fffffff6280000000"},
    {"bignums", "68026e0301ffffff6e0900000000000000000001"},
    {"floats", "6803463ff8000000000000467fe0000000000000468000000000000000"},
    {"atoms in UTF-8", "6804770077026f6b7702c3a577106f6e6574776f746872656566c3a572666f75"},
    {"atoms in Latin-1", "680364000061646400036f6e656400ffaa"},
    {"long atom", "7600036f6e65"},
    {"strings", "68036b00006b00036162636b0002c3a5"},
    {"binaries", "68036d000000006d000000030102034d0000000203ffe0"},
    {"empty parts", "68036a68006c000000006107"},
    {"lists", "6c0000000261016c0000000161026a6a"},
    {"list in the tail", "6c0000000161016c0000000161026b000161"},
    {"improper list", "6c00000001610161ff"},
    {"large tuple", "690000000261016102"},
    {"map in a list", "6c0000000174000000016101620000ffff6a"},
    {"map in a map", "740000000261017400000001610161026102680161ff"},
    {"identifiers",
     "68025a0003770161000000010000000200000003000000045877016100000001000000020000"
     "0003"},
    {"deep", "680168016801680168016801680168016801680168016801680168016106"},
};

/* The bytes of `part` between `before` and [], at a guarded page. */
static int scan_in(const char *before, size_t size, pier_span bytes, const pier_limits *limits,
                   size_t *used, pier_diag *diag) {
  pier_buffer whole = PIER_BUFFER_INIT;
  uint8_t *copy;
  int error;
  pier_buffer_append(&whole, before, size);
  pier_buffer_append(&whole, bytes.data, bytes.size);
  pier_buffer_append_byte(&whole, 106);
  copy = guard_copy(whole.data, whole.size);
  memset(diag, 0, sizeof *diag);
  *used = 0;
  error = pier_term_scan(pier_span_of(copy, whole.size), limits, used, diag);
  if (*used > 0) *used -= size;
  if (diag->offset >= size) diag->offset -= size;
  guard_free(copy, whole.size);
  pier_buffer_free(&whole);
  return error;
}

static void check_same(pier_span bytes, const pier_limits *limits) {
  pier_diag in_tuple, in_key;
  size_t used_in_tuple, used_in_key;
  int error = scan_in("\x83\x68\2", 3, bytes, limits, &used_in_tuple, &in_tuple);
  assert_int_equal(scan_in("\x83\x74\0\0\0\1", 6, bytes, limits, &used_in_key, &in_key), error);
  assert_int_equal(used_in_tuple, used_in_key);
  assert_int_equal(in_tuple.offset, in_key.offset);
  assert_string_equal(in_tuple.text, in_key.text);
}

static void every_byte_changed(void **state) {
  const part *row = *state;
  pier_span bytes = vectors_bytes(row->hex);
  uint8_t *change = (uint8_t *)(uintptr_t)bytes.data;
  size_t at;
  unsigned value;
  check_same(bytes, NULL);
  for (at = 0; at < bytes.size; at++) {
    uint8_t was = change[at];
    for (value = 0; value < 256; value++) {
      change[at] = (uint8_t)value;
      check_same(bytes, NULL);
    }
    change[at] = was;
  }
  free(change);
}

/* Whether a limit is reached, and where, is the same too. */
static void every_limit(void **state) {
  const part *row = *state;
  pier_span bytes = vectors_bytes(row->hex);
  pier_limits limits;
  size_t limit;
  for (limit = 0; limit < 32; limit++) {
    pier_limits_init(&limits);
    limits.nodes = limit;
    check_same(bytes, &limits);
    pier_limits_init(&limits);
    limits.depth = limit;
    check_same(bytes, &limits);
  }
  free((void *)(uintptr_t)bytes.data);
}

/* Deeper than the frames that need no memory, and back, again and again. */
static void deep_lists_side_by_side(void **state) {
  enum { DEEP = 200, TIMES = 50 };
  pier_buffer out = PIER_BUFFER_INIT;
  pier_limits limits;
  size_t used, i, j;
  (void)state;
  pier_limits_init(&limits);
  limits.depth = DEEP + 1;
  limits.nodes = 1 + TIMES * (2 * DEEP + 1);
  pier_write_version(&out);
  pier_write_tuple(&out, TIMES);
  for (i = 0; i < TIMES; i++) {
    for (j = 0; j < DEEP; j++)
      pier_write_list(&out, 1);
    for (j = 0; j <= DEEP; j++)
      pier_write_nil(&out);
  }
  assert_int_equal(out.error, 0);
  assert_int_equal(pier_term_scan(pier_buffer_span(&out), &limits, &used, NULL), 0);
  assert_int_equal(used, out.size);
  limits.nodes--;
  assert_int_equal(pier_term_scan(pier_buffer_span(&out), &limits, &used, NULL), PIER_ENODES);
  limits.nodes++;
  limits.depth--;
  assert_int_equal(pier_term_scan(pier_buffer_span(&out), &limits, &used, NULL), PIER_EDEPTH);
  limits.depth++;
  memory_begin(1);
  assert_int_equal(pier_term_scan(pier_buffer_span(&out), &limits, &used, NULL), PIER_ENOMEM);
  assert_int_equal(memory_counted.live, 0);
  memory_end();
  pier_buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(deep_lists_side_by_side)};
  int failed = RUN_ROWS(parts, every_byte_changed);
  failed += RUN_ROWS(parts, every_limit);
  return failed + cmocka_run_group_tests_name("scan run", tests, NULL, NULL);
}
