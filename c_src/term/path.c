/*
 * Where in a term a byte lies. The bytes may be malformed from there on, or
 * anywhere: the walk trusts nothing, and stops where they stop making sense.
 * The outermost levels are remembered, below them terms are only counted, so
 * no memory is needed however deep they are.
 */
#include "term/scan.h"

#include <string.h>

enum { LEVELS = 24, KEY_DEPTH = 16, KEY_BYTES = 60 };

typedef struct level {
  uint8_t tag;        /* PIER__TAG_SMALL_TUPLE for every tuple */
  uint64_t index;     /* the child in work, from 0 */
  uint64_t count;     /* children; elements and a tail, keys and values */
  const uint8_t *key; /* of a map: the last one that began */
  const uint8_t *key_end;
} level;

typedef struct walk {
  pier__scan scan;
  level levels[LEVELS];
  size_t depth;
  uint64_t below; /* terms still to come in a term that is deeper than all levels */
} walk;

/* How many terms follow inside the one whose tag was taken. -1: its head is
 * cut or says too much. */
static int64_t read_head(walk *w, uint8_t tag, uint8_t *kind) {
  pier__scan *s = &w->scan;
  pier__hash unused;
  const uint8_t *at, *end;
  uint64_t children = 0;
  size_t count;
  *kind = tag == PIER__TAG_LARGE_TUPLE ? PIER__TAG_SMALL_TUPLE : tag;
  if (pier__leaves[tag].read) return pier__leaves[tag].read(s, tag, &unused) ? -1 : 0;
  switch (tag) {
  case PIER__TAG_SMALL_TUPLE:
    at = pier__scan_take(s, 1);
    if (at) children = *at;
    break;
  case PIER__TAG_LARGE_TUPLE:
  case PIER__TAG_LIST:
  case PIER__TAG_MAP:
    at = pier__scan_take(s, 4);
    if (at) children = pier__load32(at);
    if (tag == PIER__TAG_LIST) children++;
    if (tag == PIER__TAG_MAP) children *= 2;
    break;
  case PIER__TAG_NEW_FUN:
    if (pier__scan_fun(s, &unused, &end, &count)) return -1;
    at = end;
    children = count;
    break;
  default:
    return -1;
  }
  return at && children <= pier__scan_left(s) ? (int64_t)children : -1;
}

/* A term is complete, and so is every one whose last child it is. */
static void complete(walk *w) {
  while (w->depth > 0) {
    level *top = &w->levels[w->depth - 1];
    if (top->tag == PIER__TAG_MAP && top->index % 2 == 0) top->key_end = w->scan.at;
    if (++top->index < top->count) return;
    w->depth--;
  }
}

/* A list in the place of a tail goes on with the same list. */
static int is_tail(const level *top, uint8_t kind) {
  return kind == PIER__TAG_LIST && top->tag == PIER__TAG_LIST && top->index + 1 == top->count;
}

static void open_term(walk *w, uint8_t kind, uint64_t children) {
  level *top = w->depth > 0 ? &w->levels[w->depth - 1] : NULL;
  if (top && is_tail(top, kind)) {
    top->count += children - 1;
    return;
  }
  if (w->depth == LEVELS) {
    w->below = children;
    return;
  }
  top = &w->levels[w->depth++];
  memset(top, 0, sizeof *top);
  top->tag = kind;
  top->count = children;
}

/* Walks up to the term that holds the byte at `to`. */
static void find(walk *w, const uint8_t *to) {
  pier__scan *s = &w->scan;
  while (s->at < to) {
    level *top = w->depth > 0 ? &w->levels[w->depth - 1] : NULL;
    const uint8_t *tag = s->term = s->at++;
    uint8_t kind;
    int64_t children = read_head(w, *tag, &kind);
    if (children < 0 || s->at > to) return;
    if (top && w->below == 0 && top->tag == PIER__TAG_MAP && top->index % 2 == 0)
      top->key = tag;
    if (w->below > 0) {
      w->below += (uint64_t)children - 1;
      if (w->below == 0) complete(w);
    } else if (children > 0) {
      open_term(w, kind, (uint64_t)children);
    } else {
      complete(w);
    }
    if (w->depth == 0) return;
  }
}

/* The key in short, in Erlang text; its number if it is too long for that. */
static void say_key(pier_buffer *out, const level *map) {
  pier_span key = pier_span_of(map->key, (size_t)(map->key_end - map->key));
  pier_buffer text = PIER_BUFFER_INIT;
  pier_limits limits;
  pier_limits_init(&limits);
  limits.depth = KEY_DEPTH;
  text.limit = KEY_BYTES;
  if (key.size <= KEY_BYTES && pier__scan_bare(key, 0, &limits, NULL, NULL) == 0 &&
      pier_term_print(&text, key, PIER_TEXT_TP, 0) == 0 && text.size <= KEY_BYTES) {
    pier_buffer_append_text(out, "value of key ");
    pier_buffer_append(out, text.data, text.size);
  } else {
    pier_buffer_append_format(out, "value of key %llu", (unsigned long long)map->index / 2 + 1);
  }
  pier_buffer_free(&text);
}

static void say_level(pier_buffer *out, const level *one) {
  unsigned long long number = one->index + 1;
  switch (one->tag) {
  case PIER__TAG_MAP:
    if (one->index % 2 == 1)
      say_key(out, one);
    else
      pier_buffer_append_format(out, "key %llu of map", one->index / 2ull + 1);
    break;
  case PIER__TAG_LIST:
    if (number == one->count)
      pier_buffer_append_text(out, "tail of list");
    else
      pier_buffer_append_format(out, "element %llu of list", number);
    break;
  case PIER__TAG_NEW_FUN:
    pier_buffer_append_format(out, "free variable %llu of fun", number);
    break;
  default:
    pier_buffer_append_format(out, "element %llu of tuple", number);
  }
}

int pier_term_path(pier_buffer *out, pier_span bytes, size_t offset) {
  walk w;
  pier_limits limits;
  size_t i, before = out->size;
  memset(&w, 0, sizeof w);
  if (bytes.size == 0 || offset > bytes.size) return out->error;
  pier_limits_init(&limits);
  w.scan.limits = &limits;
  w.scan.start = w.scan.at = bytes.data;
  w.scan.end = bytes.data + bytes.size;
  if (bytes.data[0] == PIER__VERSION) w.scan.at++;
  find(&w, bytes.data + offset);
  for (i = 0; i < w.depth; i++) {
    if (i > 0) pier_buffer_append_text(out, ", ");
    say_level(out, &w.levels[i]);
  }
  if (w.below > 0) pier_buffer_append_text(out, ", deeper");
  if (out->error && out->size > before) out->size = before;
  return out->error ? out->error : w.depth > 0;
}
