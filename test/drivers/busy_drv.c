/* Busy and not: by operations of control. Every command is said back. This one knows no
 * soft busy, so that nobody forces it. */
#include "drive.h"

static ErlDrvPort first; /* the port that was opened first: others may make it busy */

static ErlDrvSSizeT limits(ErlDrvPort port, long low, long high, char **answer) {
  ErlDrvSizeT l = (ErlDrvSizeT)low, h = (ErlDrvSizeT)high;
  erl_drv_busy_msgq_limits(port, &l, &h);
  return drive_tell(answer, "%ld:%ld", (long)l, (long)h);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  (void)room, (void)size;
  switch (operation) {
  case 'b':
    set_busy_port(port, 1);
    return 0;
  case 'c':
    set_busy_port(port, 0);
    return 0;
  case 'B': /* another port of this driver */
    set_busy_port(first, 1);
    return 0;
  case 'C':
    set_busy_port(first, 0);
    return 0;
  case 'l': /* [Low, High] as they are; 255: never again */
    return limits(port, (signed char)bytes[0], (signed char)bytes[1], answer);
  case 't': /* time that was used */
    return drive_tell(answer, "%d %d", erl_drv_consume_timeslice(port, 1),
                      erl_drv_consume_timeslice(port, 100));
  case 'f':
    driver_failure_eof(port);
    return 0;
  default:
    return -1;
  }
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  ErlDrvPort port = (ErlDrvPort)data;
  driver_output(port, bytes, size);
  if (size == 4 && memcmp(bytes, "busy", 4) == 0) set_busy_port(port, 1);
  if (size == 4 && memcmp(bytes, "both", 4) == 0) {
    set_busy_port(port, 1);
    set_busy_port(port, 0);
  }
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  if (strchr(command, ' ')) set_busy_port(port, 1);
  if (!strchr(command, '2')) first = port;
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static char name[] = "busy_drv";
static ErlDrvEntry entry = {
    .start = start, .output = output, .control = control, DRIVE_AS(name)};

DRIVER_INIT(busy_drv) {
  return &entry;
}
