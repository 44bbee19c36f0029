/* The port BIFs: calls that return their result. */
#include "host/host.h"

#include "port/reason.h"

#include <string.h>

static struct pier__hport *usable(const pier_process *caller, pier_port port) {
  return pier__usable(caller->host, port);
}

int pier_command_with(pier_process *caller, pier_port port, pier_span data, unsigned flags) {
  struct pier__order order = {.port = port, .data = data};
  return pier__output(caller, &order, flags);
}

int pier_command(pier_process *caller, pier_port port, pier_span data) {
  return pier_command_with(caller, port, data, 0);
}

int pier_command_format(pier_process *caller, pier_port port, const char *format, ...) {
  pier_buffer term = PIER_BUFFER_INIT;
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = pier_vformat(&term, format, arguments, NULL);
  va_end(arguments);
  if (error == 0) error = pier_command(caller, port, pier_buffer_span(&term));
  pier_buffer_free(&term);
  return error;
}

int pier_close(pier_process *caller, pier_port port) {
  struct pier__hport *found = usable(caller, port);
  const pier_pid nobody = {0};
  if (pier__may_call(caller) < 0) return pier__may_call(caller);
  if (!found) return PIER_EBADARG;
  pier__pin(found);
  pier__port_close(&found->core, nobody);
  pier__unpin(found);
  return 0;
}

static int link_to(struct pier__hport *port, pier_process *process) {
  int error = pier__table_put(&process->links, port->core.number, process);
  if (error == 0) error = pier__port_link(&port->core, process->pid);
  if (error < 0) pier__table_remove(&process->links, port->core.number);
  return error;
}

/* Unlike the message, the call links the new owner; the old one stays linked. */
int pier_connect(pier_process *caller, pier_port port, pier_pid owner) {
  struct pier__hport *found = usable(caller, port);
  pier_process *fresh = pier__process(caller->host, owner);
  int error;
  if (pier__may_call(caller) < 0) return pier__may_call(caller);
  if (!found || !fresh) return PIER_EBADARG;
  error = link_to(found, fresh);
  if (error == 0) found->core.owner = owner;
  return error;
}

static pier_span noproc(struct pier__atom *atom) {
  return pier__atom(atom, "noproc");
}

int pier_link(pier_process *caller, pier_port port) {
  struct pier__hport *found = usable(caller, port);
  struct pier__atom atom;
  if (pier__may_call(caller) < 0) return pier__may_call(caller);
  if (found) return link_to(found, caller);
  if (!caller->trap_exit) return PIER_ENOPROC;
  pier__exit_signal(caller, port, noproc(&atom));
  return 0;
}

int pier_unlink(pier_process *caller, pier_port port) {
  struct pier__hport *found = usable(caller, port);
  if (pier__may_call(caller) < 0) return pier__may_call(caller);
  pier__table_remove(&caller->links, port.number);
  if (found) pier__port_unlink(&found->core, caller->pid);
  return 0;
}

int pier_monitor(pier_process *caller, pier_port port, uint64_t *reference) {
  struct pier__hport *found = usable(caller, port);
  int error;
  if (pier__may_call(caller) < 0) return pier__may_call(caller);
  *reference = ++caller->host->last_reference;
  if (!found) {
    struct pier__atom atom;
    pier_message message = {.kind = PIER_MESSAGE_DOWN, .port = port, .reference = *reference};
    message.reason = noproc(&atom);
    pier__post_to(caller, &message);
    return 0;
  }
  error = pier__table_put(&caller->monitors, *reference, found);
  if (error == 0) error = pier__port_monitor(&found->core, *reference, caller->pid);
  if (error < 0) pier__table_remove(&caller->monitors, *reference);
  return error;
}

int pier_exit_port(pier_process *caller, pier_port port, const char *reason) {
  struct pier__hport *found = usable(caller, port);
  pier_buffer term = PIER_BUFFER_INIT;
  struct pier__atom killed;
  int error = pier__reason_read(&term, reason);
  if (error == 0 && caller->dead) error = PIER_ENOPROC;
  if (error == 0 && found) {
    int kill = pier__is_atom(pier_buffer_span(&term), "kill");
    pier__pin(found);
    pier__port_exit(&found->core,
                    kill ? pier__atom(&killed, "killed") : pier_buffer_span(&term), kill);
    pier__unpin(found);
  }
  pier_buffer_free(&term);
  return error;
}

/* A closing port still answers. */
int pier_port_info_get(const pier_host *host, pier_port port, pier_port_info *info) {
  struct pier__hport *found = pier__hport(host, port);
  memset(info, 0, sizeof *info);
  if (!found) return PIER_EBADARG;
  info->connected = found->core.owner;
  info->input = found->core.input;
  info->output = found->core.output;
  info->queue_size = pier__queue_size(&found->core.queue);
  info->os_pid = found->os_pid;
  return 0;
}
