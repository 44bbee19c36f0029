#include "term/skip.h"

#include <ei.h>

static uint32_t u16(const uint8_t *at) {
  return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t u32(const uint8_t *at) {
  return u16(at) << 16 | u16(at + 2);
}

/* Bytes of a term up to its first child, and how many children follow. The
 * node of an identifier and the parts of a fun count as children. */
static size_t head(const uint8_t *at, uint64_t *children) {
  switch (at[0]) {
  case ERL_SMALL_INTEGER_EXT:
    return 2;
  case ERL_INTEGER_EXT:
    return 5;
  case ERL_FLOAT_EXT:
    return 32;
  case NEW_FLOAT_EXT:
    return 9;
  case ERL_NIL_EXT:
    return 1;
  case ERL_ATOM_EXT:
  case ERL_ATOM_UTF8_EXT:
  case ERL_STRING_EXT:
    return 3 + (size_t)u16(at + 1);
  case ERL_SMALL_ATOM_EXT:
  case ERL_SMALL_ATOM_UTF8_EXT:
    return 2 + (size_t)at[1];
  case ERL_BINARY_EXT:
    return 5 + (size_t)u32(at + 1);
  case ERL_BIT_BINARY_EXT:
    return 6 + (size_t)u32(at + 1);
  case ERL_SMALL_BIG_EXT:
    return 3 + (size_t)at[1];
  case ERL_LARGE_BIG_EXT:
    return 6 + (size_t)u32(at + 1);
  case ERL_SMALL_TUPLE_EXT:
    *children = at[1];
    return 2;
  case ERL_LARGE_TUPLE_EXT:
    *children = u32(at + 1);
    return 5;
  case ERL_LIST_EXT:
    *children = (uint64_t)u32(at + 1) + 1;
    return 5;
  case ERL_MAP_EXT:
    *children = (uint64_t)u32(at + 1) * 2;
    return 5;
  case ERL_EXPORT_EXT:
    *children = 3;
    return 1;
  case ERL_NEW_FUN_EXT:
    return 1 + (size_t)u32(at + 1);
  default:
    return 0;
  }
}

/* An identifier: a node, which is an atom, between a head and a tail. */
static size_t identifier(const uint8_t *at) {
  uint64_t none;
  size_t before = 1, after = 0;
  switch (at[0]) {
  case ERL_PID_EXT:
    after = 9;
    break;
  case ERL_NEW_PID_EXT:
    after = 12;
    break;
  case ERL_PORT_EXT:
    after = 5;
    break;
  case ERL_NEW_PORT_EXT:
    after = 8;
    break;
  case ERL_V4_PORT_EXT:
    after = 12;
    break;
  case ERL_REFERENCE_EXT:
    after = 5;
    break;
  case ERL_NEW_REFERENCE_EXT:
    before = 3;
    after = 1 + 4 * (size_t)u16(at + 1);
    break;
  case ERL_NEWER_REFERENCE_EXT:
    before = 3;
    after = 4 + 4 * (size_t)u16(at + 1);
    break;
  default:
    return 1;
  }
  return before + head(at + before, &none) + after;
}

size_t pier__term_size(const uint8_t *term) {
  const uint8_t *at = term;
  uint64_t pending = 1;
  while (pending-- > 0) {
    uint64_t children = 0;
    size_t size = head(at, &children);
    at += size > 0 ? size : identifier(at);
    pending += children;
  }
  return (size_t)(at - term);
}
