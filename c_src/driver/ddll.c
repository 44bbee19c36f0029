/* erl_ddll: what a process may do to a driver in each of its states
 * (doc/drivers.md, "erl_ddll"). */
#include "driver/driver.h"

#include <string.h>

enum { RELOADS = PIER_DRIVER_RELOAD | PIER_DRIVER_RELOAD_ALONE };
enum { MONITORS = PIER_DRIVER_MONITOR | PIER_DRIVER_MONITOR_DRIVER };

/* One call of try_load. */
struct load {
  struct pier__drivers *drivers;
  pier_process *caller;
  const char *folder, *name;
  unsigned options;
  int monitors; /* whether the caller is told */
};

static int kills(const struct load *load) {
  return (load->options & PIER_DRIVER_KILL_PORTS) != 0;
}

static int is_folder(const char *known, const char *folder) {
  size_t size = pier__folder_size(folder);
  return strlen(known) == size && memcmp(known, folder, size) == 0;
}

/* Loaded, or to be loaded, from the same folder and with the same options. */
static int is_same(const struct load *load, const struct pier__driver *driver,
                   const char *folder) {
  return is_folder(folder, load->folder) && driver->kill_ports == (unsigned)kills(load);
}

static struct pier__user *add_loaded(const struct load *load, struct pier__driver *driver) {
  return pier__user_add(driver, load->caller->pid, PIER__LOADED);
}

static int once_more(struct load *load, struct pier__driver *driver) {
  if (!is_same(load, driver, driver->folder)) return PIER_EDRVOTHER;
  if (!add_loaded(load, driver)) return PIER_ENOMEM;
  driver->state = PIER__DRIVER_OK;
  load->monitors = 0;
  return PIER_DRIVER_ALREADY_LOADED;
}

/* Only the caller has it, and only once. */
static int is_last(const struct pier__driver *driver, pier_pid pid) {
  return pier__users_count(driver, PIER__LOADED) == 1 &&
         pier__user_find(driver, pid, PIER__LOADED) != NULL;
}

/* Those who have loaded it do not keep it any more, and have it again afterwards. */
static int reload(const struct load *load, struct pier__driver *driver) {
  struct pier__user *user = pier__user_find(driver, load->caller->pid, PIER__LOADED);
  int alone = (load->options & PIER_DRIVER_RELOAD_ALONE) != 0;
  if (alone && !is_last(driver, load->caller->pid)) return PIER_EDRVUSED;
  if (driver->kill_ports != (unsigned)kills(load)) return PIER_EDRVOTHER;
  if (!user) return PIER_EDRVNOTYOURS;
  driver->reload_folder = pier__driver_text(load->folder, pier__folder_size(load->folder));
  if (!driver->reload_folder) return PIER_ENOMEM;
  pier__user_remove(driver, user);
  for (user = driver->users; user; user = user->next)
    user->released = user->stake == PIER__LOADED;
  user = add_loaded(load, driver);
  if (user) user->released = 1;
  driver->state = PIER__DRIVER_RELOAD;
  if (driver->kill_ports) pier__driver_end_ports(driver, PIER__DRIVER_FORCE_RELOAD);
  pier__driver_needed_less(driver);
  return alone ? PIER_DRIVER_PENDING_DRIVER : PIER_DRIVER_PENDING_PROCESS;
}

static int in_ok(struct load *load, struct pier__driver *driver) {
  return load->options & RELOADS ? reload(load, driver) : once_more(load, driver);
}

/* It stays after all. */
static int in_unload(struct load *load, struct pier__driver *driver) {
  int status = load->options & RELOADS ? PIER_EDRVNOTYOURS : once_more(load, driver);
  if (status >= 0) pier__users_tell(driver, PIER__AWAIT_UNLOAD, "UP", "unload_cancelled");
  return status;
}

static int in_reload(struct load *load, struct pier__driver *driver) {
  struct pier__user *user;
  if (load->options & RELOADS) return PIER_EDRVRELOADING;
  if (!is_same(load, driver, driver->reload_folder)) return PIER_EDRVOTHER;
  user = add_loaded(load, driver);
  if (!user) return PIER_ENOMEM;
  user->released = 1;
  load->monitors = 1;
  return PIER_DRIVER_PENDING_DRIVER;
}

static int in_permanent(struct load *load, struct pier__driver *driver) {
  (void)load;
  (void)driver;
  return PIER_EDRVPERMANENT;
}

static int (*const loading[])(struct load *load, struct pier__driver *driver) = {
    [PIER__DRIVER_OK] = in_ok,
    [PIER__DRIVER_UNLOAD] = in_unload,
    [PIER__DRIVER_FORCE_UNLOAD] = in_unload,
    [PIER__DRIVER_RELOAD] = in_reload,
    [PIER__DRIVER_FORCE_RELOAD] = in_reload,
    [PIER__DRIVER_PERMANENT] = in_permanent,
};

static int load_absent(struct load *load, struct pier__driver **driver, pier_diag *diag) {
  int error;
  if (load->options & RELOADS) return PIER_EDRVNOTLOADED;
  error = pier__driver_new(load->drivers, load->folder, load->name, driver, diag);
  if (error < 0) return error;
  (*driver)->kill_ports = kills(load) != 0;
  load->monitors = 0;
  if (add_loaded(load, *driver)) return PIER_DRIVER_LOADED;
  (*driver)->state = PIER__DRIVER_UNLOAD;
  pier__driver_needed_less(*driver);
  return PIER_ENOMEM;
}

static int try_load(struct load *load, struct pier__driver **driver, pier_diag *diag) {
  *driver = pier__driver_find(load->drivers, load->name, strlen(load->name));
  if (!*driver) return load_absent(load, driver, diag);
  if (!(*driver)->library) return PIER_EDRVLINKEDIN;
  return loading[(*driver)->state](load, *driver);
}

static int watch(const struct load *load, struct pier__driver *driver, enum pier__stake stake,
                 uint64_t *reference) {
  const struct pier__user *user = pier__user_add(driver, load->caller->pid, stake);
  if (!user) return PIER_ENOMEM;
  if (reference) *reference = user->reference;
  return 0;
}

int pier_driver_try_load(pier_process *caller, const char *folder, const char *name,
                         unsigned options, uint64_t *reference, pier_diag *diag) {
  struct load load = {NULL, caller, folder, name, options, (options & MONITORS) != 0};
  struct pier__driver *driver;
  int status = pier__may_call(caller), error = 0;
  if (reference) *reference = 0;
  if (diag) diag->error = 0;
  if (status == 0) status = pier_driver_enable(caller->host);
  load.drivers = caller->host->drivers;
  if (status == 0 && load.drivers->depth > 0) status = PIER_ESTATE;
  if (status == 0) status = try_load(&load, &driver, diag);
  if (status >= 0 && load.monitors) error = watch(&load, driver, PIER__AWAIT_LOAD, reference);
  if (error < 0) status = error;
  if (status < 0 && diag && diag->error != status)
    pier_diag_set(diag, status, 0, "%s", pier_strerror(status));
  return status;
}

int pier_driver_load(pier_process *caller, const char *folder, const char *name,
                     pier_diag *diag) {
  int status = pier_driver_try_load(caller, folder, name, 0, NULL, diag);
  if (status == PIER_EDRVOTHER)
    return pier_diag_set(diag, PIER_EDRVNAME, 0,
                         "it is loaded from another folder, or with other options");
  return status < 0 ? status : 0;
}

/* ---- Unloading ----------------------------------------------------------------------- */

static int may_unload(const struct pier__drivers *drivers, const struct pier__driver *driver) {
  if (!driver) return PIER_EDRVNOTLOADED;
  if (drivers->depth > 0) return PIER_ESTATE;
  if (!driver->library) return PIER_EDRVLINKEDIN;
  return driver->state == PIER__DRIVER_PERMANENT ? PIER_EDRVPERMANENT : 0;
}

/* Nobody has it any more: its ports may end, and it goes. */
static void unload_last(struct pier__driver *driver, unsigned options) {
  int kill = driver->kill_ports || (options & PIER_DRIVER_KILL_PORTS);
  pier__driver_abandon(driver);
  if (kill && driver->ports > 0) pier__driver_end_ports(driver, PIER__DRIVER_FORCE_UNLOAD);
  pier__driver_needed_less(driver);
}

int pier_driver_try_unload(pier_process *caller, const char *name, unsigned options,
                           uint64_t *reference) {
  struct load load = {caller->host->drivers, caller, NULL, name, options, 0};
  struct pier__driver *driver = NULL;
  struct pier__user *user;
  int status = pier__may_call(caller);
  if (reference) *reference = 0;
  if (status < 0) return status;
  if (load.drivers) driver = pier__driver_find(load.drivers, name, strlen(name));
  status = may_unload(load.drivers, driver);
  if (status < 0) return status;
  user = pier__user_find(driver, caller->pid, PIER__LOADED);
  if (!user && pier__users_count(driver, PIER__LOADED) > 0) return PIER_EDRVNOTYOURS;
  if (user) pier__user_remove(driver, user);
  status = pier__users_count(driver, PIER__LOADED) > 0 ? PIER_DRIVER_PENDING_PROCESS
                                                       : PIER_DRIVER_PENDING_DRIVER;
  load.monitors =
      (options & (status == PIER_DRIVER_PENDING_DRIVER ? (unsigned)MONITORS
                                                       : (unsigned)PIER_DRIVER_MONITOR)) != 0;
  if (status == PIER_DRIVER_PENDING_DRIVER) unload_last(driver, options);
  if (caller->dead) return PIER_ENOPROC; /* of the end of a port */
  if (load.monitors && watch(&load, driver, PIER__AWAIT_UNLOAD, reference) < 0)
    status = PIER_ENOMEM;
  return status;
}

int pier_driver_unload(pier_process *caller, const char *name, int kill_ports) {
  unsigned options = kill_ports ? (unsigned)PIER_DRIVER_KILL_PORTS : 0;
  pier_host *host = caller->host;
  int status = pier_driver_try_unload(caller, name, options, NULL);
  if (status >= 0) pier__drivers_sweep(host->drivers);
  return status < 0 ? status : 0;
}

/* ---- Watching ------------------------------------------------------------------------ */

static void tell_now(pier_process *caller, const char *name, pier_span term, const char *way,
                     const char *what, uint64_t *reference) {
  const struct pier__news news = {.way = way, .what = what, .name = term};
  *reference = ++caller->host->last_reference;
  pier__user_tell(caller, *reference, name, &news);
}

/* What is known at once; 0 if it has to be waited for. */
static int is_known(const struct pier__driver *driver, pier_driver_event event,
                    const char **way, const char **what) {
  *way = "UP";
  *what = "permanent";
  if (driver && (!driver->library || driver->state == PIER__DRIVER_PERMANENT)) return 1;
  *way = "DOWN";
  *what = "unloaded";
  if (!driver) return 1;
  if (event != PIER_DRIVER_IS_LOADED) return 0;
  *what = "load_cancelled";
  if (driver->state == PIER__DRIVER_UNLOAD || driver->state == PIER__DRIVER_FORCE_UNLOAD)
    return 1;
  *way = "UP";
  *what = "loaded";
  return driver->state == PIER__DRIVER_OK;
}

int pier__driver_monitor(pier_process *caller, const char *name, pier_span term,
                         pier_driver_event event, uint64_t *reference) {
  static const enum pier__stake stakes[] = {[PIER_DRIVER_IS_LOADED] = PIER__AWAIT_LOAD,
                                            [PIER_DRIVER_IS_UNLOADED] = PIER__AWAIT_UNLOAD,
                                            [PIER_DRIVER_IS_UNLOADED_ONLY] =
                                                PIER__AWAIT_UNLOAD_ONLY};
  struct load load = {NULL, caller, NULL, name, 0, 1};
  struct pier__driver *driver;
  const char *way, *what;
  int error = pier__may_call(caller);
  if (error == 0) error = pier_driver_enable(caller->host);
  if (error < 0) return error;
  load.drivers = caller->host->drivers;
  driver = pier__driver_find(load.drivers, name, strlen(name));
  if (!is_known(driver, event, &way, &what))
    return watch(&load, driver, stakes[event], reference);
  tell_now(caller, name, term, way, what, reference);
  return 0;
}

int pier_driver_monitor(pier_process *caller, const char *name, pier_driver_event event,
                        uint64_t *reference) {
  const pier_span none = {NULL, 0};
  return pier__driver_monitor(caller, name, none, event, reference);
}

int pier_driver_demonitor(pier_process *caller, uint64_t reference) {
  struct pier__driver *driver;
  struct pier__user *user;
  int error = pier__may_call(caller);
  if (error < 0) return error;
  driver = caller->host->drivers ? caller->host->drivers->first : NULL;
  for (; driver; driver = driver->next)
    for (user = driver->users; user; user = user->next)
      if (user->stake != PIER__LOADED && user->reference == reference &&
          user->pid.number == caller->pid.number) {
        pier__user_remove(driver, user);
        return 0;
      }
  return 0;
}

/* ---- Facts --------------------------------------------------------------------------- */

int pier_driver_loaded(const pier_host *host, const char *name) {
  return host->drivers && pier__driver_find(host->drivers, name, strlen(name)) != NULL;
}

int pier_driver_info(const pier_host *host, const char *name, pier_driver_facts *facts) {
  const struct pier__driver *driver = NULL;
  if (host->drivers) driver = pier__driver_find(host->drivers, name, strlen(name));
  if (!driver) return PIER_EDRVNOTLOADED;
  memset(facts, 0, sizeof *facts);
  facts->loads = pier__users_count(driver, PIER__LOADED);
  facts->ports = driver->ports;
  facts->awaiting_load = pier__users_count(driver, PIER__AWAIT_LOAD);
  facts->awaiting_unload = pier__users_count(driver, PIER__AWAIT_UNLOAD) +
                           pier__users_count(driver, PIER__AWAIT_UNLOAD_ONLY);
  facts->kill_ports = driver->kill_ports;
  facts->linked_in = driver->library == NULL;
  facts->permanent = driver->state == PIER__DRIVER_PERMANENT;
  return 0;
}
