#include "port/deep.h"

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
int pier__deep(const pier__view *list, pier_buffer *out, pier__deep_leaf *append) {
  pier_buffer levels = PIER_BUFFER_INIT;
  pier__view leaf = *list;
  int error = enter(&levels, list->count);
  while (error == 0 && levels.size > 0) {
    int is_tail = step(&levels);
    pier__view_at(&leaf, leaf.next);
    error = leaf.kind == PIER__LIST ? enter(&levels, leaf.count) : append(out, &leaf, is_tail);
  }
  pier_buffer_free(&levels);
  return error;
}
