/* The queue of a port: parts of binaries, contiguous as writev takes them. */
#include "driver/driver.h"

#include <limits.h>
#include <string.h>

static void release(struct pier__ioqueue *queue, size_t from, size_t to) {
  for (; from < to; from++)
    driver_free_binary(queue->binaries[from]);
}

void pier__ioqueue_free(struct pier__ioqueue *queue) {
  release(queue, queue->head, queue->head + queue->count);
  pier_free(queue->parts);
  pier_free(queue->binaries);
  memset(queue, 0, sizeof *queue);
}

/* Room for `more` before or behind: what there is is moved to the other end. */
static int make_room(struct pier__ioqueue *queue, size_t more, int in_front) {
  size_t wanted = queue->count + more, room = queue->room, head;
  SysIOVec *parts;
  ErlDrvBinary **binaries;
  if (in_front ? queue->head >= more : queue->head + wanted <= room) return 0;
  while (room < wanted * 2)
    room = room ? room * 2 : 8;
  parts = pier_alloc(room * sizeof *parts);
  binaries = pier_alloc(room * sizeof(ErlDrvBinary *));
  if (!parts || !binaries) {
    pier_free(parts);
    pier_free(binaries);
    return -1;
  }
  head = in_front ? room - queue->count : 0;
  if (queue->count > 0) {
    memcpy(parts + head, queue->parts + queue->head, queue->count * sizeof *parts);
    memcpy(binaries + head, queue->binaries + queue->head,
           queue->count * sizeof(ErlDrvBinary *));
  }
  pier_free(queue->parts);
  pier_free(queue->binaries);
  queue->parts = parts;
  queue->binaries = binaries;
  queue->head = head;
  queue->room = room;
  return 0;
}

static void put(struct pier__ioqueue *queue, size_t at, ErlDrvBinary *binary, char *bytes,
                size_t size) {
  queue->binaries[at] = binary;
  queue->parts[at].iov_base = bytes;
  queue->parts[at].iov_len = size;
  queue->count++;
  queue->size += size;
}

/* Takes the reference; nothing is queued for no bytes. */
static int add(struct pier__ioqueue *queue, ErlDrvBinary *binary, char *bytes, size_t size,
               int in_front) {
  if (!binary) return -1;
  if (size == 0 || make_room(queue, 1, in_front) < 0) {
    driver_free_binary(binary);
    return size == 0 ? 0 : -1;
  }
  if (in_front) queue->head--;
  put(queue, in_front ? queue->head : queue->head + queue->count, binary, bytes, size);
  return 0;
}

static int add_bytes(struct pier__dport *dport, const char *bytes, size_t size, int in_front) {
  ErlDrvBinary *binary;
  if (!dport) return -1;
  if (size == 0) return 0;
  binary = pier__binary_of(bytes, size);
  return add(&dport->queue, binary, binary ? binary->orig_bytes : NULL, size, in_front);
}

static int add_binary(struct pier__dport *dport, ErlDrvBinary *binary, size_t offset,
                      size_t size, int in_front) {
  if (!dport) return -1;
  driver_binary_inc_refc(binary);
  return add(&dport->queue, binary, binary->orig_bytes + offset, size, in_front);
}

int driver_enq(ErlDrvPort port, char *bytes, ErlDrvSizeT size) {
  return add_bytes(pier__handle_get(port), bytes, size, 0);
}

int driver_pushq(ErlDrvPort port, char *bytes, ErlDrvSizeT size) {
  return add_bytes(pier__handle_get(port), bytes, size, 1);
}

int driver_enq_bin(ErlDrvPort port, ErlDrvBinary *binary, ErlDrvSizeT offset,
                   ErlDrvSizeT size) {
  return add_binary(pier__handle_get(port), binary, offset, size, 0);
}

int driver_pushq_bin(ErlDrvPort port, ErlDrvBinary *binary, ErlDrvSizeT offset,
                     ErlDrvSizeT size) {
  return add_binary(pier__handle_get(port), binary, offset, size, 1);
}

/* One part of a vector; without a binary its bytes are copied. */
static int add_part(struct pier__ioqueue *queue, const ErlIOVec *vector, int i, size_t skip,
                    int in_front) {
  char *bytes = (char *)vector->iov[i].iov_base + skip;
  size_t size = vector->iov[i].iov_len - skip;
  ErlDrvBinary *binary = vector->binv ? vector->binv[i] : NULL;
  if (size == 0) return 0;
  if (binary) {
    driver_binary_inc_refc(binary);
    return add(queue, binary, bytes, size, in_front);
  }
  binary = pier__binary_of(bytes, size);
  return add(queue, binary, binary ? binary->orig_bytes : NULL, size, in_front);
}

int driver_enqv(ErlDrvPort port, ErlIOVec *vector, ErlDrvSizeT skip) {
  struct pier__dport *dport = pier__handle_get(port);
  int i, error = 0;
  if (!dport) return -1;
  for (i = 0; i < vector->vsize && error == 0; i++) {
    size_t part = vector->iov[i].iov_len, gone = skip < part ? skip : part;
    skip -= gone;
    error = add_part(&dport->queue, vector, i, gone, 0);
  }
  return error;
}

/* From behind, so that the vector comes to lie in its order. */
int driver_pushqv(ErlDrvPort port, ErlIOVec *vector, ErlDrvSizeT skip) {
  struct pier__dport *dport = pier__handle_get(port);
  size_t keep;
  int i, error = 0;
  if (!dport) return -1;
  if (skip > vector->size) return 0;
  keep = vector->size - skip;
  for (i = vector->vsize - 1; i >= 0 && keep > 0 && error == 0; i--) {
    size_t part = vector->iov[i].iov_len, taken = part < keep ? part : keep;
    keep -= taken;
    error = add_part(&dport->queue, vector, i, part - taken, 1);
  }
  return error;
}

/* More than there is: nothing goes. */
ErlDrvSizeT driver_deq(ErlDrvPort port, ErlDrvSizeT size) {
  struct pier__dport *dport = pier__handle_get(port);
  struct pier__ioqueue *queue;
  if (!dport || size > dport->queue.size) return (ErlDrvSizeT)-1;
  queue = &dport->queue;
  queue->size -= size;
  while (size > 0) {
    SysIOVec *first = &queue->parts[queue->head];
    if (size < first->iov_len) {
      first->iov_base = (char *)first->iov_base + size;
      first->iov_len -= size;
      break;
    }
    size -= first->iov_len;
    driver_free_binary(queue->binaries[queue->head]);
    queue->head++;
    queue->count--;
  }
  if (queue->count == 0) queue->head = 0;
  return queue->size;
}

ErlDrvSizeT driver_sizeq(ErlDrvPort port) {
  const struct pier__dport *dport = pier__handle_get(port);
  return dport ? dport->queue.size : (ErlDrvSizeT)-1;
}

SysIOVec *driver_peekq(ErlDrvPort port, int *count) {
  const struct pier__dport *dport = pier__handle_get(port);
  *count = -1;
  if (!dport) return NULL;
  *count = dport->queue.count > INT_MAX ? INT_MAX : (int)dport->queue.count;
  return *count > 0 ? dport->queue.parts + dport->queue.head : NULL;
}

ErlDrvSizeT driver_peekqv(ErlDrvPort port, ErlIOVec *vector) {
  const struct pier__dport *dport = pier__handle_get(port);
  if (!dport) return (ErlDrvSizeT)-1;
  vector->vsize = (int)dport->queue.count;
  vector->size = dport->queue.size;
  vector->iov = dport->queue.count > 0 ? dport->queue.parts + dport->queue.head : NULL;
  vector->binv = dport->queue.count > 0 ? dport->queue.binaries + dport->queue.head : NULL;
  return dport->queue.size;
}
