/* What is expected next, message by message. */
#include "../support/cmocka_all.h"
#include "../support/rows.h"

#include "scenario/expect.h"
#include "scenario/names.h"

#include <string.h>

enum { MESSAGES = 6 };

/* The messages in turn; all but the last give 0, the last `ends`. */
static struct row {
  const char *name;
  pier__expect_kind kind;
  const char *what;
  const char *messages[MESSAGES]; /* up to a NULL */
  int ends;
  const char *label; /* of a race */
} rows[] = {
    {"one", PIER__EXPECT_ONE, "{a,'_'}", {"{a,1}"}, 1, NULL},
    {"not that one", PIER__EXPECT_ONE, "{a,'_'}", {"{b,1}"}, PIER_EMATCH, NULL},
    {"a list as one message", PIER__EXPECT_ONE, "[a,b]", {"[a,b]"}, 1, NULL},
    {"a set in its order", PIER__EXPECT_SET, "[a,b,c]", {"a", "b", "c"}, 1, NULL},
    {"a set in another order", PIER__EXPECT_SET, "[a,b,c]", {"c", "a", "b"}, 1, NULL},
    {"one too often", PIER__EXPECT_SET, "[a,b,c]", {"a", "a"}, PIER_EMATCH, NULL},
    {"the same twice", PIER__EXPECT_SET, "[a,a]", {"a", "a"}, 1, NULL},
    {"a wild one must not take what a narrow one needs",
     PIER__EXPECT_SET,
     "['_',a]",
     {"a", "b"},
     1,
     NULL},
    {"nor the other way round", PIER__EXPECT_SET, "[a,'_']", {"b", "a"}, 1, NULL},
    {"two wild ones",
     PIER__EXPECT_SET,
     "[{a,'_'},{'_',b},{a,b}]",
     {"{a,b}", "{x,b}", "{a,x}"},
     1,
     NULL},
    {"a set that is not complete", PIER__EXPECT_SET, "[a,b]", {"a"}, 0, NULL},
    {"a merge", PIER__EXPECT_INTERLEAVE, "[[a,b],[x,y]]", {"x", "a", "b", "y"}, 1, NULL},
    {"a merge out of order",
     PIER__EXPECT_INTERLEAVE,
     "[[a,b],[x,y]]",
     {"x", "b"},
     PIER_EMATCH,
     NULL},
    {"a merge of lists that begin alike",
     PIER__EXPECT_INTERLEAVE,
     "[[a,b],[a,c]]",
     {"a", "c", "a", "b"},
     1,
     NULL},
    {"a list of none", PIER__EXPECT_INTERLEAVE, "[[],[a]]", {"a"}, 1, NULL},
    {"a race", PIER__EXPECT_RACE, "[{x,[a,b]},{y,[c]}]", {"a", "b"}, 1, "x"},
    {"the other way", PIER__EXPECT_RACE, "[{x,[a,b]},{y,[c]}]", {"c"}, 1, "y"},
    {"a race that begins alike",
     PIER__EXPECT_RACE,
     "[{x,[a,b]},{y,[a,c]}]",
     {"a", "c"},
     1,
     "y"},
    {"a race that goes another way later",
     PIER__EXPECT_RACE,
     "[{x,[a,b]},{y,[c]}]",
     {"a", "c"},
     PIER_EMATCH,
     NULL},
    {"the shorter one is at its end first",
     PIER__EXPECT_RACE,
     "[{x,[a,b]},{y,[a]}]",
     {"a"},
     1,
     "y"},
};

static pier__value *value_of(pier__arena *arena, const char *text, bool pattern) {
  pier_buffer term = PIER_BUFFER_INIT;
  const pier__value *unbound;
  pier__names names;
  pier__value *value;
  memset(&names, 0, sizeof names);
  names.scratch = arena;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  value = pier__value_decode(arena, pier_buffer_span(&term));
  assert_non_null(value);
  pier_buffer_free(&term);
  return pier__resolve(&names, value, pattern, &unbound);
}

static void takes(void **state) {
  const struct row *row = *state;
  pier__arena arena = {0};
  pier__expect expect;
  int at;
  int got = pier__expect_begin(&expect, &arena, row->kind, value_of(&arena, row->what, true));
  assert_int_equal(got, 0);
  for (at = 0; at < MESSAGES && row->messages[at]; at++) {
    assert_int_equal(got, 0);
    got = pier__expect_take(&expect, value_of(&arena, row->messages[at], false));
  }
  assert_int_equal(got, row->ends);
  if (row->label) assert_true(pier__value_is(expect.label, row->label));
  pier__arena_free(&arena);
}

static void nothing_need_come(void **state) {
  pier__arena arena = {0};
  pier__expect expect;
  pier__value *none = value_of(&arena, "[]", true);
  (void)state;
  assert_int_equal(pier__expect_begin(&expect, &arena, PIER__EXPECT_SET, none), 1);
  assert_int_equal(pier__expect_begin(&expect, &arena, PIER__EXPECT_INTERLEAVE, none), 1);
  pier__arena_free(&arena);
}

/* Too many ways to go on are an error, not a machine at a standstill. */
static void ways_are_bounded(void **state) {
  pier__arena arena = {0};
  pier__expect expect;
  pier__value *many = value_of(
      &arena, "['_','_','_','_','_','_','_','_','_','_','_','_','_','_','_','_','_','_']",
      true);
  pier__value *message = value_of(&arena, "a", false);
  int got;
  (void)state;
  got = pier__expect_begin(&expect, &arena, PIER__EXPECT_SET, many);
  while (got == 0)
    got = pier__expect_take(&expect, message);
  assert_int_equal(got, PIER_ELIMIT);
  pier__arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_need_come),
      cmocka_unit_test(ways_are_bounded),
  };
  return RUN_ROWS(rows, takes) + cmocka_run_group_tests_name("expect", tests, NULL, NULL);
}
