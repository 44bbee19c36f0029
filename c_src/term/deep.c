#include "term/deep.h"

#include "term/text.h"

#include <string.h>

/* Per open list, one number: the elements still to come before its tail. */
static int enter(pier_buffer *levels, size_t count) {
  return pier_buffer_append(levels, &count, sizeof count);
}

/* Whether the next term of the innermost list is its tail; steps over it. */
static int step(pier_buffer *levels) {
  uint8_t *top = levels->data + levels->size - sizeof(size_t);
  size_t left;
  memcpy(&left, top, sizeof left);
  if (left == 0) {
    levels->size -= sizeof left;
    return 1;
  }
  left--;
  memcpy(top, &left, sizeof left);
  return 0;
}

/* Elements lie one after the other, nested ones in their place: to enter a
 * list is to go on behind its header. */
int pier__deep(const pier__view *list, pier_buffer *out, pier__deep_leaf *append,
               const uint8_t **fault) {
  pier_buffer levels = PIER_BUFFER_INIT;
  pier__view leaf = *list;
  int error = enter(&levels, list->count);
  while (error == 0 && levels.size > 0) {
    int is_tail = step(&levels);
    if (fault) *fault = leaf.next;
    pier__view_at(&leaf, leaf.next);
    error = leaf.kind == PIER__LIST ? enter(&levels, leaf.count) : append(out, &leaf, is_tail);
  }
  pier_buffer_free(&levels);
  return error;
}

/* ---- Leaves ------------------------------------------------------------------ */

static bool is_binary(const pier__view *leaf) {
  return leaf->kind == PIER__BITS && (leaf->bits == 8 || leaf->bits == 0);
}

static bool is_up_to(const pier__view *leaf, uint64_t most) {
  return leaf->kind == PIER__INT && leaf->size == 0 && !leaf->negative &&
         leaf->magnitude <= most;
}

int pier__iodata_leaf(pier_buffer *out, const pier__view *leaf, int is_tail) {
  if (leaf->kind == PIER__NIL) return 0;
  if (leaf->kind == PIER__STRING || is_binary(leaf))
    return pier_buffer_append(out, leaf->data, leaf->size);
  if (is_tail || !is_up_to(leaf, UINT8_MAX)) return PIER_EMATCH;
  return pier_buffer_append_byte(out, (uint8_t)leaf->magnitude);
}

int pier__latin1_append(pier_buffer *out, const uint8_t *data, size_t size) {
  size_t i, more = 0;
  uint8_t *to;
  for (i = 0; i < size; i++)
    more += data[i] >> 7;
  if (more == 0) return pier_buffer_append(out, data, size);
  to = pier_buffer_reserve(out, size + more);
  if (!to) return out->error;
  for (i = 0; i < size; i++)
    to += pier__utf8_encode(to, data[i]);
  out->size += size + more;
  return 0;
}

int pier__chardata_leaf(pier_buffer *out, const pier__view *leaf, int is_tail) {
  uint8_t bytes[4];
  if (leaf->kind == PIER__NIL) return 0;
  if (leaf->kind == PIER__STRING) return pier__latin1_append(out, leaf->data, leaf->size);
  if (is_binary(leaf)) return pier_buffer_append(out, leaf->data, leaf->size);
  if (is_tail || !is_up_to(leaf, 0x10ffff)) return PIER_EMATCH;
  if (leaf->magnitude >= 0xd800 && leaf->magnitude <= 0xdfff) return PIER_EMATCH;
  return pier_buffer_append(out, bytes, pier__utf8_encode(bytes, (uint32_t)leaf->magnitude));
}
