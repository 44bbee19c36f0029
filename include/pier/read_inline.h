/*
 * pier/read_inline.h - what of <pier/read.h> is short enough to be read in place.
 */
#ifndef PIER_READ_INLINE_H
#define PIER_READ_INLINE_H

#include <pier/read.h>

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Not for users ---------------------------------------------------------
 *
 * The commonest encodings, of numbers, atoms and binaries where one more term
 * follows in the same container; the functions of the same name and _general do
 * the rest.
 *
 * A reader is in memory, where the readers inside it and the library move it. That
 * its place need not be fetched from there by each function, all take it out first
 * and put it back last, also behind a call that has moved the reader: compilers
 * then keep it in registers from one function to the next. */

/* What compilers lay out as the way straight on. */
#if defined(__GNUC__)
#define PIER_READ_LIKELY(condition) __builtin_expect(!!(condition), 1)
#else
#define PIER_READ_LIKELY(condition) (condition)
#endif

PIER_API int pier_read_more_general(pier_reader *reader);
PIER_API int pier_read_tuple_general(pier_reader *reader, pier_reader *inner, size_t arity);
PIER_API int pier_read_list_general(pier_reader *reader, pier_reader *inner);
PIER_API int pier_read_map_general(pier_reader *reader, pier_reader *inner);
PIER_API pier_span pier_read_binary_general(pier_reader *reader);
PIER_API int64_t pier_read_int64_general(pier_reader *reader);
PIER_API double pier_read_double_general(pier_reader *reader);
PIER_API int pier_read_bool_general(pier_reader *reader);
PIER_API int pier_read_if_atom_general(pier_reader *reader, const char *name, size_t size);
PIER_API int pier_read_this_atom_general(pier_reader *reader, const char *name, size_t size);
/* Refuses to read a term of no bytes; PIER_EARG. */
PIER_API int pier_reader_empty(pier_diag *diag);

enum pier_reader_kind {
  /* Where nothing is left, these are at their end. */
  PIER_READER_TUPLE,
  PIER_READER_MAP,
  PIER_READER_WHOLE,
  PIER_READER_TAIL, /* what a list ends in */
  /* These may not be. */
  PIER_READER_LIST,
  PIER_READER_IMPROPER, /* a list with any tail */
  PIER_READER_STRING,   /* a list of bytes, of which `left` does not tell */
  PIER_READER_SEARCHED  /* a map in which keys are looked up */
};

enum { PIER_READER_VERSION = 131 };

enum pier_reader_state {
  PIER_READER_READY,
  PIER_READER_OPEN,   /* an inner reader has not come to its end */
  PIER_READER_PASSED, /* the same, and it need not */
  PIER_READER_AT_TAIL,
  PIER_READER_DONE,
  PIER_READER_FAILED
};

PIER_INLINE uint32_t pier_read_be32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

PIER_INLINE pier_reader pier_reader_of(pier_span term, pier_diag *diag) {
  pier_reader whole; /* no address of it is taken: it is made where it is wanted */
  int empty = term.size == 0;
  whole.at = empty ? NULL : term.data + (term.data[0] == PIER_READER_VERSION);
  whole.left = !empty;
  whole.held = 0;
  whole.reach = NULL;
  whole.behind = 0;
  whole.up = NULL;
  whole.term = term.data;
  whole.more.diag = diag;
  whole.error = empty ? pier_reader_empty(diag) : 0;
  whole.kind = PIER_READER_WHOLE;
  whole.state = empty ? PIER_READER_FAILED : PIER_READER_READY;
  return whole;
}

PIER_INLINE int pier_read_more(pier_reader *reader) {
  const uint8_t *at = reader->at;
  size_t left = reader->left;
  int more = 1;
  if (left == 0) {
    more = pier_read_more_general(reader);
    at = reader->at;
    left = reader->left;
  }
  reader->at = at;
  reader->left = left;
  return more;
}

PIER_INLINE int64_t pier_read_int64(pier_reader *reader) {
  const uint8_t *at = reader->at;
  size_t left = reader->left;
  int64_t value;
  if (PIER_READ_LIKELY(left > 1 && at[0] == ERL_INTEGER_EXT)) {
    value = (int32_t)pier_read_be32(at + 1);
    at += 5;
    left--;
  } else if (PIER_READ_LIKELY(left > 1 && at[0] == ERL_SMALL_INTEGER_EXT)) {
    value = at[1];
    at += 2;
    left--;
  } else {
    value = pier_read_int64_general(reader);
    at = reader->at;
    left = reader->left;
  }
  reader->at = at;
  reader->left = left;
  return value;
}

PIER_INLINE double pier_read_double(pier_reader *reader) {
  const uint8_t *at = reader->at;
  size_t left = reader->left;
  double value;
  if (PIER_READ_LIKELY(left > 1 && at[0] == NEW_FLOAT_EXT)) {
    uint64_t bits = (uint64_t)pier_read_be32(at + 1) << 32 | pier_read_be32(at + 5);
    memcpy(&value, &bits, sizeof value);
    at += 9;
    left--;
  } else {
    value = pier_read_double_general(reader);
    at = reader->at;
    left = reader->left;
  }
  reader->at = at;
  reader->left = left;
  return value;
}

PIER_INLINE pier_span pier_read_binary(pier_reader *reader) {
  const uint8_t *at = reader->at;
  size_t left = reader->left;
  pier_span data;
  if (PIER_READ_LIKELY(left > 1 && at[0] == ERL_BINARY_EXT)) {
    data.size = pier_read_be32(at + 1);
    data.data = at + 5;
    at = data.data + data.size;
    left--;
  } else {
    data = pier_read_binary_general(reader);
    at = reader->at;
    left = reader->left;
  }
  reader->at = at;
  reader->left = left;
  return data;
}

/* *inner reads `count` terms at `at`, the parts of what is next; then 1. */
PIER_INLINE int pier_reader_enter(pier_reader *reader, pier_reader *inner, int kind,
                                  const uint8_t *at, size_t count) {
  inner->at = at;
  inner->left = count;
  inner->up = reader;
  inner->term = reader->at;
  inner->kind = (uint8_t)kind;
  inner->state = PIER_READER_READY;
  reader->held = reader->left - 1;
  reader->left = 0;
  reader->state = PIER_READER_OPEN;
  return 1;
}

PIER_INLINE int pier_read_tuple(pier_reader *reader, pier_reader *inner, size_t arity) {
  const uint8_t *at = reader->at;
  size_t left = arity;
  int entered;
  if (PIER_READ_LIKELY(reader->left > 0 && arity > 0 && at[0] == ERL_SMALL_TUPLE_EXT &&
                       at[1] == arity)) {
    at += 2;
    entered = pier_reader_enter(reader, inner, PIER_READER_TUPLE, at, arity);
  } else {
    entered = pier_read_tuple_general(reader, inner, arity);
    at = inner->at;
    left = inner->left;
  }
  inner->at = at;
  inner->left = left;
  return entered;
}

PIER_INLINE int pier_read_list(pier_reader *reader, pier_reader *inner) {
  const uint8_t *at = reader->at;
  size_t left;
  int entered;
  if (PIER_READ_LIKELY(reader->left > 0 && at[0] == ERL_LIST_EXT &&
                       (left = pier_read_be32(at + 1)) > 0)) {
    at += 5;
    entered = pier_reader_enter(reader, inner, PIER_READER_LIST, at, left);
  } else {
    entered = pier_read_list_general(reader, inner);
    at = inner->at;
    left = inner->left;
  }
  inner->at = at;
  inner->left = left;
  return entered;
}

PIER_INLINE int pier_read_map(pier_reader *reader, pier_reader *inner) {
  const uint8_t *at = reader->at;
  size_t left;
  int entered;
  if (PIER_READ_LIKELY(reader->left > 0 && at[0] == ERL_MAP_EXT &&
                       (left = pier_read_be32(at + 1)) > 0)) {
    at += 5;
    left *= 2;
    entered = pier_reader_enter(reader, inner, PIER_READER_MAP, at, left);
  } else {
    entered = pier_read_map_general(reader, inner);
    at = inner->at;
    left = inner->left;
  }
  inner->at = at;
  inner->left = left;
  return entered;
}

PIER_INLINE int pier_read_is_ascii(const char *name, size_t size) {
  size_t i;
  for (i = 0; i < size; i++)
    if ((uint8_t)name[i] >= 0x80) return 0;
  return 1;
}

/* Bytes before the name of the atom at `at` if it is this one, 0 if what is there is
 * not; -1 if that is not said here: names in Latin-1 beyond ASCII, seldom tags. */
PIER_INLINE int pier_read_atom_head(const uint8_t *at, const char *name, size_t size) {
  if (PIER_READ_LIKELY(at[0] == ERL_SMALL_ATOM_UTF8_EXT))
    return PIER_READ_LIKELY(at[1] == size && memcmp(at + 2, name, size) == 0) ? 2 : 0;
  if (at[0] == ERL_ATOM_EXT && pier_read_is_ascii(name, size))
    return at[2] == size && memcmp(at + 3, name, size) == 0 ? 3 : 0;
  return -1;
}

PIER_INLINE int pier_read_if_atom(pier_reader *reader, const char *name) {
  const uint8_t *at = reader->at;
  size_t left = reader->left, size = strlen(name);
  int head = left > 1 ? pier_read_atom_head(at, name, size) : -1;
  int is = head > 0;
  if (head > 0) {
    at += (size_t)head + size;
    left--;
  } else if (head < 0) {
    is = pier_read_if_atom_general(reader, name, size);
    at = reader->at;
    left = reader->left;
  }
  reader->at = at;
  reader->left = left;
  return is;
}

PIER_INLINE int pier_read_this_atom(pier_reader *reader, const char *name) {
  const uint8_t *at = reader->at;
  size_t left = reader->left, size = strlen(name);
  int head = left > 1 ? pier_read_atom_head(at, name, size) : -1;
  int is = 1;
  if (PIER_READ_LIKELY(head > 0)) {
    at += (size_t)head + size;
    left--;
  } else {
    is = pier_read_this_atom_general(reader, name, size);
    at = reader->at;
    left = reader->left;
  }
  reader->at = at;
  reader->left = left;
  return is;
}

PIER_INLINE int pier_read_bool(pier_reader *reader) {
  if (pier_read_if_atom(reader, "true")) return 1;
  return pier_read_bool_general(reader);
}

#ifdef __cplusplus
}
#endif

#endif
