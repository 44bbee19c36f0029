/* The bytes that a port has accepted and the program's pipe has not: in order, without
 * bound, given back from the front. They lie in pieces: copied bytes in one that grows,
 * lent ones each in one of its own. */
#ifndef PIER_PORT_QUEUE_H
#define PIER_PORT_QUEUE_H

#include "base/stock.h"

#include <pier/port.h>

struct iovec;
struct pier__piece;

/* A zeroed struct is an empty queue; the memory of a long one comes from a stock, which
 * may be NULL. */
struct pier__queue {
  struct pier__piece *last; /* followed by the first; NULL: it is empty, which it mostly is */
  size_t size;
};

static inline size_t pier__queue_size(const struct pier__queue *queue) {
  return queue->size;
}

/* Whoever has lent bytes that nobody needs any more is told, once. */
static inline void pier__lent_over(pier_lent *lent) {
  pier_release_callback *release = lent->release;
  lent->release = NULL;
  if (release) release(lent->state);
}

/* The first pieces, as many of them as there is room for; returns how many. */
int pier__queue_parts(const struct pier__queue *queue, struct iovec *parts, int room);
int pier__queue_append(struct pier__queue *queue, pier_span bytes,
                       struct pier__stock *stock); /* PIER_ENOMEM */
/* `rest` of what is lent, without a copy: the queue says when it is over, and lent->release
 * is NULL. PIER_ENOMEM: it is still the caller's to say. */
int pier__queue_lend(struct pier__queue *queue, pier_span rest, pier_lent *lent);
void pier__queue_written(struct pier__queue *queue, size_t count, struct pier__stock *stock);
/* And gives its memory back. */
void pier__queue_clear(struct pier__queue *queue, struct pier__stock *stock);

#endif
