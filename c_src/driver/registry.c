/* The drivers of a host: how they come, when they go, what is loaded again. */
#include "driver/driver.h"

#include "driver/check.h"

#include "port/reason.h"

#include <string.h>

struct pier__driver *pier__driver_find(const struct pier__drivers *drivers, const char *name,
                                       size_t size) {
  struct pier__driver *driver = drivers->first;
  while (driver && !(strlen(driver->name) == size && memcmp(driver->name, name, size) == 0))
    driver = driver->next;
  return driver;
}

char *pier__driver_text(const char *text, size_t size) {
  char *copy = pier_alloc(size + 1);
  if (!copy) return NULL;
  memcpy(copy, text, size);
  copy[size] = '\0';
  return copy;
}

size_t pier__folder_size(const char *folder) {
  size_t size = strlen(folder);
  while (size > 0 && folder[size - 1] == '/')
    size--;
  return size;
}

/* ---- Loading ------------------------------------------------------------------------ */

static void driver_free_all(struct pier__driver *driver) {
  pier__users_free(driver);
  pier_free(driver->folder);
  pier_free(driver->reload_folder);
  pier_free(driver->name);
  pier_free(driver);
}

static struct pier__driver *allocate(struct pier__drivers *drivers, const char *folder,
                                     const char *name) {
  struct pier__driver *driver = pier_alloc(sizeof *driver);
  if (!driver) return NULL;
  memset(driver, 0, sizeof *driver);
  driver->drivers = drivers;
  driver->folder = pier__driver_text(folder, pier__folder_size(folder));
  driver->name = pier__driver_text(name, strlen(name));
  if (driver->folder && driver->name) return driver;
  driver_free_all(driver);
  return NULL;
}

static void put_in_list(struct pier__driver *driver) {
  driver->next = driver->drivers->first;
  driver->drivers->first = driver;
}

static void take_from_list(const struct pier__driver *driver) {
  struct pier__driver **at = &driver->drivers->first;
  while (*at != driver)
    at = &(*at)->next;
  *at = driver->next;
}

/* Nothing of the driver may be called from inside its init. */
static int open_library(struct pier__driver *driver, pier_diag *diag) {
  int error;
  pier__call_begin(driver, NULL, "init");
  error = pier__library_open(driver, diag);
  pier__call_end(driver->drivers);
  if (error == 0) put_in_list(driver);
  return error;
}

static void close_library(struct pier__driver *driver) {
  take_from_list(driver);
  pier__call_begin(driver, NULL, "finish");
  pier__library_close(driver);
  pier__driver_drop_added(driver);
  pier__call_end(driver->drivers);
  pier__select_unload(driver);
  if (driver->drivers->check) pier__check_leaks(driver);
}

int pier__driver_new(struct pier__drivers *drivers, const char *folder, const char *name,
                     struct pier__driver **driver, pier_diag *diag) {
  struct pier__driver *fresh = allocate(drivers, folder, name);
  int error;
  if (!fresh) return pier_diag_set(diag, PIER_ENOMEM, 0, "out of memory");
  error = open_library(fresh, diag);
  if (error < 0) {
    drivers->open_error = fresh->open_error;
    driver_free_all(fresh);
  } else {
    *driver = fresh;
  }
  return error;
}

int pier__driver_add(struct pier__drivers *drivers, struct pier__driver *parent,
                     const ErlDrvEntry *entry) {
  struct pier__driver *fresh = allocate(drivers, "", entry->driver_name);
  int failed = 0;
  if (!fresh) return PIER_ENOMEM;
  fresh->original = entry;
  fresh->parent = parent;
  pier__entry_copy(&fresh->entry, entry);
  put_in_list(fresh);
  pier__call_begin(fresh, NULL, "init");
  if (entry->init) failed = entry->init() != 0;
  pier__call_end(drivers);
  if (failed) pier__driver_remove(fresh);
  return failed ? PIER_EDRVINIT : 0;
}

void pier__driver_remove(struct pier__driver *driver) {
  driver->state = PIER__DRIVER_FORCE_UNLOAD;
  if (driver->ports > 0) return;
  take_from_list(driver);
  driver_free_all(driver);
}

/* ---- The ports --------------------------------------------------------------------- */

/* The number of a port of that driver, above `after`; 0 none. */
static uint64_t next_port(const pier_host *host, const struct pier__driver *driver,
                          uint64_t after) {
  uint64_t best = 0;
  size_t i;
  for (i = 0; i < host->ports.capacity; i++) {
    const struct pier__table_slot *slot = &host->ports.slots[i];
    const struct pier__hport *port = slot->value;
    if (slot->key <= after || !port->driver || port->driver->driver != driver) continue;
    if (best == 0 || slot->key < best) best = slot->key;
  }
  return best;
}

void pier__driver_end_ports(struct pier__driver *driver, enum pier__driver_state state) {
  const pier_host *host = driver->drivers->host;
  struct pier__atom reason;
  uint64_t number = 0;
  unsigned outer = driver->drivers->sweeping;
  driver->drivers->sweeping = 1; /* who is told may unload it as well */
  driver->state = state;
  while ((number = next_port(host, driver, number))) {
    struct pier__hport *port = pier__table_get(&host->ports, number);
    pier__pin(port);
    pier__port_failed(&port->core, pier__atom(&reason, "driver_unloaded"));
    pier__unpin(port);
  }
  driver->drivers->sweeping = outer & 1;
}

/* The code of a driver that another one added may be in that one's library. */
void pier__driver_port_made(struct pier__driver *driver) {
  driver->ports++;
  if (driver->parent) driver->parent->jobs++;
}

void pier__driver_port_gone(struct pier__driver *driver) {
  driver->ports--;
  if (driver->parent) {
    driver->parent->jobs--;
    pier__driver_needed_less(driver->parent);
  }
  pier__driver_needed_less(driver);
}

/* ---- Going --------------------------------------------------------------------------- */

static int is_to_go(const struct pier__driver *driver) {
  const struct pier__user *user = driver->users;
  if (driver->state == PIER__DRIVER_OK || driver->state == PIER__DRIVER_PERMANENT) return 0;
  while (user && (user->stake != PIER__LOADED || user->released))
    user = user->next;
  return !user && driver->ports + driver->jobs == 0;
}

void pier__drivers_later(struct pier__drivers *drivers) {
  if (drivers->later) return;
  drivers->later = 1;
  pier__drivers_wake(drivers);
}

void pier__driver_needed_less(struct pier__driver *driver) {
  if (is_to_go(driver)) pier__drivers_later(driver->drivers);
}

/* Both kinds, as they stand in the list. */
static void tell_unloaded(struct pier__driver *driver) {
  struct pier__user *user;
  for (user = driver->users; user; user = user->next)
    if (user->stake == PIER__AWAIT_UNLOAD_ONLY) user->stake = PIER__AWAIT_UNLOAD;
  pier__users_tell(driver, PIER__AWAIT_UNLOAD, "DOWN", "unloaded");
}

static void tell_failure(struct pier__driver *driver, int failure) {
  const struct pier__news news = {.way = "DOWN",
                                  .what = "load_failure",
                                  .failure = failure,
                                  .open_error = driver->open_error};
  struct pier__user *user;
  while ((user = driver->users)) {
    pier_process *process = pier__process(driver->drivers->host, user->pid);
    driver->users = user->next;
    if (process && user->stake == PIER__AWAIT_LOAD)
      pier__user_tell(process, user->reference, driver->name, &news);
    pier_free(user);
  }
}

/* All who have loaded it have it again, or nobody has. */
static void load_again(struct pier__driver *driver) {
  struct pier__user *user;
  int error;
  pier_free(driver->folder);
  driver->folder = driver->reload_folder;
  driver->reload_folder = NULL;
  driver->state = PIER__DRIVER_OK;
  error = open_library(driver, NULL);
  if (error < 0) {
    tell_failure(driver, error);
    driver_free_all(driver);
    return;
  }
  for (user = driver->users; user; user = user->next)
    user->released = 0;
  pier__users_tell(driver, PIER__AWAIT_LOAD, "UP", "loaded");
}

static struct pier__driver *next_to_go(const struct pier__drivers *drivers) {
  struct pier__driver *driver = drivers->first;
  while (driver && !is_to_go(driver))
    driver = driver->next;
  return driver;
}

void pier__drivers_sweep(struct pier__drivers *drivers) {
  struct pier__driver *driver;
  if (drivers->depth > 0 || drivers->sweeping) return;
  drivers->sweeping = 1;
  drivers->later = 0;
  while ((driver = next_to_go(drivers))) {
    close_library(driver);
    tell_unloaded(driver);
    if (driver->reload_folder)
      load_again(driver);
    else
      driver_free_all(driver);
  }
  drivers->sweeping = 0;
}

int driver_lock_driver(ErlDrvPort port) {
  static const enum pier__stake waiting[] = {PIER__AWAIT_LOAD, PIER__AWAIT_UNLOAD,
                                             PIER__AWAIT_UNLOAD_ONLY};
  const struct pier__dport *dport = pier__handle_get(port);
  struct pier__driver *driver;
  size_t i;
  if (!dport || !dport->driver->library) return -1;
  driver = dport->driver;
  for (i = 0; i < sizeof waiting / sizeof waiting[0]; i++)
    pier__users_tell(driver, waiting[i], "UP", "permanent");
  pier__users_free(driver);
  driver->state = PIER__DRIVER_PERMANENT;
  return 0;
}
