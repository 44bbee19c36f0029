#include "port/queue.h"

#include "base/align.h"

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

static void give_back(pier_buffer *bytes, struct pier__stock *stock) {
  if (stock)
    pier__stock_give(stock, bytes->data, bytes->capacity);
  else
    pier_free(bytes->data);
  bytes->data = NULL;
}

static int begin(struct pier__queue *queue) {
  queue->bytes = pier_alloc(sizeof *queue->bytes);
  if (!queue->bytes) return PIER_ENOMEM;
  memset(queue->bytes, 0, sizeof *queue->bytes);
  return 0;
}

/* Much goes into a block that is there already, or grows by no more than a quarter: what
 * doubles is soon too big for the stock. Without memory the append says so. */
static void make_room(pier_buffer *bytes, size_t more, struct pier__stock *stock) {
  size_t need = bytes->size + more, room = bytes->capacity + bytes->capacity / 4;
  size_t capacity;
  uint8_t *data;
  if (!stock || more < PIER__STOCK_LEAST || more <= bytes->capacity - bytes->size) return;
  data = pier__stock_take(stock, need, &capacity);
  if (data) {
    if (bytes->size > 0) pier__copy(data, bytes->data, bytes->size);
    give_back(bytes, stock);
  } else {
    capacity = room > need ? room : need;
    data = pier_realloc(bytes->data, capacity);
    if (!data) return;
  }
  bytes->data = data;
  bytes->capacity = capacity;
}

int pier__queue_append(struct pier__queue *queue, pier_span bytes, struct pier__stock *stock) {
  int error;
  if (bytes.size == 0) return 0;
  if (!queue->bytes && begin(queue) < 0) return PIER_ENOMEM;
  compact(queue);
  make_room(queue->bytes, bytes.size, stock);
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
  give_back(queue->bytes, stock);
  pier_free(queue->bytes);
  queue->bytes = NULL;
  queue->head = 0;
}
