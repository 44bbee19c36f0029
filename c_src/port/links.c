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

int pier__monitors_add(struct pier__monitors *monitors, uint64_t reference, pier_pid watcher) {
  struct pier__monitor *items = room_for_one(monitors->items, monitors->count, sizeof *items);
  if (!items) return PIER_ENOMEM;
  items[monitors->count].reference = reference;
  items[monitors->count].watcher = watcher;
  monitors->items = items;
  monitors->count++;
  return 0;
}

void pier__monitors_remove(struct pier__monitors *monitors, uint64_t reference) {
  struct pier__monitor *items = monitors->items;
  uint32_t i;
  for (i = 0; i < monitors->count; i++) {
    if (items[i].reference != reference) continue;
    memmove(items + i, items + i + 1, (monitors->count - i - 1) * sizeof *items);
    monitors->count--;
    return;
  }
}
