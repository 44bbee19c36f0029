/* The queue of a port: each operation of control does one thing to it, and answers with
 * the result and the bytes that are queued. Closing waits for 'd' of a timer. */
#include "drive.h"

struct port {
  ErlDrvPort port;
  int flushed;
};

/* Slots of "ab", "", "cdef": the first has a binary, the last none. */
static void fill(ErlIOVec *ev, SysIOVec *slots, ErlDrvBinary **binaries) {
  static char plain[] = "cdef";
  binaries[0] = driver_alloc_binary(2);
  memcpy(binaries[0]->orig_bytes, "ab", 2);
  binaries[1] = binaries[2] = NULL;
  slots[0].iov_base = binaries[0]->orig_bytes;
  slots[0].iov_len = 2;
  slots[1].iov_base = NULL;
  slots[1].iov_len = 0;
  slots[2].iov_base = plain;
  slots[2].iov_len = 4;
  ev->vsize = 3;
  ev->size = 6;
  ev->iov = slots;
  ev->binv = binaries;
}

static int vector(ErlDrvPort port, int push, ErlDrvSizeT skip) {
  ErlIOVec ev;
  SysIOVec slots[3];
  ErlDrvBinary *binaries[3];
  int result;
  fill(&ev, slots, binaries);
  if (push) { /* none without a binary: doc/differences.md */
    ev.vsize = 1;
    ev.size = 2;
  }
  result = push ? driver_pushqv(port, &ev, skip) : driver_enqv(port, &ev, skip);
  driver_free_binary(binaries[0]);
  return result;
}

/* The part of a binary from byte 1 on, and how many use the binary then. */
static ErlDrvSSizeT part(ErlDrvPort port, const char *bytes, ErlDrvSizeT size, int push,
                         char **answer) {
  ErlDrvBinary *binary = driver_alloc_binary(size);
  long references;
  int result;
  memcpy(binary->orig_bytes, bytes, size);
  result = push ? driver_pushq_bin(port, binary, 1, size - 1)
                : driver_enq_bin(port, binary, 1, size - 1);
  references = (long)driver_binary_get_refc(binary);
  driver_free_binary(binary);
  return drive_tell(answer, "%d:%ld:%lu", result, references,
                    (unsigned long)driver_sizeq(port));
}

/* Each slot of the queue in parentheses. */
static ErlDrvSSizeT peek(ErlDrvPort port, char **answer) {
  int count = -1, i;
  SysIOVec *slots = driver_peekq(port, &count);
  char text[64];
  int at = snprintf(text, sizeof text, "%d%s", count, slots ? "" : " none");
  for (i = 0; i < count && at < 50; i++)
    at += snprintf(text + at, sizeof text - (size_t)at, "(%.*s)", (int)slots[i].iov_len,
                   (char *)slots[i].iov_base);
  return drive_tell(answer, "%s", text);
}

/* The same as a vector: "bytes:slots:size". */
static ErlDrvSSizeT peekv(ErlDrvPort port, char **answer) {
  ErlIOVec ev = {0, 0, NULL, NULL};
  ErlDrvSizeT bytes = driver_peekqv(port, &ev);
  return drive_tell(answer, "%lu:%d:%lu", (unsigned long)bytes, ev.vsize,
                    (unsigned long)ev.size);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = ((struct port *)data)->port;
  long result = 0;
  (void)room;
  switch (operation) {
  case 'e':
    result = driver_enq(port, bytes, size);
    break;
  case 'p':
    result = driver_pushq(port, bytes, size);
    break;
  case 'v':
  case 'V':
    result = vector(port, operation == 'V', (ErlDrvSizeT)bytes[0]);
    break;
  case 'd':
    result = (long)driver_deq(port, (ErlDrvSizeT)bytes[0]);
    break;
  case 'b':
  case 'B':
    return part(port, bytes, size, operation == 'B', answer);
  case 'k':
    return peek(port, answer);
  case 'K':
    return peekv(port, answer);
  case 'o': /* which nobody hears of while the port is closing */
    result = driver_output(port, bytes, size);
    break;
  case 's':
    break;
  default:
    return -1;
  }
  return drive_tell(answer, "%ld:%lu", result, (unsigned long)driver_sizeq(port));
}

/* All that comes is queued, as it came. */
static void outputv(ErlDrvData data, ErlIOVec *ev) {
  driver_enqv(((struct port *)data)->port, ev, 0);
}

static ErlDrvData start(ErlDrvPort handle, char *command) {
  struct port *port = driver_alloc(sizeof *port);
  (void)command;
  port->port = handle;
  port->flushed = 0;
  set_port_control_flags(handle, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static void flush(ErlDrvData data) {
  struct port *port = (struct port *)data;
  port->flushed = 1;
  driver_set_timer(port->port, 500);
}

static void timeout(ErlDrvData data) {
  ErlDrvPort port = ((struct port *)data)->port;
  driver_deq(port, driver_sizeq(port) > 3 ? 3 : driver_sizeq(port));
  if (driver_sizeq(port) > 0) driver_set_timer(port, 20);
}

static void stop(ErlDrvData data) {
  driver_free((void *)data);
}

static char name[] = "queue_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .outputv = outputv,
                            .control = control,
                            .flush = flush,
                            .timeout = timeout,
                            DRIVE_AS(name)};

DRIVER_INIT(queue_drv) {
  return &entry;
}
