/* Port ! Message: signals without a result. What is wrong with one comes back
 * as the exit signal badsig, to the owner alone; the port stays open. */
#include "host/host.h"

#include "port/identifier.h"
#include "port/iodata.h"
#include "port/reason.h"
#include "port/shape.h"

void pier__badsig(struct pier__hport *port) {
  pier_process *owner = pier__process(port->host, port->core.owner);
  pier_port self = {port->core.number};
  struct pier__atom atom;
  if (owner) pier__exit_signal(owner, pier_object_port(self), pier__atom(&atom, "badsig"));
}

/* 1 with the port pinned, 0 if there is nobody to take the message, which is
 * no error. A wrong owner is answered here. */
static int address(const pier_process *caller, pier_port port, pier_pid owner,
                   struct pier__hport **found) {
  int error = pier__may_call(caller);
  if (error < 0) return error;
  *found = pier__usable(caller->host, port);
  if (!*found) return 0;
  pier__pin(*found);
  if ((*found)->core.owner.number == owner.number) return 1;
  pier__badsig(*found);
  pier__unpin(*found);
  return caller->dead ? PIER_ENOPROC : 0;
}

int pier_send_command(pier_process *caller, pier_port port, pier_pid owner, pier_span data) {
  struct pier__order order = {.port = port, .data = data, .owner = owner, .by_message = 1};
  return pier__output(caller, &order, 0);
}

int pier_send_close(pier_process *caller, pier_port port, pier_pid owner) {
  struct pier__hport *found;
  int error = address(caller, port, owner, &found);
  if (error != 1) return error;
  pier__port_close(&found->core, owner);
  pier__unpin(found);
  return 0;
}

int pier_send_connect(pier_process *caller, pier_port port, pier_pid owner, pier_pid fresh) {
  struct pier__hport *found;
  pier_message message = {.kind = PIER_MESSAGE_CONNECTED, .port = port};
  pier_process *old;
  int error = address(caller, port, owner, &found);
  if (error != 1) return error;
  found->core.owner = fresh;
  old = pier__process(caller->host, owner);
  if (old) pier__post_to(old, &message);
  pier__unpin(found);
  return 0;
}

static int send_bad(pier_process *caller, pier_port port) {
  struct pier__hport *found = pier__usable(caller->host, port);
  if (!found) return 0;
  pier__pin(found);
  pier__badsig(found);
  pier__unpin(found);
  return caller->dead ? PIER_ENOPROC : 0;
}

static int send_data(pier_process *caller, pier_port port, pier_pid owner, const uint8_t *data,
                     unsigned flags) {
  struct pier__order order = {.port = port, .owner = owner, .by_message = 1};
  pier_buffer scratch = PIER_BUFFER_INIT;
  int error = pier__iodata(pier__bare(data), &scratch, &order.data);
  order.term = pier__bare(data);
  order.bad = error == PIER_EBADARG;
  if (error == 0 || order.bad) error = pier__output(caller, &order, flags);
  pier_buffer_free(&scratch);
  return error;
}

/* {command,Data} or {connect,Pid} */
static int send_pair(pier_process *caller, pier_port port, pier_pid owner,
                     const pier__view *what, unsigned flags) {
  pier__view verb, object;
  pier_pid fresh;
  if (!pier__shape_pair(what, &verb, &object)) return send_bad(caller, port);
  if (pier__shape_is_atom(&verb, "command"))
    return send_data(caller, port, owner, pier__view_skip(what->next), flags);
  if (pier__shape_is_atom(&verb, "connect") && pier__shape_pid(&object, &fresh.number))
    return pier_send_connect(caller, port, owner, fresh);
  return send_bad(caller, port);
}

int pier_send_term_with(pier_process *caller, pier_port port, pier_span message,
                        unsigned flags) {
  pier__view whole, from, what;
  pier_pid owner;
  int error = pier__may_call(caller);
  if (error < 0) return error;
  pier__view_at(&whole, pier__view_start(message));
  if (!pier__shape_pair(&whole, &from, &what)) return send_bad(caller, port);
  if (!pier__shape_pid(&from, &owner.number)) return send_bad(caller, port);
  if (pier__shape_is_atom(&what, "close")) return pier_send_close(caller, port, owner);
  return send_pair(caller, port, owner, &what, flags);
}

int pier_send_term(pier_process *caller, pier_port port, pier_span message) {
  return pier_send_term_with(caller, port, message, 0);
}

int pier_send(pier_process *caller, pier_pid to, pier_span term) {
  pier_message message = {.kind = PIER_MESSAGE_TERM};
  pier_process *process;
  int error = pier__may_call(caller);
  if (error < 0) return error;
  process = pier__process(caller->host, to);
  if (!process) return 0;
  message.term = pier__bare(pier__view_start(term));
  pier__post_to(process, &message);
  return caller->dead ? PIER_ENOPROC : 0;
}
