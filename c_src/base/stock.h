/*
 * Blocks of memory that were needed and will be again: what is big is given back to the
 * system when it is freed, and each of its pages is a fault when it comes anew. They are
 * pier_alloc's, and whoever has one may as well pier_realloc or pier_free it.
 */
#ifndef PIER_BASE_STOCK_H
#define PIER_BASE_STOCK_H

#include <stddef.h>

enum {
  PIER__STOCK_BLOCKS = 8,
  PIER__STOCK_LEAST = 32 << 10, /* smaller ones are no matter */
  PIER__STOCK_MOST = 8 << 20    /* of all together */
};

/* A zeroed struct is an empty stock. */
struct pier__stock {
  struct {
    void *bytes;
    size_t size;
  } blocks[PIER__STOCK_BLOCKS];
  unsigned count;
  size_t total;
};

/* A block of at least `least` bytes, *size of them, or NULL if there is none. */
void *pier__stock_take(struct pier__stock *stock, size_t least, size_t *size);
/* Keeps a block of `size` bytes, or frees it. NULL is fine. */
void pier__stock_give(struct pier__stock *stock, void *bytes, size_t size);
void pier__stock_free(struct pier__stock *stock);

#endif
