/* Functions of ports, by name. */
#include "host/apply.h"

#include "port/identifier.h"
#include "port/iodata.h"

int pier__apply_open_port(struct pier__call *call) {
  pier_port port;
  int error = pier__open_terms(call->caller, &port, call->term[0], call->term[1], call->diag);
  return error != 0 ? error : pier__put_port(call->out, port);
}

static int command_flags(const pier__view *list, unsigned *flags) {
  static const struct pier__flag known[] = {
      {"nosuspend", PIER_NOSUSPEND}, {"force", PIER_FORCE}, {NULL, 0}};
  return pier__shape_flags(list, known, flags) ? 0 : PIER_EBADOPT;
}

int pier__apply_port_command(struct pier__call *call) {
  struct pier__order order = {.by_message = 0};
  pier_buffer scratch = PIER_BUFFER_INIT;
  unsigned flags = PIER_LATER;
  int error = call->count == 3 ? command_flags(&call->argument[2], &flags) : 0;
  if (error == 0) error = pier__apply_port(call, 0, &order.port);
  if (error < 0) return error;
  order.term = call->term[1];
  error = pier__iodata(call->term[1], &scratch, &order.data);
  order.bad = error == PIER_EBADARG;
  if (error == 0 || order.bad) error = pier__output(call->caller, &order, flags);
  pier_buffer_free(&scratch);
  if (error != PIER_EBUSY) return error;
  return pier_write_atom(call->out, "false");
}

int pier__apply_port_close(struct pier__call *call) {
  pier_port port;
  int error = pier__apply_port(call, 0, &port);
  return error < 0 ? error : pier_close(call->caller, port);
}

int pier__apply_port_connect(struct pier__call *call) {
  pier_port port;
  pier_pid owner;
  int error = pier__apply_port(call, 0, &port);
  if (error < 0 || !pier__shape_pid(&call->argument[1], &owner.number)) return PIER_EBADARG;
  return pier_connect(call->caller, port, owner);
}

/* Ports with programs know no operations. */
int pier__apply_port_control(struct pier__call *call) {
  return call->host->hooks ? call->host->hooks->control(call) : PIER_EBADARG;
}

int pier__apply_port_call(struct pier__call *call) {
  return call->host->hooks ? call->host->hooks->call(call) : PIER_EBADARG;
}

int pier__apply_port_set_data(struct pier__call *call) {
  pier_port port;
  int error = pier__apply_port(call, 0, &port);
  return error < 0 ? error : pier_port_set_data(call->caller, port, call->term[1]);
}

int pier__apply_port_get_data(struct pier__call *call) {
  pier_port port;
  pier_span data;
  int error = pier__apply_port(call, 0, &port);
  if (error == 0) error = pier_port_get_data(call->caller, port, &data);
  return error < 0 ? error : pier_write_term(call->out, data);
}
