/* Its ports are there when a timer says so: open_port waits for erl_drv_init_ack. The
 * second word of the command is the result. */
#include <erl_driver.h>
#include <errno.h>
#include <string.h>

struct port {
  ErlDrvPort port;
  char how;
};

static ErlDrvData start(ErlDrvPort handle, char *command) {
  const char *how = strchr(command, ' ');
  struct port *port;
  if (how && strcmp(how, " refused") == 0) return ERL_DRV_ERROR_GENERAL;
  port = driver_alloc(sizeof *port);
  port->port = handle;
  port->how = how ? how[1] : ' ';
  if (port->how == 'a') erl_drv_init_ack(handle, (ErlDrvData)port);
  if (port->how != 'a') driver_set_timer(handle, 1);
  return (ErlDrvData)port;
}

static void stop(ErlDrvData data) {
  driver_free(data);
}

/* An error that is acknowledged stops the port at once, and its data is gone. */
static void timeout(ErlDrvData data) {
  const struct port copy = *(struct port *)data, *port = &copy;
  char said[] = "before";
  ErlDrvData result = data;
  if (port->how == 'b') result = ERL_DRV_ERROR_BADARG;
  if (port->how == 'g') result = ERL_DRV_ERROR_GENERAL;
  if (port->how == 'e') result = ERL_DRV_ERROR_ERRNO;
  if (port->how == 's') driver_output(port->port, said, 6);
  if (port->how == 'f') {
    driver_failure_atom(port->port, said);
    return;
  }
  errno = EACCES;
  erl_drv_init_ack(port->port, result);
  if (port->how == 't') erl_drv_init_ack(port->port, result);
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  driver_output(((struct port *)data)->port, bytes, size);
}

static char name[] = "acked_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .output = output,
                            .timeout = timeout,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
                            .driver_flags = ERL_DRV_FLAG_USE_INIT_ACK};

DRIVER_INIT(acked_drv) {
  return &entry;
}
