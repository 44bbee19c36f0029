/* Made for a version after those that there are: 9.0. */
#include "drive.h"

static char name[] = "major9_drv";
static ErlDrvEntry entry = {.driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = 9,
                            .minor_version = 0};

DRIVER_INIT(major9_drv) {
  return &entry;
}
