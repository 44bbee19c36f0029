/* The ends that a driver brings about itself: stop is called from inside. */
#include "driver/driver.h"

#include "port/reason.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* In start there is no port yet that could end: opening it fails (doc/drivers.md). */
static int in_start(struct pier__dport *dport, const char *reason) {
  if (!dport->starting) return 0;
  dport->failed = 1;
  pier__driver_log(dport, -EINVAL, "ended its port: %s", reason);
  return 1;
}

static int fail_with(struct pier__dport *dport, pier_span reason) {
  struct pier__hport *port = dport->port;
  pier__pin(port);
  pier__port_failed(&port->core, reason);
  pier__unpin(port);
  return 0;
}

static int fail_atom(struct pier__dport *dport, const char *reason) {
  struct pier__atom atom;
  if (!dport) return -1;
  if (in_start(dport, reason)) return 0;
  return fail_with(dport, pier__atom(&atom, reason));
}

int driver_failure_atom(ErlDrvPort port, char *reason) {
  return fail_atom(pier__handle_get(port), reason);
}

int driver_failure_posix(ErlDrvPort port, int error) {
  return fail_atom(pier__handle_get(port), pier_errno_id(error));
}

int driver_failure(ErlDrvPort handle, int error) {
  struct pier__dport *dport = pier__handle_get(handle);
  pier_buffer reason = PIER_BUFFER_INIT;
  char number[16];
  if (!dport) return -1;
  if (error == 0) return fail_atom(dport, "normal");
  snprintf(number, sizeof number, "%d", error);
  if (in_start(dport, number)) return 0;
  pier_write_int64(&reason, error);
  fail_with(dport, pier_buffer_span(&reason));
  pier_buffer_free(&reason);
  return 0;
}

int driver_failure_eof(ErlDrvPort handle) {
  struct pier__dport *dport = pier__handle_get(handle);
  struct pier__hport *port;
  if (!dport) return -1;
  if (in_start(dport, "eof")) return 0;
  port = dport->port;
  pier__pin(port);
  if (port->core.state == PIER__PORT_EOF)
    pier__port_eof_again(&port->core);
  else
    pier__port_input_end(&port->core);
  pier__unpin(port);
  return 0;
}

/* The owner is told nothing. */
int driver_exit(ErlDrvPort handle, int error) {
  struct pier__dport *dport = pier__handle_get(handle);
  if (!dport) return -1;
  pier__port_unlink_owner(dport->port);
  return fail_atom(dport, error == 0 ? "normal" : pier_errno_id(error));
}
