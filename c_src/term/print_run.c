/*
 * The printer's short way. Nearly all terms are small integers, bare atoms of
 * ASCII, floats, strings, and tuples, lists and maps of a few levels of these. Such
 * terms are printed here in one go, into room that the buffer has. What is not so
 * is taken back and left to the long way, which prints any term; as only a few
 * levels are gone down here, no term is printed more often than that.
 */
#include "term/decimal.h"
#include "term/number.h"
#include "term/order.h"
#include "term/print.h"
#include "term/text.h"

#include <string.h>

enum { LEVELS = 4, SPARE = 64 }; /* bytes that are asked for besides */

typedef struct level {
  size_t left; /* children that are not complete; of a list its elements */
  uint8_t tag;
  bool first;
  const uint8_t *key; /* the one before, of a map */
} level;

typedef struct run {
  pier_buffer *out;
  const uint8_t *at;
  uint8_t *to, *end; /* the room in `out`, which is told at the end */
  size_t depth;
  level levels[LEVELS];
} run;

static inline bool has_room(const run *r, size_t size) {
  return (size_t)(r->end - r->to) >= size + SPARE;
}

static inline void put(run *r, uint8_t c) {
  *r->to++ = c;
}

/* A lower case letter, then letters, digits, _ and @; and no reserved word. */
static inline bool is_bare(const uint8_t *name, size_t size) {
  static const uint64_t allowed[2] = {UINT64_C(0x03ff000000000000),
                                      UINT64_C(0x07fffffe87ffffff)};
  size_t i;
  if (size == 0 || name[0] < 'a' || name[0] > 'z') return false;
  for (i = 1; i < size; i++)
    if (name[i] >= 128 || !(allowed[name[i] >> 6] >> (name[i] & 63) & 1)) return false;
  return !pier__is_reserved(pier_span_of(name, size));
}

static bool print_name(run *r, const uint8_t *name, size_t size) {
  if (!has_room(r, size) || !is_bare(name, size)) return false;
  memcpy(r->to, name, size);
  r->to += size;
  r->at = name + size;
  return true;
}

static inline void print_number(run *r, int64_t value, const uint8_t *next) {
  if (value < 0) put(r, '-');
  r->to += pier__put_decimal(r->to, (uint64_t)(value < 0 ? -value : value));
  r->at = next;
}

static bool print_string(run *r) {
  size_t size = pier__load16(r->at + 1);
  if (!has_room(r, 4 * size)) return false;
  put(r, '[');
  r->to = pier__put_bytes(r->to, r->at + 3, size);
  put(r, ']');
  r->at += 3 + size;
  return true;
}

static bool print_binary(run *r) {
  uint64_t size = pier__load32(r->at + 1);
  if (size > SIZE_MAX / 8 || !has_room(r, 4 * (size_t)size)) return false;
  put(r, '<');
  put(r, '<');
  r->to = pier__put_bytes(r->to, r->at + 5, (size_t)size);
  put(r, '>');
  put(r, '>');
  r->at += 5 + size;
  return true;
}

static void print_float(run *r) {
  uint64_t bits = pier__load64(r->at + 1);
  double value;
  memcpy(&value, &bits, sizeof value);
  r->to += pier__float_text(value, (char *)r->to);
  r->at += 9;
}

static bool print_identifier(run *r) {
  enum { LONGEST = 128 };
  pier__view view;
  if (!has_room(r, LONGEST)) return false;
  pier__view_at(&view, r->at);
  r->out->size = (size_t)(r->to - r->out->data);
  pier__print_identifier(r->out, &view);
  r->to = r->out->data + r->out->size;
  r->at = view.next;
  return true;
}

/* A container at `at`, whose head has `size` bytes and says `count`. */
static bool open_level(run *r, const char *bracket, size_t size, size_t count) {
  level *next = &r->levels[r->depth];
  if (r->depth == LEVELS) return false;
  for (; *bracket; bracket++)
    put(r, (uint8_t)*bracket);
  next->left = *r->at == PIER__TAG_MAP ? 2 * count : count;
  next->tag = *r->at;
  next->first = true;
  next->key = NULL;
  r->depth++;
  r->at += size;
  return true;
}

/* A whole term, or the begin of a container. */
static bool print_next(run *r) {
  const uint8_t *at = r->at;
  if (!has_room(r, 0)) return false;
  switch (*at) {
  case PIER__TAG_SMALL_INTEGER:
    print_number(r, at[1], at + 2);
    return true;
  case PIER__TAG_INTEGER:
    print_number(r, (int32_t)pier__load32(at + 1), at + 5);
    return true;
  case PIER__TAG_SMALL_ATOM_UTF8:
    return print_name(r, at + 2, at[1]);
  case PIER__TAG_ATOM_LATIN1:
    return print_name(r, at + 3, pier__load16(at + 1));
  case PIER__TAG_NEW_FLOAT:
    print_float(r);
    return true;
  case PIER__TAG_STRING:
    return print_string(r);
  case PIER__TAG_NIL:
    put(r, '[');
    put(r, ']');
    r->at++;
    return true;
  case PIER__TAG_SMALL_TUPLE:
    return open_level(r, "{", 2, at[1]);
  case PIER__TAG_LIST:
    return pier__load32(at + 1) > 0 && open_level(r, "[", 5, pier__load32(at + 1));
  case PIER__TAG_MAP:
    return open_level(r, "#{", 5, pier__load32(at + 1));
  case PIER__TAG_BINARY:
    return print_binary(r);
  case PIER__TAG_NEW_PID:
  case PIER__TAG_NEW_PORT:
  case PIER__TAG_V4_PORT:
  case PIER__TAG_NEWER_REFERENCE:
    return print_identifier(r);
  default:
    return false;
  }
}

static bool is_integer(const uint8_t *at) {
  return *at == PIER__TAG_SMALL_INTEGER || *at == PIER__TAG_INTEGER;
}

/* The name of an atom of one of the two commonest tags. */
static bool name_at(const uint8_t *at, const uint8_t **name, size_t *size) {
  bool small = *at == PIER__TAG_SMALL_ATOM_UTF8;
  *name = at + (small ? 2 : 3);
  *size = small ? at[1] : *at == PIER__TAG_ATOM_LATIN1 ? pier__load16(at + 1) : 0;
  return small || *at == PIER__TAG_ATOM_LATIN1;
}

/* Whether the key at `at` is an integer or an atom that comes after `before`: in
 * that order a map is printed. */
static bool follows(const uint8_t *before, const uint8_t *at) {
  const uint8_t *name, *name_before;
  size_t size, size_before;
  int order;
  if (is_integer(at)) {
    pier__view a, b;
    if (!before) return true;
    if (!is_integer(before)) return false;
    pier__view_at(&a, before);
    pier__view_at(&b, at);
    return pier__order_integers(&a, &b) < 0;
  }
  if (!name_at(at, &name, &size)) return false;
  if (!before || is_integer(before)) return true;
  name_at(before, &name_before, &size_before);
  order = memcmp(name_before, name, size < size_before ? size : size_before);
  return order < 0 || (order == 0 && size_before < size);
}

static bool separate(run *r, level *top) {
  bool map = top->tag == PIER__TAG_MAP;
  if (!has_room(r, 0)) return false;
  if (map && top->left % 2 == 1) {
    memcpy(r->to, " => ", 4);
    r->to += 4;
    return true;
  }
  if (map && !follows(top->key, r->at)) return false;
  if (map) top->key = r->at;
  if (!top->first) put(r, ',');
  top->first = false;
  return true;
}

/* Ends what is complete, and with it perhaps what that is in; false if a list
 * does not end here. */
static bool close_levels(run *r) {
  while (r->depth > 0 && r->levels[r->depth - 1].left == 0) {
    level *top = &r->levels[r->depth - 1];
    if (!has_room(r, 0)) return false;
    if (top->tag == PIER__TAG_LIST && *r->at++ != PIER__TAG_NIL) return false;
    put(r, top->tag == PIER__TAG_LIST ? ']' : '}');
    r->depth--;
    if (r->depth > 0) r->levels[r->depth - 1].left--;
  }
  return true;
}

/* The whole term at r->at. */
static bool print_whole(run *r) {
  r->depth = 0;
  do {
    size_t depth = r->depth;
    if (depth > 0 && !separate(r, &r->levels[depth - 1])) return false;
    if (!print_next(r)) return false;
    if (r->depth == depth && depth > 0) r->levels[depth - 1].left--;
    if (!close_levels(r)) return false;
  } while (r->depth > 0);
  return true;
}

size_t pier__print_run(pier_buffer *out, const uint8_t **at, size_t count, bool comma) {
  size_t done = 0;
  run r;
  if (out->error || !out->data) return 0;
  r.out = out;
  r.at = *at;
  r.to = out->data + out->size;
  r.end = out->data + out->capacity;
  for (; done < count && has_room(&r, 0); done++) {
    uint8_t *before = r.to;
    if (comma || done > 0) put(&r, ',');
    if (*r.at == PIER__TAG_SMALL_INTEGER) {
      print_number(&r, r.at[1], r.at + 2);
    } else if (*r.at == PIER__TAG_INTEGER) {
      print_number(&r, (int32_t)pier__load32(r.at + 1), r.at + 5);
    } else if (!print_whole(&r)) {
      r.to = before;
      break;
    }
    *at = r.at;
  }
  out->size = (size_t)(r.to - out->data);
  return done;
}
