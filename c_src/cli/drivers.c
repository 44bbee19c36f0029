/* Linked-in drivers, as the library has them. */
#include "cli/drivers.h"

#include <pier/driver.h>

int (*const pier__drivers_enable)(pier_host *host) = pier_driver_enable;
