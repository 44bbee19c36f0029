#include "port/queue.h"

#include <string.h>

pier_span pier__queue_front(const struct pier__queue *queue) {
  if (pier__queue_size(queue) == 0) return pier_span_of(NULL, 0);
  return pier_span_of(queue->bytes->data + queue->head, pier__queue_size(queue));
}

/* Moving what is left to the front only once half has gone keeps the cost of a
 * byte constant, however long the queue. */
static void compact(struct pier__queue *queue) {
  if (queue->head == 0 || queue->head < queue->bytes->size / 2) return;
  pier_buffer_consume(queue->bytes, queue->head);
  queue->head = 0;
}

static int begin(struct pier__queue *queue, size_t size, struct pier__stock *stock) {
  queue->bytes = pier_alloc(sizeof *queue->bytes);
  if (!queue->bytes) return PIER_ENOMEM;
  memset(queue->bytes, 0, sizeof *queue->bytes);
  if (stock && size >= PIER__STOCK_LEAST)
    queue->bytes->data = pier__stock_take(stock, size, &queue->bytes->capacity);
  return 0;
}

int pier__queue_append(struct pier__queue *queue, pier_span bytes, struct pier__stock *stock) {
  int error;
  if (bytes.size == 0) return 0;
  if (!queue->bytes && begin(queue, bytes.size, stock) < 0) return PIER_ENOMEM;
  compact(queue);
  error = pier_buffer_append(queue->bytes, bytes.data, bytes.size);
  queue->bytes->error = 0; /* the port that could not queue ends; nothing sticks */
  return error;
}

void pier__queue_written(struct pier__queue *queue, size_t count, struct pier__stock *stock) {
  queue->head += count;
  if (pier__queue_size(queue) == 0) pier__queue_clear(queue, stock);
}

void pier__queue_clear(struct pier__queue *queue, struct pier__stock *stock) {
  if (!queue->bytes) return;
  if (stock) {
    pier__stock_give(stock, queue->bytes->data, queue->bytes->capacity);
    queue->bytes->data = NULL;
  }
  pier_buffer_free(queue->bytes);
  pier_free(queue->bytes);
  queue->bytes = NULL;
  queue->head = 0;
}
