/* Monitors of processes: two of them, on whoever asks. */
#include "drive.h"

struct port {
  ErlDrvPort port;
  ErlDrvMonitor monitors[2];
  ErlDrvTermData kept; /* who said so */
};

static const char *who(struct port *port, const ErlDrvMonitor *monitor) {
  ErlDrvTermData pid = driver_get_monitored_process(port->port, monitor);
  if (pid == driver_term_nil) return "nobody";
  return pid == driver_connected(port->port) ? "the owner"
         : pid == port->kept                 ? "the kept one"
                                             : "another";
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  struct port *port = (struct port *)data;
  int which = size > 0 ? bytes[0] : 0;
  ErlDrvMonitor *monitor = &port->monitors[which];
  int result;
  (void)room;
  switch (operation) {
  case 'm':
    result = driver_monitor_process(port->port, driver_caller(port->port), monitor);
    break;
  case 'k': /* the one who said 'K' */
    result = driver_monitor_process(port->port, port->kept, monitor);
    break;
  case 'K':
    port->kept = driver_caller(port->port);
    return 0;
  case 'd':
    result = driver_demonitor_process(port->port, monitor);
    break;
  case 'w':
    return drive_tell(answer, "%s", who(port, monitor));
  case 'c':
    result = driver_compare_monitors(&port->monitors[0], &port->monitors[1]) == 0;
    break;
  case 'C':
    result = driver_compare_monitors(monitor, monitor) == 0;
    break;
  case 'p': /* what is no process */
    result = driver_monitor_process(port->port, driver_mk_port(port->port), monitor);
    break;
  default:
    return -1;
  }
  return drive_tell(answer, "%d", result);
}

static void process_exit(ErlDrvData data, ErlDrvMonitor *monitor) {
  struct port *port = (struct port *)data;
  int which = driver_compare_monitors(monitor, &port->monitors[0]) == 0 ? 0 : 1;
  drive_say(port->port, "exit %d of %s", which, who(port, monitor));
}

static ErlDrvData start(ErlDrvPort handle, char *command) {
  struct port *port = driver_alloc(sizeof *port);
  (void)command;
  memset(port, 0, sizeof *port);
  port->port = handle;
  set_port_control_flags(handle, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static void stop(ErlDrvData data) {
  driver_free((void *)data);
}

static char name[] = "watch_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .control = control,
                            .process_exit = process_exit,
                            DRIVE_AS(name)};

DRIVER_INIT(watch_drv) {
  return &entry;
}
