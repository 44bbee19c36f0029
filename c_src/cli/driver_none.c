/* Where there was no erl_driver.h. */
#include "cli/driver.h"

int (*const pier__drivers_enable)(pier_host *host) = NULL;

static int say(const char *who) {
  return pier__fail(who, PIER__FAILED,
                    "this pier was built without linked-in drivers: there was no erl_driver.h");
}

int pier__driver_use(const char *who, pier_process *process, const pier__driver_path *path) {
  (void)process;
  (void)path;
  return say(who);
}

int pier__driver_main(int argc, char **argv) {
  (void)argc;
  (void)argv;
  return say("pier driver");
}
