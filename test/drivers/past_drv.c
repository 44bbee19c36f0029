/* Goes past the end of what it has, by one byte, or writes to nowhere in a thread and in a
 * job: each operation of control in another way and in a line of its own, which a memory
 * checker is to name. */
#include "drive.h"

#include <unistd.h>

/* Not for the compiler to see through. */
static volatile size_t size_of = 5;

static int past_memory(void) {
  char *memory = driver_alloc(size_of);
  ((volatile char *)memory)[size_of] = 'x'; /* past: memory */
  driver_free(memory);
  return 0;
}

static int past_moved(void) {
  char *memory = driver_realloc(driver_alloc(1), size_of);
  ((volatile char *)memory)[size_of] = 'x'; /* past: moved */
  driver_free(memory);
  return 0;
}

static int past_binary(void) {
  ErlDrvBinary *binary = driver_alloc_binary(size_of);
  ((volatile char *)binary->orig_bytes)[size_of] = 'x'; /* past: binary */
  driver_free_binary(binary);
  return 0;
}

static int past_grown(void) {
  ErlDrvBinary *binary = driver_realloc_binary(driver_alloc_binary(1), size_of);
  ((volatile char *)binary->orig_bytes)[size_of] = 'x'; /* past: grown */
  driver_free_binary(binary);
  return 0;
}

static int past_command(const char *bytes, ErlDrvSizeT size) {
  return ((const volatile char *)bytes)[size] == 'x'; /* past: command */
}

/* Nothing is there at all. */
static void past_all(void *data) {
  *(volatile char *)data = 'x'; /* past: job */
}

static void *past_all_in_thread(void *data) {
  *(volatile char *)data = 'x'; /* past: thread */
  return data;
}

static ErlDrvSSizeT in_thread(void) {
  char called[] = "past all";
  ErlDrvTid thread;
  erl_drv_thread_create(called, &thread, past_all_in_thread, NULL, NULL);
  return erl_drv_thread_join(thread, NULL);
}

static ErlDrvSSizeT in_job(ErlDrvPort port) {
  driver_async(port, NULL, past_all, NULL, NULL);
  return pause();
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  (void)room;
  switch (operation) {
  case 1:
    return drive_tell(answer, "%d", past_memory());
  case 2:
    return drive_tell(answer, "%d", past_moved());
  case 3:
    return drive_tell(answer, "%d", past_binary());
  case 4:
    return drive_tell(answer, "%d", past_grown());
  case 5: /* neither is as it was */
    return drive_tell(answer, "%d", past_command(bytes, size) & 2);
  case 6:
    return in_thread();
  case 7:
    return in_job((ErlDrvPort)data);
  default:
    return -1;
  }
}

/* outputv's slots are binaries of their own. */
static void outputv(ErlDrvData data, ErlIOVec *ev) {
  volatile char *last = ev->iov[ev->vsize - 1].iov_base;
  (void)data;
  last[ev->iov[ev->vsize - 1].iov_len] = 'x'; /* past: slot */
}

static char name[] = "past_drv";
static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  return (ErlDrvData)port;
}

static ErlDrvEntry entry = {
    .start = start, .outputv = outputv, .control = control, DRIVE_AS(name)};

DRIVER_INIT(past_drv) {
  return &entry;
}
