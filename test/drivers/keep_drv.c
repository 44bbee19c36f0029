/* Makes itself permanent when it is told to. */
#include "drive.h"

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  (void)operation, (void)bytes, (void)size, (void)room;
  return drive_tell(answer, "%d", driver_lock_driver((ErlDrvPort)data));
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static char name[] = "keep_drv";
static ErlDrvEntry entry = {.start = start, .control = control, DRIVE_AS(name)};

DRIVER_INIT(keep_drv) {
  return &entry;
}
