/* Needs a function that no host has. */
#include <erl_driver.h>

void driver_that_is_not_there(void);

static int init(void) {
  driver_that_is_not_there();
  return 0;
}

static char name[] = "missing_drv";
static ErlDrvEntry entry = {.init = init,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(missing_drv) {
  return &entry;
}
