#include "port/deep.h"

#include <string.h>

static void push(struct pier__deep *deep, size_t count) {
  deep->error = pier_buffer_append(&deep->levels, &count, sizeof count);
}

/* Whether the next term of the innermost list is its tail; steps over it. */
static int step(struct pier__deep *deep) {
  uint8_t *top = deep->levels.data + deep->levels.size - sizeof(size_t);
  size_t left;
  memcpy(&left, top, sizeof left);
  if (left == 0) {
    deep->levels.size -= sizeof left;
    return 1;
  }
  left--;
  memcpy(top, &left, sizeof left);
  return 0;
}

void pier__deep_begin(struct pier__deep *deep, const pier__view *list) {
  memset(deep, 0, sizeof *deep);
  deep->at = list->next;
  push(deep, list->count);
}

/* Elements lie one after the other, nested ones in their place: to enter a
 * list is to go on behind its header. */
int pier__deep_next(struct pier__deep *deep, pier__view *leaf, int *is_tail) {
  while (deep->error == 0 && deep->levels.size > 0) {
    *is_tail = step(deep);
    pier__view_at(leaf, deep->at);
    deep->at = leaf->next;
    if (leaf->kind != PIER__LIST) return 1;
    push(deep, leaf->count);
  }
  return deep->error;
}

void pier__deep_end(struct pier__deep *deep) {
  pier_buffer_free(&deep->levels);
}
