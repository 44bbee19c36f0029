/* Busy, but who forces it gets through; and with no limits for its queue of messages. */
#include "drive.h"

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  ErlDrvSizeT low = 10, high = 20;
  (void)bytes, (void)size, (void)room;
  if (operation == 'l') {
    erl_drv_busy_msgq_limits(port, &low, &high);
    return drive_tell(answer, "%ld:%ld", (long)low, (long)high);
  }
  set_busy_port(port, operation == 'b');
  return 0;
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  driver_output((ErlDrvPort)data, bytes, size);
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static char name[] = "soft_drv";
static ErlDrvEntry entry = {.start = start,
                            .output = output,
                            .control = control,
                            DRIVE_AS(name),
                            .driver_flags =
                                (int)(ERL_DRV_FLAG_SOFT_BUSY | ERL_DRV_FLAG_NO_BUSY_MSGQ)};

DRIVER_INIT(soft_drv) {
  return &entry;
}
