/* Its init function has an underscore in front, as some linkers made it. */
#include "drive.h"

static char name[] = "under_drv";
static ErlDrvEntry entry = {DRIVE_AS(name)};

ErlDrvEntry *_driver_init(void);
ErlDrvEntry *_driver_init(void) {
  return &entry;
}
