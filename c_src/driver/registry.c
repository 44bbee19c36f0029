/* The drivers of a host: who has loaded them, and when they go. */
#include "driver/driver.h"

#include "port/reason.h"

#include <string.h>

struct pier__driver *pier__driver_find(const struct pier__drivers *drivers, const char *name,
                                       size_t size) {
  struct pier__driver *driver = drivers->first;
  while (driver && !(strlen(driver->name) == size && memcmp(driver->name, name, size) == 0))
    driver = driver->next;
  return driver;
}

static struct pier__user *user_of(const struct pier__driver *driver, pier_pid pid) {
  struct pier__user *user = driver->users;
  while (user && user->pid.number != pid.number)
    user = user->next;
  return user;
}

static int add_user(struct pier__driver *driver, pier_pid pid) {
  struct pier__user *user = user_of(driver, pid);
  if (!user) {
    user = pier_alloc(sizeof *user);
    if (!user) return PIER_ENOMEM;
    user->pid = pid;
    user->count = 0;
    user->next = driver->users;
    driver->users = user;
  }
  user->count++;
  driver->unloading = 0;
  return 0;
}

static void drop_user(struct pier__driver *driver, pier_pid pid) {
  struct pier__user **at = &driver->users, *user;
  while (*at && (*at)->pid.number != pid.number)
    at = &(*at)->next;
  user = *at;
  if (!user) return;
  *at = user->next;
  pier_free(user);
}

/* ---- Loading ------------------------------------------------------------------------ */

static void driver_free_all(struct pier__driver *driver) {
  while (driver->users)
    drop_user(driver, driver->users->pid);
  pier_free(driver->folder);
  pier_free(driver->name);
  pier_free(driver);
}

static char *copy_text(const char *text, size_t size) {
  char *copy = pier_alloc(size + 1);
  if (!copy) return NULL;
  memcpy(copy, text, size);
  copy[size] = '\0';
  return copy;
}

/* Slashes at the end do not count. */
static size_t folder_size(const char *folder) {
  size_t size = strlen(folder);
  while (size > 1 && folder[size - 1] == '/')
    size--;
  return size;
}

static struct pier__driver *driver_new(struct pier__drivers *drivers, const char *folder,
                                       const char *name) {
  struct pier__driver *driver = pier_alloc(sizeof *driver);
  if (!driver) return NULL;
  memset(driver, 0, sizeof *driver);
  driver->drivers = drivers;
  driver->folder = copy_text(folder, folder_size(folder));
  driver->name = copy_text(name, strlen(name));
  if (driver->folder && driver->name) return driver;
  driver_free_all(driver);
  return NULL;
}

static int load_again(struct pier__driver *driver, pier_pid pid, const char *folder,
                      int kill_ports, pier_diag *diag) {
  size_t size = folder_size(folder);
  if (driver->permanent)
    return pier_diag_set(diag, PIER_EDRVPERMANENT, 0, "the driver cannot be loaded again");
  if (strlen(driver->folder) != size || memcmp(driver->folder, folder, size) != 0 ||
      driver->kill_ports != (unsigned)kill_ports)
    return pier_diag_set(diag, PIER_EDRVNAME, 0,
                         "it is loaded from %.100s, or with other options", driver->folder);
  return add_user(driver, pid);
}

static int load_first(struct pier__drivers *drivers, pier_pid pid, struct pier__driver *driver,
                      pier_diag *diag) {
  int error = add_user(driver, pid);
  if (error == 0) {
    /* nothing of the driver may be called from inside its init */
    pier__call_begin(driver, NULL, "init");
    error = pier__library_open(driver, diag);
    pier__call_end(drivers);
  }
  if (error < 0) {
    drivers->open_error = driver->open_error;
    driver_free_all(driver);
    return error;
  }
  driver->next = drivers->first;
  drivers->first = driver;
  return 0;
}

int pier__driver_load(pier_process *caller, const char *folder, const char *name,
                      int kill_ports, pier_diag *diag) {
  struct pier__drivers *drivers;
  struct pier__driver *driver;
  int error = pier__may_call(caller);
  if (error == 0) error = pier_driver_enable(caller->host);
  if (error < 0) return pier_diag_set(diag, error, 0, "%s", pier_strerror(error));
  drivers = caller->host->drivers;
  if (drivers->depth > 0)
    return pier_diag_set(diag, PIER_ESTATE, 0, "from inside a callback of a driver");
  driver = pier__driver_find(drivers, name, strlen(name));
  if (driver) return load_again(driver, caller->pid, folder, kill_ports, diag);
  driver = driver_new(drivers, folder, name);
  if (!driver) return pier_diag_set(diag, PIER_ENOMEM, 0, "out of memory");
  driver->kill_ports = kill_ports != 0;
  return load_first(drivers, caller->pid, driver, diag);
}

int pier_driver_load(pier_process *caller, const char *folder, const char *name,
                     pier_diag *diag) {
  return pier__driver_load(caller, folder, name, 0, diag);
}

int pier_driver_loaded(const pier_host *host, const char *name) {
  return host->drivers && pier__driver_find(host->drivers, name, strlen(name)) != NULL;
}

/* ---- Unloading ----------------------------------------------------------------------- */

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

static void end_ports(const pier_host *host, const struct pier__driver *driver) {
  struct pier__atom reason;
  uint64_t number = 0;
  while ((number = next_port(host, driver, number))) {
    struct pier__hport *port = pier__table_get(&host->ports, number);
    pier__pin(port);
    pier__port_failed(&port->core, pier__atom(&reason, "driver_unloaded"));
    pier__unpin(port);
  }
}

static void last_user_left(struct pier__driver *driver, int kill_ports) {
  driver->unloading = 1;
  if (kill_ports || driver->kill_ports) {
    driver->jobs++; /* until all of them have ended */
    end_ports(driver->drivers->host, driver);
    driver->jobs--;
  }
}

int pier_driver_unload(pier_process *caller, const char *name, int kill_ports) {
  struct pier__drivers *drivers = caller->host->drivers;
  struct pier__driver *driver;
  struct pier__user *user;
  int error = pier__may_call(caller);
  if (error < 0) return error;
  driver = drivers ? pier__driver_find(drivers, name, strlen(name)) : NULL;
  if (!driver) return PIER_EDRVNOTLOADED;
  if (drivers->depth > 0) return PIER_ESTATE;
  if (driver->permanent) return PIER_EDRVPERMANENT;
  user = user_of(driver, caller->pid);
  if (!user && driver->users) return PIER_EDRVNOTYOURS;
  if (user && --user->count == 0) drop_user(driver, caller->pid);
  if (!driver->users) last_user_left(driver, kill_ports);
  pier__drivers_sweep(drivers);
  return 0;
}

void pier__driver_drop_user(struct pier__drivers *drivers, pier_pid pid) {
  struct pier__driver *driver;
  unsigned outer = drivers->sweeping;
  drivers->sweeping = 1; /* the list stays as it is */
  for (driver = drivers->first; driver; driver = driver->next) {
    if (driver->permanent || !user_of(driver, pid)) continue;
    drop_user(driver, pid);
    if (!driver->users) last_user_left(driver, 0);
  }
  drivers->sweeping = outer & 1;
}

void pier__drivers_sweep(struct pier__drivers *drivers) {
  struct pier__driver **at = &drivers->first, *driver;
  if (drivers->depth > 0 || drivers->sweeping) return;
  drivers->sweeping = 1;
  while ((driver = *at)) {
    if (!driver->unloading || driver->permanent || driver->ports + driver->jobs > 0) {
      at = &driver->next;
      continue;
    }
    *at = driver->next;
    pier__call_begin(driver, NULL, "finish");
    pier__library_close(driver);
    pier__call_end(drivers);
    driver_free_all(driver);
  }
  drivers->sweeping = 0;
}

int driver_lock_driver(ErlDrvPort port) {
  const struct pier__dport *dport = pier__handle_get(port);
  struct pier__driver *driver;
  if (!dport) return -1;
  driver = dport->driver;
  driver->permanent = 1;
  while (driver->users)
    drop_user(driver, driver->users->pid);
  return 0;
}
