/* The driver API as Debian's erl_driver.h declares it; what we define of it is seen
 * from outside. */
#ifndef PIER_DRIVER_API_H
#define PIER_DRIVER_API_H

#pragma GCC visibility push(default)
#include <erl_driver.h>
#pragma GCC visibility pop

#endif
