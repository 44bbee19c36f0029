/* Its entry has another name than its file. */
#include <erl_driver.h>

static char name[] = "somebody_else";
static ErlDrvEntry entry = {.driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(misnamed_drv) {
  return &entry;
}
