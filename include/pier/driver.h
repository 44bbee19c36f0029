/*
 * pier/driver.h - linked-in drivers: shared libraries written for the BEAM's
 * driver API (erl_driver.h), loaded into a host unchanged. Only in libraries that
 * were built where erl_driver.h is; doc/drivers.md says what is there and what is
 * missing. A driver is code in this process: it can do whatever this process can.
 */
#ifndef PIER_DRIVER_H
#define PIER_DRIVER_H

#include <pier/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From here on {spawn,Command} finds the drivers that the host has loaded,
 * {spawn_driver,Command} only those, and pier_apply knows the functions of erl_ddll as
 * "erl_ddll:load" and so on. pier_driver_load does this by itself. The drivers need
 * the names of the API from the program: one that is linked with the static libraries
 * must export them (-rdynamic). PIER_ENOMEM, a system error. */
PIER_API int pier_driver_enable(pier_host *host);

/* As erl_ddll:load(Folder, Name): FOLDER/NAME.so, for `caller`, once more if it is
 * loaded. `diag` says what the linker said, with the name of a symbol that is missing.
 * PIER_EDRVOPEN: no library, or one that cannot be linked; PIER_EDRVNOINIT: it is no
 * driver; PIER_EDRVINIT: its init failed; PIER_EDRVVERSION: made for an API that is not
 * 2.x or up to 3.3; PIER_EDRVNAME: it has another name, or that name is loaded from
 * another folder; PIER_EDRVPERMANENT; PIER_EDRVLINKEDIN: a driver has added one of that
 * name itself; PIER_ESTATE: from inside a callback of a driver. */
PIER_API int pier_driver_load(pier_process *caller, const char *folder, const char *name,
                              pier_diag *diag);
/* As erl_ddll:unload(Name), or, with `kill_ports`, unload_driver(Name), whose ports end
 * with the reason driver_unloaded. The library goes when nobody has loaded it any more
 * and its last port and job are gone: before this returns if they are by now, else in a
 * turn of the host. PIER_EDRVNOTLOADED, PIER_EDRVNOTYOURS, PIER_EDRVPERMANENT,
 * PIER_EDRVLINKEDIN. */
PIER_API int pier_driver_unload(pier_process *caller, const char *name, int kill_ports);

/* The options of erl_ddll:try_load and try_unload. */
enum {
  PIER_DRIVER_KILL_PORTS = 1,     /* {driver_options,[kill_ports]}; kill_ports */
  PIER_DRIVER_MONITOR = 2,        /* {monitor,pending} */
  PIER_DRIVER_MONITOR_DRIVER = 4, /* {monitor,pending_driver} */
  PIER_DRIVER_RELOAD = 8,         /* {reload,pending} */
  PIER_DRIVER_RELOAD_ALONE = 16   /* {reload,pending_driver} */
};
typedef enum pier_driver_status {
  PIER_DRIVER_LOADED,
  PIER_DRIVER_ALREADY_LOADED,
  PIER_DRIVER_PENDING_DRIVER, /* when its ports and jobs are gone */
  PIER_DRIVER_PENDING_PROCESS /* when other processes have unloaded it as well */
} pier_driver_status;
/* The status, or an error as above; also PIER_EDRVOTHER: loaded from another folder or
 * with other options; PIER_EDRVUSED, PIER_EDRVRELOADING, PIER_EDRVNOTYOURS,
 * PIER_EDRVNOTLOADED. *reference is that of the message to come, {'UP'|'DOWN',Ref,
 * driver,Name,What}, or 0 if none will; `reference` may be NULL. What nothing needs goes,
 * or is loaded again, in the next turn of the host. */
PIER_API int pier_driver_try_load(pier_process *caller, const char *folder, const char *name,
                                  unsigned options, uint64_t *reference, pier_diag *diag);
PIER_API int pier_driver_try_unload(pier_process *caller, const char *name, unsigned options,
                                    uint64_t *reference);

/* As erl_ddll:monitor(driver, {Name, Event}): one message, perhaps at once. PIER_ENOMEM. */
typedef enum pier_driver_event {
  PIER_DRIVER_IS_LOADED,
  PIER_DRIVER_IS_UNLOADED,
  PIER_DRIVER_IS_UNLOADED_ONLY
} pier_driver_event;
PIER_API int pier_driver_monitor(pier_process *caller, const char *name,
                                 pier_driver_event event, uint64_t *reference);
PIER_API int pier_driver_demonitor(pier_process *caller, uint64_t reference);

/* What erl_ddll:info(Name) says. PIER_EDRVNOTLOADED. */
typedef struct pier_driver_facts {
  unsigned loads; /* by all processes */
  unsigned ports, awaiting_load, awaiting_unload;
  unsigned kill_ports : 1, linked_in : 1, permanent : 1;
} pier_driver_facts;
PIER_API int pier_driver_info(const pier_host *host, const char *name,
                              pier_driver_facts *facts);

/* A driver that is linked in, as add_driver_entry: its entry, `struct erl_drv_entry` of
 * erl_driver.h, as its driver_init gives it, which has to stay. For drivers that a
 * program has inside, and their tests. PIER_EDRVINIT, PIER_EARG, PIER_ENOMEM. */
struct erl_drv_entry;
PIER_API int pier_driver_add(pier_host *host, struct erl_drv_entry *entry);
/* Whether a driver of that name is there. */
PIER_API int pier_driver_loaded(const pier_host *host, const char *name);

/* port_control and port_call: the callbacks of the driver, called at once. The answer
 * is appended to *answer as a whole external term. PIER_EBADARG: the port is not open, its
 * driver has no such callback, or says that the operation is none; PIER_ESTATE: from
 * inside a callback of a driver. */
PIER_API int pier_port_control(pier_process *caller, pier_port port, uint32_t operation,
                               pier_span data, pier_buffer *answer);
PIER_API int pier_port_call(pier_process *caller, pier_port port, uint32_t operation,
                            pier_span term, pier_buffer *answer);

#ifdef __cplusplus
}
#endif

#endif
