/* A driver behind the state machine of ports: its callbacks, and what is put off
 * until none of them is on the stack. */
#include "driver/driver.h"

#include "driver/check.h"

#include <errno.h>
#include <string.h>

static struct pier__dport *dport_of(const struct pier__port *core) {
  return ((const struct pier__hport *)(const void *)core)->driver;
}

/* ---- Around callbacks ------------------------------------------------------------ */

void pier__enter(struct pier__dport *dport, const char *call) {
  struct pier__drivers *drivers = dport->drivers;
  if (drivers->depth == 0) {
    /* What is said meanwhile waits in mailboxes. */
    drivers->outer_callback = drivers->host->in_callback;
    drivers->host->in_callback = 1;
    drivers->host->driving++;
  }
  pier__call_begin(dport->driver, dport, call);
  dport->inside++;
  dport->percent = 0;
  pier__pin(dport->port);
}

static void leave_stack(struct pier__drivers *drivers) {
  pier__call_end(drivers);
  if (drivers->depth > 0) return;
  drivers->host->in_callback = drivers->outer_callback;
  drivers->host->driving--;
}

void pier__leave(struct pier__dport *dport) {
  struct pier__drivers *drivers = dport->drivers;
  struct pier__hport *port = dport->port ? dport->port : dport->ended;
  leave_stack(drivers);
  if (dport->port && dport->port->core.state == PIER__PORT_CLOSING && dport->queue.size == 0)
    pier__port_flushed(&dport->port->core);
  pier__unpin(port);
  /* Its own reference lasts as long as its callbacks. */
  if (--dport->inside == 0 && dport->buried) pier__dport_release(dport);
  if (drivers->depth > 0) return;
  if (drivers->host->first_ending) pier__tell_ends(drivers->host);
  if (drivers->first_due) pier__work_due(drivers);
}

void pier__due(struct pier__dport *dport) {
  struct pier__drivers *drivers = dport->drivers;
  if (dport->due) return;
  dport->due = 1;
  dport->next_due = NULL;
  atomic_fetch_add(&dport->references, 1);
  if (drivers->last_due)
    drivers->last_due->next_due = dport;
  else
    drivers->first_due = dport;
  drivers->last_due = dport;
}

static void flush_now(struct pier__dport *dport) {
  dport->flushing = 0;
  if (!dport->port || dport->port->core.state != PIER__PORT_CLOSING) return;
  pier__enter(dport, "flush");
  if (dport->driver->entry.flush) dport->driver->entry.flush(dport->data);
  pier__leave(dport);
}

/* Leaving a callback comes here again: one of them works, for all. */
void pier__work_due(struct pier__drivers *drivers) {
  struct pier__dport *dport;
  if (drivers->working || drivers->depth > 0) return;
  drivers->working = 1;
  while ((dport = drivers->first_due)) {
    drivers->first_due = dport->next_due;
    if (!drivers->first_due) drivers->last_due = NULL;
    dport->due = 0;
    if (dport->flushing) flush_now(dport);
    pier__monitors_work(dport);
    pier__dport_release(dport);
  }
  drivers->working = 0;
}

void pier__dport_release(struct pier__dport *dport) {
  if (atomic_fetch_sub(&dport->references, 1) != 1) return;
  pier__ioqueue_free(&dport->queue);
  pier_free(dport);
}

/* ---- What the state machine asks for ---------------------------------------------- */

int pier__lend(struct pier__loan *loan, const struct pier__dport *dport, pier_span data) {
  int own = data.size > sizeof loan->room || dport->drivers->check;
  loan->bytes = own ? pier_alloc(data.size) : loan->room;
  if (!loan->bytes) return PIER_ENOMEM;
  if (data.size > 0) memcpy(loan->bytes, data.data, data.size);
  return 0;
}

static void output(struct pier__port *core, pier_span data) {
  struct pier__hport *port = (struct pier__hport *)(void *)core;
  struct pier__dport *dport = port->driver;
  const ErlDrvEntry *entry = &dport->driver->entry;
  struct pier__loan loan;
  if (entry->outputv) {
    pier__outputv(dport, *port->command, data);
    return;
  }
  if (!entry->output) return;
  if (pier__lend(&loan, dport, data) < 0) {
    pier__driver_log(dport, PIER_ENOMEM, "out of memory: a command was lost");
    return;
  }
  pier__enter(dport, "output");
  entry->output(dport->data, loan.bytes, data.size);
  pier__leave(dport);
  pier__loan_over(&loan);
}

static size_t queued(const struct pier__port *core) {
  return dport_of(core)->queue.size;
}

/* The port may close while another driver is being called. */
static void flush(struct pier__port *core) {
  struct pier__dport *dport = dport_of(core);
  dport->flushing = 1;
  atomic_store(&dport->closing, 1);
  pier__due(dport);
  pier__work_due(dport->drivers);
}

static void call_stop(struct pier__dport *dport) {
  if (!dport->driver->entry.stop || dport->starting) return;
  pier__enter(dport, "stop");
  dport->driver->entry.stop(dport->data);
  pier__leave(dport);
}

/* Nothing of the port reaches its driver any more. */
static void detach(struct pier__dport *dport) {
  pier__timer_stop(dport);
  pier__select_drop(dport);
  pier__monitors_clear(dport);
  pier__handle_remove(dport);
  dport->ended = dport->port;
  dport->heir = dport->port->core.owner;
  dport->port = NULL;
  pier__port_acknowledge(dport, 0);
  pier__driver_port_gone(dport->driver);
  if (dport->lock) driver_pdl_dec_refc(dport->lock);
}

static void bury(struct pier__port *core) {
  struct pier__dport *dport = dport_of(core);
  pier__timer_stop(dport);
  call_stop(dport);
  if (dport->drivers->check) pier__check_port(dport);
  detach(dport);
  pier__port_io.bury(core);
  dport->buried = 1;
  if (dport->inside == 0) pier__dport_release(dport);
}

static struct pier__port_io driver_io;

static const struct pier__port_io *io(void) {
  driver_io = pier__port_io;
  driver_io.output = output;
  driver_io.queued = queued;
  driver_io.flush = flush;
  driver_io.bury = bury;
  return &driver_io;
}

/* ---- The beginning ------------------------------------------------------------------ */

/* binary and line take effect when start has returned, as in the BEAM. */
static int set_framing(struct pier__port *core, const pier_framing *framing,
                       const pier_limits *limits) {
  pier__framer_deinit(&core->framer);
  core->framing = *framing;
  return pier__framer_init(&core->framer, &core->framing, limits);
}

/* Of the queue of messages, which bound nothing here: commands are carried out at once. */
static int set_limits(struct pier__dport *dport, const pier_port_options *options) {
  int none = (dport->driver->entry.driver_flags & ERL_DRV_FLAG_NO_BUSY_MSGQ) != 0;
  int off = options->queue_low == SIZE_MAX;
  dport->msgq_low = options->queue_low > 0 ? options->queue_low : 4096;
  dport->msgq_high = options->queue_high > 0 ? options->queue_high : 8192;
  if (dport->msgq_low > dport->msgq_high) dport->msgq_low = dport->msgq_high;
  if (none || off) dport->msgq_low = dport->msgq_high = ERL_DRV_BUSY_MSGQ_DISABLED;
  return none && !off && options->queue_low > 0 ? PIER_EBADARG : 0;
}

int pier__dport_adopt(struct pier__hport *port, struct pier__driver *driver,
                      const pier_port_options *options) {
  const pier_framing stream = pier_framing_stream();
  struct pier__dport *dport = pier_alloc(sizeof *dport);
  if (!dport) return PIER_ENOMEM;
  memset(dport, 0, sizeof *dport);
  dport->port = port;
  dport->driver = driver;
  dport->drivers = driver->drivers;
  dport->handle = driver->drivers->serial << PIER__NUMBER_BITS | port->core.number;
  atomic_init(&dport->references, 1);
  atomic_init(&dport->closing, 0);
  dport->starting = 1;
  if (set_limits(dport, options) < 0) {
    pier_free(dport);
    return PIER_EBADARG;
  }
  pier__driver_port_made(driver);
  port->driver = dport;
  port->core.io = io();
  port->core.flags &= ~(unsigned)PIER_PORT_BINARY;
  port->soft_busy = (driver->entry.driver_flags & ERL_DRV_FLAG_SOFT_BUSY) != 0;
  port->port_locking = (driver->entry.driver_flags & ERL_DRV_FLAG_USE_PORT_LOCKING) != 0;
  if (set_framing(&port->core, &stream, &port->host->limits) < 0) return PIER_ENOMEM;
  return pier__handle_add(dport);
}

/* For a port that never began: no stop. */
void pier__dport_forget(struct pier__hport *port) {
  struct pier__dport *dport = port->driver;
  if (!dport) return;
  detach(dport);
  pier__dport_release(dport);
}

int pier__start_error(ErlDrvData data, int number) {
  if (data == ERL_DRV_ERROR_GENERAL) return -EINVAL;
  if (data == ERL_DRV_ERROR_ERRNO) return number != 0 ? -number : -EINVAL;
  if (data == ERL_DRV_ERROR_BADARG) return PIER_EBADARG;
  return 0;
}

static int call_start(struct pier__dport *dport, char *command) {
  const ErlDrvEntry *entry = &dport->driver->entry;
  int number;
  if (!entry->start) return 0;
  dport->acks = (entry->driver_flags & ERL_DRV_FLAG_USE_INIT_ACK) != 0;
  dport->port->caller = dport->port->core.owner;
  pier__enter(dport, "start");
  errno = 0;
  dport->data = entry->start(pier__handle(dport), command);
  number = errno;
  pier__leave(dport);
  dport->port->caller.number = 0;
  return pier__start_error(dport->data, number);
}

int pier__dport_start(struct pier__hport *port, const pier_port_options *options) {
  struct pier__dport *dport = port->driver;
  size_t size = strlen(options->name) + 1;
  char *command = driver_alloc(size);
  int error;
  if (!command) return PIER_ENOMEM;
  memcpy(command, options->name, size);
  error = call_start(dport, command);
  driver_free(command);
  if (error < 0) return error;
  dport->starting = 0;
  port->core.flags |= options->flags & PIER_PORT_BINARY;
  if (set_framing(&port->core, &options->framing, &port->host->limits) < 0) error = PIER_ENOMEM;
  if (dport->failed) error = -EINVAL;
  if (error < 0) call_stop(dport);
  return error;
}
