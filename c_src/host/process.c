/* Processes: who they are linked to, what they receive, how they end. */
#include "host/clock.h"
#include "host/host.h"

#include "port/reason.h"

#include <string.h>
#include <unistd.h>

/* ---- Life ------------------------------------------------------------------ */

int pier_process_new_callback(pier_host *host, pier_process **process,
                              pier_receive_callback *receive, void *state) {
  pier_process *fresh = pier_alloc(sizeof *fresh);
  *process = NULL;
  if (!fresh) return PIER_ENOMEM;
  memset(fresh, 0, sizeof *fresh);
  fresh->host = host;
  fresh->receive = receive;
  fresh->state = state;
  fresh->pid.number = ++host->last_pid;
  if (pier__table_put(&host->processes, fresh->pid.number, fresh) < 0) {
    pier_free(fresh);
    return PIER_ENOMEM;
  }
  fresh->next = host->first_process;
  if (fresh->next) fresh->next->previous = fresh;
  host->first_process = fresh;
  *process = fresh;
  return 0;
}

int pier_process_new(pier_host *host, pier_process **process) {
  return pier_process_new_callback(host, process, NULL, NULL);
}

pier_process *pier__process(const pier_host *host, pier_pid pid) {
  return pier__table_get(&host->processes, pid.number);
}

pier_pid pier_self(const pier_process *process) {
  return process->pid;
}

int pier_process_alive(const pier_host *host, pier_pid pid) {
  return pier__process(host, pid) != NULL;
}

pier_span pier_process_reason(const pier_process *process) {
  return pier_buffer_span(&process->reason);
}

int pier_trap_exit(pier_process *process, int on) {
  if (process->dead) return PIER_ENOPROC;
  process->trap_exit = on != 0;
  return 0;
}

static void drop_letters(pier_process *process) {
  struct pier__post *post = &process->host->post;
  struct pier__letter *letter;
  while ((letter = pier__mailbox_take(&process->mailbox)))
    pier__letter_free(post, letter);
}

static void drop_monitors(pier_process *process) {
  struct pier__hport *port;
  uint64_t reference;
  while ((port = pier__table_any(&process->monitors, &reference))) {
    pier__table_remove(&process->monitors, reference);
    pier__port_demonitor(&port->core, reference);
  }
  pier__table_free(&process->monitors);
}

/* A linked port ends with its owner, whatever the reason, and with any other
 * process unless that ended normally. */
static void end_links(pier_process *process, pier_span reason) {
  int normal = pier__is_atom(reason, "normal");
  uint64_t number;
  while (pier__table_any(&process->links, &number)) {
    struct pier__hport *port = pier__table_get(&process->host->ports, number);
    pier__table_remove(&process->links, number);
    if (!port) continue;
    pier__pin(port);
    pier__port_unlink(&port->core, process->pid);
    if (!normal || port->core.owner.number == process->pid.number)
      pier__port_exit(&port->core, reason, 0);
    pier__unpin(port);
  }
  pier__table_free(&process->links);
}

void pier__process_end(pier_process *process, pier_span reason) {
  if (process->dead) return;
  process->dead = 1;
  pier__table_remove(&process->host->processes, process->pid.number);
  pier_buffer_append(&process->reason, reason.data, reason.size);
  pier__pending_drop(process);
  drop_letters(process);
  drop_monitors(process);
  /* The caller's `reason` may be bytes of a message that is gone by now. */
  end_links(process, process->reason.error ? reason : pier_buffer_span(&process->reason));
}

static void leave_ready(pier_process *process) {
  pier_host *host = process->host;
  if (!process->ready) return;
  process->ready = 0;
  if (process->previous_ready)
    process->previous_ready->next_ready = process->next_ready;
  else
    host->first_ready = process->next_ready;
  if (process->next_ready)
    process->next_ready->previous_ready = process->previous_ready;
  else
    host->last_ready = process->previous_ready;
}

void pier__process_free(pier_process *process) {
  if (process->pins > 0) {
    process->released = 1;
    return;
  }
  leave_ready(process);
  pier__letter_free(&process->host->post, process->current);
  if (process->previous)
    process->previous->next = process->next;
  else
    process->host->first_process = process->next;
  if (process->next) process->next->previous = process->previous;
  pier_buffer_free(&process->reason);
  pier_free(process);
}

void pier__process_unpin(pier_process *process) {
  if (--process->pins == 0 && process->released) pier__process_free(process);
}

void pier_process_exit(pier_process *process, const char *reason) {
  pier_buffer term = PIER_BUFFER_INIT;
  struct pier__atom fallback;
  if (!process) return;
  if (pier__reason_read(&term, reason) == 0)
    pier__process_end(process, pier_buffer_span(&term));
  else
    pier__process_end(process, pier__atom(&fallback, "badarg"));
  pier_buffer_free(&term);
  pier__process_free(process);
}

void pier__exit_signal(pier_process *process, pier_port from, pier_span reason) {
  pier_message message = {.kind = PIER_MESSAGE_EXIT, .port = from, .reason = reason};
  if (process->trap_exit)
    pier__post_to(process, &message);
  else if (!pier__is_atom(reason, "normal"))
    pier__process_end(process, reason);
}

/* ---- Messages ---------------------------------------------------------------- */

static void call_back(pier_process *process, const pier_message *message) {
  unsigned outer = process->host->in_callback;
  process->host->in_callback = 1;
  process->receive(process, message, process->state);
  process->host->in_callback = outer & 1;
}

void pier__wake(pier_host *host) {
  uint64_t one = 1;
  if (host->in_turn) return;
  /* Full means that it is readable already. */
  if (write(host->wake, &one, sizeof one) < 0) return;
}

void pier__make_ready(pier_process *process) {
  pier_host *host = process->host;
  if (process->ready) return;
  process->ready = 1;
  process->next_ready = NULL;
  process->previous_ready = host->last_ready;
  if (host->last_ready)
    host->last_ready->next_ready = process;
  else
    host->first_ready = process;
  host->last_ready = process;
  pier__wake(host);
}

/* From the loop itself, a callback with nothing waiting sees the message where
 * it lies; from inside a call of the user's, it has to wait for a clean stack. */
void pier__post_to(pier_process *process, const pier_message *message) {
  pier_host *host = process->host;
  struct pier__letter *letter;
  if (process->dead || host->ending) return;
  if (process->receive && host->in_turn && !host->in_callback && !process->mailbox.first &&
      !pier_process_suspended(process)) {
    process->pins++;
    call_back(process, message);
    pier__process_unpin(process);
    return;
  }
  letter = pier__letter_new(&host->post, message);
  if (!letter) {
    struct pier__atom atom;
    /* A process that lost a message must not go on as if it had not. */
    pier__process_end(process, pier__atom(&atom, "enomem"));
    return;
  }
  pier__mailbox_put(&process->mailbox, letter);
  if (process->receive) pier__make_ready(process);
}

static void run_one(pier_process *process) {
  struct pier__letter *letter;
  process->pins++;
  while (!process->dead && !pier_process_suspended(process) &&
         (letter = pier__mailbox_take(&process->mailbox))) {
    call_back(process, &letter->message);
    pier__letter_free(&process->host->post, letter);
  }
  pier__process_unpin(process);
}

void pier__run_ready(pier_host *host) {
  while (host->first_ready) {
    pier_process *process = host->first_ready;
    leave_ready(process);
    run_one(process);
  }
}

/* ---- Receiving ------------------------------------------------------------------ */

static int take_next(pier_process *process, pier_message *message) {
  struct pier__letter *letter = pier__mailbox_take(&process->mailbox);
  if (!letter) return 0;
  process->current = letter;
  *message = letter->message;
  return 1;
}

int pier_receive(pier_process *process, pier_message *message, int timeout_ms) {
  long long deadline = 0;
  int wait = timeout_ms, error;
  if (process->receive) return PIER_ESTATE;
  pier__letter_free(&process->host->post, process->current);
  process->current = NULL;
  /* The clock is not asked when the message is there or the first thing to come. */
  while (!process->dead) {
    if (take_next(process, message)) return 1;
    if (timeout_ms > 0 && deadline == 0) deadline = pier__now_ms() + timeout_ms;
    error = pier__turn(process->host, wait);
    if (error < 0) return error;
    if (take_next(process, message)) return 1;
    if (timeout_ms == 0 && error == 0) return 0;
    if (timeout_ms > 0) {
      long long left = deadline - pier__now_ms();
      if (left <= 0 && error == 0) return 0;
      wait = left > 0 ? (int)left : 0;
    }
  }
  return PIER_ENOPROC;
}
