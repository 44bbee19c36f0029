/* Whom a port tells of its end. A port has few links and monitors, most often
 * one: an array of their own is smaller than any table. */
#include "port/port.h"

#include <string.h>

/* Arrays grow at powers of two, so that the capacity follows from the count. */
static void *room_for_one(void *array, uint32_t count, size_t size) {
  if (array && (count & (count - 1)) != 0) return array;
  return pier_realloc(array, (count == 0 ? 1 : (size_t)count * 2) * size);
}

int pier__port_link(struct pier__port *port, pier_pid pid) {
  pier_pid *links;
  uint32_t i;
  for (i = 0; i < port->link_count; i++)
    if (port->links[i].number == pid.number) return 0;
  links = room_for_one(port->links, port->link_count, sizeof *links);
  if (!links) return PIER_ENOMEM;
  links[port->link_count++] = pid;
  port->links = links;
  return 0;
}

int pier__port_unlink(struct pier__port *port, pier_pid pid) {
  uint32_t i;
  for (i = 0; i < port->link_count; i++) {
    if (port->links[i].number != pid.number) continue;
    memmove(port->links + i, port->links + i + 1,
            (port->link_count - i - 1) * sizeof *port->links);
    port->link_count--;
    return 1;
  }
  return 0;
}

int pier__port_monitor(struct pier__port *port, uint64_t reference, pier_pid watcher) {
  struct pier__monitor *monitors =
      room_for_one(port->monitors, port->monitor_count, sizeof *monitors);
  if (!monitors) return PIER_ENOMEM;
  monitors[port->monitor_count].reference = reference;
  monitors[port->monitor_count].watcher = watcher;
  port->monitors = monitors;
  port->monitor_count++;
  return 0;
}

void pier__port_demonitor(struct pier__port *port, uint64_t reference) {
  uint32_t i;
  for (i = 0; i < port->monitor_count; i++) {
    if (port->monitors[i].reference != reference) continue;
    memmove(port->monitors + i, port->monitors + i + 1,
            (port->monitor_count - i - 1) * sizeof *port->monitors);
    port->monitor_count--;
    return;
  }
}
