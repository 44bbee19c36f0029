#include "term/order.h"

#include "term/text.h"

#include <string.h>

/* Two terms are walked side by side. As long as nothing differs both walks are
 * at the same place, so one stack serves both. */

struct side {
  const uint8_t *at; /* the next child, or (a string) the next byte */
  size_t left;       /* children before the tail, bytes of a string */
  bool string;
  const uint8_t *end;      /* a map's end */
  const pier__pair *pairs; /* of a map of more than one pair */
};

struct level {
  bool list;
  bool map;
  bool tail; /* a list whose tail is being compared */
  size_t left;
  size_t step; /* maps: first all keys, then all values */
  size_t count;
  bool exact; /* 1 and 1.0 differ: in keys, and in all of a term for =:= */
  struct side a, b;
};

static int sign_of(bool less) {
  return less ? -1 : 1;
}

static int compare_words(uint64_t a, uint64_t b) {
  return a == b ? 0 : sign_of(a < b);
}

static int compare_bytes(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size) {
  size_t least = a_size < b_size ? a_size : b_size;
  int order = least > 0 ? memcmp(a, b, least) : 0;
  return order ? order : compare_words(a_size, b_size);
}

static uint32_t next_character(const pier__view *atom, size_t *at) {
  uint32_t c = atom->data[*at];
  size_t length = 1;
  if (!atom->latin1) length = pier__utf8_decode(atom->data + *at, atom->size - *at, &c);
  *at += length;
  return c;
}

static int compare_atoms(const pier__view *a, const pier__view *b) {
  size_t i = 0, j = 0;
  if (a->latin1 == b->latin1) return compare_bytes(a->data, a->size, b->data, b->size);
  while (i < a->size && j < b->size) {
    int order = compare_words(next_character(a, &i), next_character(b, &j));
    if (order) return order;
  }
  return (i < a->size) - (j < b->size);
}

static int compare_nodes(const pier__identifier *a, const pier__identifier *b) {
  int order = compare_atoms(&a->node, &b->node);
  return order ? order : compare_words(a->creation, b->creation);
}

static uint64_t word_of(const pier__identifier *identifier, unsigned i) {
  return i < identifier->words ? identifier->word[i] : 0;
}

/* The last word weighs most, one that is not there is 0. References look at
 * the node first. */
static int compare_identifiers(const pier__view *a, const pier__view *b) {
  pier__identifier x, y;
  int order = 0;
  unsigned i;
  pier__view_identifier(a, &x);
  pier__view_identifier(b, &y);
  if (a->kind == PIER__REF) order = compare_nodes(&x, &y);
  for (i = PIER__WORDS; i > 0 && !order; i--)
    order = compare_words(word_of(&x, i - 1), word_of(&y, i - 1));
  return order ? order : compare_nodes(&x, &y);
}

/* Atoms and small integers that stand one after the other. */
static int compare_parts(const uint8_t *a, const uint8_t *b, unsigned count) {
  pier__view x, y;
  int order = 0;
  for (; count > 0 && !order; count--, a = x.next, b = y.next) {
    pier__view_at(&x, a);
    pier__view_at(&y, b);
    order = x.kind == PIER__ATOM ? compare_atoms(&x, &y) : pier__order_integers(&x, &y);
  }
  return order;
}

static int compare_numbers(int32_t a, int32_t b) {
  return (a > b) - (a < b);
}

/* What it has in free variables is compared next. */
static int compare_funs(const pier__view *a, const pier__view *b) {
  pier__fun x, y;
  int order;
  pier__view_fun(a, &x);
  pier__view_fun(b, &y);
  order = compare_atoms(&x.module, &y.module);
  if (!order) order = compare_numbers(x.index, y.index);
  if (!order) order = compare_numbers(x.uniq, y.uniq);
  return order ? order : compare_words(a->count, b->count);
}

static int compare_bits(const pier__view *a, const pier__view *b) {
  size_t least = a->size < b->size ? a->size : b->size;
  unsigned last_a, last_b;
  int order;
  if (least == 0) return compare_words(a->size, b->size);
  order = memcmp(a->data, b->data, least - 1);
  if (order) return order;
  /* Spare bits may be dirty. */
  last_a = a->data[least - 1] & (a->size == least ? 0xff00U >> a->bits : 0xffU);
  last_b = b->data[least - 1] & (b->size == least ? 0xff00U >> b->bits : 0xffU);
  if (last_a != last_b) return sign_of(last_a < last_b);
  if (a->size != b->size) return sign_of(a->size < b->size);
  return compare_words(a->bits, b->bits);
}

static pier__kind rank(const pier__view *view) {
  if (view->kind == PIER__STRING) return view->size > 0 ? PIER__LIST : PIER__NIL;
  return view->kind;
}

/* What the heads alone say. */
static int compare_heads(const pier__view *a, const pier__view *b, bool exact) {
  if (!exact && a->kind == PIER__INT && b->kind == PIER__FLOAT)
    return pier__order_mixed(a, b->real);
  if (!exact && a->kind == PIER__FLOAT && b->kind == PIER__INT)
    return -pier__order_mixed(b, a->real);
  if (rank(a) != rank(b)) return sign_of(rank(a) < rank(b));
  switch (rank(a)) {
  case PIER__INT:
    return pier__order_integers(a, b);
  case PIER__FLOAT:
    return a->real == b->real ? 0 : sign_of(a->real < b->real);
  case PIER__ATOM:
    return compare_atoms(a, b);
  case PIER__REF:
  case PIER__PORT:
  case PIER__PID:
    return compare_identifiers(a, b);
  case PIER__FUN:
    return compare_funs(a, b);
  case PIER__EXPORT:
    return compare_parts(a->data + 1, b->data + 1, 3);
  case PIER__TUPLE:
  case PIER__MAP:
    return compare_words(a->count, b->count);
  case PIER__BITS:
    return compare_bits(a, b);
  default:
    return 0;
  }
}

static void enter_side(struct side *side, const pier__view *view) {
  side->string = view->kind == PIER__STRING;
  side->at = side->string ? view->data : view->next;
  side->left = side->string ? view->size : view->count;
  side->end = view->next;
  side->pairs = NULL;
}

/* Keys that come twice in a text count once. */
static void settle_count(const pier__maps *maps, pier__view *view, const uint8_t *at) {
  const pier__map_entry *entry = view->kind == PIER__MAP ? pier__maps_find(maps, at) : NULL;
  if (entry) view->count = entry->count;
}

static void enter_map(const pier__maps *maps, struct side *side, const uint8_t *at) {
  const pier__map_entry *entry = pier__maps_find(maps, at);
  if (!entry) return;
  side->pairs = pier__maps_pairs(maps, entry);
  side->end = entry->end;
  side->left = entry->count;
}

/* Moves a list to its next element: over the heads of lists in tail position.
 * True while there is an element, false with `at` at the tail that is left. */
static bool find_element(struct side *side) {
  pier__view view;
  if (side->left > 0) return true;
  if (side->string) return false;
  pier__view_at(&view, side->at);
  while (view.kind == PIER__LIST || view.kind == PIER__STRING) {
    enter_side(side, &view);
    if (side->left > 0) return true;
    if (side->string) return false;
    pier__view_at(&view, side->at);
  }
  return false;
}

/* A list of no elements is its tail. */
static void look(pier__view *view, const uint8_t **at) {
  pier__view_at(view, *at);
  while (view->kind == PIER__LIST && view->count == 0)
    pier__view_at(view, *at = view->next);
}

static const uint8_t nil_term = ERL_NIL_EXT;

static void view_next(struct side *side, pier__view *view, bool element) {
  if (!side->string) {
    look(view, &side->at);
    return;
  }
  pier__view_at(view, &nil_term);
  if (!element) return;
  view->kind = PIER__INT;
  view->magnitude = *side->at;
}

static void choose_pair(const struct level *level, struct side *side) {
  size_t i = level->step;
  if (!side->pairs) return;
  side->at = i < level->count ? side->pairs[i].key : side->pairs[i - level->count].value;
}

/* Chooses the next two terms to compare. 1: there are; 0: this level is done
 * and nothing differed; the sides' `at` are then where their bytes end. */
static int next_children(struct level *level, pier__view *a, pier__view *b) {
  if (level->list) {
    bool more_a, more_b;
    if (level->tail) return 0;
    more_a = find_element(&level->a);
    more_b = find_element(&level->b);
    level->tail = !more_a || !more_b;
    view_next(&level->a, a, more_a);
    view_next(&level->b, b, more_b);
    if (more_a != more_b) { /* a list against whatever ends the other one */
      if (more_a)
        a->kind = PIER__LIST;
      else
        b->kind = PIER__LIST;
    }
    if (more_a && !level->a.string) level->a.left--;
    if (more_b && !level->b.string) level->b.left--;
    return 1;
  }
  if (level->step == level->left) return 0;
  choose_pair(level, &level->a);
  choose_pair(level, &level->b);
  level->step++;
  look(a, &level->a.at);
  look(b, &level->b.at);
  return 1;
}

/* One child is through: the bytes of both go on after it. */
static void leave_child(struct side *side, const uint8_t *next) {
  if (!side->string) {
    side->at = next;
    return;
  }
  if (side->left > 0) {
    side->at++;
    side->left--;
  }
}

static void push_level(const pier__maps *maps, pier_buffer *stack, const uint8_t *at_a,
                       const uint8_t *at_b, const pier__view *a, const pier__view *b,
                       bool exact) {
  struct level level;
  memset(&level, 0, sizeof level);
  level.exact = exact;
  level.map = a->kind == PIER__MAP;
  enter_side(&level.a, a);
  enter_side(&level.b, b);
  level.list = rank(a) == PIER__LIST;
  level.count = a->count;
  level.left = a->children;
  if (a->kind == PIER__MAP) {
    enter_map(maps, &level.a, at_a);
    enter_map(maps, &level.b, at_b);
    level.left = 2 * level.count;
  }
  pier_buffer_append(stack, &level, sizeof level); /* a failure stays in the stack */
}

static struct level *top_of(const pier_buffer *stack) {
  return (struct level *)(void *)(stack->data + stack->size) - 1;
}

static const uint8_t *end_of(const struct side *side) {
  return side->pairs ? side->end : side->at;
}

static bool has_children(const pier__view *view) {
  return view->children > 0 || (view->kind == PIER__STRING && view->size > 0);
}

/* After next_children: is what it chose to be compared exactly? */
static bool is_exact(const struct level *level) {
  return level->exact || (level->map && level->step <= level->count);
}

static int compare_terms(const pier__maps *maps, const uint8_t *at_a, const uint8_t *at_b,
                         bool exact, int *error) {
  pier_buffer stack = PIER_BUFFER_INIT;
  pier__view a, b;
  int order;
  look(&a, &at_a);
  look(&b, &at_b);
  for (;;) {
    settle_count(maps, &a, at_a);
    settle_count(maps, &b, at_b);
    order = compare_heads(&a, &b, exact);
    if (!order && has_children(&a)) {
      push_level(maps, &stack, at_a, at_b, &a, &b, exact);
    } else if (!order && stack.size > 0) {
      leave_child(&top_of(&stack)->a, a.next);
      leave_child(&top_of(&stack)->b, b.next);
    }
    while (!order && stack.size > 0 && !next_children(top_of(&stack), &a, &b)) {
      struct level done = *top_of(&stack);
      stack.size -= sizeof done;
      if (stack.size == 0) break;
      leave_child(&top_of(&stack)->a, end_of(&done.a));
      leave_child(&top_of(&stack)->b, end_of(&done.b));
    }
    if (order || stack.error || stack.size == 0) break;
    at_a = top_of(&stack)->a.at;
    at_b = top_of(&stack)->b.at;
    exact = is_exact(top_of(&stack));
  }
  if (stack.error) *error = stack.error;
  pier_buffer_free(&stack);
  return order;
}

int pier__order(const pier__maps *maps, const uint8_t *a, const uint8_t *b, int *error) {
  return compare_terms(maps, a, b, true, error);
}

int pier__order_by_value(const pier__maps *maps, const uint8_t *a, const uint8_t *b,
                         int *error) {
  return compare_terms(maps, a, b, false, error);
}
