/* Its init fails. */
#include <erl_driver.h>

static int init(void) {
  return -1;
}

static char name[] = "bad_init_drv";
static ErlDrvEntry entry = {.init = init,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(bad_init_drv) {
  return &entry;
}
