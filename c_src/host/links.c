/* Links, and the exit signals that go along them. */
#include "host/host.h"

#include "port/reason.h"

static pier_span noproc(struct pier__atom *atom) {
  return pier__atom(atom, "noproc");
}

/* ---- Exit signals ------------------------------------------------------------ */

void pier__exit_signal(pier_process *process, pier_object from, pier_span reason) {
  pier_message message = {
      .kind = PIER_MESSAGE_EXIT, .port = from.port, .pid = from.pid, .reason = reason};
  if (process->trap_exit)
    pier__post_to(process, &message);
  else if (!pier__is_atom(reason, "normal"))
    pier__process_end(process, reason);
}

static void exit_process(pier_process *caller, pier_process *process, pier_span reason) {
  struct pier__atom killed;
  if (pier__is_atom(reason, "kill"))
    pier__process_end(process, pier__atom(&killed, "killed"));
  else if (process == caller && !process->trap_exit)
    pier__process_end(process, reason); /* normal as well */
  else
    pier__exit_signal(process, pier_object_pid(caller->pid), reason);
}

static void exit_port(struct pier__hport *port, pier_span reason) {
  struct pier__atom killed;
  int kill = pier__is_atom(reason, "kill");
  pier__pin(port);
  pier__port_exit(&port->core, kill ? pier__atom(&killed, "killed") : reason, kill);
  pier__unpin(port);
}

void pier__exit_2(pier_process *caller, pier_object to, pier_span reason) {
  struct pier__hport *port = pier__usable(caller->host, to.port);
  pier_process *process = pier__process(caller->host, to.pid);
  if (port) exit_port(port, reason);
  if (process) exit_process(caller, process, reason);
}

static int exit_with_text(pier_process *caller, pier_object to, const char *reason) {
  pier_buffer term = PIER_BUFFER_INIT;
  int error = pier__may_call(caller);
  if (error == 0) error = pier__reason_read(&term, reason);
  if (error == 0) pier__exit_2(caller, to, pier_buffer_span(&term));
  pier_buffer_free(&term);
  return error;
}

int pier_exit_port(pier_process *caller, pier_port port, const char *reason) {
  return exit_with_text(caller, pier_object_port(port), reason);
}

int pier_exit_process(pier_process *caller, pier_pid pid, const char *reason) {
  return exit_with_text(caller, pier_object_pid(pid), reason);
}

/* ---- Links --------------------------------------------------------------------- */

int pier__link_port(struct pier__hport *port, pier_process *process) {
  const pier_port number = {port->core.number};
  uint64_t key = pier__object_key(pier_object_port(number));
  int error;
  if (pier__table_get(&process->links, key)) return 0;
  error = pier__table_put(&process->links, key, process);
  if (error == 0) error = pier__port_link(&port->core, process->pid);
  if (error < 0) pier__table_remove(&process->links, key);
  return error;
}

void pier__port_unlink_owner(struct pier__hport *port) {
  pier_process *owner = pier__process(port->host, port->core.owner);
  const pier_port number = {port->core.number};
  pier__port_unlink(&port->core, port->core.owner);
  if (owner) pier__table_remove(&owner->links, pier__object_key(pier_object_port(number)));
}

static int link_processes(pier_process *a, pier_process *b) {
  uint64_t to_a = pier__object_key(pier_object_pid(a->pid));
  uint64_t to_b = pier__object_key(pier_object_pid(b->pid));
  int error;
  if (a == b || pier__table_get(&a->links, to_b)) return 0;
  error = pier__table_put(&a->links, to_b, a);
  if (error == 0) error = pier__table_put(&b->links, to_a, b);
  if (error < 0) pier__table_remove(&a->links, to_b);
  return error;
}

static int link_nobody(pier_process *caller, pier_object object) {
  struct pier__atom atom;
  if (!caller->trap_exit) return PIER_ENOPROC;
  pier__exit_signal(caller, object, noproc(&atom));
  return 0;
}

int pier_link(pier_process *caller, pier_port port) {
  struct pier__hport *found = pier__usable(caller->host, port);
  int error = pier__may_call(caller);
  if (error < 0) return error;
  return found ? pier__link_port(found, caller) : link_nobody(caller, pier_object_port(port));
}

int pier_link_process(pier_process *caller, pier_pid pid) {
  pier_process *found = pier__process(caller->host, pid);
  int error = pier__may_call(caller);
  if (error < 0) return error;
  return found ? link_processes(caller, found) : link_nobody(caller, pier_object_pid(pid));
}

int pier_unlink(pier_process *caller, pier_port port) {
  struct pier__hport *found = pier__usable(caller->host, port);
  int error = pier__may_call(caller);
  if (error < 0) return error;
  pier__table_remove(&caller->links, pier__object_key(pier_object_port(port)));
  if (found) pier__port_unlink(&found->core, caller->pid);
  return 0;
}

int pier_unlink_process(pier_process *caller, pier_pid pid) {
  pier_process *found = pier__process(caller->host, pid);
  int error = pier__may_call(caller);
  if (error < 0) return error;
  pier__table_remove(&caller->links, pier__object_key(pier_object_pid(pid)));
  if (found) pier__table_remove(&found->links, pier__object_key(pier_object_pid(caller->pid)));
  return 0;
}

/* ---- The end of a process ------------------------------------------------------- */

/* A linked port ends with its owner, whatever the reason, and with any other
 * process unless that ended normally. */
static void end_port(pier_process *process, struct pier__hport *port, pier_span reason) {
  pier__port_unlink(&port->core, process->pid);
  if (port->core.owner.number == process->pid.number || !pier__is_atom(reason, "normal"))
    exit_port(port, reason);
}

void pier__end_links(pier_process *process, pier_span reason) {
  pier_host *host = process->host;
  pier_object self = pier_object_pid(process->pid);
  uint64_t key;
  while (pier__table_any(&process->links, &key)) {
    pier__table_remove(&process->links, key);
    if (key & 1) {
      struct pier__hport *port = pier__table_get(&host->ports, key >> 1);
      if (port) end_port(process, port, reason);
    } else {
      pier_process *other = pier__table_get(&host->processes, key >> 1);
      if (!other) continue;
      pier__table_remove(&other->links, pier__object_key(self));
      pier__exit_signal(other, self, reason);
    }
  }
  pier__table_free(&process->links);
}
