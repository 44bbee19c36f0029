/* cli/drivers.h - linked-in drivers, where this command was built with them. */
#ifndef PIER_CLI_DRIVERS_H
#define PIER_CLI_DRIVERS_H

#include <pier/host.h>

/* Lets a host load drivers, as pier_driver_enable does; NULL where there was no
 * erl_driver.h to build with. */
extern int (*const pier__drivers_enable)(pier_host *host);

#endif
