/* Ends in every way: [Where, How]; where is control, output, timeout or a job, how a
 * letter. What the functions gave after the end is in a file. */
#include "drive.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct port {
  ErlDrvPort port;
  int stopped;
  char how;
};

static char last[64]; /* what was said last of an end */

static int fail(struct port *port, char how) {
  char reason[] = "because", nothing[] = "";
  ErlDrvPort handle = port->port;
  switch (how) {
  case 'a':
    return driver_failure_atom(handle, reason);
  case '0':
    return driver_failure_atom(handle, nothing);
  case 'p':
    return driver_failure_posix(handle, EACCES);
  case 'u':
    return driver_failure_posix(handle, 999);
  case 'z':
    return driver_failure_posix(handle, 0);
  case '7':
    return driver_failure(handle, 7);
  case '-':
    return driver_failure(handle, -1);
  case 'n':
    return driver_failure(handle, 0);
  case 'e':
    return driver_failure_eof(handle);
  case 'x':
    return driver_exit(handle, 0);
  case 'X':
    return driver_exit(handle, EACCES);
  default:
    return -7;
  }
}

static int stops;

/* Ends the port, and notes what it says then: the port's memory has gone. */
static void end(struct port *port, char how) {
  ErlDrvPort handle = port->port;
  int before = stops, result = fail(port, how);
  char text[] = "x";
  int output = driver_output(handle, text, 1);
  snprintf(last, sizeof last, "%d stop %d output %d mk_port %d flags %d size %ld", result,
           stops - before, output, driver_mk_port(handle) == driver_term_nil,
           get_port_flags(handle), (long)driver_sizeq(handle));
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  struct port *port = (struct port *)data;
  (void)room;
  switch (operation) {
  case 'c':
    end(port, bytes[0]);
    return drive_tell(answer, "still");
  case 't': /* soon, or when what comes next has been done */
  case 'T':
    port->how = bytes[0];
    driver_set_timer(port->port, operation == 't' ? 1 : 400);
    return 0;
  case 'q':
    driver_enq(port->port, bytes, size);
    return 0;
  case 's': /* of another port of this driver, afterwards */
    return drive_tell(answer, "%s", last);
  case 'S':
    return drive_tell(answer, "%d", stops);
  case 'd':
    driver_deq(port->port, driver_sizeq(port->port));
    return 0;
  default:
    return -1;
  }
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  if (size > 0) end((struct port *)data, bytes[0]);
}

static void timeout(ErlDrvData data) {
  struct port *port = (struct port *)data;
  end(port, port->how);
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
  stops++;
  driver_free((void *)data);
}

static char name[] = "end_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .output = output,
                            .control = control,
                            .timeout = timeout,
                            DRIVE_AS(name)};

DRIVER_INIT(end_drv) {
  return &entry;
}
