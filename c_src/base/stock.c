#include "base/stock.h"

#include <pier/base.h>

static void drop(struct pier__stock *stock, unsigned at) {
  stock->total -= stock->blocks[at].size;
  stock->blocks[at] = stock->blocks[--stock->count];
}

/* The smallest that is big enough. */
void *pier__stock_take(struct pier__stock *stock, size_t least, size_t *size) {
  unsigned i, best = PIER__STOCK_BLOCKS;
  void *bytes;
  for (i = 0; i < stock->count; i++)
    if (stock->blocks[i].size >= least &&
        (best == PIER__STOCK_BLOCKS || stock->blocks[i].size < stock->blocks[best].size))
      best = i;
  if (best == PIER__STOCK_BLOCKS) return NULL;
  bytes = stock->blocks[best].bytes;
  *size = stock->blocks[best].size;
  drop(stock, best);
  return bytes;
}

static unsigned smallest(const struct pier__stock *stock) {
  unsigned i, least = 0;
  for (i = 1; i < stock->count; i++)
    if (stock->blocks[i].size < stock->blocks[least].size) least = i;
  return least;
}

/* Big ones are worth more: a smaller one makes room for it. */
void pier__stock_give(struct pier__stock *stock, void *bytes, size_t size) {
  if (bytes && size >= PIER__STOCK_LEAST && size <= PIER__STOCK_MOST) {
    while (stock->count > 0 &&
           (stock->count == PIER__STOCK_BLOCKS || stock->total > PIER__STOCK_MOST - size)) {
      unsigned least = smallest(stock);
      if (stock->blocks[least].size >= size) break;
      pier_free(stock->blocks[least].bytes);
      drop(stock, least);
    }
    if (stock->count < PIER__STOCK_BLOCKS && stock->total <= PIER__STOCK_MOST - size) {
      stock->blocks[stock->count].bytes = bytes;
      stock->blocks[stock->count++].size = size;
      stock->total += size;
      return;
    }
  }
  pier_free(bytes);
}

void pier__stock_free(struct pier__stock *stock) {
  while (stock->count > 0) {
    pier_free(stock->blocks[0].bytes);
    drop(stock, 0);
  }
}
