/* Live tails: all states are kept that the messages so far could have led to. */
#include "scenario/expect.h"

#include <string.h>

enum { MOST_STATES = 10000 };

struct pier__tails {
  struct pier__tails *next;
  const pier__value *label;
  size_t count;
  const pier__value *tail[]; /* the next pattern of each list, NULL at its end */
};

typedef struct pier__tails tails;

static tails *add_state(pier__expect *expect, const pier__value *label, size_t count) {
  tails *state = pier__arena_take(expect->arena, sizeof *state + count * sizeof state->tail[0]);
  if (!state) return NULL;
  state->label = label;
  state->count = count;
  state->next = expect->live;
  expect->live = state;
  expect->states++;
  return state;
}

static int is_finished(const tails *state) {
  size_t at;
  for (at = 0; at < state->count; at++)
    if (state->tail[at]) return 0;
  return 1;
}

/* 1 if any of the states has nothing more to come; the first counts. */
static int look_for_end(pier__expect *expect) {
  const tails *state;
  const tails *ended = NULL;
  for (state = expect->live; state; state = state->next)
    if (is_finished(state)) ended = state;
  if (ended) expect->label = ended->label;
  return ended != NULL;
}

/* One state with a list for each element of `what`. */
static int begin_together(pier__expect *expect, const pier__value *what) {
  const pier__value *element;
  tails *state = add_state(expect, NULL, what->count);
  if (!state) return PIER_ENOMEM;
  for (element = what->child; element; element = element->next)
    state->tail[element->index] = expect->kind == PIER__EXPECT_SET ? element : element->child;
  return 0;
}

static int begin_race(pier__expect *expect, const pier__value *what) {
  const pier__value *one;
  for (one = what->child; one; one = one->next) {
    tails *state = add_state(expect, one->child, 1);
    if (!state) return PIER_ENOMEM;
    state->tail[0] = one->last->child;
  }
  return 0;
}

int pier__expect_begin(pier__expect *expect, pier__arena *arena, pier__expect_kind kind,
                       const pier__value *what) {
  int error = 0;
  memset(expect, 0, sizeof *expect);
  expect->kind = kind;
  expect->arena = arena;
  if (kind == PIER__EXPECT_RACE) {
    error = begin_race(expect, what);
  } else if (kind == PIER__EXPECT_ONE) {
    tails *state = add_state(expect, NULL, 1);
    if (!state) return PIER_ENOMEM;
    state->tail[0] = what;
  } else {
    error = begin_together(expect, what);
  }
  return error ? error : look_for_end(expect);
}

static int is_known(const pier__expect *expect, const tails *fresh) {
  const tails *state;
  for (state = expect->live->next; state; state = state->next)
    if (state->label == fresh->label &&
        memcmp(state->tail, fresh->tail, fresh->count * sizeof fresh->tail[0]) == 0)
      return 1;
  return 0;
}

/* What follows when list number `at` of the state has had its message. */
static int go_on(pier__expect *expect, const tails *state, size_t at) {
  int in_order = expect->kind == PIER__EXPECT_INTERLEAVE || expect->kind == PIER__EXPECT_RACE;
  tails *fresh;
  if (expect->states >= MOST_STATES) return PIER_ELIMIT;
  fresh = add_state(expect, state->label, state->count);
  if (!fresh) return PIER_ENOMEM;
  memcpy(fresh->tail, state->tail, state->count * sizeof state->tail[0]);
  fresh->tail[at] = in_order ? state->tail[at]->next : NULL;
  if (is_known(expect, fresh)) {
    expect->live = fresh->next;
    expect->states--;
  }
  return 0;
}

int pier__expect_take(pier__expect *expect, const pier__value *message) {
  const tails *state = expect->live;
  size_t at;
  expect->live = NULL;
  expect->states = 0;
  for (; state; state = state->next)
    for (at = 0; at < state->count; at++)
      if (state->tail[at] && pier__value_matches(state->tail[at], message)) {
        int error = go_on(expect, state, at);
        if (error) return error;
      }
  if (!expect->live) return PIER_EMATCH;
  return look_for_end(expect);
}
