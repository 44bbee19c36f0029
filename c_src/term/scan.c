/*
 * The gate. One pass over the bytes, no recursion: a frame for every open
 * container counts the children it still waits for. A tail that is a list
 * itself goes on in the same frame, as it does in Erlang.
 */
#include "term/scan.h"

#include "term/inflate.h"
#include "term/simple.h"

#include <string.h>

enum { FIRST_CHECK = 1024 }; /* keys of an open map, see add_key */

int pier__scan_fail(pier__scan *s, const uint8_t *at, const char *what) {
  return pier_diag_set(s->diag, PIER_ETERM, (size_t)(at - s->start), "%s", what);
}

int pier__scan_short(pier__scan *s, uint64_t size) {
  const char *name = s->term < s->end ? pier__leaves[*s->term].name : NULL;
  return pier_diag_set(s->diag, PIER_ETERM, (size_t)(s->at - s->start),
                       "%s needs %llu more bytes, %llu are left", name ? name : "a term",
                       (unsigned long long)size, (unsigned long long)pier__scan_left(s));
}

static int no_memory(pier__scan *s) {
  return pier_diag_set(s->diag, PIER_ENOMEM, (size_t)(s->term - s->start), "no memory");
}

static void stack_init(pier__stack *stack, void *own, size_t capacity) {
  stack->items = stack->own = own;
  stack->count = 0;
  stack->capacity = capacity;
}

static void stack_free(pier__stack *stack) {
  if (stack->items != stack->own) pier_free(stack->items);
}

static bool stack_grow(pier__stack *stack, size_t item) {
  bool first = stack->items == stack->own;
  void *items;
  if (stack->capacity > SIZE_MAX / 2 / item) return false;
  items = pier_realloc(first ? NULL : stack->items, 2 * stack->capacity * item);
  if (!items) return false;
  if (first) memcpy(items, stack->own, stack->count * item);
  stack->items = items;
  stack->capacity *= 2;
  return true;
}

/* The place of a new item of `item` bytes, NULL if there is no memory. */
static void *push(pier__stack *stack, size_t item) {
  if (stack->count == stack->capacity && !stack_grow(stack, item)) return NULL;
  return (char *)stack->items + item * stack->count++;
}

static uint64_t *top_frame(const pier__scan *s) {
  return s->frames.count > 0 ? (uint64_t *)s->frames.items + s->frames.count - 1 : NULL;
}

static pier__mark *top_mark(const pier__scan *s) {
  return (pier__mark *)s->marks.items + s->marks.count - 1;
}

static pier__hash *top_hash(const pier__stack *hashes) {
  return (pier__hash *)hashes->items + hashes->count - 1;
}

/* Children come in pairs, so an even number of missing ones means a key. */
static bool waits_for_key(uint64_t frame) {
  return (frame & PIER__KIND) == PIER__IN_MAP && (frame / PIER__ONE_CHILD) % 2 == 0;
}

static int open_frame(pier__scan *s, unsigned kind, uint64_t children, const pier__hash *hash) {
  uint64_t *frame;
  pier__hash *made;
  if (s->frames.count >= s->limits->depth)
    return pier_diag_set(s->diag, PIER_EDEPTH, (size_t)(s->term - s->start),
                         "nested deeper than %zu", s->limits->depth);
  frame = push(&s->frames, sizeof *frame);
  if (!frame) return no_memory(s);
  *frame = children * PIER__ONE_CHILD | kind | (s->hashing ? PIER__IN_KEY : 0);
  if (!s->hashing) return 1;
  made = push(&s->hashes, sizeof *made);
  if (!made) return no_memory(s);
  *made = *hash;
  return 1;
}

static int open_mark(pier__scan *s, const uint8_t *end) {
  pier__mark *mark = push(&s->marks, sizeof *mark);
  if (!mark) return no_memory(s);
  mark->term = s->term;
  mark->end = end;
  mark->keys = s->keys.count;
  return 0;
}

/* 1 if children follow, 0 if the term is complete; its hash so far. */
static int read_tuple(pier__scan *s, uint8_t tag, pier__hash *hash) {
  bool small = tag == PIER__TAG_SMALL_TUPLE;
  const uint8_t *at = pier__scan_take(s, small ? 1 : 4);
  uint64_t count;
  if (!at) return PIER_ETERM;
  count = small ? *at : pier__load32(at);
  if (count > pier__scan_left(s)) return pier__scan_short(s, count);
  if (s->hashing) {
    pier__hash_init(hash, PIER__HASH_TUPLE);
    pier__hash_word(hash, count);
  }
  return count > 0 ? open_frame(s, PIER__IN_TUPLE, count, hash) : 0;
}

static bool is_tail(const uint64_t *frame) {
  return frame && (*frame & PIER__KIND) == PIER__IN_LIST && *frame / PIER__ONE_CHILD == 1;
}

static int read_list(pier__scan *s, pier__hash *hash) {
  const uint8_t *at = pier__scan_take(s, 4);
  uint64_t *frame = top_frame(s), count;
  if (!at) return PIER_ETERM;
  count = pier__load32(at);
  if (count + 1 > pier__scan_left(s)) return pier__scan_short(s, count + 1);
  if (count == 0) return 1; /* it is what its tail is */
  if (is_tail(frame)) {
    *frame += count * PIER__ONE_CHILD;
    return 1;
  }
  if (s->hashing) pier__hash_init(hash, PIER__HASH_LIST);
  return open_frame(s, PIER__IN_LIST, count + 1, hash);
}

static int read_map(pier__scan *s, pier__hash *hash) {
  const uint8_t *at = pier__scan_take(s, 4);
  uint64_t count;
  int error;
  if (!at) return PIER_ETERM;
  count = pier__load32(at);
  if (count > INT32_MAX) return pier__scan_fail(s, s->term, "map has too many pairs");
  if (2 * count > pier__scan_left(s)) return pier__scan_short(s, 2 * count);
  if (s->hashing) {
    pier__hash_init(hash, PIER__HASH_MAP);
    pier__hash_word(hash, count);
  }
  if (count == 0) return 0;
  error = open_mark(s, NULL);
  return error ? error : open_frame(s, PIER__IN_MAP, 2 * count, hash);
}

static int check_fun_end(pier__scan *s, const uint8_t *term, const uint8_t *end) {
  if (s->at == end) return 0;
  return pier__scan_fail(s, term, "fun does not end where its size says");
}

static int read_fun(pier__scan *s, pier__hash *hash) {
  const uint8_t *end = NULL;
  size_t count = 0;
  int error = pier__scan_fun(s, hash, &end, &count);
  if (error) return error;
  if (count == 0) return check_fun_end(s, s->term, end);
  if (count > pier__scan_left(s)) return pier__scan_short(s, count);
  error = open_mark(s, end);
  return error ? error : open_frame(s, PIER__IN_FUN, count, hash);
}

/* A tail that is a string: its bytes are elements of the list. */
static void flatten_tail(pier__scan *s, const uint8_t *string, pier__hash *hash) {
  pier__hash_string(top_hash(&s->hashes), string + 3, pier__load16(string + 1));
  pier__hash_value(hash, PIER__HASH_NIL, 0);
}

static int read_other(pier__scan *s, uint8_t tag, pier__hash *hash) {
  switch (tag) {
  case PIER__TAG_SMALL_TUPLE:
  case PIER__TAG_LARGE_TUPLE:
    return read_tuple(s, tag, hash);
  case PIER__TAG_LIST:
    return read_list(s, hash);
  case PIER__TAG_MAP:
    return read_map(s, hash);
  case PIER__TAG_NEW_FUN:
    return read_fun(s, hash);
  default:
    return pier_diag_set(s->diag, PIER_ETERM, (size_t)(s->term - s->start),
                         "no term begins with byte %u here", tag);
  }
}

/* 0: a complete term was read, 1: its children come next. */
static int read_term(pier__scan *s, pier__hash *hash) {
  const uint64_t *frame = top_frame(s);
  const uint8_t *tag = s->at;
  pier__reader read;
  int error;
  s->term = tag;
  if (tag == s->end) return pier__scan_fail(s, tag, "bytes end where a term should begin");
  if (s->nodes++ >= s->limits->nodes)
    return pier_diag_set(s->diag, PIER_ENODES, (size_t)(tag - s->start), "more than %zu terms",
                         s->limits->nodes);
  s->at++;
  s->hashing = frame && ((*frame & PIER__IN_KEY) || waits_for_key(*frame));
  read = pier__leaves[*tag].read;
  if (!read) return read_other(s, *tag, hash);
  error = read(s, *tag, hash);
  if (!error && s->hashing && *tag == PIER__TAG_STRING && is_tail(frame))
    flatten_tail(s, tag, hash);
  return error;
}

static int repeated_key(pier__scan *s, const pier__mark *map) {
  return pier__scan_fail(s, map->term, "map has the same key twice");
}

/* Hashes of keys may take more room than the keys, if these are short, but
 * then there are few different ones: looking for repeats whenever their number
 * has doubled bounds the memory by what different keys take. */
static int add_key(pier__scan *s, const pier__hash *hash) {
  const pier__mark *map = top_mark(s);
  size_t count = s->keys.count - map->keys;
  pier__key *key;
  if (count >= FIRST_CHECK && (count & (count - 1)) == 0 &&
      pier__keys_repeat((pier__key *)s->keys.items + map->keys, count))
    return repeated_key(s, map);
  key = push(&s->keys, sizeof *key);
  if (!key) return no_memory(s);
  *key = pier__hash_end(hash);
  return 0;
}

static const pier__key *top_key(const pier__scan *s) {
  return (const pier__key *)s->keys.items + s->keys.count - 1;
}

/* Takes a complete child into the frame that waits for it. */
static int take_child(pier__scan *s, uint64_t frame, const pier__hash *hash) {
  pier__key child;
  if (!(frame & PIER__IN_KEY) && (frame & PIER__KIND) != PIER__IN_MAP) return 0;
  if (waits_for_key(frame)) return add_key(s, hash);
  if (!(frame & PIER__IN_KEY)) return 0;
  child = pier__hash_end(hash);
  if ((frame & PIER__KIND) == PIER__IN_MAP)
    pier__hash_add(top_hash(&s->hashes), top_key(s), &child);
  else
    pier__hash_part(top_hash(&s->hashes), &child);
  return 0;
}

/* Ends the innermost container; `hash` is its own, if it is hashed. */
static int close_frame(pier__scan *s, pier__hash *hash) {
  uint64_t frame = *top_frame(s);
  s->frames.count--;
  if (frame & PIER__IN_KEY) {
    *hash = *top_hash(&s->hashes);
    s->hashes.count--;
  }
  if ((frame & PIER__KIND) == PIER__IN_MAP) {
    const pier__mark *map = top_mark(s);
    pier__key *keys = (pier__key *)s->keys.items + map->keys;
    if (pier__keys_repeat(keys, s->keys.count - map->keys)) return repeated_key(s, map);
    s->keys.count = map->keys;
    s->marks.count--;
  } else if ((frame & PIER__KIND) == PIER__IN_FUN) {
    const pier__mark *fun = top_mark(s);
    s->marks.count--;
    return check_fun_end(s, fun->term, fun->end);
  }
  return 0;
}

/* A term is complete, and so is every container whose last child it is. */
static int complete(pier__scan *s, pier__hash *hash) {
  uint64_t *frame;
  int error = 0;
  while (!error && (frame = top_frame(s))) {
    error = take_child(s, *frame, hash);
    *frame -= PIER__ONE_CHILD;
    if (*frame >= PIER__ONE_CHILD) return error;
    if (!error) error = close_frame(s, hash);
  }
  return error;
}

int pier__scan_bare(pier_span bytes, size_t before, const pier_limits *limits, size_t *used,
                    pier_diag *diag) {
  pier__scan s;
  pier__hash hash = {{0}, false};
  int result;
  s.start = bytes.data;
  s.at = s.term = bytes.data + before;
  s.end = bytes.data + bytes.size;
  s.limits = limits;
  s.diag = diag;
  s.nodes = 0;
  s.hashing = false;
  stack_init(&s.frames, s.own_frames, PIER__OWN_FRAMES);
  stack_init(&s.marks, s.own_marks, PIER__OWN_MARKS);
  stack_init(&s.hashes, s.own_hashes, PIER__OWN_HASHES);
  stack_init(&s.keys, s.own_keys, PIER__OWN_KEYS);
  do {
    result = pier__scan_run(&s);
    if (result > 0) result = read_term(&s, &hash);
    if (result == 0)
      result = complete(&s, &hash);
    else if (result > 0)
      continue;
  } while (result >= 0 && (result > 0 || s.frames.count > 0));
  if (result == 0 && used) *used = (size_t)(s.at - s.start);
  stack_free(&s.frames);
  stack_free(&s.marks);
  stack_free(&s.hashes);
  stack_free(&s.keys);
  return result;
}

/* Most of what comes is short and needs none of the gate's tables. */
static bool is_simple(pier_span bytes, const pier_limits *limits, size_t *size) {
  if (bytes.size > PIER__SIMPLE_LONGEST || limits->nodes < PIER__SIMPLE_LONGEST ||
      limits->depth < PIER__SIMPLE_DEEPEST)
    return false;
  *size = pier__simple(bytes.data + 1, bytes.data + bytes.size);
  return *size > 0;
}

int pier_term_scan(pier_span bytes, const pier_limits *limits, size_t *used, pier_diag *diag) {
  pier_limits defaults;
  size_t simple;
  pier_buffer plain = PIER_BUFFER_INIT;
  int error;
  if (!limits) {
    pier_limits_init(&defaults);
    limits = &defaults;
  }
  if (bytes.size == 0) return pier_diag_set(diag, PIER_ETERM, 0, "there are no bytes");
  if (bytes.data[0] != PIER__VERSION)
    return pier_diag_set(diag, PIER_ETERM, 0, "first byte is %u, not 131", bytes.data[0]);
  if (is_simple(bytes, limits, &simple)) {
    if (used) *used = simple + 1;
    return 0;
  }
  if (bytes.size == 1 || bytes.data[1] != PIER__TAG_COMPRESSED)
    return pier__scan_bare(bytes, 1, limits, used, diag);
  error = pier__inflate(bytes, limits, &plain, used, diag);
  pier_buffer_free(&plain);
  return error;
}
