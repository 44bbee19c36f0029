/* The library of a driver: opened, checked as the BEAM checks it, in its order, and
 * closed. */
#include "driver/driver.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { OPEN_ERRORS = 1024 };

/* ---- Texts of the linker by number -------------------------------------------------- */

/* The BEAM has met the first one before it loads any driver. */
static char first[] = "cannot open shared object file: No such file or directory";
static char *open_errors[OPEN_ERRORS] = {first};
static int open_error_count = 1;

/* The BEAM cuts the path off. */
int pier__open_error(const char *text, const char *path) {
  size_t size = strlen(path);
  int i, number = PIER__FIRST_OPEN_ERROR;
  if (strncmp(text, path, size) == 0 && strncmp(text + size, ": ", 2) == 0) text += size + 2;
  pthread_mutex_lock(&pier__handles_lock);
  for (i = 0; i < open_error_count && strcmp(open_errors[i], text) != 0; i++)
    ;
  if (i == open_error_count && i < OPEN_ERRORS) {
    open_errors[i] = pier_alloc(strlen(text) + 1);
    if (open_errors[i]) strcpy(open_errors[open_error_count++], text);
  }
  number -= i;
  pthread_mutex_unlock(&pier__handles_lock);
  return number;
}

const char *pier__open_error_text(long long number) {
  long long i = PIER__FIRST_OPEN_ERROR - number;
  const char *text = NULL;
  pthread_mutex_lock(&pier__handles_lock);
  if (i >= 0 && i < open_error_count) text = open_errors[i];
  pthread_mutex_unlock(&pier__handles_lock);
  return text;
}

/* ---- Opening ------------------------------------------------------------------------- */

/* A library that was itself opened for nobody else to see (by a plugin, or from a
 * scripting language) makes its names seen. */
static void show_names(void) {
  Dl_info info;
  void *self;
  if (pier__api_count == 0 || dladdr((const void *)&driver_term_nil, &info) == 0) return;
  self = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
  if (self) dlclose(self); /* it stays loaded, and seen */
}

static void *open_library(struct pier__driver *driver, pier_diag *diag) {
  char path[PATH_MAX];
  const char *text;
  int size = snprintf(path, sizeof path, "%s/%s.so", driver->folder, driver->name);
  void *library = NULL;
  if (size > 0 && (size_t)size < sizeof path) library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library) return library;
  text = (size_t)size < sizeof path ? dlerror() : "File name too long";
  driver->open_error = pier__open_error(text ? text : "unknown", path);
  pier_diag_set(diag, PIER_EDRVOPEN, 0, "%s", text ? text : path);
  return NULL;
}

typedef ErlDrvEntry *init_function(void);

/* What is not found has a number as well, though nobody is told. */
static void *find_symbol(void *library, const char *name) {
  void *symbol = dlsym(library, name);
  const char *text = symbol ? NULL : dlerror();
  if (text) pier__open_error(text, "");
  return symbol;
}

static init_function *find_init(void *library) {
  /* ISO C has no cast from an object's address to a function's. */
  union {
    void *object;
    init_function *function;
  } symbol;
  symbol.object = find_symbol(library, "driver_init");
  if (!symbol.object) symbol.object = find_symbol(library, "_driver_init");
  return symbol.function;
}

static int is_version_fine(const ErlDrvEntry *entry) {
  if ((unsigned)entry->extended_marker != ERL_DRV_EXTENDED_MARKER) return 0;
  if (entry->major_version < ERL_DRV_MIN_REQUIRED_MAJOR_VERSION_ON_LOAD) return 0;
  if (entry->major_version > ERL_DRV_EXTENDED_MAJOR_VERSION) return 0;
  return entry->major_version < ERL_DRV_EXTENDED_MAJOR_VERSION ||
         entry->minor_version <= ERL_DRV_EXTENDED_MINOR_VERSION;
}

/* The entry of an API before 3.2 ends before emergency_close. */
void pier__entry_copy(ErlDrvEntry *to, const ErlDrvEntry *from) {
  int has_all =
      from->major_version > 3 || (from->major_version == 3 && from->minor_version >= 2);
  size_t size = has_all ? sizeof *to : offsetof(ErlDrvEntry, emergency_close);
  memset(to, 0, sizeof *to);
  memcpy(to, from, size);
}

static int check(struct pier__driver *driver, pier_diag *diag) {
  init_function *init = find_init(driver->library);
  const ErlDrvEntry *entry;
  if (!init) return pier_diag_set(diag, PIER_EDRVNOINIT, 0, "there is no driver_init");
  entry = init();
  if (!entry) return pier_diag_set(diag, PIER_EDRVINIT, 0, "driver_init gave no entry");
  if (!is_version_fine(entry))
    return pier_diag_set(diag, PIER_EDRVVERSION, 0, "the entry is of version %d.%d, marker %#x",
                         entry->major_version, entry->minor_version,
                         (unsigned)entry->extended_marker);
  if (!entry->driver_name || strcmp(entry->driver_name, driver->name) != 0)
    return pier_diag_set(diag, PIER_EDRVNAME, 0, "the driver calls itself %.80s",
                         entry->driver_name ? entry->driver_name : "nothing");
  pier__entry_copy(&driver->entry, entry);
  driver->original = entry;
  if (entry->init && entry->init() != 0)
    return pier_diag_set(diag, PIER_EDRVINIT, 0, "init of the driver failed");
  return 0;
}

int pier__library_open(struct pier__driver *driver, pier_diag *diag) {
  int error;
  show_names();
  driver->library = open_library(driver, diag);
  if (!driver->library) return PIER_EDRVOPEN;
  error = check(driver, diag);
  if (error == 0) return 0;
  dlclose(driver->library);
  driver->library = NULL;
  return error;
}

/* What is called afterwards, if anything, finds nothing to call. */
void pier__library_close(struct pier__driver *driver) {
  if (!driver->library) return;
  if (driver->entry.finish) driver->entry.finish();
  memset(&driver->entry, 0, sizeof driver->entry);
  dlclose(driver->library);
  driver->library = NULL;
}
