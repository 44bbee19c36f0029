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
 * another folder; PIER_EDRVPERMANENT. */
PIER_API int pier_driver_load(pier_process *caller, const char *folder, const char *name,
                              pier_diag *diag);
/* As erl_ddll:unload(Name), or, with `kill_ports`, unload_driver(Name), whose ports end
 * with the reason driver_unloaded. The library goes when nobody has loaded it any more
 * and its last port is gone. PIER_EDRVNOTLOADED, PIER_EDRVNOTYOURS, PIER_EDRVPERMANENT. */
PIER_API int pier_driver_unload(pier_process *caller, const char *name, int kill_ports);
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
