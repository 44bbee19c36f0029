/* Mailboxes: what comes in, and who looks at it. */
#include "host/clock.h"
#include "host/host.h"

#include "port/reason.h"

#include <unistd.h>

void pier__leave_ready(pier_process *process) {
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

/* From a clean stack: never from inside another callback. */
static void call_back(pier_process *process, const pier_message *message) {
  pier_host *host = process->host;
  host->in_callback = 1;
  process->receive(process, message, process->state);
  host->in_callback = 0;
}

void pier__wake(pier_host *host) {
  uint64_t one = 1;
  if (host->in_turn || !host->watched) return;
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

static int is_deaf(const pier_process *process) {
  return process->pending && !process->remote && pier_process_suspended(process);
}

/* What a callback may change. */
static inline int sees_on(const pier_process *process) {
  return !process->mailbox.first && !process->dead && !is_deaf(process);
}

int pier__sees_now(const pier_process *process) {
  const pier_host *host = process->host;
  return process->receive && host->in_turn && !host->in_callback && !host->ending &&
         sees_on(process);
}

static void keep(pier_process *process, const pier_message *message) {
  pier_host *host = process->host;
  struct pier__letter *letter;
  if (process->dead || host->ending) return;
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

/* From the loop itself, a callback with nothing waiting sees the message where
 * it lies; from inside a call of the user's, it has to wait for a clean stack. */
void pier__post_to(pier_process *process, const pier_message *message) {
  if (!pier__sees_now(process)) {
    keep(process, message);
    return;
  }
  process->pins++;
  call_back(process, message);
  pier__process_unpin(process);
}

int pier__show_input(pier_process *process, struct pier__port *port, pier_message *message) {
  pier_host *host = process->host;
  int more;
  process->pins++;
  host->in_callback = 1;
  do {
    more = pier__port_next(port, message);
    if (more != 1) break;
    process->receive(process, message, process->state);
  } while (port->owner.number == process->pid.number && sees_on(process));
  host->in_callback = 0;
  pier__process_unpin(process);
  return more;
}

static void run_one(pier_process *process) {
  struct pier__letter *letter;
  process->pins++;
  while (!process->dead && !is_deaf(process) &&
         (letter = pier__mailbox_take(&process->mailbox))) {
    process->current = letter;
    call_back(process, &letter->message);
    pier__letter_free(&process->host->post, process->current);
    process->current = NULL;
  }
  pier__process_unpin(process);
}

void pier__run_ready(pier_host *host) {
  while (host->first_ready) {
    pier_process *process = host->first_ready;
    pier__leave_ready(process);
    run_one(process);
  }
}

/* ---- Receiving ------------------------------------------------------------------ */

struct choice {
  pier_wanted *wanted; /* NULL: the first */
  void *state;
};

static int take_next(pier_process *process, pier_message *message,
                     const struct choice *choice) {
  struct pier__letter *letter, *before = NULL;
  for (letter = process->mailbox.first; letter; before = letter, letter = letter->next)
    if (!choice->wanted || choice->wanted(&letter->message, choice->state) == 1) break;
  if (!letter) return 0;
  pier__mailbox_remove(&process->mailbox, before, letter);
  process->current = letter;
  *message = letter->message;
  return 1;
}

static int receive(pier_process *process, pier_message *message, const struct choice *choice,
                   int timeout_ms) {
  long long deadline = 0;
  int wait = timeout_ms, error;
  if (process->receive) return PIER_ESTATE;
  if (process->dead) return PIER_ENOPROC;
  if (process->pending) return PIER_ESUSPENDED;
  pier__letter_free(&process->host->post, process->current);
  process->current = NULL;
  /* The clock is not asked when the message is there or the first thing to come. */
  while (!process->dead) {
    if (take_next(process, message, choice)) return 1;
    if (timeout_ms > 0 && deadline == 0) deadline = pier__now_ms() + timeout_ms;
    error = pier__turn(process->host, wait);
    if (error < 0) return error;
    if (take_next(process, message, choice)) return 1;
    if (timeout_ms == 0 && error == 0) return 0;
    if (timeout_ms > 0) {
      long long left = deadline - pier__now_ms();
      if (left <= 0 && error == 0) return 0;
      wait = left > 0 ? (int)left : 0;
    }
  }
  return PIER_ENOPROC;
}

int pier_receive(pier_process *process, pier_message *message, int timeout_ms) {
  const struct choice any = {NULL, NULL};
  return receive(process, message, &any, timeout_ms);
}

int pier_receive_match(pier_process *process, pier_message *message, pier_wanted *wanted,
                       void *state, int timeout_ms) {
  const struct choice choice = {wanted, state};
  return receive(process, message, &choice, timeout_ms);
}

int pier_mailbox_each(const pier_process *process, pier_wanted *visit, void *state) {
  const struct pier__letter *letter = process->mailbox.first;
  int stop = 0;
  for (; letter && !stop; letter = letter->next)
    stop = visit(&letter->message, state);
  return stop;
}

size_t pier_mailbox_size(const pier_process *process) {
  return process->mailbox.count;
}

void pier__drop_letters(pier_process *process) {
  struct pier__letter *letter;
  while ((letter = pier__mailbox_take(&process->mailbox)))
    pier__letter_free(&process->host->post, letter);
}

static int is_down(const pier_message *message, uint64_t reference) {
  return message->kind == PIER_MESSAGE_DOWN && message->reference == reference;
}

void pier__drop_down(pier_process *process, uint64_t reference) {
  struct pier__letter *letter, *before = NULL;
  for (letter = process->mailbox.first; letter; before = letter, letter = letter->next)
    if (is_down(&letter->message, reference)) break;
  if (!letter) return;
  pier__mailbox_remove(&process->mailbox, before, letter);
  pier__letter_free(&process->host->post, letter);
}
