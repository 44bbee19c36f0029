/* Links, monitors and exit signals, by name. */
#include "host/apply.h"

#include "port/identifier.h"

/* A port of this node or any pid, as link, unlink and exit take them. A pid of
 * another node is nobody: what is done to it has no effect. */
static int read_object(const pier__view *view, pier_object *object) {
  object->port.number = object->pid.number = 0;
  if (view->kind == PIER__PID) {
    pier__shape_pid(view, &object->pid.number);
    return 0;
  }
  return pier__shape_port(view, &object->port.number) ? 0 : PIER_EBADARG;
}

static int is_pid(const struct pier__call *call) {
  return call->argument[0].kind == PIER__PID;
}

int pier__apply_link(struct pier__call *call) {
  pier_object object;
  int error = read_object(&call->argument[0], &object);
  if (error < 0) return error;
  if (is_pid(call) && object.pid.number == 0) return 0;
  return is_pid(call) ? pier_link_process(call->caller, object.pid)
                      : pier_link(call->caller, object.port);
}

int pier__apply_unlink(struct pier__call *call) {
  pier_object object;
  int error = read_object(&call->argument[0], &object);
  if (error < 0) return error;
  return is_pid(call) ? pier_unlink_process(call->caller, object.pid)
                      : pier_unlink(call->caller, object.port);
}

int pier__apply_exit(struct pier__call *call) {
  pier_object object;
  int error;
  if (call->count == 1) {
    pier__process_end(call->caller, call->term[0]);
    return PIER_ENOPROC;
  }
  error = read_object(&call->argument[0], &object);
  if (error == 0) pier__exit_2(call->caller, object, call->term[1]);
  return error;
}

/* ---- Monitors ------------------------------------------------------------------ */

/* [{tag,Term}], the last one; PIER_EBADOPT. */
static int read_monitor_options(const pier__view *list, pier_span *tag) {
  const uint8_t *at = list->next;
  size_t left = list->count;
  pier__view element, name, value;
  if (list->kind == PIER__NIL) return 0;
  if (list->kind != PIER__LIST) return PIER_EBADOPT;
  for (; left > 0; left--, at = pier__view_skip(at)) {
    pier__view_at(&element, at);
    if (!pier__shape_pair(&element, &name, &value)) return PIER_EBADOPT;
    if (!pier__shape_is_atom(&name, "tag")) return PIER_EBADOPT;
    *tag = pier__bare(pier__view_skip(element.next));
  }
  pier__view_at(&element, at);
  return element.kind == PIER__NIL ? 0 : PIER_EBADOPT;
}

static int read_type(const pier__view *type, int *is_port) {
  *is_port = pier__shape_is_atom(type, "port");
  return *is_port || pier__shape_is_atom(type, "process") ? 0 : PIER_EBADTYPE;
}

/* The name that is monitored, or NULL in `name` if it is no name. */
static int read_item(const pier__view *item, int is_port, pier_object *object,
                     pier__view *name) {
  int local = 1;
  *name = *item;
  if (item->kind == PIER__ATOM) return 1;
  if (pier__apply_at_node(item, name, &local)) return local ? 1 : PIER_EBADARG;
  if (is_port) return pier__shape_port(item, &object->port.number) ? 0 : PIER_EBADARG;
  return pier__shape_pid(item, &object->pid.number) ? 0 : PIER_EBADARG;
}

static int monitor_item(struct pier__call *call, int is_port, pier_span tag,
                        uint64_t *reference) {
  pier_monitor_options options = {.tag = tag};
  pier_buffer text = PIER_BUFFER_INIT;
  pier__view name;
  int error = read_item(&call->argument[1], is_port, &options.object, &name);
  if (error == 1) {
    error = pier__apply_name(&name, &text);
    if (is_port)
      options.port_name = (const char *)text.data;
    else
      options.process_name = (const char *)text.data;
  }
  if (error == 0) error = pier_monitor_with(call->caller, &options, reference);
  pier_buffer_free(&text);
  return error;
}

int pier__apply_monitor(struct pier__call *call) {
  pier_span tag = {NULL, 0};
  uint64_t reference;
  int is_port, error = 0;
  if (call->count == 3) error = read_monitor_options(&call->argument[2], &tag);
  if (error == 0) error = read_type(&call->argument[0], &is_port);
  if (error == 0) error = monitor_item(call, is_port, tag, &reference);
  return error < 0 ? error : pier__put_reference(call->out, reference);
}

int pier__apply_demonitor(struct pier__call *call) {
  enum { FLUSH = 1, INFO = 2 };
  static const struct pier__flag known[] = {{"flush", FLUSH}, {"info", INFO}, {NULL, 0}};
  uint64_t reference = 0;
  unsigned flags = 0;
  int found;
  if (call->count == 2 && !pier__shape_flags(&call->argument[1], known, &flags))
    return PIER_EBADARG;
  if (call->argument[0].kind != PIER__REF) return PIER_EBADARG;
  pier__shape_reference(&call->argument[0], &reference);
  found = pier_demonitor(call->caller, reference, (flags & FLUSH) != 0);
  if (found < 0) return found;
  return pier_write_atom(call->out, !(flags & INFO) || found ? "true" : "false");
}
