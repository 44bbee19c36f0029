/* An entry of version 3.1 that nobody may write to, behind whose last field there is
 * nothing at all; without start: its callbacks get no data. */
#include "drive.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static int commands;

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  (void)bytes, (void)size;
  if (!data) commands++;
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  (void)operation, (void)bytes, (void)size, (void)room;
  return drive_tell(answer, "%d %d", data == NULL, commands);
}

static char name[] = "plain_drv";
static const ErlDrvEntry entry = {.output = output,
                                  .control = control,
                                  .driver_name = name,
                                  .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                                  .major_version = 3,
                                  .minor_version = 1};

/* It ends with a page behind which there is none. */
DRIVER_INIT(plain_drv) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), size = offsetof(ErlDrvEntry, emergency_close);
  char *pages = mmap(NULL, 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *place = pages + page - size;
  if (pages == MAP_FAILED || mprotect(pages, page, PROT_READ | PROT_WRITE) < 0) return NULL;
  memcpy(place, &entry, size);
  if (mprotect(pages, page, PROT_READ) < 0) return NULL;
  return (ErlDrvEntry *)(void *)place;
}
