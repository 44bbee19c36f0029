/* What a driver can ask about the system, the environment and libraries. */
#include "driver/driver.h"

#include "host/environment.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The API's versions added fields by twos, and a caller has all of a version's or none. */
static size_t known_to(size_t size) {
  static const size_t versions[] = {
      sizeof(ErlDrvSysInfo), offsetof(ErlDrvSysInfo, dirty_scheduler_support),
      offsetof(ErlDrvSysInfo, nif_major_version), offsetof(ErlDrvSysInfo, async_threads)};
  size_t i;
  for (i = 0; i < sizeof versions / sizeof versions[0]; i++)
    if (size >= versions[i]) return versions[i];
  abort();
}

/* As of the BEAM whose API this is. Drivers that find no threads work otherwise. */
void driver_system_info(ErlDrvSysInfo *info, size_t size) {
  static char erts[] = "13.1.5", otp[] = "25";
  ErlDrvSysInfo all;
  memset(&all, 0, sizeof all);
  all.driver_major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;
  all.driver_minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;
  all.erts_version = erts;
  all.otp_release = otp;
  all.thread_support = 1;
  all.smp_support = 1;
  all.async_threads = (int)atomic_load(&pier__async_threads);
  all.scheduler_threads = 1;
  all.nif_major_version = 2;
  all.nif_minor_version = 16;
  all.dirty_scheduler_support = 1;
  memcpy(info, &all, known_to(size));
}

char *erl_errno_id(int error) {
  return (char *)(uintptr_t)pier_errno_id(error);
}

int null_func(void) {
  return 0;
}

/* ---- The environment ------------------------------------------------------------------ */

int erl_drv_putenv(const char *name, char *value) {
  return pier__environment_set(name, value) < 0 ? -1 : 0;
}

/* 0, 1 if there is too little room, -1 if there is no such variable. */
int erl_drv_getenv(const char *name, char *value, size_t *size) {
  return pier__environment_get(name, value, size);
}

/* ---- Libraries -------------------------------------------------------------------------- */

void *driver_dl_open(char *path) {
  char file[PATH_MAX];
  int size = snprintf(file, sizeof file, "%s.so", path);
  return size > 0 && (size_t)size < sizeof file ? dlopen(file, RTLD_NOW) : NULL;
}

void *driver_dl_sym(void *library, char *name) {
  return dlsym(library, name);
}

int driver_dl_close(void *library) {
  return dlclose(library);
}

char *driver_dl_error(void) {
  return dlerror();
}
