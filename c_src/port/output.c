/* What goes to the program: one command, many at once, and what waits in a corked port
 * for the end of the turn. */
#include "port/output.h"

#include "base/align.h"

#include <errno.h>
#include <string.h>

enum {
  JOINED = 2048,     /* for a header and so much payload one copy is cheaper than two parts */
  BATCH_PARTS = 256, /* of one writev; the system takes 1024 */
  BATCH_JOINED = 16384, /* small frames are copied together, so many bytes of them */
  BATCH_COPIED = 512,   /* up to here a copy is cheaper than a part of its own */
  BATCH_BYTES = 65536,  /* what a pipe holds: more at once is only queued */
  LENT_LEAST = 4096,    /* below that a copy is cheaper than a piece of the queue */
  WRITE_PARTS = 16      /* of the queue, in one write */
};

/* What is to go out at once. */
struct load {
  const struct iovec *parts;
  int count;
  size_t size;
  pier_lent *lent; /* what the last part is of; NULL: it is to be copied */
  int copied;      /* all of it, before it is written */
};

static void note_queue(struct pier__port *port) {
  size_t size = pier__queue_size(&port->queue);
  int error = port->io->want_write(port, size > 0);
  if (error == 0 && port->queue_limit > 0 && size > port->queue_limit) error = -ENOMEM;
  if (error < 0) {
    pier__port_write_failed(port, error);
    return;
  }
  if (size >= port->busy_high)
    port->busy = port->state != PIER__PORT_CLOSING;
  else if (size < port->busy_low || size == 0)
    pier__port_calm(port);
}

/* A port that queues first has one piece: due() counts on it. */
static int stays_lent(const struct pier__port *port, const struct load *load, int part,
                      size_t rest) {
  return load->lent && part == load->count - 1 && rest >= LENT_LEAST && !port->later;
}

/* What writev left over. */
static int enqueue_rest(struct pier__port *port, const struct load *load, size_t written) {
  int i, error = 0;
  for (i = 0; i < load->count && error == 0; i++) {
    const struct iovec *part = &load->parts[i];
    size_t gone = written < part->iov_len ? written : part->iov_len;
    pier_span rest = pier_span_of((const uint8_t *)part->iov_base + gone, part->iov_len - gone);
    if (stays_lent(port, load, i, rest.size))
      error = pier__queue_lend(&port->queue, rest, load->lent);
    else
      error = pier__queue_append(&port->queue, rest, port->framer.stock);
    written -= gone;
  }
  return error;
}

/* What the next write is to take, in parts: of a `later` port the rest of what was queued
 * when the batch began. */
static int due(struct pier__port *port, struct iovec parts[WRITE_PARTS]) {
  int count = pier__queue_parts(&port->queue, parts, WRITE_PARTS);
  if (!port->later) return count;
  if (port->batch == 0) port->batch = parts[0].iov_len;
  parts[0].iov_base = (uint8_t *)parts[0].iov_base + port->sent;
  parts[0].iov_len = port->batch - port->sent;
  return 1;
}

/* Bytes of a batch leave the queue together. */
static size_t count_written(struct pier__port *port, size_t written) {
  size_t whole = port->batch;
  if (!port->later) return written;
  port->sent += written;
  if (port->sent < whole) return 0;
  port->batch = port->sent = 0;
  return whole;
}

/* As much as the pipe takes: it says only once that it takes more. */
static int write_queued(struct pier__port *port) {
  struct iovec parts[WRITE_PARTS];
  size_t offered;
  ssize_t written;
  do {
    int i, count = due(port, parts);
    for (i = 0, offered = 0; i < count; i++)
      offered += parts[i].iov_len;
    written = port->io->write(port, parts, count);
    if (written < 0) return (int)written;
    pier__queue_written(&port->queue, count_written(port, (size_t)written), port->framer.stock);
  } while ((size_t)written == offered && pier__queue_size(&port->queue) > 0 && !port->later);
  return 0;
}

static void offer(struct pier__port *port, const struct load *load) {
  int at_once = pier__queue_size(&port->queue) == 0 && !port->later;
  ssize_t written = 0;
  int error;
  if (at_once && !load->copied) {
    written = port->io->write(port, load->parts, load->count);
    if (written < 0) {
      pier__port_write_failed(port, (int)written);
      return;
    }
    if ((size_t)written == load->size) return;
  }
  error = enqueue_rest(port, load, (size_t)written) < 0 ? -ENOMEM : 0;
  if (error == 0 && at_once && load->copied) error = write_queued(port);
  if (error < 0)
    pier__port_write_failed(port, error);
  else
    note_queue(port);
}

/* 1 if it is done with: it waits with the others, or the port has ended. What does not
 * fit sends the others away first; what a full pipe has left of them is no matter of the
 * cork any more. */
static int gather(struct pier__port *port, const struct load *load) {
  if (port->later || (!port->gathered && pier__queue_size(&port->queue) > 0)) return 0;
  if (pier__queue_size(&port->queue) + load->size > BATCH_BYTES) pier__port_flush(port);
  if (!pier__port_usable(port)) return 1;
  if (pier__queue_size(&port->queue) > 0 && !port->gathered) return 0;
  if (load->size > BATCH_BYTES) return 0;
  if (enqueue_rest(port, load, 0) < 0) {
    port->gathered = 0; /* half a frame goes nowhere */
    pier__port_write_failed(port, -ENOMEM);
  } else if (!port->gathered) {
    port->gathered = 1;
    port->io->gather(port);
  }
  return 1;
}

static void send_load(struct pier__port *port, const struct load *load) {
  if (load->size == 0 || (port->corked && gather(port, load))) return;
  offer(port, load);
}

/* The pages of a pipe are filled from their beginning. Where a payload lies so, behind its
 * header, that the kernel would copy it slowly (one that begins a page does), a copy of ours
 * comes first: the queue has header and payload side by side. */
static void send_frame(struct pier__port *port, uint8_t frame[JOINED], size_t header,
                       pier_span data, pier_lent *lent) {
  struct iovec parts[2];
  struct load load = {parts, 1, header + data.size, NULL, 0};
  parts[0].iov_base = frame;
  parts[0].iov_len = header;
  if (header == 0 || data.size > JOINED - header) {
    parts[1].iov_base = (void *)(uintptr_t)data.data;
    parts[1].iov_len = data.size;
    load.parts = parts + (header == 0);
    load.count = 1 + (header > 0);
    load.copied = pier__copies_slowly(header, (uintptr_t)data.data);
    load.lent = load.copied ? NULL : lent;
  } else {
    if (data.size > 0) memcpy(frame + header, data.data, data.size);
    parts[0].iov_len += data.size;
  }
  send_load(port, &load);
}

static int command(struct pier__port *port, pier_span data, pier_lent *lent) {
  uint8_t frame[JOINED]; /* its header, and if it is small the whole of it */
  int length;
  if (port->io->output) {
    port->output += data.size;
    port->io->output(port, data);
    return 0;
  }
  length = pier__frame_header(&port->framing, data.size, frame);
  if (length < 0 || !port->writable) {
    pier__port_write_failed(port, length < 0 ? -EINVAL : -EBADF);
    return 0;
  }
  port->output += data.size;
  send_frame(port, frame, (size_t)length, data, lent);
  return 0;
}

int pier__port_command(struct pier__port *port, pier_span data) {
  return pier__port_usable(port) ? command(port, data, NULL) : PIER_EBADARG;
}

int pier__port_command_lent(struct pier__port *port, pier_lent *lent) {
  return pier__port_usable(port) ? command(port, lent->data, lent) : PIER_EBADARG;
}

void pier__port_writable(struct pier__port *port) {
  int error;
  if (pier__queue_size(&port->queue) == 0 || port->gathered) return;
  error = write_queued(port);
  if (error < 0) {
    pier__port_write_failed(port, error);
    return;
  }
  note_queue(port);
  if (pier__queue_size(&port->queue) == 0) pier__port_drained(port);
}

/* ---- Many at once --------------------------------------------------------------- */

/* Small frames lie one after the other in `joined`, big payloads where they are. */
struct batch {
  struct iovec parts[BATCH_PARTS];
  int count;
  size_t size, used;
  uint8_t joined[BATCH_JOINED];
};

static int has_room(const struct batch *batch, size_t length, size_t payload) {
  size_t copied = payload <= BATCH_COPIED ? length + payload : length;
  if (batch->count == 0) return 1;
  return batch->count + 2 <= BATCH_PARTS && copied <= BATCH_JOINED - batch->used &&
         length + payload <= BATCH_BYTES && batch->size <= BATCH_BYTES - length - payload;
}

static void add_part(struct batch *batch, const void *bytes, size_t size) {
  struct iovec *last = batch->count > 0 ? &batch->parts[batch->count - 1] : NULL;
  batch->size += size;
  if (last && (const uint8_t *)last->iov_base + last->iov_len == bytes) {
    last->iov_len += size;
    return;
  }
  batch->parts[batch->count].iov_base = (void *)(uintptr_t)bytes;
  batch->parts[batch->count].iov_len = size;
  batch->count++;
}

static void add_copy(struct batch *batch, const void *bytes, size_t size) {
  uint8_t *to = batch->joined + batch->used;
  if (size == 0) return;
  memcpy(to, bytes, size);
  batch->used += size;
  add_part(batch, to, size);
}

/* As many of them as one write is to take; how many it took. A payload that is too long
 * for its header ends the batch before it. */
static size_t send_batch(struct pier__port *port, const pier_span *data, size_t count) {
  struct batch batch;
  uint8_t header[PIER_FRAME_HEADER_MAX];
  size_t i;
  batch.count = 0;
  batch.size = batch.used = 0;
  for (i = 0; i < count; i++) {
    int length = pier__frame_header(&port->framing, data[i].size, header);
    if (length < 0 || !has_room(&batch, (size_t)length, data[i].size)) break;
    port->output += data[i].size;
    add_copy(&batch, header, (size_t)length);
    if (data[i].size <= BATCH_COPIED)
      add_copy(&batch, data[i].data, data[i].size);
    else
      add_part(&batch, data[i].data, data[i].size);
  }
  if (batch.size > 0) {
    const struct load load = {batch.parts, batch.count, batch.size, NULL, 0};
    offer(port, &load);
  }
  return i;
}

static int goes_at_once(const struct pier__port *port) {
  return port->writable && !port->io->output && !port->later && !port->corked &&
         pier__queue_size(&port->queue) == 0;
}

size_t pier__port_commands(struct pier__port *port, const pier_span *data, size_t count,
                           int force) {
  size_t taken = 0;
  while (taken < count && pier__port_usable(port) && (!port->busy || force)) {
    size_t sent = goes_at_once(port) ? send_batch(port, data + taken, count - taken) : 0;
    if (sent == 0) {
      command(port, data[taken], NULL);
      sent = 1;
    }
    taken += sent;
  }
  return taken;
}

/* ---- Corked --------------------------------------------------------------------- */

void pier__port_cork(struct pier__port *port, int on) {
  port->corked = on != 0;
  if (!on) pier__port_flush(port);
}

void pier__port_flush(struct pier__port *port) {
  if (!port->gathered) return;
  port->gathered = 0;
  pier__port_writable(port);
}

/* The port is ending anyway: a write that fails now is no reason any more. */
void pier__port_flush_last(struct pier__port *port) {
  int error;
  if (!port->gathered) return;
  port->gathered = 0;
  error = write_queued(port);
  if (error < 0 || port->io->want_write(port, pier__queue_size(&port->queue) > 0) < 0)
    pier__queue_clear(&port->queue, port->framer.stock);
}
