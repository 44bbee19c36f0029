/* Processes: how they begin and end. */
#include "host/host.h"

#include "port/reason.h"

#include <string.h>

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
  if (pier__table_put(&host->processes, fresh->pid.number, fresh) < 0 ||
      (host->hooks && host->hooks->process_began(host, fresh->pid) < 0)) {
    pier__forget_process(fresh);
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

/* ---- The end ----------------------------------------------------------------- */

static const uint8_t out_of_memory[] = {ERL_ATOM_EXT, 0, 6, 'e', 'n', 'o', 'm', 'e', 'm'};

static pier_span reason_of(const pier_process *process) {
  return process->reason.size > 0 ? pier_buffer_span(&process->reason)
                                  : pier_span_of(out_of_memory, sizeof out_of_memory);
}

static void tell_others(pier_process *process) {
  pier_span reason = reason_of(process);
  pier__drop_monitors(process);
  if (process->host->hooks) process->host->hooks->process_ended(process->host, process->pid);
  pier__end_links(process, reason);
  pier__down_all(process->host, &process->watchers, reason);
}

/* One end leads to others: they wait in a list, so that the stack does not grow
 * with a chain of links. Nor is a driver's port ended while the driver is called. */
void pier__tell_ends(pier_host *host) {
  if (host->telling || host->driving > 0) return;
  host->telling = 1;
  while (host->first_ending) {
    pier_process *process = host->first_ending;
    host->first_ending = process->next_ending;
    if (!host->first_ending) host->last_ending = NULL;
    tell_others(process);
    pier__process_unpin(process);
  }
  host->telling = 0;
}

void pier__process_end(pier_process *process, pier_span reason) {
  pier_host *host = process->host;
  if (process->dead) return;
  process->dead = 1;
  pier__forget_process(process);
  pier__name_drop(host, &process->name);
  pier_buffer_append(&process->reason, reason.data, reason.size);
  pier__pending_drop(process);
  pier__drop_letters(process);
  process->pins++;
  process->next_ending = NULL;
  if (host->last_ending)
    host->last_ending->next_ending = process;
  else
    host->first_ending = process;
  host->last_ending = process;
  pier__tell_ends(host);
}

void pier__process_free(pier_process *process) {
  if (process->pins > 0) {
    process->released = 1;
    return;
  }
  pier__leave_ready(process);
  pier__letter_free(&process->host->post, process->current);
  if (process->previous)
    process->previous->next = process->next;
  else
    process->host->first_process = process->next;
  if (process->next) process->next->previous = process->previous;
  pier_buffer_free(&process->reason);
  pier_free(process);
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
