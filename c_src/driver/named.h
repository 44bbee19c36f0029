/* Things of the API that have a name, which lies behind them. */
#ifndef PIER_DRIVER_NAMED_H
#define PIER_DRIVER_NAMED_H

#include <pier/base.h>

#include <stdlib.h>
#include <string.h>

/* A zeroed struct whose first member is the name. NULL: out of memory. */
static inline void *pier__named_new(size_t size, const char *name) {
  size_t length = name ? strlen(name) + 1 : 0;
  char *made = pier_alloc(size + length);
  char *text = NULL;
  if (!made) return NULL;
  memset(made, 0, size);
  if (name) {
    text = made + size;
    memcpy(text, name, length);
  }
  memcpy(made, &text, sizeof text);
  return made;
}

static inline void pier__named_free(void *named) {
  pier_free(named);
}

/* A driver that breaks the rules of its locks has nobody to be told. */
static inline void pier__must(int fine) {
  if (!fine) abort();
}

#endif
