/* What a driver sets on its port. */
#include "driver/driver.h"

void set_busy_port(ErlDrvPort port, int on) {
  struct pier__dport *dport = pier__handle_get(port);
  struct pier__port *core;
  if (!dport) return;
  core = &dport->port->core;
  if (on) {
    core->busy = pier__port_usable(core) != 0;
  } else if (core->busy) {
    core->busy = 0;
    core->io->calm(core);
  }
}

void set_port_control_flags(ErlDrvPort port, int flags) {
  struct pier__dport *dport = pier__handle_get(port);
  if (dport) dport->control_flags = flags;
}

int get_port_flags(ErlDrvPort port) {
  const struct pier__dport *dport = pier__handle_get(port);
  const struct pier__port *core;
  int flags = 0;
  if (!dport) return 0;
  core = &dport->port->core;
  if (core->flags & PIER_PORT_BINARY) flags |= PORT_FLAG_BINARY;
  if (core->framing.kind == PIER_LINE) flags |= PORT_FLAG_LINE;
  return flags;
}

/* Commands are carried out at once: the limits are kept, and bound nothing. What of two
 * that do not fit gives way, and what is said when they are switched off, is the BEAM's. */
void erl_drv_busy_msgq_limits(ErlDrvPort port, ErlDrvSizeT *low, ErlDrvSizeT *high) {
  const ErlDrvSizeT off = ERL_DRV_BUSY_MSGQ_DISABLED, read = ERL_DRV_BUSY_MSGQ_READ_ONLY;
  struct pier__dport *dport = pier__handle_get(port);
  if (!dport) return;
  if (dport->msgq_low != off && (*low == off || *high == off)) {
    dport->msgq_low = dport->msgq_high = off;
    return;
  }
  if (dport->msgq_low != off) {
    if (*low != read) dport->msgq_low = *low;
    if (*high != read) dport->msgq_high = *high;
    if (dport->msgq_low > dport->msgq_high) {
      if (*high != read)
        dport->msgq_low = dport->msgq_high;
      else
        dport->msgq_high = dport->msgq_low;
    }
  }
  *low = dport->msgq_low;
  *high = dport->msgq_high;
}

int erl_drv_consume_timeslice(ErlDrvPort port, int percent) {
  struct pier__dport *dport = pier__handle_get(port);
  if (!dport) return -1;
  if (percent < 1) percent = 1;
  if (percent > 100) percent = 100;
  if (dport->percent < 100) dport->percent += (unsigned)percent;
  return dport->percent >= 100;
}

void erl_drv_set_os_pid(ErlDrvPort port, ErlDrvSInt pid) {
  struct pier__dport *dport = pier__handle_get(port);
  if (dport) dport->port->os_pid = (pid_t)pid;
}
