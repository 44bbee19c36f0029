/* Any command makes it permanent. */
#include <erl_driver.h>

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  return (ErlDrvData)port;
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  (void)operation;
  (void)bytes;
  (void)size;
  (void)room;
  (*answer)[0] = driver_lock_driver((ErlDrvPort)data) == 0 ? 'y' : 'n';
  return 1;
}

static char name[] = "kept_drv";
static ErlDrvEntry entry = {.start = start,
                            .control = control,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(kept_drv) {
  return &entry;
}
