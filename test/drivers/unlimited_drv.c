/* As limits_drv, without the limits. */
#include <erl_driver.h>
#define LIMITS_FLAGS ERL_DRV_FLAG_NO_BUSY_MSGQ
#define LIMITS_NAME "unlimited_drv"
#include "limits_drv.c"
