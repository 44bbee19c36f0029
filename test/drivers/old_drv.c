/* Without the marker of an entry. */
#include <erl_driver.h>

static char name[] = "old_drv";
static ErlDrvEntry entry = {.driver_name = name};

DRIVER_INIT(old_drv) {
  return &entry;
}
