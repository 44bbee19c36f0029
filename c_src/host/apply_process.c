/* Functions of processes, by name. */
#include "host/apply.h"

#include "port/identifier.h"
#include "port/reason.h"

int pier__apply_self(struct pier__call *call) {
  return pier__put_pid(call->out, call->caller->pid);
}

int pier__apply_send(struct pier__call *call) {
  pier_port port;
  int error;
  if (!pier__shape_port(&call->argument[0], &port.number)) return PIER_EBADARG;
  error = pier__send_to_port(call->caller, port, call->term[1], PIER_LATER);
  if (error < 0) return error;
  pier_write_term(call->out, call->term[1]);
  return call->out->error ? call->out->error : error;
}

int pier__apply_link(struct pier__call *call) {
  pier_port port;
  if (!pier__shape_port(&call->argument[0], &port.number)) return PIER_EBADARG;
  return pier_link(call->caller, port);
}

int pier__apply_unlink(struct pier__call *call) {
  pier_port port;
  if (!pier__shape_port(&call->argument[0], &port.number)) return PIER_EBADARG;
  return pier_unlink(call->caller, port);
}

int pier__apply_monitor(struct pier__call *call) {
  pier_port port;
  uint64_t reference;
  int error;
  if (!pier__shape_is_atom(&call->argument[0], "port")) return PIER_EBADARG;
  if (!pier__shape_port(&call->argument[1], &port.number)) return PIER_EBADARG;
  error = pier_monitor(call->caller, port, &reference);
  return error < 0 ? error : pier__put_reference(call->out, reference);
}

int pier__apply_exit(struct pier__call *call) {
  pier_port port;
  struct pier__hport *found;
  struct pier__atom killed;
  int kill;
  if (call->count == 1) {
    pier__process_end(call->caller, call->term[0]);
    return PIER_ENOPROC;
  }
  if (!pier__shape_port(&call->argument[0], &port.number)) return PIER_EBADARG;
  found = pier__usable(call->host, port);
  if (!found) return 0;
  kill = pier__is_atom(call->term[1], "kill");
  pier__pin(found);
  pier__port_exit(&found->core, kill ? pier__atom(&killed, "killed") : call->term[1], kill);
  pier__unpin(found);
  return 0;
}
