/* Port ! Message: signals without a result. What is wrong with one comes back
 * as the exit signal badsig, to the owner alone; the port stays open. */
#include "host/host.h"

#include "port/iodata.h"
#include "port/reason.h"
#include "port/shape.h"

static void badsig(struct pier__hport *port) {
  pier_process *owner = pier__process(port->host, port->core.owner);
  pier_port self = {port->core.number};
  struct pier__atom atom;
  if (owner) pier__exit_signal(owner, self, pier__atom(&atom, "badsig"));
}

/* 1 with the port pinned, 0 if there is nobody to take the message, which is
 * no error, or PIER_ENOPROC. A wrong owner is answered here. */
static int address(const pier_process *caller, pier_port port, pier_pid owner,
                   struct pier__hport **found) {
  if (caller->dead) return PIER_ENOPROC;
  *found = pier__hport(caller->host, port);
  if (!*found || !pier__port_usable(&(*found)->core)) return 0;
  pier__pin(*found);
  if ((*found)->core.owner.number == owner.number) return 1;
  badsig(*found);
  pier__unpin(*found);
  return 0;
}

int pier_send_command(pier_process *caller, pier_port port, pier_pid owner, pier_span data) {
  struct pier__hport *found;
  int error = address(caller, port, owner, &found);
  if (error != 1) return error;
  pier__unpin(found);
  error = pier_command(caller, port, data);
  /* The port may have ended while the sender was suspended: no error here. */
  return error == PIER_EBADARG ? 0 : error;
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
  struct pier__hport *found = pier__hport(caller->host, port);
  if (caller->dead) return PIER_ENOPROC;
  if (!found || !pier__port_usable(&found->core)) return 0;
  pier__pin(found);
  badsig(found);
  pier__unpin(found);
  return 0;
}

static int send_data(pier_process *caller, pier_port port, pier_pid owner, pier_span term) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span data;
  int error = pier__iodata(term, &scratch, &data);
  if (error == PIER_EBADARG)
    error = send_bad(caller, port);
  else if (error == 0)
    error = pier_send_command(caller, port, owner, data);
  pier_buffer_free(&scratch);
  return error;
}

/* {command,Data} or {connect,Pid} */
static int send_pair(pier_process *caller, pier_port port, pier_pid owner,
                     const pier__view *what) {
  pier__view verb, object;
  pier_pid fresh;
  if (!pier__shape_pair(what, &verb, &object)) return send_bad(caller, port);
  if (pier__shape_is_atom(&verb, "command")) {
    const uint8_t *data = pier__view_skip(what->next);
    return send_data(caller, port, owner,
                     pier_span_of(data, (size_t)(pier__view_skip(data) - data)));
  }
  if (pier__shape_is_atom(&verb, "connect") && pier__shape_pid(&object, &fresh.number))
    return pier_send_connect(caller, port, owner, fresh);
  return send_bad(caller, port);
}

int pier_send_term(pier_process *caller, pier_port port, pier_span message) {
  pier__view whole, from, what;
  pier_pid owner;
  pier__view_at(&whole, pier__view_start(message));
  if (!pier__shape_pair(&whole, &from, &what)) return send_bad(caller, port);
  if (!pier__shape_pid(&from, &owner.number)) return send_bad(caller, port);
  if (pier__shape_is_atom(&what, "close")) return pier_send_close(caller, port, owner);
  return send_pair(caller, port, owner, &what);
}
