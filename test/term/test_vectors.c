/* Every row of test/vectors through the gate: the verdict of the BEAM, but for
 * the rules below; every cut; and ei is safe on what was let in. */
#include "../support/ei_walk.h"
#include "../support/guard.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct rule {
  const char *name;
  bool (*applies)(pier_span bytes);
  bool accepts; /* what the gate does; the BEAM does the opposite */
} rule;

static uint32_t u32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool begins(pier_span bytes, size_t at_least, uint8_t tag) {
  return bytes.size >= at_least && bytes.data[0] == 131 && bytes.data[1] == tag;
}

/* An index into the atom table of the BEAM that wrote it. */
static bool is_internal_atom(pier_span bytes) {
  return begins(bytes, 2, 73) || begins(bytes, 2, 75);
}

/* The BEAM reads a word that is not there. */
static bool is_reference_without_words(pier_span bytes) {
  return (begins(bytes, 4, 114) || begins(bytes, 4, 90)) && bytes.data[2] == 0 &&
         bytes.data[3] == 0;
}

/* The BEAM does not look at the size of a fun; ei trusts it. */
static bool is_fun_of_wrong_size(pier_span bytes) {
  return begins(bytes, 31, 112) && u32(bytes.data + 2) != bytes.size - 2;
}

/* The BEAM accepts it, or the low bits of it. */
static bool is_export_of_big_arity(pier_span bytes) {
  size_t i, arity = 2;
  if (!begins(bytes, 7, 113)) return false;
  for (i = 0; i < 2; i++) {
    if (arity + 1 >= bytes.size || bytes.data[arity] != 119) return false;
    arity += 2 + (size_t)bytes.data[arity + 1];
  }
  if (arity + 2 >= bytes.size) return false;
  return bytes.data[arity] == 98 || (bytes.data[arity] == 110 && bytes.data[arity + 1] > 1);
}

/* Numbers that the BEAM could not have given to something of its own. What is
 * its own changes with the name of the node, so the gate does not judge. */
static bool is_impossible_here(pier_span bytes) {
  static const char local[] = "nonode@nohost";
  size_t node = begins(bytes, 5, 90) ? 4 : 2, after = node + 2 + sizeof local - 1;
  const uint8_t *at = bytes.data + after;
  if (bytes.size < after + 8 || memcmp(bytes.data + node + 2, local, sizeof local - 1) != 0)
    return false;
  switch (bytes.data[1]) {
  case 88:
    return u32(at + 4) >= 1u << 13;
  case 120:
    return u32(at) > 0 || u32(at + 4) >= 1u << 28;
  case 90:
    return bytes.data[3] > 3;
  default:
    return false;
  }
}

static const rule rules[] = {
    {"internal atom", is_internal_atom, false},
    {"reference without words", is_reference_without_words, false},
    {"fun of a wrong size", is_fun_of_wrong_size, false},
    {"arity above 255", is_export_of_big_arity, false},
    {"identifier of this node", is_impossible_here, true},
};
enum { RULES = sizeof rules / sizeof rules[0] };

static size_t applied[RULES];

static bool is_malformed(const vector_row *row) {
  return row->fields == 6;
}

/* The verdict that the gate owes for this row. */
static bool expects_term(const vector_row *row) {
  bool beam = !is_malformed(row) || strcmp(row->field[1], "badarg") != 0;
  size_t i;
  for (i = 0; i < RULES; i++)
    if (beam != rules[i].accepts && rules[i].applies(row->bytes)) {
      applied[i]++;
      return rules[i].accepts;
    }
  return beam;
}

static int scan_guarded(pier_span bytes, size_t *used, pier_diag *diag) {
  uint8_t *copy = guard_copy(bytes.data, bytes.size);
  int error = pier_term_scan(pier_span_of(copy, bytes.size), NULL, used, diag);
  guard_free(copy, bytes.size);
  return error;
}

static void check_refusal(int error, const pier_diag *diag, size_t size) {
  assert_int_equal(error, PIER_ETERM);
  assert_int_equal(diag->error, PIER_ETERM);
  assert_true(diag->offset <= size);
  assert_true(diag->text[0] != '\0');
}

/* A cut before the end of the term is refused; a cut behind it changes nothing. */
static void check_cuts(const vector_row *row, size_t used) {
  size_t cut;
  for (cut = 0; cut < row->bytes.size; cut++) {
    pier_diag diag;
    size_t cut_used = 0;
    int error = scan_guarded(pier_span_of(row->bytes.data, cut), &cut_used, &diag);
    if (cut < used) {
      check_refusal(error, &diag, cut);
    } else {
      assert_int_equal(error, 0);
      assert_int_equal(cut_used, used);
    }
  }
}

/* The plain term at a guarded page, read by ei. */
static void check_ei(const vector_row *row, size_t used) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span plain = {NULL, 0};
  const char *wrong;
  uint8_t *copy;
  assert_int_equal(
      pier_term_plain(pier_span_of(row->bytes.data, used), NULL, &scratch, &plain, NULL), 0);
  copy = guard_copy(plain.data, plain.size);
  wrong = ei_disagrees(pier_span_of(copy, plain.size));
  if (wrong) fail_msg("%s", wrong);
  guard_free(copy, plain.size);
  if (used < row->bytes.size)
    assert_int_equal(pier_term_plain(row->bytes, NULL, &scratch, &plain, NULL), PIER_ETRAILING);
  pier_buffer_free(&scratch);
}

static void row_is_judged(void **state) {
  const vector_row *row = *state;
  pier_diag diag = {0};
  size_t used = 0;
  bool accepted = expects_term(row);
  int error = scan_guarded(row->bytes, &used, &diag);
  if (!accepted) {
    check_refusal(error, &diag, row->bytes.size);
    check_cuts(row, row->bytes.size);
    return;
  }
  if (error) fail_msg("refused at %zu: %s", diag.offset, diag.text);
  if (is_malformed(row) && row->field[2][0] != '-')
    assert_int_equal(used, strtoul(row->field[2], NULL, 10));
  check_cuts(row, used);
  check_ei(row, used);
}

/* A rule that no row needs would be a rule about nothing. */
static void every_rule_is_needed(void **state) {
  size_t i;
  (void)state;
  for (i = 0; i < RULES; i++)
    if (applied[i] == 0) fail_msg("no row for: %s", rules[i].name);
  for (i = 0; i < EI_BUGS; i++)
    if (ei_bugs[i].met == 0) fail_msg("no row where %s", ei_bugs[i].what);
}

static int run_file(const char *path) {
  size_t count;
  vector_row *rows = vectors_load(path, &count);
  int failed = run_rows(path, rows, sizeof rows[0], count, row_is_judged);
  vectors_free(rows, count);
  return failed;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_rule_is_needed)};
  int failed = run_file("test/vectors/terms_valid.tsv");
  failed += run_file("test/vectors/terms_malformed.tsv");
  return failed + cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
