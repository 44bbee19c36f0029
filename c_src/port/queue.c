#include "port/queue.h"

#include "base/align.h"

#include <string.h>
#include <sys/uio.h>

struct pier__piece {
  struct pier__piece *next;
  pier_buffer bytes; /* of lent ones without capacity */
  size_t head;       /* of `bytes`, written already */
  int is_lent;
  pier_lent lent;
};

static size_t left_of(const struct pier__piece *piece) {
  return piece->bytes.size - piece->head;
}

int pier__queue_parts(const struct pier__queue *queue, struct iovec *parts, int room) {
  const struct pier__piece *piece = queue->last;
  int count = 0;
  while (piece && count < room) {
    piece = piece->next;
    parts[count].iov_base = piece->bytes.data + piece->head;
    parts[count++].iov_len = left_of(piece);
    if (piece == queue->last) break;
  }
  return count;
}

/* Moving what is left to the front only once half has gone keeps the cost of a
 * byte constant, however long the queue. */
static void compact(struct pier__piece *piece) {
  if (piece->head == 0 || piece->head < piece->bytes.size / 2) return;
  pier_buffer_consume(&piece->bytes, piece->head);
  piece->head = 0;
}

static void give_back(pier_buffer *bytes, struct pier__stock *stock) {
  if (stock)
    pier__stock_give(stock, bytes->data, bytes->capacity);
  else
    pier_free(bytes->data);
  bytes->data = NULL;
}

/* A fresh last piece, without bytes. */
static struct pier__piece *begin(struct pier__queue *queue) {
  struct pier__piece *piece = pier_alloc(sizeof *piece), *last = queue->last;
  if (!piece) return NULL;
  memset(piece, 0, sizeof *piece);
  piece->next = last ? last->next : piece;
  if (last) last->next = piece;
  queue->last = piece;
  return piece;
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
  struct pier__piece *piece = queue->last;
  int error;
  if (bytes.size == 0) return 0;
  if (!piece || piece->is_lent) piece = begin(queue);
  if (!piece) return PIER_ENOMEM;
  compact(piece);
  make_room(&piece->bytes, bytes.size, stock);
  error = pier_buffer_append(&piece->bytes, bytes.data, bytes.size);
  piece->bytes.error = 0; /* the port that could not queue ends; nothing sticks */
  if (error == 0) queue->size += bytes.size;
  return error;
}

int pier__queue_lend(struct pier__queue *queue, pier_span rest, pier_lent *lent) {
  struct pier__piece *piece = begin(queue);
  if (!piece) return PIER_ENOMEM;
  piece->is_lent = 1;
  piece->lent = *lent;
  lent->release = NULL;
  piece->bytes.data = (uint8_t *)(uintptr_t)rest.data;
  piece->bytes.size = rest.size;
  queue->size += rest.size;
  return 0;
}

static void drop_first(struct pier__queue *queue, struct pier__stock *stock) {
  struct pier__piece *first = queue->last->next;
  pier_lent lent = first->lent;
  if (first == queue->last)
    queue->last = NULL;
  else
    queue->last->next = first->next;
  if (!first->is_lent) give_back(&first->bytes, stock);
  pier_free(first);
  pier__lent_over(&lent);
}

void pier__queue_written(struct pier__queue *queue, size_t count, struct pier__stock *stock) {
  queue->size -= count;
  while (queue->last && count >= left_of(queue->last->next)) {
    count -= left_of(queue->last->next);
    drop_first(queue, stock);
  }
  if (queue->last) queue->last->next->head += count;
}

void pier__queue_clear(struct pier__queue *queue, struct pier__stock *stock) {
  queue->size = 0;
  while (queue->last)
    drop_first(queue, stock);
}
