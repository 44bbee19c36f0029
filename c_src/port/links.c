/* Whom a port tells of its end. A port has few links and monitors: an array of their own
 * is smaller than any table. */
#include "port/port.h"

#include <string.h>

/* Arrays grow at powers of two, so that the capacity follows from the count. */
static void *room_for_one(void *array, uint32_t count, size_t size) {
  if (array && (count & (count - 1)) != 0) return array;
  return pier_realloc(array, (count == 0 ? 1 : (size_t)count * 2) * size);
}

static int add_second(struct pier__links *links, pier_pid pid) {
  pier_pid *many = pier_alloc(2 * sizeof *many);
  if (!many) return PIER_ENOMEM;
  many[0] = links->one;
  many[1] = pid;
  links->many = many;
  links->count = 2;
  return 0;
}

int pier__port_link(struct pier__port *port, pier_pid pid) {
  struct pier__links *links = &port->links;
  const pier_pid *known = pier__links_of(links);
  pier_pid *many;
  uint32_t i;
  for (i = 0; i < links->count; i++)
    if (known[i].number == pid.number) return 0;
  if (links->count == 1) return add_second(links, pid);
  if (links->count == 0) {
    links->one = pid;
    links->count = 1;
    return 0;
  }
  many = room_for_one(links->many, links->count, sizeof *many);
  if (!many) return PIER_ENOMEM;
  many[links->count++] = pid;
  links->many = many;
  return 0;
}

static void remove_link(struct pier__links *links, uint32_t at) {
  pier_pid *many = links->many;
  if (links->count-- == 1) return;
  memmove(many + at, many + at + 1, (links->count - at) * sizeof *many);
  if (links->count > 1) return;
  links->one = many[0];
  pier_free(many);
}

int pier__port_unlink(struct pier__port *port, pier_pid pid) {
  const pier_pid *known = pier__links_of(&port->links);
  uint32_t i;
  for (i = 0; i < port->links.count; i++) {
    if (known[i].number != pid.number) continue;
    remove_link(&port->links, i);
    return 1;
  }
  return 0;
}

void pier__links_free(struct pier__links *links) {
  if (links->count > 1) pier_free(links->many);
  links->count = 0;
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
