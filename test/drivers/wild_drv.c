/* Writes where it must not: port_control 1 through a pointer to nowhere, 2 one byte behind
 * what it allocated, which only a checker sees. */
#include <erl_driver.h>
#include <stdint.h>

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  return (ErlDrvData)port;
}

static void write_to(volatile char *place) {
  *place = 1; /* the line that reports name */
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  char *block = driver_alloc(64);
  (void)data, (void)bytes, (void)size, (void)room;
  if (operation == 1) write_to((volatile char *)(uintptr_t)(16 + size));
  if (operation == 2) write_to(block + 64 + size);
  driver_free(block);
  *answer = 0;
  return 0;
}

static char name[] = "wild_drv";
static ErlDrvEntry entry = {.start = start,
                            .control = control,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(wild_drv) {
  return &entry;
}
