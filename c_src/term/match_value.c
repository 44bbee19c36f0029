#include "term/atom.h"
#include "term/order.h"
#include "term/pattern.h"

#include <limits.h>

/* ---- Directives ---------------------------------------------------------- */

static bool is_whole(const pier__view *view, uint64_t most, uint64_t least) {
  return view->size == 0 && view->magnitude <= (view->negative ? least : most);
}

static bool take_signed(const pier__view *view, uint64_t most, pier__slot *slot) {
  if (!is_whole(view, most, most + 1)) return false;
  slot->value.whole =
      view->negative ? (long long)(0 - view->magnitude) : (long long)view->magnitude;
  return true;
}

static bool take_natural(const pier__view *view, uint64_t most, pier__slot *slot) {
  slot->value.natural = view->magnitude;
  return is_whole(view, most, 0);
}

static bool take_bool(const pier__view *view, pier__slot *slot) {
  slot->value.whole = pier__atom_same(view, pier_span_text("true"));
  return slot->value.whole || pier__atom_same(view, pier_span_text("false"));
}

static int fail(const pier__run *run, const pier__op *op, const char *expected) {
  return pier__run_fail(run, op, PIER_EMATCH, run->at, expected);
}

static int take_text(pier__run *run, const pier__op *op, pier__slot *slot) {
  bool has_nul;
  slot->value.span.data = run->at;
  if (!pier__text_measure(run->at, &slot->value.span.size, &has_nul))
    return fail(run, op, "text");
  if (op->letter == 's') return 0;
  if (has_nul) return pier__run_fail(run, op, PIER_ERANGE, run->at, "text without NUL");
  if (slot->value.span.size >= slot->target.room)
    return pier__run_fail(run, op, PIER_ERANGE, run->at, "text that fits");
  return 0;
}

static int take_equal(pier__run *run, const pier__op *op, const pier__slot *slot) {
  pier_span term = pier_span_of(run->at, (size_t)(pier__view_skip(run->at) - run->at));
  int error;
  if (pier_term_equal(term, slot->target.given, &error)) return 0;
  return error ? error : fail(run, op, "the given term");
}

static int take_identifier(pier__run *run, const pier__op *op, pier__slot *slot) {
  int index = 0, error = -1;
  const char *at = (const char *)run->at;
  if (op->letter == 'p') error = ei_decode_pid(at, &index, NULL);
  if (op->letter == 'P') error = ei_decode_port(at, &index, NULL);
  if (op->letter == 'r') error = ei_decode_ref(at, &index, NULL);
  slot->value.span = pier_span_of(at, (size_t)index);
  return error < 0 ? pier__run_fail(run, op, PIER_ERANGE, run->at, "identifier that ei takes")
                   : 0;
}

static const struct kind {
  const char *expected; /* NULL: any */
  pier__kind kind;
} kinds['z' - 'A' + 1] = {['i' - 'A'] = {"integer", PIER__INT},
                          ['u' - 'A'] = {"integer", PIER__INT},
                          ['l' - 'A'] = {"integer", PIER__INT},
                          ['L' - 'A'] = {"integer", PIER__INT},
                          ['n' - 'A'] = {"integer", PIER__INT},
                          ['d' - 'A'] = {"number", PIER__FLOAT},
                          ['B' - 'A'] = {"true or false", PIER__ATOM},
                          ['a' - 'A'] = {"atom", PIER__ATOM},
                          ['A' - 'A'] = {"atom", PIER__ATOM},
                          ['b' - 'A'] = {"binary", PIER__BITS},
                          ['p' - 'A'] = {"pid", PIER__PID},
                          ['P' - 'A'] = {"port", PIER__PORT},
                          ['r' - 'A'] = {"reference", PIER__REF}};

/* NULL if the term is of the directive's kind, else what it should be. */
static const char *wrong_kind(uint8_t letter, const pier__view *view) {
  const struct kind *kind = &kinds[letter - 'A'];
  if (!kind->expected || (letter == 'd' && view->kind == PIER__INT)) return NULL;
  if (letter == 'b' && view->size > 0 && view->bits != 8) return kind->expected;
  return view->kind == kind->kind ? NULL : kind->expected;
}

/* 0, or an error that has been told; 1 if the value does not fit. */
static int take(pier__run *run, const pier__op *op, const pier__view *view) {
  pier__slot *slot = &run->slots[op->slot];
  switch (op->letter) {
  case 'i':
    return !take_signed(view, INT_MAX, slot);
  case 'u':
    return !take_natural(view, UINT_MAX, slot);
  case 'l':
    return !take_signed(view, LLONG_MAX, slot);
  case 'L':
    return !take_natural(view, ULLONG_MAX, slot);
  case 'n':
    return !take_natural(view, SIZE_MAX, slot);
  case 'd':
    return !pier__view_real(view, &slot->value.real);
  case 'B':
    return take_bool(view, slot) ? 0 : fail(run, op, "true or false");
  case 'a':
    return !pier__atom_span(view, &slot->value.span);
  case 'A':
    return pier__atom_same(view, slot->target.given) ? 0
                                                     : fail(run, op, "atom of the given name");
  case 'b':
    slot->value.span = pier_span_of(view->data, view->size);
    return 0;
  case 's':
  case 'z':
    return take_text(run, op, slot);
  case 'E':
    return take_equal(run, op, slot);
  case 'p':
  case 'P':
  case 'r':
    return take_identifier(run, op, slot);
  default: /* t, T */
    slot->value.span = pier_span_of(run->at, (size_t)(pier__view_skip(run->at) - run->at));
    return 0;
  }
}

/* The commonest: a small integer for an integer of some size. */
static bool take_small(pier__run *run, const pier__op *op) {
  const uint8_t *at = run->at;
  int64_t value;
  if (op->letter != 'l' && op->letter != 'i') return false;
  if (*at == ERL_SMALL_INTEGER_EXT)
    value = at[1];
  else if (*at == ERL_INTEGER_EXT)
    value = (int32_t)pier__load32(at + 1);
  else
    return false;
  run->slots[op->slot].value.whole = value;
  run->at = at + (*at == ERL_SMALL_INTEGER_EXT ? 2 : 5);
  return true;
}

int pier__match_value(pier__run *run, const pier__op *op) {
  pier__view view;
  const char *expected;
  int error;
  if (take_small(run, op)) return 0;
  pier__view_at(&view, run->at);
  expected = wrong_kind(op->letter, &view);
  if (expected) return fail(run, op, expected);
  error = take(run, op, &view);
  if (error > 0)
    return pier__run_fail(run, op, PIER_ERANGE, run->at, "value that fits its C type");
  if (!error && !op->last) run->at = view.children > 0 ? pier__view_skip(run->at) : view.next;
  return error;
}

/* ---- Literals ------------------------------------------------------------ */

/* Both are lists of characters, in whatever form. */
static bool same_string(pier__elements *a, pier__elements *b) {
  bool more = pier__elements_settle(a);
  while (pier__elements_settle(b) == more && more) {
    pier__view x, y;
    pier__view_at(&x, pier__elements_take(a));
    pier__view_at(&y, pier__elements_take(b));
    if (y.kind != PIER__INT || pier__order_integers(&x, &y) != 0) return false;
    if (!a->string) a->at = x.next;
    if (!b->string) b->at = y.next;
    more = pier__elements_settle(a);
  }
  return !more && b->left == 0 && *pier__elements_tail(b) == ERL_NIL_EXT;
}

static bool match_string(pier__run *run, const pier__op *op) {
  const uint8_t *literal = run->program->data + op->data;
  pier__elements wanted, list;
  pier__view view;
  pier__view_at(&view, literal);
  pier__elements_begin(&wanted, &view, literal);
  pier__view_at(&view, run->at);
  if (view.kind != PIER__LIST && view.kind != PIER__STRING) return false;
  pier__elements_begin(&list, &view, run->at);
  if (!same_string(&wanted, &list)) return false;
  run->at = list.string ? list.end : list.at + 1;
  return true;
}

bool pier__match_leaf(pier__run *run, const pier__op *op) {
  static const pier__maps no_maps;
  const uint8_t *literal = run->program->data + op->data;
  pier__view view;
  int error = 0;
  bool same;
  if (op->code == PIER__DO_STRING) return match_string(run, op);
  pier__view_at(&view, run->at);
  if (op->code == PIER__DO_ATOM)
    same = view.kind == PIER__ATOM && pier__atom_same(&view, pier_span_of(literal, op->size));
  else if (op->code == PIER__DO_INTEGER)
    same = view.kind == PIER__INT && view.size == 0 && view.negative == (op->whole < 0) &&
           view.magnitude == (op->whole < 0 ? 0 - (uint64_t)op->whole : (uint64_t)op->whole);
  else /* neither has parts, so this needs no memory */
    same = view.children == 0 && pier__order(&no_maps, literal, run->at, &error) == 0;
  if (same) run->at = view.next;
  return same;
}
