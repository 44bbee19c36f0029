/* Its init fails the second time, in the third it goes well again. */
#include <erl_driver.h>

static char key[] = "ONCE_DRV", yes[] = "yes", no[] = "no";

static int init(void) {
  char value[8];
  size_t size = sizeof value;
  int fails = erl_drv_getenv(key, value, &size) == 0 && value[0] == 'y';
  if (fails) erl_drv_putenv(key, no);
  return fails ? -1 : 0;
}

static void finish(void) {
  erl_drv_putenv(key, yes);
}

static char name[] = "once_drv";
static ErlDrvEntry entry = {.init = init,
                            .finish = finish,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(once_drv) {
  return &entry;
}
