/* Made for a version after those that there are: 3.9. */
#include "drive.h"

static char name[] = "minor9_drv";
static ErlDrvEntry entry = {.driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = 3,
                            .minor_version = 9};

DRIVER_INIT(minor9_drv) {
  return &entry;
}
