/* Its driver_init gives nothing. */
#include "drive.h"

DRIVER_INIT(none_drv) {
  return NULL;
}
