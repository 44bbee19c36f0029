/* Terms of a few bytes are most of what is asked of drivers: for them the gate and the
 * normal form cost more than all the rest. */
#include "term/simple.h"

#include "base/endian.h"
#include "term/tags.h"

#include <pier/term.h>

/* What of a container is still to come; its tail is the last of a list. */
struct frame {
  uint32_t left;
  int is_list;
};

static int is_ascii(const uint8_t *at, size_t size) {
  uint8_t all = 0;
  size_t i;
  for (i = 0; i < size; i++)
    all |= at[i];
  return all < 0x80;
}

/* The size of what is no container, with its tag; 0 if it is none of those. `left` bytes
 * are there. */
static size_t leaf(const uint8_t *at, size_t left) {
  size_t size = 0;
  switch (at[0]) {
  case ERL_NIL_EXT:
    return 1;
  case ERL_SMALL_INTEGER_EXT:
    return 2;
  case ERL_INTEGER_EXT: /* a byte has a form of its own */
    return left >= 5 && (at[1] | at[2] | at[3]) != 0 ? 5 : 0;
  case NEW_FLOAT_EXT:
    return left >= 3 && !((at[1] & 0x7f) == 0x7f && (at[2] & 0xf0) == 0xf0) ? 9 : 0;
  case ERL_SMALL_ATOM_UTF8_EXT:
    size = left >= 2 ? 2 + (size_t)at[1] : SIZE_MAX;
    return size <= left && is_ascii(at + 2, size - 2) ? size : 0;
  case ERL_STRING_EXT:
    if (left >= 3) size = pier__load16(at + 1);
    return size > 0 ? size + 3 : 0;
  case ERL_BINARY_EXT:
    return left >= 5 ? (size_t)pier__load32(at + 1) + 5 : 0;
  default:
    return 0;
  }
}

/* A list of bytes has a form of its own, and a list as a tail belongs to the list. */
static size_t open_container(const uint8_t *at, size_t left, struct frame *frame) {
  if (at[0] == ERL_SMALL_TUPLE_EXT && left >= 2) {
    frame->left = at[1];
    frame->is_list = 0;
    return 2;
  }
  if (at[0] != ERL_LIST_EXT || left < 6 || at[5] == ERL_SMALL_INTEGER_EXT) return 0;
  frame->left = pier__load32(at + 1);
  frame->is_list = 1;
  if (frame->left == 0 || frame->left > PIER__SIMPLE_LONGEST) return 0;
  frame->left++;
  return 5;
}

size_t pier__simple(const uint8_t *at, const uint8_t *end) {
  struct frame outer[PIER__SIMPLE_DEEPEST], frame = {1, 0}; /* the innermost is at hand */
  const uint8_t *start = at;
  int depth = 0;
  if (end - at > PIER__SIMPLE_LONGEST) end = at + PIER__SIMPLE_LONGEST;
  while (at < end) {
    size_t left = (size_t)(end - at), size = leaf(at, left);
    struct frame inner = {0, 0};
    if (frame.is_list && frame.left == 1 && (at[0] == ERL_LIST_EXT || at[0] == ERL_STRING_EXT))
      return 0;
    if (size == 0) size = open_container(at, left, &inner);
    if (size == 0 || size > left) return 0;
    at += size;
    frame.left--;
    if (inner.left > 0) {
      if (depth == PIER__SIMPLE_DEEPEST) return 0;
      outer[depth++] = frame;
      frame = inner;
    }
    while (frame.left == 0) {
      if (depth == 0) return (size_t)(at - start);
      frame = outer[--depth];
    }
  }
  return 0;
}
