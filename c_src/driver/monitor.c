/* Processes that drivers watch: process_exit comes from a clean stack. */
#include "driver/driver.h"

#include "port/identifier.h"

#include <string.h>

struct pier__drvmonitor {
  struct pier__drvmonitor *next;
  uint64_t reference;
  pier_pid pid;
  unsigned fired : 1;
};

/* The 32 bytes that the driver keeps begin with the reference and the pid. */
static ErlDrvMonitor to_driver(const struct pier__drvmonitor *monitor) {
  ErlDrvMonitor out;
  memset(&out, 0, sizeof out);
  memcpy((char *)&out, &monitor->reference, sizeof monitor->reference);
  return out;
}

static struct pier__drvmonitor **find(struct pier__dport *dport, const ErlDrvMonitor *wanted) {
  struct pier__drvmonitor **at = &dport->monitors;
  uint64_t reference;
  memcpy(&reference, wanted, sizeof reference);
  while (*at && (*at)->reference != reference)
    at = &(*at)->next;
  return at;
}

int driver_monitor_process(ErlDrvPort port, ErlDrvTermData process, ErlDrvMonitor *out) {
  struct pier__dport *dport = pier__handle_get(port);
  struct pier__drvmonitor *monitor;
  pier_pid pid = pier__word_to_pid(process);
  if (!dport || !dport->driver->entry.process_exit) return -1;
  if (!pier__process(dport->drivers->host, pid)) return 1;
  monitor = pier_alloc(sizeof *monitor);
  if (!monitor) return -1;
  monitor->reference = ++dport->drivers->host->last_reference;
  monitor->pid = pid;
  monitor->fired = 0;
  monitor->next = dport->monitors;
  dport->monitors = monitor;
  *out = to_driver(monitor);
  return 0;
}

int driver_demonitor_process(ErlDrvPort port, const ErlDrvMonitor *wanted) {
  struct pier__dport *dport = pier__handle_get(port);
  struct pier__drvmonitor **at, *monitor;
  if (!dport) return -1;
  at = find(dport, wanted);
  monitor = *at;
  if (!monitor) return 1;
  *at = monitor->next;
  pier_free(monitor);
  return 0;
}

ErlDrvTermData driver_get_monitored_process(ErlDrvPort port, const ErlDrvMonitor *wanted) {
  struct pier__dport *dport = pier__handle_get(port);
  const struct pier__drvmonitor *monitor = dport ? *find(dport, wanted) : NULL;
  return monitor ? pier__word_pid(monitor->pid) : driver_term_nil;
}

int driver_compare_monitors(const ErlDrvMonitor *a, const ErlDrvMonitor *b) {
  return memcmp(a, b, sizeof *a);
}

/* ---- Firing ------------------------------------------------------------------------------ */

static void mark(struct pier__dport *dport, pier_pid pid) {
  struct pier__drvmonitor *monitor;
  for (monitor = dport->monitors; monitor; monitor = monitor->next) {
    if (monitor->pid.number != pid.number) continue;
    monitor->fired = 1;
    pier__due(dport);
  }
}

void pier__monitors_fire(struct pier__drivers *drivers, pier_pid pid) {
  const struct pier__table *ports = &drivers->host->ports;
  size_t i;
  for (i = 0; i < ports->capacity; i++) {
    const struct pier__hport *port = ports->slots[i].value;
    if (ports->slots[i].key != 0 && port->driver && port->driver->port) mark(port->driver, pid);
  }
}

static struct pier__drvmonitor *fired(const struct pier__dport *dport) {
  struct pier__drvmonitor *monitor = dport->monitors;
  while (monitor && !monitor->fired)
    monitor = monitor->next;
  return monitor;
}

/* It is known until the callback has returned. */
void pier__monitors_work(struct pier__dport *dport) {
  struct pier__drvmonitor *monitor;
  ErlDrvMonitor out;
  while (dport->port && (monitor = fired(dport))) {
    struct pier__drvmonitor **at;
    out = to_driver(monitor);
    pier__enter(dport, "process_exit");
    dport->driver->entry.process_exit(dport->data, &out);
    at = find(dport, &out);
    if (*at) {
      monitor = *at;
      *at = monitor->next;
      pier_free(monitor);
    }
    pier__leave(dport);
  }
}

void pier__monitors_clear(struct pier__dport *dport) {
  struct pier__drvmonitor *monitor;
  while ((monitor = dport->monitors)) {
    dport->monitors = monitor->next;
    pier_free(monitor);
  }
}

int pier__monitors_put(const struct pier__hport *port, pier_buffer *out) {
  const struct pier__drvmonitor *monitor;
  for (monitor = port->driver->monitors; monitor; monitor = monitor->next) {
    if (monitor->fired) continue;
    pier_write_list(out, 1);
    pier_write_tuple(out, 2);
    pier_write_atom(out, "process");
    pier__put_pid(out, monitor->pid);
  }
  return pier_write_nil(out);
}
