/*
 * bench_drv - a driver that does next to nothing, for the BEAM and for pier's host:
 * control ADD answers the sum of two 32-bit numbers, call answers the term it was given,
 * control SAY with a count sends as many messages, control LATER has one byte sent from a
 * job of the pool.
 */
#include <erl_driver.h>
#include <string.h>

enum { ADD = 1, SAY = 2, LATER = 3 };

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  return (ErlDrvData)port;
}

static unsigned read_number(const char *at) {
  const unsigned char *bytes = (const unsigned char *)at;
  return (unsigned)bytes[0] << 24 | (unsigned)bytes[1] << 16 | (unsigned)bytes[2] << 8 |
         bytes[3];
}

static void work(void *job) {
  *(char *)job = 1;
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned int operation, char *bytes,
                            ErlDrvSizeT size, char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  char message[16] = "driver's output";
  unsigned sum, i;
  (void)room;
  if (operation == LATER) {
    driver_async(port, NULL, work, driver_alloc(1), driver_free);
    return 0;
  }
  if (operation == SAY && size == 4) {
    for (i = read_number(bytes); i > 0; i--)
      driver_output(port, message, sizeof message);
    return 0;
  }
  if (operation != ADD || size != 8) return -1;
  sum = read_number(bytes) + read_number(bytes + 4);
  (*answer)[0] = (char)(sum >> 24);
  (*answer)[1] = (char)(sum >> 16);
  (*answer)[2] = (char)(sum >> 8);
  (*answer)[3] = (char)sum;
  return 4;
}

static ErlDrvSSizeT call(ErlDrvData data, unsigned int operation, char *term, ErlDrvSizeT size,
                         char **answer, ErlDrvSizeT room, unsigned int *flags) {
  (void)data;
  (void)operation;
  (void)flags;
  if (size > room) *answer = driver_alloc(size);
  memcpy(*answer, term, size);
  return (ErlDrvSSizeT)size;
}

static void ready_async(ErlDrvData data, ErlDrvThreadData job) {
  driver_output((ErlDrvPort)data, (char *)job, 1);
  driver_free(job);
}

static char name[] = "bench_drv";

static ErlDrvEntry entry = {.start = start,
                            .driver_name = name,
                            .control = control,
                            .call = call,
                            .ready_async = ready_async,
                            .extended_marker = ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
                            .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING};

DRIVER_INIT(bench_drv) {
  return &entry;
}
