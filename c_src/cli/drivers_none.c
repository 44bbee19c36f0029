/* Built where there is no erl_driver.h: no linked-in drivers. */
#include "cli/drivers.h"

int (*const pier__drivers_enable)(pier_host *host) = NULL;
