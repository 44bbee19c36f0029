/* Made for a version before those that there are: 1.9. */
#include "drive.h"

static char name[] = "major1_drv";
static ErlDrvEntry entry = {.driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = 1,
                            .minor_version = 9};

DRIVER_INIT(major1_drv) {
  return &entry;
}
