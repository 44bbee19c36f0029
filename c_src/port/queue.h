/* The bytes that a port has accepted and the program's pipe has not: in order,
 * without bound, given back from the front. */
#ifndef PIER_PORT_QUEUE_H
#define PIER_PORT_QUEUE_H

#include "base/stock.h"

#include <pier/base.h>

/* A zeroed struct is an empty queue; the memory of a long one comes from a stock, which
 * may be NULL. */
struct pier__queue {
  pier_buffer *bytes; /* NULL: it is empty, which it mostly is */
  size_t head;        /* of `bytes`, written already */
};

static inline size_t pier__queue_size(const struct pier__queue *queue) {
  return queue->bytes ? queue->bytes->size - queue->head : 0;
}

pier_span pier__queue_front(const struct pier__queue *queue);
int pier__queue_append(struct pier__queue *queue, pier_span bytes,
                       struct pier__stock *stock); /* PIER_ENOMEM */
void pier__queue_written(struct pier__queue *queue, size_t count, struct pier__stock *stock);
/* And gives its memory back. */
void pier__queue_clear(struct pier__queue *queue, struct pier__stock *stock);

#endif
