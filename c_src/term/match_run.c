#include "term/fault.h"
#include "term/pattern.h"

#include <string.h>

/* The interpreter of patterns: op by op, with the term beside it. Levels are
 * the open lists, maps and keys; a tuple needs none, its elements just follow.
 *
 * What has to be a key of a map is held against each pair in turn: a key is a
 * level too, and what does not match inside it goes back to the innermost one,
 * which tries the next pair. */

struct pier__level {
  bool key;
  const uint8_t *start; /* the list or map; of a key: the one that is tried */
  pier__elements list;
  const uint8_t *pairs; /* MAP: the first */
  size_t count;         /* MAP: pairs */
  size_t index;         /* MAP: of the pair at run->at; KEY: of the one that is tried */
  size_t tries;         /* KEY: pairs that were not it */
  size_t op;            /* KEY */
};

typedef struct pier__level level;

static level *top_of(const pier__run *run) {
  return &run->levels[run->depth - 1];
}

static level *push(pier__run *run, const uint8_t *start) {
  level *top = &run->levels[run->depth++];
  top->key = false;
  top->start = start;
  return top;
}

/* ---- What went wrong ------------------------------------------------------- */

/* The way from the whole to the op; how many places. */
static size_t places_of(const pier__run *run, const pier__op *op, pier__place *places) {
  const pier__program *program = run->program;
  size_t count = 0, i;
  for (; op->parent != PIER__NO_PARENT; op = &program->ops[op->parent]) {
    const pier__op *parent = &program->ops[op->parent];
    pier__place *place = &places[count];
    if (parent->code == PIER__DO_MAP) continue;
    place->index = op->index;
    place->kind = parent->code == PIER__DO_TUPLE ? PIER__PLACE_TUPLE
                  : op->index > 0                ? PIER__PLACE_LIST
                                                 : PIER__PLACE_TAIL;
    if (parent->code == PIER__DO_KEY) {
      place->kind = PIER__PLACE_KEY;
      place->key = pier_span_of(program->text.data + parent->from, parent->words);
    }
    count++;
  }
  for (i = 0; i < count / 2; i++) {
    pier__place swap = places[i];
    places[i] = places[count - 1 - i];
    places[count - 1 - i] = swap;
  }
  return count;
}

static bool is_inside(const pier__run *run, const uint8_t *at) {
  return (uintptr_t)at >= (uintptr_t)run->term.data &&
         (uintptr_t)at - (uintptr_t)run->term.data < run->term.size;
}

/* The elements of a string, and its tail, are looked at elsewhere. */
static size_t offset_of(const pier__run *run, const uint8_t *at) {
  size_t i = run->depth;
  if (is_inside(run, at)) return (size_t)(at - run->term.data);
  while (i > 0 && !run->levels[i - 1].list.string)
    i--;
  if (i == 0) return 0;
  return (size_t)(run->levels[i - 1].list.at - run->term.data) - 1;
}

int pier__run_fail(const pier__run *run, const pier__op *op, int error, const uint8_t *at,
                   const char *expected) {
  const pier__program *program = run->program;
  pier__place places[2 * PIER__PATTERN_DEPTH];
  pier_span words = expected ? pier_span_text(expected)
                             : pier_span_of(program->text.data + op->from, op->words);
  /* A key that is not the one is no fault. */
  if (!run->diag || run->keys > 0) return error;
  return pier__fault(run->diag, error, offset_of(run, at), places, places_of(run, op, places),
                     words, at);
}

static int fail_count(const pier__run *run, const pier__op *op, const uint8_t *at,
                      const char *what) {
  pier_buffer words = PIER_BUFFER_INIT;
  if (!run->diag || run->keys > 0) return PIER_EMATCH;
  pier_buffer_append_format(&words, "%s %u", what, (unsigned)op->count);
  pier__run_fail(run, op, PIER_EMATCH, at, words.error ? what : (const char *)words.data);
  pier_buffer_free(&words);
  return PIER_EMATCH;
}

/* It is the list itself that does not match, not a part of it. */
static int fail_list(const pier__run *run, const pier__op *op, const char *expected) {
  const pier__op *list = &run->program->ops[op->parent];
  return pier__run_fail(run, list, PIER_EMATCH, top_of(run)->start, expected);
}

/* ---- Atoms, integers, tuples ------------------------------------------------- */

static bool match_atom(pier__run *run, const pier__op *op) {
  const uint8_t *at = run->at, *name = run->program->data + op->data;
  bool same = false;
  if (*at == ERL_SMALL_ATOM_UTF8_EXT) {
    same = at[1] == op->size && memcmp(at + 2, name, op->size) == 0;
    run->at = at + 2 + at[1];
  } else if (*at == ERL_ATOM_EXT && op->flag) {
    same = pier__load16(at + 1) == op->size && memcmp(at + 3, name, op->size) == 0;
    run->at = at + 3 + pier__load16(at + 1);
  } else {
    return pier__match_leaf(run, op);
  }
  if (!same) run->at = at;
  return same;
}

static bool match_integer(pier__run *run, const pier__op *op) {
  const uint8_t *at = run->at;
  if (*at == ERL_SMALL_INTEGER_EXT && at[1] == op->whole) {
    run->at = at + 2;
    return true;
  }
  if (*at == ERL_INTEGER_EXT && (int32_t)pier__load32(at + 1) == op->whole) {
    run->at = at + 5;
    return true;
  }
  return pier__match_leaf(run, op);
}

static int match_tuple(pier__run *run, const pier__op *op) {
  pier__view view;
  if (*run->at == ERL_SMALL_TUPLE_EXT && run->at[1] == op->count) {
    run->at += 2;
    return 0;
  }
  pier__view_at(&view, run->at);
  if (view.kind != PIER__TUPLE || view.count != op->count)
    return fail_count(run, op, run->at, "tuple of");
  run->at = view.next;
  return 0;
}

/* ---- Lists --------------------------------------------------------------- */

static int begin_list(pier__run *run, const pier__op *op) {
  pier__view view;
  level *list;
  pier__view_at(&view, run->at);
  if (view.kind != PIER__LIST && view.kind != PIER__STRING && view.kind != PIER__NIL)
    return pier__run_fail(run, op, PIER_EMATCH, run->at, "list");
  list = push(run, run->at);
  pier__elements_begin(&list->list, &view, run->at);
  run->at = list->list.at;
  return 0;
}

/* The list goes on where its last element ended; true if there is one more. */
static bool has_more(const pier__run *run, level *list) {
  if (!list->list.string) list->list.at = run->at;
  return pier__elements_settle(&list->list);
}

static int match_element(pier__run *run, const pier__op *op) {
  level *list = top_of(run);
  if (!has_more(run, list)) return fail_list(run, op, "longer list");
  run->at = pier__elements_take(&list->list);
  return 0;
}

static int end_list(pier__run *run, const pier__op *op) {
  level *list = top_of(run);
  if (has_more(run, list)) return fail_list(run, op, "shorter list");
  if (*pier__elements_tail(&list->list) != ERL_NIL_EXT)
    return fail_list(run, op, "proper list");
  run->at = list->list.string ? list->list.end : list->list.at + 1;
  run->depth--;
  return 0;
}

static int begin_tail(pier__run *run, const pier__op *op) {
  level *list = top_of(run);
  if (has_more(run, list)) return fail_list(run, op, "shorter list");
  run->at = pier__elements_tail(&list->list);
  return 0;
}

static int end_tail(pier__run *run) {
  if (top_of(run)->list.string) run->at = top_of(run)->list.end;
  run->depth--;
  return 0;
}

/* The rest is taken or does not matter. */
static int leave_list(pier__run *run, const pier__op *op) {
  level *list = top_of(run);
  has_more(run, list);
  if (op->code == PIER__DO_REST) {
    run->slots[op->slot].value.rest.at = list->list.at;
    run->slots[op->slot].value.rest.left = list->list.left << 1 | list->list.string;
  }
  if (!op->last && list->list.string) {
    run->at = list->list.end;
  } else if (!op->last) {
    size_t left = list->list.left + 1;
    for (run->at = list->list.at; left > 0; left--)
      run->at = pier__view_skip(run->at);
  }
  run->depth--;
  return 0;
}

/* ---- Maps ---------------------------------------------------------------- */

static int begin_map(pier__run *run, const pier__op *op) {
  pier__view view;
  level *map;
  pier__view_at(&view, run->at);
  if (view.kind != PIER__MAP) return pier__run_fail(run, op, PIER_EMATCH, run->at, "map");
  if (op->flag && view.count != op->count) return fail_count(run, op, run->at, "map of");
  map = push(run, run->at);
  map->list.string = false;
  map->pairs = run->at = view.next;
  map->count = view.count;
  map->index = 0;
  return 0;
}

static int fail_key(const pier__run *run, const pier__op *key) {
  pier_buffer words = PIER_BUFFER_INIT;
  const pier__op *map = &run->program->ops[key->parent];
  if (!run->diag || run->keys > 0) return PIER_EMATCH;
  pier_buffer_append_format(&words, "map with key %.*s", (int)key->words,
                            (const char *)run->program->text.data + key->from);
  pier__run_fail(run, map, PIER_EMATCH, top_of(run)->start,
                 words.error ? "map with another key" : (const char *)words.data);
  pier_buffer_free(&words);
  return PIER_EMATCH;
}

/* The pair at `at`, or the first one behind the last, is to be tried. */
static void try_pair(pier__run *run, const uint8_t *at, size_t index) {
  level *key = top_of(run), *map = key - 1;
  if (index == map->count) {
    index = 0;
    at = map->pairs;
  }
  key->index = index;
  key->start = run->at = at;
}

/* Pairs often come in the pattern's order: the search begins behind the pair
 * that was found before. */
static int begin_key(pier__run *run, const pier__op *op) {
  level *map = top_of(run), *key;
  if (map->count == 0) return fail_key(run, op);
  key = push(run, run->at);
  key->key = true;
  key->list.string = false;
  key->tries = 0;
  key->op = run->next;
  run->keys++;
  try_pair(run, run->at, map->index);
  return 0;
}

static int end_key(pier__run *run) {
  size_t index = top_of(run)->index;
  run->depth--;
  run->keys--;
  top_of(run)->index = index + 1;
  return 0;
}

/* After what does not match: true if there is another pair to try. */
static int retry(pier__run *run) {
  level *key;
  while (run->keys > 0) {
    while (!top_of(run)->key)
      run->depth--;
    key = top_of(run);
    if (++key->tries < (key - 1)->count) {
      run->next = key->op;
      try_pair(run, pier__view_skip(pier__view_skip(key->start)), key->index + 1);
      return 0;
    }
    run->depth--;
    run->keys--;
    if (run->keys == 0) return fail_key(run, &run->program->ops[key->op - 1]);
  }
  return PIER_EMATCH;
}

static int end_map(pier__run *run, const pier__op *op) {
  level *map = top_of(run);
  size_t left = op->last ? 0 : 2 * (map->count - map->index);
  for (; left > 0; left--)
    run->at = pier__view_skip(run->at);
  run->depth--;
  return 0;
}

/* ---- The whole ------------------------------------------------------------- */

static int match_literal(pier__run *run, const pier__op *op) {
  bool same = op->code == PIER__DO_ATOM      ? match_atom(run, op)
              : op->code == PIER__DO_INTEGER ? match_integer(run, op)
                                             : pier__match_leaf(run, op);
  return same ? 0 : pier__run_fail(run, op, PIER_EMATCH, run->at, NULL);
}

static int step(pier__run *run, const pier__op *op) {
  switch (op->code) {
  case PIER__DO_ANY:
    if (!op->last) run->at = pier__view_skip(run->at);
    return 0;
  case PIER__DO_STORE:
    return pier__match_value(run, op);
  case PIER__DO_TUPLE:
    return match_tuple(run, op);
  case PIER__DO_LIST:
    return begin_list(run, op);
  case PIER__DO_ELEMENT:
    return match_element(run, op);
  case PIER__DO_LIST_END:
    return end_list(run, op);
  case PIER__DO_REST:
  case PIER__DO_IGNORE:
    return leave_list(run, op);
  case PIER__DO_TAIL:
    return begin_tail(run, op);
  case PIER__DO_TAIL_END:
    return end_tail(run);
  case PIER__DO_MAP:
    return begin_map(run, op);
  case PIER__DO_KEY:
    return begin_key(run, op);
  case PIER__DO_KEY_END:
    return end_key(run);
  case PIER__DO_MAP_END:
    return end_map(run, op);
  default:
    return match_literal(run, op);
  }
}

int pier__pattern_run(pier__run *run) {
  level levels[PIER__PATTERN_DEPTH + 1]; /* an empty string is a list, but no bracket */
  const pier__op *ops = run->program->ops;
  int error = 0;
  run->levels = levels;
  run->depth = run->keys = run->next = 0;
  while (!error && ops[run->next].code != PIER__DO_DONE) {
    const pier__op *op = &ops[run->next++];
    error = step(run, op);
    if (error && run->keys > 0) error = retry(run);
  }
  return error;
}
