/* The limits of a port's queue of messages, and what suspends its callers. Control says:
 * 0 the limits; 1 and more: sets them to what the bytes say and says them. */
#include <erl_driver.h>
#include <stdio.h>
#include <string.h>

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  return (ErlDrvData)port;
}

static ErlDrvSSizeT say(char **answer, ErlDrvSizeT room, ErlDrvSizeT low, ErlDrvSizeT high) {
  return snprintf(*answer, room, "%ld/%ld", (long)low, (long)high);
}

static ErlDrvSizeT limit(char byte) {
  if (byte == 'r') return ERL_DRV_BUSY_MSGQ_READ_ONLY;
  if (byte == 'd') return ERL_DRV_BUSY_MSGQ_DISABLED;
  return (ErlDrvSizeT)(unsigned char)byte;
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  ErlDrvSizeT low = ERL_DRV_BUSY_MSGQ_READ_ONLY, high = ERL_DRV_BUSY_MSGQ_READ_ONLY;
  switch (operation) {
  case 0:
    if (size == 2) {
      low = limit(bytes[0]);
      high = limit(bytes[1]);
    }
    erl_drv_busy_msgq_limits(port, &low, &high);
    return say(answer, room, low, high);
  case 1:
    set_busy_port(port, bytes[0] == 1);
    return 0;
  case 2: /* percents of a time slice, one a byte */
    for (low = 0; low < size; low++)
      (*answer)[low] = (char)('0' + erl_drv_consume_timeslice(port, (signed char)bytes[low]));
    return (ErlDrvSSizeT)size;
  default:
    return -1;
  }
}

/* Says how the vector lies: the sizes of its parts, * those of binaries of their own. */
static void outputv(ErlDrvData data, ErlIOVec *ev) {
  char text[256];
  int i, length = snprintf(text, sizeof text, "%d:", ev->vsize);
  for (i = 0; i < ev->vsize && length < 200; i++)
    length += snprintf(text + length, sizeof text - (size_t)length, "%lu%s ",
                       (unsigned long)ev->iov[i].iov_len,
                       ev->binv[i] && (size_t)ev->binv[i]->orig_size == ev->iov[i].iov_len &&
                               ev->iov[i].iov_len > 64
                           ? "*"
                           : "");
  driver_output((ErlDrvPort)data, text, (ErlDrvSizeT)length);
}

#ifndef LIMITS_FLAGS
#define LIMITS_FLAGS ERL_DRV_FLAG_SOFT_BUSY
#define LIMITS_NAME "limits_drv"
#endif
static char name[] = LIMITS_NAME;
static ErlDrvEntry entry = {.start = start,
                            .outputv = outputv,
                            .control = control,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
                            .driver_flags = LIMITS_FLAGS};

DRIVER_INIT(limits_drv) {
  return &entry;
}
