/* Commands, and callers that a busy port suspends: a state of the process, which
 * the host ends as soon as the port takes the command. */
#include "host/clock.h"
#include "host/host.h"

#include <string.h>

/* As the BEAM retries it: from scratch, busy first, then the owner, then the data. */
static int commands(struct pier__port *port, struct pier__order *order, int force) {
  size_t taken = pier__port_commands(port, order->batch, order->batch_size, force);
  order->batch += taken;
  order->batch_size -= taken;
  if (order->batch_size == 0) return 0;
  return pier__port_usable(port) ? PIER_EBUSY : PIER_EBADARG;
}

static int output(struct pier__port *port, struct pier__order *order, int force) {
  if (order->batch) return commands(port, order, force);
  if (order->lent) return pier__port_command_lent(port, order->lent);
  return pier__port_command(port, order->data);
}

static int command(const pier_process *caller, struct pier__hport *port,
                   struct pier__order *order, int force) {
  int error;
  port->caller = caller->pid;
  port->command = &order->term;
  error = output(&port->core, order, force);
  port->caller.number = 0;
  return error;
}

static int attempt(pier_process *caller, struct pier__order *order, int force) {
  struct pier__hport *port = pier__usable(caller->host, order->port);
  int error = 0;
  if (!port) return order->by_message ? 0 : PIER_EBADARG;
  if (port->core.busy && !force) return PIER_EBUSY;
  pier__pin(port);
  if (order->bad && (!order->by_message || order->owner.number == port->core.owner.number))
    pier__log_bad_value(port);
  if (order->by_message && (order->bad || order->owner.number != port->core.owner.number))
    pier__badsig(port);
  else
    error = order->bad ? PIER_EBADARG : command(caller, port, order, force);
  pier__unpin(port);
  return caller->dead ? PIER_ENOPROC : error;
}

/* ---- Lists of suspended processes ------------------------------------------- */

static void enqueue(pier_process **first, pier_process **last, pier_process *process) {
  process->next_waiting = NULL;
  process->previous_waiting = *last;
  if (*last)
    (*last)->next_waiting = process;
  else
    *first = process;
  *last = process;
}

static void dequeue(pier_process **first, pier_process **last, pier_process *process) {
  pier_process *before = process->previous_waiting, *after = process->next_waiting;
  if (before)
    before->next_waiting = after;
  else
    *first = after;
  if (after)
    after->previous_waiting = before;
  else
    *last = before;
}

static void wait_for(pier_process *process, struct pier__hport *port) {
  enqueue(&port->first_waiting, &port->last_waiting, process);
  process->waiting = 1;
}

static void stop_waiting(pier_process *process, struct pier__hport *port) {
  pier_host *host = process->host;
  if (process->resumed)
    dequeue(&host->first_resumed, &host->last_resumed, process);
  else if (process->waiting)
    dequeue(&port->first_waiting, &port->last_waiting, process);
  process->resumed = process->waiting = 0;
}

static void may_go_on(pier_host *host, pier_process *process) {
  enqueue(&host->first_resumed, &host->last_resumed, process);
  process->resumed = 1;
}

/* The BEAM lets the one that has waited longest go last: the others have had no
 * chance yet. */
void pier__calm(struct pier__hport *port) {
  pier_host *host = port->host;
  pier_process *first = port->first_waiting, *process, *next;
  if (!first) return;
  process = first->next_waiting;
  port->first_waiting = port->last_waiting = NULL;
  for (; process; process = next) {
    next = process->next_waiting;
    may_go_on(host, process);
  }
  may_go_on(host, first);
  pier__wake(host);
}

void pier__pending_finish(pier_process *process, int error) {
  process->pending->done = 1;
  process->pending->error = error;
  pier__lent_over(&process->pending->lent);
  if (process->host->observer) process->host->observer->resumed(process);
  if (process->receive && process->mailbox.first) pier__make_ready(process);
}

/* ---- The call --------------------------------------------------------------- */

static int keep_batch(struct pier__pending *pending, const struct pier__order *order) {
  size_t i, offset = 0;
  pending->batch = pier_alloc(order->batch_size * sizeof *pending->batch);
  if (!pending->batch) return PIER_ENOMEM;
  for (i = 0; i < order->batch_size; i++)
    pier_buffer_append(&pending->bytes, order->batch[i].data, order->batch[i].size);
  for (i = 0; i < order->batch_size && pending->bytes.error == 0; i++) {
    size_t size = order->batch[i].size;
    pending->batch[i] = pier_span_of(pending->bytes.data + offset, size);
    offset += size;
  }
  pending->order.batch = pending->batch;
  return pending->bytes.error;
}

static void keep_lent(struct pier__pending *pending, pier_lent *lent) {
  pending->lent = *lent;
  pending->order.lent = &pending->lent;
  lent->release = NULL;
}

static int keep(struct pier__pending *pending, const struct pier__order *order, int parts) {
  int error;
  if (order->batch) return keep_batch(pending, order);
  if (order->lent) {
    keep_lent(pending, order->lent);
    return 0;
  }
  error = pier_buffer_append(&pending->bytes, order->data.data, order->data.size);
  if (error == 0 && parts)
    error = pier_buffer_append(&pending->term, order->term.data, order->term.size);
  pending->order.data = pier_buffer_span(&pending->bytes);
  pending->order.term = pier_buffer_span(&pending->term);
  return error;
}

static void pending_free(struct pier__pending *pending) {
  pier_buffer_free(&pending->bytes);
  pier_buffer_free(&pending->term);
  pier_buffer_free(&pending->value);
  pier_free(pending->batch);
  pier__lent_over(&pending->lent);
  pier_free(pending);
}

/* What a caller sends that waits inside of the call is there until the call returns. */
static int suspend(pier_process *process, const struct pier__order *order, int returns) {
  struct pier__pending *pending = pier_alloc(sizeof *pending);
  struct pier__hport *port = pier__usable(process->host, order->port);
  if (!pending) return PIER_ENOMEM;
  memset(pending, 0, sizeof *pending);
  pending->order = *order;
  if (returns && keep(pending, order, port->driver != NULL) < 0) {
    pending_free(pending);
    return PIER_ENOMEM;
  }
  process->pending = pending;
  wait_for(process, port);
  return 0;
}

int pier__suspend_for(pier_process *process, uint64_t reference) {
  struct pier__pending *pending = pier_alloc(sizeof *pending);
  if (!pending) return PIER_ENOMEM;
  memset(pending, 0, sizeof *pending);
  pending->awaited = reference;
  process->pending = pending;
  return 1;
}

void pier__pending_drop(pier_process *process) {
  struct pier__pending *pending = process->pending;
  if (!pending) return;
  stop_waiting(process, pier__hport(process->host, pending->order.port));
  process->pending = NULL;
  if (!pending->tried) pending_free(pending);
}

void pier__resume(pier_host *host) {
  pier_process *process;
  while ((process = host->first_resumed)) {
    struct pier__pending *pending = process->pending;
    int error;
    stop_waiting(process, NULL);
    process->pins++;
    pending->tried = 1;
    error = attempt(process, &pending->order, 0);
    pending->tried = 0;
    if (!process->pending)
      pending_free(pending);
    else if (error == PIER_EBUSY)
      wait_for(process, pier__usable(host, pending->order.port));
    else
      pier__pending_finish(process, error);
    pier__process_unpin(process);
  }
}

int pier__output(pier_process *caller, struct pier__order *order, unsigned flags) {
  int error = pier__may_call(caller);
  if (error < 0) return error;
  if (flags & PIER_FORCE) {
    const struct pier__hport *port = pier__hport(caller->host, order->port);
    if (!port) return PIER_EBADARG;
    if (!port->soft_busy) return PIER_ENOTSUP;
  }
  error = attempt(caller, order, (flags & PIER_FORCE) != 0);
  if (error != PIER_EBUSY || (flags & PIER_NOSUSPEND)) return error;
  if (!(flags & PIER_LATER) && caller->host->in_turn) return PIER_EBUSY;
  error = suspend(caller, order, (flags & PIER_LATER) != 0);
  if (error < 0) return error;
  if (flags & PIER_LATER) return 1;
  error = pier__pending_wait(caller, -1);
  if (caller->pending) {
    order->batch_size = caller->pending->order.batch_size;
    if (error == 1) error = caller->pending->error;
    pier__pending_drop(caller);
  }
  return error;
}

int pier__pending_wait(pier_process *caller, int timeout_ms) {
  long long now, deadline = timeout_ms > 0 ? pier__now_ms() + timeout_ms : 0;
  int wait = timeout_ms, error;
  if (caller->dead) return PIER_ENOPROC;
  if (!caller->pending) return PIER_ESTATE;
  while (!caller->dead && !caller->pending->done) {
    error = pier__turn(caller->host, wait);
    if (error < 0) return error;
    if (timeout_ms < 0 || caller->dead || caller->pending->done) continue;
    now = pier__now_ms();
    if (now >= deadline) return 0;
    wait = (int)(deadline - now);
  }
  return caller->dead ? PIER_ENOPROC : 1;
}

int pier_await(pier_process *caller, int *error, int timeout_ms) {
  int got = pier__pending_wait(caller, timeout_ms);
  if (got != 1) return got;
  if (error) *error = caller->pending->error;
  pier__pending_drop(caller);
  return 1;
}

int pier_process_suspended(const pier_process *process) {
  return !process->dead && process->pending && !process->pending->done;
}
