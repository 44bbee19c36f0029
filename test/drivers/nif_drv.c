/* A driver that needs what only the BEAM has. */
#include <erl_driver.h>

extern int enif_make_pid_of_the_test(void);

static int init(void) {
  return enif_make_pid_of_the_test();
}

static char name[] = "nif_drv";
static ErlDrvEntry entry = {.init = init,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(nif_drv) {
  return &entry;
}
