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

/* Where a run stands stays in registers only if nothing that moves it is a call. */
#define IN_PLACE static inline __attribute__((always_inline))

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

IN_PLACE bool has_room(const run *r, size_t size) {
  return (size_t)(r->end - r->to) >= size + SPARE;
}

IN_PLACE void put(run *r, uint8_t c) {
  *r->to++ = c;
}

/* A lower case letter, then letters, digits, _ and @; and no reserved word. */
IN_PLACE bool print_name(run *r, const uint8_t *name, size_t size) {
  static const uint64_t allowed[2] = {UINT64_C(0x03ff000000000000),
                                      UINT64_C(0x07fffffe87ffffff)};
  uint8_t *to = r->to;
  size_t i;
  if (!has_room(r, size) || size == 0 || name[0] < 'a' || name[0] > 'z') return false;
  to[0] = name[0];
  for (i = 1; i < size; i++) {
    uint8_t c = name[i];
    if (c >= 128 || !(allowed[c >> 6] >> (c & 63) & 1)) return false;
    to[i] = c;
  }
  if (size > 1 && pier__is_reserved(pier_span_of(name, size))) return false;
  r->to = to + size;
  r->at = name + size;
  return true;
}

IN_PLACE void print_number(run *r, int64_t value, const uint8_t *next) {
  if (value < 0) put(r, '-');
  r->to += pier__put_decimal(r->to, (uint64_t)(value < 0 ? -value : value));
  r->at = next;
}

IN_PLACE bool print_string(run *r) {
  size_t size = pier__load16(r->at + 1);
  if (!has_room(r, 4 * size)) return false;
  put(r, '[');
  r->to = pier__put_bytes(r->to, r->at + 3, size);
  put(r, ']');
  r->at += 3 + size;
  return true;
}

IN_PLACE bool print_binary(run *r) {
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

IN_PLACE void print_float(run *r) {
  uint64_t bits = pier__load64(r->at + 1);
  double value;
  memcpy(&value, &bits, sizeof value);
  r->to += pier__float_text(value, (char *)r->to);
  r->at += 9;
}

/* Appends what is at `at`; the address after it. */
static const uint8_t *append_identifier(pier_buffer *out, const uint8_t *at) {
  pier__view view;
  pier__view_at(&view, at);
  pier__print_identifier(out, &view);
  return view.next;
}

IN_PLACE bool print_identifier(run *r) {
  enum { LONGEST = 128 };
  if (!has_room(r, LONGEST)) return false;
  r->out->size = (size_t)(r->to - r->out->data);
  r->at = append_identifier(r->out, r->at);
  r->to = r->out->data + r->out->size;
  return true;
}

/* A container at `at`, whose head has `size` bytes and says `count`. */
IN_PLACE bool open_level(run *r, const char *bracket, size_t size, size_t count) {
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
IN_PLACE bool print_next(run *r) {
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

IN_PLACE bool separate(run *r, level *top) {
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
IN_PLACE bool close_levels(run *r) {
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

/* As many of `count` terms at r->at as are integers, each after a comma, the first if
 * it says so: how many. Where the run stands is kept in registers. */
IN_PLACE size_t print_integers(run *r, size_t count, bool comma) {
  const uint8_t *at = r->at;
  uint8_t *to = r->to, *last = r->end - SPARE;
  size_t done;
  for (done = 0; done < count && to < last; done++) {
    if (comma || done > 0) *to = ',';
    if (*at == PIER__TAG_SMALL_INTEGER) {
      to += comma || done > 0;
      to += pier__put_few(to, at[1]);
      at += 2;
    } else if (*at == PIER__TAG_INTEGER) {
      int64_t value = (int32_t)pier__load32(at + 1);
      to += comma || done > 0;
      if (value < 0) *to++ = '-';
      to += pier__put_decimal(to, (uint64_t)(value < 0 ? -value : value));
      at += 5;
    } else {
      break;
    }
  }
  r->at = at;
  r->to = to;
  return done;
}

/* The next element of a container, or what is left of a list's integers. */
IN_PLACE bool print_element(run *r, level *top) {
  size_t depth = r->depth, integers = 0;
  if (top->tag == PIER__TAG_LIST) integers = print_integers(r, top->left, !top->first);
  top->left -= integers;
  if (integers > 0) {
    top->first = false;
    return true;
  }
  if (!separate(r, top) || !print_next(r)) return false;
  if (r->depth == depth) top->left--;
  return true;
}

/* The whole term at r->at. */
IN_PLACE bool print_whole(run *r) {
  r->depth = 0;
  do {
    if (r->depth > 0 ? !print_element(r, &r->levels[r->depth - 1]) : !print_next(r))
      return false;
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
  while (done < count && has_room(&r, 0)) {
    size_t integers = print_integers(&r, count - done, comma || done > 0);
    uint8_t *before = r.to;
    done += integers;
    *at = r.at;
    if (integers > 0) continue;
    if (comma || done > 0) put(&r, ',');
    if (!print_whole(&r)) {
      r.to = before;
      break;
    }
    done++;
    *at = r.at;
  }
  out->size = (size_t)(r.to - out->data);
  return done;
}
