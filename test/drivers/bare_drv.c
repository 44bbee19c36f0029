/* Has no callback at all but init, which the BEAM may do without. */
#include "drive.h"

static char name[] = "bare_drv";
static ErlDrvEntry entry = {DRIVE_AS(name)};

DRIVER_INIT(bare_drv) {
  return &entry;
}
