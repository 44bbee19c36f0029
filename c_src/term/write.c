/* Heads of containers and whole terms. */
#include "term/write.h"

#include <string.h>

enum { HEAD = 5 }; /* a tag and 32 bits */

static const char too_many[] = "more parts than a head can count";

/* The library's own copies of what the header has. */
extern inline int pier_write_version(pier_buffer *out);
extern inline int pier_write_nil(pier_buffer *out);
extern inline int pier_write_tuple(pier_buffer *out, size_t count);

static int write_head(pier_buffer *out, uint8_t tag, size_t count, size_t most) {
  uint8_t *to;
  if (count > most) return pier__write_fail(out, PIER_ERANGE, too_many);
  to = pier_buffer_reserve(out, HEAD);
  if (!to) return out->error;
  to[0] = tag;
  pier__store32(to + 1, (uint32_t)count);
  out->size += HEAD;
  return 0;
}

int pier_write_large_tuple(pier_buffer *out, size_t count) {
  return write_head(out, PIER__TAG_LARGE_TUPLE, count, UINT32_MAX);
}

int pier_write_map(pier_buffer *out, size_t count) {
  return write_head(out, PIER__TAG_MAP, count, INT32_MAX);
}

int pier_write_list(pier_buffer *out, size_t count) {
  if (count == 0) return out->error; /* nothing but the tail */
  return write_head(out, PIER__TAG_LIST, count, UINT32_MAX);
}

static size_t begin_head(pier_buffer *out, uint8_t tag) {
  size_t begin = out->size;
  write_head(out, tag, 0, 0);
  return begin;
}

size_t pier_write_tuple_begin(pier_buffer *out) {
  return begin_head(out, PIER__TAG_LARGE_TUPLE);
}

size_t pier_write_map_begin(pier_buffer *out) {
  return begin_head(out, PIER__TAG_MAP);
}

size_t pier_write_list_begin(pier_buffer *out) {
  return begin_head(out, PIER__TAG_LIST);
}

/* Makes the head at `begin` shorter, now that its count is known to be small. */
static void shrink_head(pier_buffer *out, size_t begin, size_t head) {
  uint8_t *at = out->data + begin;
  memmove(at + head, at + HEAD, out->size - begin - HEAD);
  out->size -= HEAD - head;
}

static int end_tuple(pier_buffer *out, size_t begin, size_t count) {
  if (count > UINT8_MAX) return 0;
  out->data[begin] = PIER__TAG_SMALL_TUPLE;
  out->data[begin + 1] = (uint8_t)count;
  shrink_head(out, begin, 2);
  return 0;
}

/* Whether the `count` terms at `at` are all integers of one byte. A first term
 * of that tag is two bytes long, so the next begins where it has to. */
static int are_bytes(const uint8_t *at, size_t size, size_t count) {
  size_t i;
  if (count > PIER__STRING_BYTES || size != 2 * count) return 0;
  for (i = 0; i < size; i += 2)
    if (at[i] != PIER__TAG_SMALL_INTEGER) return 0;
  return 1;
}

static int become_string(pier_buffer *out, size_t begin, size_t count) {
  uint8_t *at = out->data + begin;
  size_t i;
  at[0] = PIER__TAG_STRING;
  pier__store16(at + 1, (uint32_t)count);
  for (i = 0; i < count; i++)
    at[3 + i] = at[HEAD + 2 * i + 1];
  out->size = begin + 3 + count;
  return 0;
}

static int end_list(pier_buffer *out, size_t begin, size_t count) {
  if (count == 0)
    shrink_head(out, begin, 0);
  else if (are_bytes(out->data + begin + HEAD, out->size - begin - HEAD, count))
    return become_string(out, begin, count);
  return pier_write_nil(out);
}

int pier_write_end(pier_buffer *out, size_t begin, size_t count, uint8_t tag, int checked) {
  size_t most = tag == PIER__TAG_MAP ? INT32_MAX : UINT32_MAX;
  if (out->error) return out->error;
  if (out->size < HEAD || begin > out->size - HEAD || out->data[begin] != tag)
    return pier__write_wrong(out, PIER_EARG, begin, "no such container was begun here");
  if (count > most) return pier__write_fail(out, PIER_ERANGE, too_many);
  if (checked && pier__write_count(out, begin, count)) return out->error;
  pier__store32(out->data + begin + 1, (uint32_t)count);
  if (tag == PIER__TAG_LARGE_TUPLE) return end_tuple(out, begin, count);
  return tag == PIER__TAG_LIST ? end_list(out, begin, count) : 0;
}

int pier_write_term(pier_buffer *out, pier_span term) {
  size_t version = term.size > 0 && term.data[0] == PIER__VERSION;
  if (term.size == version) return pier__write_fail(out, PIER_EARG, "no bytes for a term");
  return pier_buffer_append(out, term.data + version, term.size - version);
}
