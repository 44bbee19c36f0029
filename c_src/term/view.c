#include "term/view.h"

#include "term/number.h"

#include <string.h>

#define BYTE1(n)                                                                               \
  { ERL_SMALL_INTEGER_EXT, n }
#define BYTE4(n) BYTE1(n), BYTE1(n + 1), BYTE1(n + 2), BYTE1(n + 3)
#define BYTE16(n) BYTE4(n), BYTE4(n + 4), BYTE4(n + 8), BYTE4(n + 12)
#define BYTE64(n) BYTE16(n), BYTE16(n + 16), BYTE16(n + 32), BYTE16(n + 48)

const uint8_t pier__byte_terms[256][2] = {BYTE64(0), BYTE64(64), BYTE64(128), BYTE64(192)};

static void view_big(pier__view *view, const uint8_t *sign, size_t size) {
  size_t i;
  view->kind = PIER__INT;
  view->negative = *sign != 0;
  view->data = sign + 1;
  view->next = view->data + size;
  while (size > 0 && view->data[size - 1] == 0)
    size--;
  view->size = size > 8 ? size : 0;
  if (size <= 8)
    for (i = size; i > 0; i--)
      view->magnitude = view->magnitude << 8 | view->data[i - 1];
  if (size == 0) view->negative = false;
}

static void view_int(pier__view *view, int64_t value, const uint8_t *next) {
  view->kind = PIER__INT;
  view->negative = value < 0;
  view->magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  view->next = next;
}

static void view_data(pier__view *view, pier__kind kind, const uint8_t *data, size_t size) {
  view->kind = kind;
  view->data = data;
  view->size = size;
  view->next = data + size;
}

static void view_parts(pier__view *view, pier__kind kind, size_t count, size_t children,
                       const uint8_t *next) {
  view->kind = kind;
  view->count = count;
  view->children = children;
  view->next = next;
}

static void view_bits(pier__view *view, const uint8_t *at) {
  bool whole = at[0] == ERL_BINARY_EXT;
  size_t size = pier__load32(at + 1);
  view_data(view, PIER__BITS, at + (whole ? 5 : 6), size);
  if (size > 0) view->bits = whole ? 8 : at[5];
}

static void view_atom(pier__view *view, const uint8_t *at) {
  bool small = at[0] == ERL_SMALL_ATOM_EXT || at[0] == ERL_SMALL_ATOM_UTF8_EXT;
  view->latin1 = at[0] == ERL_SMALL_ATOM_EXT || at[0] == ERL_ATOM_EXT;
  if (small)
    view_data(view, PIER__ATOM, at + 2, at[1]);
  else
    view_data(view, PIER__ATOM, at + 3, pier__load16(at + 1));
}

static void view_float(pier__view *view, const uint8_t *at) {
  uint64_t bits;
  view->kind = PIER__FLOAT;
  if (at[0] == ERL_FLOAT_EXT) {
    const void *end = memchr(at + 1, 0, 31);
    size_t size = end ? (size_t)((const uint8_t *)end - at - 1) : 31;
    (void)pier__float_parse(at + 1, size, &view->real);
    view->next = at + 32;
    return;
  }
  bits = pier__load64(at + 1);
  memcpy(&view->real, &bits, sizeof bits);
  view->next = at + 9;
}

static const uint8_t *after(const uint8_t *at) {
  pier__view view;
  pier__view_at(&view, at);
  return view.next;
}

/* An identifier is one leaf, however it is made. */
static void view_whole(pier__view *view, pier__kind kind, const uint8_t *at,
                       const uint8_t *next) {
  view->kind = kind;
  view->data = at;
  view->size = (size_t)(next - at);
  view->next = next;
}

static void view_fun(pier__view *view, const uint8_t *at) {
  /* Module, index, uniq, creator; the free variables are terms of their own. */
  const uint8_t *next = after(after(after(after(at + PIER__FUN_PARTS))));
  view_whole(view, PIER__FUN, at, next);
  view->count = view->children = pier__load32(at + PIER__FUN_PARTS - 4);
}

/* Bytes after the node of a pid or port, by tag; 0 for every other tag. */
static size_t numbers_size(uint8_t tag) {
  switch (tag) {
  case ERL_PID_EXT:
    return 9;
  case ERL_NEW_PID_EXT:
    return 12;
  case ERL_PORT_EXT:
    return 5;
  case ERL_NEW_PORT_EXT:
    return 8;
  case ERL_V4_PORT_EXT:
    return 12;
  default:
    return 0;
  }
}

static void view_other(pier__view *view, const uint8_t *at) {
  switch (at[0]) {
  case ERL_PID_EXT:
  case ERL_NEW_PID_EXT:
    view_whole(view, PIER__PID, at, after(at + 1) + numbers_size(at[0]));
    break;
  case ERL_PORT_EXT:
  case ERL_NEW_PORT_EXT:
  case ERL_V4_PORT_EXT:
    view_whole(view, PIER__PORT, at, after(at + 1) + numbers_size(at[0]));
    break;
  case ERL_REFERENCE_EXT:
    view_whole(view, PIER__REF, at, after(at + 1) + 5);
    break;
  case ERL_NEW_REFERENCE_EXT:
    view_whole(view, PIER__REF, at, after(at + 3) + 1 + 4 * pier__load16(at + 1));
    break;
  case ERL_NEWER_REFERENCE_EXT:
    view_whole(view, PIER__REF, at, after(at + 3) + 4 + 4 * pier__load16(at + 1));
    break;
  case ERL_NEW_FUN_EXT:
    view_fun(view, at);
    break;
  case ERL_EXPORT_EXT:
    view_whole(view, PIER__EXPORT, at, after(after(after(at + 1))));
    break;
  default:
    view_atom(view, at);
  }
}

void pier__view_at(pier__view *view, const uint8_t *at) {
  memset(view, 0, sizeof *view);
  view->tag = at[0];
  switch (at[0]) {
  case ERL_SMALL_INTEGER_EXT:
    view_int(view, at[1], at + 2);
    break;
  case ERL_INTEGER_EXT:
    view_int(view, (int32_t)pier__load32(at + 1), at + 5);
    break;
  case ERL_SMALL_BIG_EXT:
    view_big(view, at + 2, at[1]);
    break;
  case ERL_LARGE_BIG_EXT:
    view_big(view, at + 5, pier__load32(at + 1));
    break;
  case NEW_FLOAT_EXT:
  case ERL_FLOAT_EXT:
    view_float(view, at);
    break;
  case ERL_SMALL_TUPLE_EXT:
    view_parts(view, PIER__TUPLE, at[1], at[1], at + 2);
    break;
  case ERL_LARGE_TUPLE_EXT:
    view_parts(view, PIER__TUPLE, pier__load32(at + 1), pier__load32(at + 1), at + 5);
    break;
  case ERL_NIL_EXT:
    view_parts(view, PIER__NIL, 0, 0, at + 1);
    break;
  case ERL_STRING_EXT:
    view_data(view, PIER__STRING, at + 3, pier__load16(at + 1));
    break;
  case ERL_LIST_EXT:
    view_parts(view, PIER__LIST, pier__load32(at + 1), (size_t)pier__load32(at + 1) + 1,
               at + 5);
    break;
  case ERL_MAP_EXT:
    view_parts(view, PIER__MAP, pier__load32(at + 1), 2 * (size_t)pier__load32(at + 1), at + 5);
    break;
  case ERL_BINARY_EXT:
  case ERL_BIT_BINARY_EXT:
    view_bits(view, at);
    break;
  default:
    view_other(view, at);
  }
}

bool pier__view_real(const pier__view *view, double *value) {
  if (view->kind == PIER__FLOAT) {
    *value = view->real;
    return true;
  }
  if (view->size > 0) return false;
  *value = (double)view->magnitude;
  if (*value >= 18446744073709551616.0 || (uint64_t)*value != view->magnitude) return false;
  if (view->negative) *value = -*value;
  return true;
}

/* The address after an atom. */
static const uint8_t *skip_atom(const uint8_t *at) {
  if (at[0] == ERL_SMALL_ATOM_UTF8_EXT || at[0] == ERL_SMALL_ATOM_EXT) return at + 2 + at[1];
  return at + 3 + pier__load16(at + 1);
}

/* The head of the term at `at`, with its data; what most terms are made of needs no
 * view. *children gets how many terms follow. */
static const uint8_t *skip_head(const uint8_t *at, size_t *children) {
  pier__view view;
  *children = 0;
  switch (at[0]) {
  case ERL_SMALL_INTEGER_EXT:
    return at + 2;
  case ERL_INTEGER_EXT:
    return at + 5;
  case ERL_NIL_EXT:
    return at + 1;
  case ERL_SMALL_ATOM_UTF8_EXT:
    return at + 2 + at[1];
  case ERL_ATOM_EXT:
  case ERL_STRING_EXT:
    return at + 3 + pier__load16(at + 1);
  case ERL_BINARY_EXT:
    return at + 5 + pier__load32(at + 1);
  case NEW_FLOAT_EXT:
    return at + 9;
  case ERL_SMALL_TUPLE_EXT:
    *children = at[1];
    return at + 2;
  case ERL_NEWER_REFERENCE_EXT:
    return skip_atom(at + 3) + 4 + 4 * pier__load16(at + 1);
  case ERL_NEW_PID_EXT:
    return skip_atom(at + 1) + numbers_size(ERL_NEW_PID_EXT);
  default:
    pier__view_at(&view, at);
    *children = view.children;
    return view.next;
  }
}

const uint8_t *pier__view_skip(const uint8_t *at) {
  size_t pending = 1, children;
  do {
    at = skip_head(at, &children);
    pending += children;
  } while (--pending > 0);
  return at;
}

void pier__view_identifier(const pier__view *view, pier__identifier *identifier) {
  const uint8_t *at = view->data;
  bool counted = view->tag == ERL_NEW_REFERENCE_EXT || view->tag == ERL_NEWER_REFERENCE_EXT;
  bool wide = view->tag == ERL_NEW_PID_EXT || view->tag == ERL_NEW_PORT_EXT ||
              view->tag == ERL_V4_PORT_EXT || view->tag == ERL_NEWER_REFERENCE_EXT;
  unsigned i;
  const uint8_t *creation, *word;
  pier__view_at(&identifier->node, at + (counted ? 3 : 1));
  at = identifier->node.next;
  identifier->words = view->kind == PIER__PID ? 2 : counted ? pier__load16(view->data + 1) : 1;
  /* References say their creation first, the others last. */
  creation = counted ? at : view->next - (wide ? 4 : 1);
  word = counted ? at + (wide ? 4 : 1) : at;
  identifier->creation = wide ? pier__load32(creation) : *creation;
  for (i = 0; i < identifier->words && i < PIER__WORDS; i++)
    identifier->word[i] =
        view->tag == ERL_V4_PORT_EXT ? pier__load64(word) : pier__load32(word + 4 * i);
}

/* The BEAM keeps 32 bits of it. */
static int32_t low_bits(const pier__view *integer) {
  return (int32_t)(uint32_t)(integer->negative ? 0 - integer->magnitude : integer->magnitude);
}

void pier__view_fun(const pier__view *view, pier__fun *fun) {
  enum { INDEX = 22 };
  pier__view part;
  fun->index = (int32_t)pier__load32(view->data + INDEX);
  pier__view_at(&fun->module, view->data + PIER__FUN_PARTS);
  pier__view_at(&part, fun->module.next);
  fun->old_index = low_bits(&part);
  pier__view_at(&part, part.next);
  fun->uniq = low_bits(&part);
}
