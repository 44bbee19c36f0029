/* What drivers make themselves: ports, other drivers; and ports that are there when
 * their driver says so. */
#include "driver/driver.h"

#include "port/identifier.h"
#include "port/reason.h"

#include <errno.h>
#include <string.h>

/* ---- Ports ---------------------------------------------------------------------------- */

ErlDrvPort driver_create_port(ErlDrvPort creator, ErlDrvTermData owner, char *name,
                              ErlDrvData data) {
  const ErlDrvPort none = (ErlDrvPort)-1;
  struct pier__dport *dport = pier__handle_get(creator);
  struct pier__hport *made;
  pier_process *process;
  if (!dport) return none;
  process = pier__process(dport->drivers->host, pier__word_to_pid(owner));
  if (!process || dport->driver->state == PIER__DRIVER_FORCE_UNLOAD ||
      dport->driver->state == PIER__DRIVER_FORCE_RELOAD)
    return none;
  if (pier__open_made(process, dport->driver, name, &made) < 0) return none;
  made->driver->starting = 0;
  made->driver->data = data;
  return pier__handle(made->driver);
}

/* ---- The start that is acknowledged ---------------------------------------------------- */

int pier__dport_waits(struct pier__hport *port, uint64_t *reference) {
  struct pier__dport *dport = port->driver;
  if (!dport->acks || dport->ack) return 0;
  dport->ack = *reference = ++port->host->last_reference;
  dport->ack_to = port->core.owner;
  return 1;
}

void pier__port_acknowledge(struct pier__dport *dport, int error) {
  pier_process *process = pier__process(dport->drivers->host, dport->ack_to);
  pier_port self = {dport->handle & ((UINT64_C(1) << PIER__NUMBER_BITS) - 1)};
  uint64_t reference = dport->ack;
  dport->acks = 0;
  dport->ack = 0;
  if (reference == 0 || !process || !pier__awaits(process, reference)) return;
  if (error == 0) error = pier__put_port(&process->pending->value, self);
  pier__pending_finish(process, error);
}

/* In start there is nobody yet who waits: as in the BEAM, nothing comes of it. */
void erl_drv_init_ack(ErlDrvPort port, ErlDrvData result) {
  int error = pier__start_error(result, errno);
  struct pier__dport *dport = pier__handle_get(port);
  struct pier__hport *hport;
  struct pier__atom reason;
  if (!dport || !dport->acks) return;
  if (dport->starting) {
    pier__driver_log(dport, PIER_ESTATE, "erl_drv_init_ack has no effect yet");
    return;
  }
  hport = dport->port;
  pier__port_acknowledge(dport, error);
  if (error == 0) {
    dport->data = result;
    return;
  }
  pier__port_unlink_owner(hport);
  pier__pin(hport);
  pier__port_failed(&hport->core, pier__atom(&reason, "normal"));
  pier__unpin(hport);
}

/* ---- Drivers --------------------------------------------------------------------------- */

static struct pier__driver *find_added(const struct pier__drivers *drivers,
                                       const ErlDrvEntry *entry) {
  struct pier__driver *driver = drivers->first;
  while (driver && (driver->original != entry || driver->state == PIER__DRIVER_FORCE_UNLOAD))
    driver = driver->next;
  return driver;
}

static int add_to(struct pier__drivers *drivers, struct erl_drv_entry *entry) {
  const struct pier__drvcall *call = pier__call_now(drivers);
  if (!entry || !entry->driver_name) return PIER_EARG;
  return pier__driver_add(drivers, call ? call->driver : NULL, entry);
}

int pier_driver_add(pier_host *host, struct erl_drv_entry *entry) {
  int error = pier_driver_enable(host);
  return error < 0 ? error : add_to(host->drivers, entry);
}

/* There is nobody to be told that it failed. */
void add_driver_entry(ErlDrvEntry *entry) {
  if (pier__drivers_here) add_to(pier__drivers_here, entry);
}

int remove_driver_entry(ErlDrvEntry *entry) {
  struct pier__driver *driver = NULL;
  if (pier__drivers_here) driver = find_added(pier__drivers_here, entry);
  if (!driver) return 0;
  if (driver->library) return -1;
  pier__driver_remove(driver);
  return 1;
}

/* The library that they are in is closed. */
void pier__driver_drop_added(struct pier__driver *parent) {
  struct pier__driver *driver = parent->drivers->first, *next;
  for (; driver; driver = next) {
    next = driver->next;
    if (driver->parent == parent) pier__driver_remove(driver);
  }
}
