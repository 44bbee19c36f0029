/* Starts, or does not: "start_drv HOW". What comes of the errors is in open_port's. What
 * ends in start crashes the BEAM. */
#include "drive.h"

#include <errno.h>

static int stops;

static void ends_in_start(ErlDrvPort port, const char *how) {
  char why[] = "why";
  if (strcmp(how, " failure") == 0) driver_failure(port, 7);
  if (strcmp(how, " zero") == 0) driver_failure(port, 0);
  if (strcmp(how, " atom") == 0) driver_failure_atom(port, why);
  if (strcmp(how, " posix") == 0) driver_failure_posix(port, EACCES);
  if (strcmp(how, " eof") == 0) driver_failure_eof(port);
  if (strcmp(how, " exit") == 0) driver_exit(port, 0);
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  const char *how = strchr(command, ' ');
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
  if (!how) return (ErlDrvData)port;
  errno = 0;
  if (strcmp(how, " general") == 0) return ERL_DRV_ERROR_GENERAL;
  if (strcmp(how, " badarg") == 0) return ERL_DRV_ERROR_BADARG;
  if (strcmp(how, " eacces") == 0) errno = EACCES;
  if (strcmp(how, " enoent") == 0) errno = ENOENT;
  if (strcmp(how, " emfile") == 0) errno = EMFILE;
  if (errno) return ERL_DRV_ERROR_ERRNO;
  if (strcmp(how, " says") == 0) drive_say(port, "said in start");
  if (strcmp(how, " failing") == 0) {
    drive_say(port, "never heard");
    return ERL_DRV_ERROR_GENERAL;
  }
  if (strcmp(how, " terms") == 0) {
    char text[] = "in_start";
    ErlDrvTermData spec[] = {ERL_DRV_ATOM,         driver_mk_atom(text), ERL_DRV_PORT,
                             driver_mk_port(port), ERL_DRV_TUPLE,        2};
    erl_drv_output_term(driver_mk_port(port), spec, 6);
  }
  ends_in_start(port, how);
  if (strcmp(how, " timer") == 0) driver_set_timer(port, 0);
  return (ErlDrvData)port;
}

static void stop(ErlDrvData data) {
  (void)data;
  stops++;
}

static void timeout(ErlDrvData data) {
  drive_say((ErlDrvPort)data, "timeout");
}

/* How many ports have stopped. */
static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  (void)data, (void)operation, (void)bytes, (void)size, (void)room;
  return drive_tell(answer, "%d", stops);
}

static char name[] = "start_drv";
static ErlDrvEntry entry = {
    .start = start, .stop = stop, .timeout = timeout, .control = control, DRIVE_AS(name)};

DRIVER_INIT(start_drv) {
  return &entry;
}
