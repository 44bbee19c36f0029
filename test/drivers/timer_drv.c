/* Timers: set and cancelled by operations of control, with milliseconds as text. What has
 * come is counted. */
#include "drive.h"

#include <stdlib.h>

struct port {
  ErlDrvPort port;
  int rounds; /* that are to come yet */
  int late;   /* says how it came */
  ErlDrvTime set;
};

static unsigned long number(const char *bytes, ErlDrvSizeT size) {
  char text[16] = "";
  memcpy(text, bytes, size < 15 ? size : 15);
  return strtoul(text, NULL, 10);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  struct port *port = (struct port *)data;
  unsigned long left = 12345;
  int result = 0;
  (void)room;
  switch (operation) {
  case 's':
    port->set = erl_drv_monotonic_time(ERL_DRV_MSEC);
    result = driver_set_timer(port->port, number(bytes, size));
    break;
  case 'c':
    result = driver_cancel_timer(port->port);
    break;
  case 'r': /* is it between nothing and this? */
    result = driver_read_timer(port->port, &left);
    return drive_tell(answer, "%d:%s", result,
                      left == 0                     ? "none"
                      : left <= number(bytes, size) ? "within"
                                                    : "beyond");
  case 'n':
    port->rounds = (int)number(bytes, size);
    result = driver_set_timer(port->port, 1);
    break;
  case 'e': /* is it never early? */
    port->late = 1;
    port->set = erl_drv_monotonic_time(ERL_DRV_MSEC);
    result = driver_set_timer(port->port, number(bytes, size));
    break;
  case 'q':
    result = driver_enq(port->port, bytes, size);
    break;
  default:
    return -1;
  }
  return drive_tell(answer, "%d", result);
}

static void timeout(ErlDrvData data) {
  struct port *port = (struct port *)data;
  unsigned long left = 12345;
  driver_read_timer(port->port, &left);
  if (port->late)
    drive_say(port->port, "%s",
              erl_drv_monotonic_time(ERL_DRV_MSEC) - port->set >= 30 ? "in time" : "early");
  else
    drive_say(port->port, "timeout %lu", left);
  if (--port->rounds > 0) driver_set_timer(port->port, 1);
  if (driver_sizeq(port->port) > 0) driver_deq(port->port, driver_sizeq(port->port));
}

static ErlDrvData start(ErlDrvPort handle, char *command) {
  struct port *port = driver_alloc(sizeof *port);
  memset(port, 0, sizeof *port);
  port->port = handle;
  if (strchr(command, ' ')) driver_set_timer(handle, 0);
  set_port_control_flags(handle, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static void stop(ErlDrvData data) {
  driver_free((void *)data);
}

static char name[] = "timer_drv";
static ErlDrvEntry entry = {
    .start = start, .stop = stop, .control = control, .timeout = timeout, DRIVE_AS(name)};

DRIVER_INIT(timer_drv) {
  return &entry;
}
