/* port_info. */
#include "host/host.h"

#include "port/identifier.h"

#include <string.h>

/* The figures of the BEAM, which counts what hangs on the port only. */
enum { LINK_MEMORY = 40, MONITOR_MEMORY = 24, LINE_MEMORY = 132, SLOT = 8 };

/* ---- Ports ------------------------------------------------------------------------ */

typedef int port_item(const struct pier__hport *port, pier_buffer *out);

static int put_title(const struct pier__hport *port, pier_buffer *out) {
  return pier_write_string(out, port->title, strlen(port->title));
}

static int put_links(const struct pier__hport *port, pier_buffer *out) {
  const pier_pid *links = pier__links_of(&port->core.links);
  uint32_t i;
  if (port->core.links.count > 0) pier_write_list(out, port->core.links.count);
  for (i = 0; i < port->core.links.count; i++)
    pier__put_pid(out, links[i]);
  return pier_write_nil(out);
}

static int put_id(const struct pier__hport *port, pier_buffer *out) {
  return pier_write_uint64(out, port->core.number * SLOT);
}

static int put_connected(const struct pier__hport *port, pier_buffer *out) {
  return pier__put_pid(out, port->core.owner);
}

static int put_input(const struct pier__hport *port, pier_buffer *out) {
  return pier_write_uint64(out, port->core.input);
}

static int put_output(const struct pier__hport *port, pier_buffer *out) {
  return pier_write_uint64(out, port->core.output);
}

static int put_os_pid(const struct pier__hport *port, pier_buffer *out) {
  return port->os_pid > 0 ? pier_write_int64(out, port->os_pid)
                          : pier_write_atom(out, "undefined");
}

/* Only drivers have any. */
static int put_monitors(const struct pier__hport *port, pier_buffer *out) {
  return port->driver ? port->host->hooks->monitors(port, out) : pier_write_nil(out);
}

static int put_monitored_by(const struct pier__hport *port, pier_buffer *out) {
  return pier__put_watchers(out, &port->core.monitors);
}

static int put_memory(const struct pier__hport *port, pier_buffer *out) {
  const struct pier__port *core = &port->core;
  uint64_t memory = core->links.count * (uint64_t)LINK_MEMORY;
  memory += core->monitors.count * (uint64_t)MONITOR_MEMORY;
  if (core->framing.kind == PIER_LINE) memory += LINE_MEMORY;
  return pier_write_uint64(out, memory);
}

static int put_queue_size(const struct pier__hport *port, pier_buffer *out) {
  return pier_write_uint64(out, pier__port_queued(&port->core));
}

static int put_locking(const struct pier__hport *port, pier_buffer *out) {
  int by_driver = port->descriptors || (port->driver && !port->port_locking);
  return pier_write_atom(out, by_driver ? "driver_level" : "port_level");
}

static int put_parallelism(const struct pier__hport *port, pier_buffer *out) {
  return pier_write_atom(out, port->parallelism ? "true" : "false");
}

/* The first ones are what port_info/1 gives, in its order. */
static const struct {
  const char *name;
  port_item *put;
} port_items[] = {
    {"name", put_title},
    {"links", put_links},
    {"id", put_id},
    {"connected", put_connected},
    {"input", put_input},
    {"output", put_output},
    {"os_pid", put_os_pid},
    {"monitors", put_monitors},
    {"monitored_by", put_monitored_by},
    {"memory", put_memory},
    {"queue_size", put_queue_size},
    {"locking", put_locking},
    {"parallelism", put_parallelism},
};
enum { USUAL_ITEMS = 7, ALL_ITEMS = sizeof port_items / sizeof port_items[0] };

static int put_port_item(const struct pier__hport *port, size_t item, pier_buffer *out) {
  pier_write_tuple(out, 2);
  pier_write_atom(out, port_items[item].name);
  return port_items[item].put(port, out);
}

static int put_name(const struct pier__name *name, pier_buffer *out) {
  pier_write_tuple(out, 2);
  pier_write_atom(out, "registered_name");
  return pier_write_atom(out, name->text);
}

static int put_port_items(const struct pier__hport *port, pier_buffer *out) {
  size_t i;
  pier_write_list(out, USUAL_ITEMS + (port->name != NULL));
  if (port->name) put_name(port->name, out);
  for (i = 0; i < USUAL_ITEMS; i++)
    put_port_item(port, i, out);
  return pier_write_nil(out);
}

int pier__port_info(const struct pier__hport *port, const char *item, pier_buffer *out) {
  size_t i;
  if (!item) return put_port_items(port, out);
  if (strcmp(item, "registered_name") == 0)
    return port->name ? put_name(port->name, out) : pier_write_nil(out);
  for (i = 0; i < ALL_ITEMS; i++)
    if (strcmp(item, port_items[i].name) == 0) return put_port_item(port, i, out);
  return PIER_EBADARG;
}

int pier_port_info_term(const pier_host *host, pier_port port, const char *item,
                        pier_buffer *out) {
  const struct pier__hport *found = pier__hport(host, port);
  pier_write_version(out);
  return found ? pier__port_info(found, item, out) : pier_write_atom(out, "undefined");
}

/* A closing port still answers. */
int pier_port_info_get(const pier_host *host, pier_port port, pier_port_info *info) {
  const struct pier__hport *found = pier__hport(host, port);
  memset(info, 0, sizeof *info);
  if (!found) return PIER_EBADARG;
  info->connected = found->core.owner;
  info->input = found->core.input;
  info->output = found->core.output;
  info->queue_size = pier__port_queued(&found->core);
  info->os_pid = found->os_pid;
  return 0;
}
