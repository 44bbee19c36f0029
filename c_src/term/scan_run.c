/*
 * The gate's short way. Nearly all terms are small integers, atoms of ASCII,
 * binaries, tuples and lists of these, and no keys. Runs of them are read here
 * with everything at hand; whatever is not so, or not right, is left to the long
 * way, which knows all rules and all words of complaint.
 */
#include "term/scan.h"

#include <string.h>

/* Where a run is: the frame on top is held here and not on the stack. */
typedef struct run {
  const uint8_t *at, *end;
  uint64_t frame;
  uint64_t *frames;
  size_t depth;
  size_t most; /* frames that have a place and are allowed */
} run;

/* In a tuple or list, and not in a key. */
static inline bool is_plain(uint64_t frame) {
  return (frame & (PIER__IN_MAP | PIER__IN_KEY)) == 0;
}

static inline bool is_ascii(const uint8_t *at, size_t size) {
  uint64_t bits = 0, eight;
  uint32_t four;
  for (; size >= 8; at += 8, size -= 8) {
    memcpy(&eight, at, 8);
    bits |= eight;
  }
  if (size & 4) {
    memcpy(&four, at, 4);
    bits |= four;
    at += 4;
  }
  if (size & 2) bits |= (uint64_t)(at[0] | at[1]) << 8 | (at[0] | at[1]);
  if (size & 1) bits |= at[size & 2];
  return (bits & UINT64_C(0x8080808080808080)) == 0;
}

/* The bytes of the term at `at` with its tag, if it has no parts; more than
 * `room`, which is at least 1, if it has, or is not for here. */
static inline uint64_t leaf_size(const uint8_t *at, uint64_t room) {
  const uint64_t other = UINT64_MAX;
  uint64_t size;
  switch (*at) {
  case PIER__TAG_SMALL_INTEGER:
    return 2;
  case PIER__TAG_INTEGER:
    return 5;
  case PIER__TAG_NIL:
    return 1;
  case PIER__TAG_SMALL_ATOM_UTF8:
    if (room < 2) return other;
    size = 2 + (uint64_t)at[1];
    return size <= room && is_ascii(at + 2, at[1]) ? size : other;
  case PIER__TAG_ATOM_LATIN1:
    if (room < 3 || at[1] != 0) return other;
    return 3 + (uint64_t)at[2];
  case PIER__TAG_STRING:
    return room < 3 ? other : 3 + (uint64_t)pier__load16(at + 1);
  case PIER__TAG_BINARY:
    return room < 5 ? other : 5 + (uint64_t)pier__load32(at + 1);
  case PIER__TAG_SMALL_BIG:
    return room < 2 ? other : 3 + (uint64_t)at[1];
  case PIER__TAG_NEW_FLOAT:
    if (room < 9 || (pier__load16(at + 1) & 0x7ff0) == 0x7ff0) return other;
    return 9;
  default:
    return other;
  }
}

/* Opens the tuple or list at `at`; false if it is for the long way: of no parts,
 * the tail of a list, more than there are bytes, nested too deep. */
static inline bool open_container(run *r) {
  uint64_t room = (uint64_t)(r->end - r->at), count, head;
  if (r->depth >= r->most) return false;
  if (*r->at == PIER__TAG_SMALL_TUPLE && room >= 2) {
    count = r->at[1];
    head = 2;
  } else if (*r->at == PIER__TAG_LIST && room >= 5 &&
             r->frame != (PIER__ONE_CHILD | PIER__IN_LIST)) {
    count = pier__load32(r->at + 1);
    head = 5;
    if (count > 0) count++; /* the tail */
  } else {
    return false;
  }
  if (count == 0 || count > room - head) return false;
  if (r->depth > 0) r->frames[r->depth - 1] = r->frame;
  r->depth++;
  r->frame = count * PIER__ONE_CHILD | (head == 5 ? PIER__IN_LIST : PIER__IN_TUPLE);
  r->at += head;
  return true;
}

/* Ends the containers that are complete; false if what is open then is not for
 * here, or nothing is. */
static inline bool close_containers(run *r) {
  while (r->frame < PIER__ONE_CHILD) {
    if (r->depth <= 1) {
      r->depth = 0;
      return false;
    }
    r->depth--;
    r->frame = r->frames[r->depth - 1];
    if (!is_plain(r->frame)) return false;
    r->frame -= PIER__ONE_CHILD;
  }
  return true;
}

int pier__scan_run(pier__scan *s) {
  size_t nodes = s->limits->nodes - s->nodes, left = nodes;
  bool open = true;
  run r;
  r.frames = s->frames.items;
  r.depth = s->frames.count;
  /* The outermost term is like the only part of a tuple without a frame. */
  r.frame = r.depth > 0 ? r.frames[r.depth - 1] : PIER__ONE_CHILD | PIER__IN_TUPLE;
  if (!is_plain(r.frame)) return 1;
  r.at = s->at;
  r.end = s->end;
  r.most = s->frames.capacity < s->limits->depth ? s->frames.capacity : s->limits->depth;
  while (open && left > 0 && r.at < r.end) {
    uint64_t room = (uint64_t)(r.end - r.at), size = leaf_size(r.at, room);
    if (size <= room) {
      r.at += size;
      r.frame -= PIER__ONE_CHILD;
      open = close_containers(&r);
    } else if (!open_container(&r)) {
      break;
    }
    left--;
  }
  s->at = r.at;
  s->nodes += nodes - left;
  s->frames.count = r.depth;
  if (open && r.depth > 0) r.frames[r.depth - 1] = r.frame;
  return open;
}
