/* port_info and process_info, by name. */
#include "host/apply.h"

#include "port/identifier.h"

static int port_item(struct pier__call *call, const struct pier__hport *port) {
  pier_buffer item = PIER_BUFFER_INIT;
  int error = pier__apply_name(&call->argument[1], &item);
  if (error == 0) error = pier__port_info(port, (const char *)item.data, call->out);
  pier_buffer_free(&item);
  return error;
}

/* A name that nobody has is like a port that is closed. What is neither is badarg,
 * of which port_info/2 says badtype. */
int pier__apply_port_info(struct pier__call *call) {
  const pier__view *view = &call->argument[0];
  const struct pier__hport *port;
  pier_object object = {{0}, {0}};
  int error;
  if (view->kind == PIER__ATOM)
    error = pier__apply_whereis(call->host, view, &object);
  else
    error = pier__shape_port(view, &object.port.number) ? 0 : PIER_EBADARG;
  if (error < 0) return error == PIER_EBADARG && call->count == 2 ? PIER_EBADTYPE : error;
  port = pier__hport(call->host, object.port);
  if (!port) return pier_write_atom(call->out, "undefined");
  return call->count == 1 ? pier__port_info(port, NULL, call->out) : port_item(call, port);
}

static int process_item(struct pier__call *call, const pier_process *process,
                        const pier__view *item, int in_list) {
  pier_buffer name = PIER_BUFFER_INIT;
  int error = pier__apply_name(item, &name);
  if (error == 0)
    error =
        pier__process_info(process, call->caller, (const char *)name.data, in_list, call->out);
  pier_buffer_free(&name);
  return error;
}

static int process_items(struct pier__call *call, const pier_process *process,
                         const pier__view *list) {
  const uint8_t *at = list->next;
  size_t left = list->count, begin = pier_write_list_begin(call->out);
  pier__view item;
  int error = 0;
  if (list->kind == PIER__STRING) return PIER_EBADARG;
  for (; left > 0 && error == 0; left--, at = pier__view_skip(at)) {
    pier__view_at(&item, at);
    error = process_item(call, process, &item, 1);
  }
  if (error < 0) return error;
  if (list->kind == PIER__LIST) {
    pier__view_at(&item, at);
    if (item.kind != PIER__NIL) return PIER_EBADARG;
  }
  return pier_write_list_end(call->out, begin, list->count);
}

/* The items are looked at even if the process is dead. */
int pier__apply_process_info(struct pier__call *call) {
  const pier__view *items = &call->argument[1];
  const pier_process *process;
  size_t start = call->out->size;
  pier_pid pid;
  int error;
  if (!pier__shape_pid(&call->argument[0], &pid.number)) return PIER_EBADARG;
  process = pier__process(call->host, pid);
  error = pier__shape_is_list(items) ? process_items(call, process, items)
                                     : process_item(call, process, items, 0);
  if (error < 0 || process) return error;
  call->out->size = start;
  return pier_write_atom(call->out, "undefined");
}
