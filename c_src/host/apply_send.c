/* send, by name: to processes, ports, names and names on nodes. */
#include "host/apply.h"

#include "port/identifier.h"

struct destination {
  pier_object object; /* nobody: what is sent is lost */
  int remote;
};

static int find_name(const struct pier__call *call, const pier__view *name,
                     struct destination *to) {
  int error = pier__apply_whereis(call->host, name, &to->object);
  if (error < 0) return error;
  return to->object.port.number || to->object.pid.number ? 0 : PIER_EBADARG;
}

/* A name on a node may stand for nothing; a bare one may not. */
static int find_at_node(const struct pier__call *call, struct destination *to) {
  pier__view name;
  int local;
  if (!pier__apply_at_node(&call->argument[0], &name, &local)) return PIER_EBADARG;
  to->remote = !local;
  return local ? pier__apply_whereis(call->host, &name, &to->object) : 0;
}

static int find_destination(const struct pier__call *call, struct destination *to) {
  const pier__view *view = &call->argument[0];
  switch (view->kind) {
  case PIER__PORT:
    return pier__shape_port(view, &to->object.port.number) ? 0 : PIER_EBADARG;
  case PIER__PID:
    to->remote = !pier__shape_pid(view, &to->object.pid.number);
    return 0;
  case PIER__REF: /* no alias */
    return 0;
  case PIER__ATOM:
    return find_name(call, view, to);
  default:
    return find_at_node(call, to);
  }
}

/* 0, 1 if the caller is suspended, PIER_EBUSY. */
static int transmit(const struct pier__call *call, const struct destination *to,
                    unsigned flags) {
  if (to->object.port.number != 0)
    return pier_send_term_with(call->caller, to->object.port, call->term[1], flags);
  return pier_send(call->caller, to->object.pid, call->term[1]);
}

static int read_flags(const struct pier__call *call, unsigned *flags) {
  static const struct pier__flag known[] = {
      {"nosuspend", PIER_NOSUSPEND}, {"noconnect", PIER_NOCONNECT}, {NULL, 0}};
  if (call->count < 3) return 0;
  return pier__shape_flags(&call->argument[2], known, flags) ? 0 : PIER_EBADOPT;
}

/* send/2 returns the message, send/3 what became of it. */
int pier__apply_send(struct pier__call *call) {
  struct destination to = {{{0}, {0}}, 0};
  unsigned flags = PIER_LATER;
  int error = read_flags(call, &flags);
  if (error == 0) error = find_destination(call, &to);
  if (error < 0) return error;
  if (to.remote && (flags & PIER_NOCONNECT)) return pier_write_atom(call->out, "noconnect");
  error = transmit(call, &to, flags);
  if (error == PIER_EBUSY) return pier_write_atom(call->out, "nosuspend");
  if (error < 0) return error;
  if (call->count == 3)
    pier_write_atom(call->out, "ok");
  else
    pier_write_term(call->out, call->term[1]);
  return error;
}

int pier__apply_send_nosuspend(struct pier__call *call) {
  struct destination to = {{{0}, {0}}, 0};
  unsigned flags = PIER_NOSUSPEND;
  int error = read_flags(call, &flags);
  if (error == 0) error = find_destination(call, &to);
  if (error < 0) return error;
  if (to.remote && (flags & PIER_NOCONNECT)) return pier_write_atom(call->out, "false");
  error = transmit(call, &to, flags);
  return error == PIER_EBUSY ? pier_write_atom(call->out, "false") : error;
}
