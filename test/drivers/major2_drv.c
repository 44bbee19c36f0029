/* Made for 2.9, which is fine. */
#include "drive.h"

static char name[] = "major2_drv";
static ErlDrvEntry entry = {.driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = 2,
                            .minor_version = 9};

DRIVER_INIT(major2_drv) {
  return &entry;
}
