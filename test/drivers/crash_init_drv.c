/* A driver whose init ends the whole process. */
#include <erl_driver.h>
#include <stdlib.h>

static int init(void) {
  abort();
}

static char name[] = "crash_init_drv";
static ErlDrvEntry entry = {.init = init,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(crash_init_drv) {
  return &entry;
}
