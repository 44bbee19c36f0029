/* What a driver can ask about the system, the environment and libraries. */
#include "driver/driver.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As of the BEAM whose API this is. Drivers that find no threads work otherwise. */
void driver_system_info(ErlDrvSysInfo *info, size_t size) {
  static char erts[] = "13.1.5", otp[] = "25";
  ErlDrvSysInfo all;
  if (size < offsetof(ErlDrvSysInfo, smp_support)) abort();
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
  memcpy(info, &all, size < sizeof all ? size : sizeof all);
}

char *erl_errno_id(int error) {
  return (char *)(uintptr_t)pier_errno_id(error);
}

int null_func(void) {
  return 0;
}

/* ---- The environment: a table of its own, which begins as that of the process ---------- */

struct variable {
  struct variable *next;
  char *text; /* "Name=Value" */
};

static struct variable *variables;
static pthread_mutex_t environment_lock = PTHREAD_MUTEX_INITIALIZER;

static struct variable *find(const char *name, size_t size) {
  struct variable *variable = variables;
  while (variable && !(strncmp(variable->text, name, size) == 0 && variable->text[size] == '='))
    variable = variable->next;
  return variable;
}

int erl_drv_putenv(const char *name, char *value) {
  size_t size = strlen(name), all = size + strlen(value) + 2;
  struct variable *variable;
  char *text;
  if (size == 0 || strchr(name, '=')) return -1;
  text = pier_alloc(all);
  if (!text) return -1;
  snprintf(text, all, "%s=%s", name, value);
  pthread_mutex_lock(&environment_lock);
  variable = find(name, size);
  if (variable) {
    pier_free(variable->text);
    variable->text = text;
  } else if ((variable = pier_alloc(sizeof *variable))) {
    variable->text = text;
    variable->next = variables;
    variables = variable;
  } else {
    pier_free(text);
  }
  pthread_mutex_unlock(&environment_lock);
  return variable ? 0 : -1;
}

/* 0, 1 if there is too little room, -1 if there is no such variable. */
int erl_drv_getenv(const char *name, char *value, size_t *size) {
  const struct variable *variable;
  const char *found;
  size_t length;
  int result = -1;
  pthread_mutex_lock(&environment_lock);
  variable = find(name, strlen(name));
  found = variable ? strchr(variable->text, '=') + 1 : getenv(name);
  if (found) {
    length = strlen(found);
    result = *size > length ? 0 : 1;
    if (result == 0) memcpy(value, found, length + 1);
    *size = result == 0 ? length : length + 1;
  }
  pthread_mutex_unlock(&environment_lock);
  return result;
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
