/* apply(erlang, Function, Arguments): the table, and errors as exceptions. */
#include "host/apply.h"

#include "port/identifier.h"
#include "port/text.h"

#include <string.h>

static const struct entry {
  const char *name;
  unsigned least, most; /* arguments */
  pier__function *function;
} entries[] = {
    {"!", 2, 2, pier__apply_send},
    {"binary_to_term", 1, 1, pier__apply_binary_to_term},
    {"demonitor", 1, 2, pier__apply_demonitor},
    {"exit", 1, 2, pier__apply_exit},
    {"is_port", 1, 1, pier__apply_is_port},
    {"is_process_alive", 1, 1, pier__apply_is_process_alive},
    {"link", 1, 1, pier__apply_link},
    {"list_to_port", 1, 1, pier__apply_list_to_port},
    {"make_ref", 0, 0, pier__apply_make_ref},
    {"monitor", 2, 3, pier__apply_monitor},
    {"node", 0, 0, pier__apply_node},
    {"open_port", 2, 2, pier__apply_open_port},
    {"pid_to_list", 1, 1, pier__apply_pid_to_list},
    {"port_call", 2, 3, pier__apply_port_call},
    {"port_close", 1, 1, pier__apply_port_close},
    {"port_command", 2, 3, pier__apply_port_command},
    {"port_connect", 2, 2, pier__apply_port_connect},
    {"port_control", 3, 3, pier__apply_port_control},
    {"port_get_data", 1, 1, pier__apply_port_get_data},
    {"port_info", 1, 2, pier__apply_port_info},
    {"port_set_data", 2, 2, pier__apply_port_set_data},
    {"port_to_list", 1, 1, pier__apply_port_to_list},
    {"ports", 0, 0, pier__apply_ports},
    {"process_flag", 2, 2, pier__apply_process_flag},
    {"process_info", 2, 2, pier__apply_process_info},
    {"processes", 0, 0, pier__apply_processes},
    {"register", 2, 2, pier__apply_register},
    {"registered", 0, 0, pier__apply_registered},
    {"self", 0, 0, pier__apply_self},
    {"send", 2, 3, pier__apply_send},
    {"send_nosuspend", 2, 3, pier__apply_send_nosuspend},
    {"unlink", 1, 1, pier__apply_unlink},
    {"unregister", 1, 1, pier__apply_unregister},
    {"whereis", 1, 1, pier__apply_whereis_1},
};

static const struct reason {
  int error;
  const char *reason, *cause;
} reasons[] = {
    {PIER_EBADARG, "badarg", NULL},         {PIER_EBADOPT, "badarg", "badopt"},
    {PIER_EBADTYPE, "badarg", "badtype"},   {PIER_ENAMED, "badarg", "registered_name"},
    {PIER_ENOTALIVE, "badarg", "notalive"}, {PIER_ENOTSUP, "notsup", NULL},
    {PIER_ESYSLIMIT, "system_limit", NULL}, {PIER_ENOPROC, "noproc", NULL},
};

static const struct entry *find_entry(const char *name, unsigned count) {
  size_t i;
  for (i = 0; i < sizeof entries / sizeof entries[0]; i++)
    if (strcmp(entries[i].name, name) == 0 && count >= entries[i].least &&
        count <= entries[i].most)
      return &entries[i];
  return NULL;
}

/* An errno is its own reason; what else is not in the table is no exception. */
static int find_reason(int error, struct reason *reason) {
  size_t i;
  for (i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
    if (reasons[i].error != error) continue;
    *reason = reasons[i];
    return 1;
  }
  reason->reason = pier_errno_id(-error);
  reason->cause = NULL;
  return error < 0 && strcmp(reason->reason, "unknown") != 0;
}

static int put_exception(pier_buffer *out, const struct reason *reason) {
  pier_buffer_clear(out);
  pier_write_version(out);
  pier_write_tuple(out, 2);
  pier_write_atom(out, "error");
  if (reason->cause) pier_write_tuple(out, 2);
  pier_write_atom(out, reason->reason);
  if (reason->cause) pier_write_atom(out, reason->cause);
  return out->error ? out->error : PIER_ERAISED;
}

/* The error of a function as the result of the call of it. */
static int conclude(const pier_process *caller, int error, pier_buffer *out) {
  struct reason reason;
  if (caller->dead) error = PIER_ENOPROC;
  if (!caller->dead && error < 0 && find_reason(error, &reason))
    return put_exception(out, &reason);
  if (error == 0 && out->size == 1) pier_write_atom(out, "true");
  if (error >= 0 && out->error) error = out->error;
  if (error < 0) pier_buffer_clear(out);
  return error;
}

/* ---- Arguments ---------------------------------------------------------------- */

/* The arguments [1,2] are a string: each byte becomes a term of its own. */
static void take_bytes(struct pier__call *call, const pier__view *list,
                       uint8_t bytes[PIER__ARGUMENTS][2]) {
  unsigned i;
  for (i = 0; i < call->count; i++) {
    bytes[i][0] = ERL_SMALL_INTEGER_EXT;
    bytes[i][1] = list->data[i];
    call->term[i] = pier_span_of(bytes[i], 2);
  }
}

static int take_terms(struct pier__call *call, const pier__view *list) {
  pier__view tail;
  const uint8_t *at = list->next;
  unsigned i;
  for (i = 0; i < call->count; i++) {
    call->term[i] = pier__bare(at);
    at += call->term[i].size;
  }
  if (list->kind == PIER__NIL) return 0;
  pier__view_at(&tail, at);
  return tail.kind == PIER__NIL ? 0 : PIER_EARG;
}

static int take_arguments(struct pier__call *call, pier_span arguments,
                          uint8_t bytes[PIER__ARGUMENTS][2]) {
  pier__view list;
  size_t count;
  int error = 0;
  unsigned i;
  pier__view_at(&list, pier__view_start(arguments));
  if (!pier__shape_is_list(&list)) return PIER_EARG;
  count = list.kind == PIER__STRING ? list.size : list.count;
  if (list.kind == PIER__NIL) count = 0;
  if (count > PIER__ARGUMENTS) return PIER_EARG;
  call->count = (unsigned)count;
  if (list.kind == PIER__STRING)
    take_bytes(call, &list, bytes);
  else
    error = take_terms(call, &list);
  for (i = 0; error == 0 && i < call->count; i++)
    pier__view_at(&call->argument[i], call->term[i].data);
  return error;
}

int pier__apply_name(const pier__view *view, pier_buffer *text) {
  return view->kind == PIER__ATOM ? pier__text(view, text) : PIER_EBADARG;
}

int pier__apply_whereis(const pier_host *host, const pier__view *atom, pier_object *object) {
  pier_buffer text = PIER_BUFFER_INIT;
  int error = pier__apply_name(atom, &text);
  if (error == 0) *object = pier_whereis(host, (const char *)text.data);
  pier_buffer_free(&text);
  return error;
}

int pier__apply_port(const struct pier__call *call, unsigned index, pier_port *port) {
  const pier__view *view = &call->argument[index];
  pier_object object;
  int error;
  if (pier__shape_port(view, &port->number)) return 0;
  error = pier__apply_whereis(call->host, view, &object);
  if (error < 0) return error;
  *port = object.port;
  return object.port.number != 0 ? 0 : PIER_EBADARG;
}

int pier__apply_at_node(const pier__view *view, pier__view *name, int *local) {
  pier__view node;
  if (!pier__shape_pair(view, name, &node)) return 0;
  *local = pier__shape_is_atom(&node, PIER__NODE);
  return name->kind == PIER__ATOM && node.kind == PIER__ATOM;
}

/* ---- The call ------------------------------------------------------------------- */

int pier__apply(pier_process *caller, const char *function, pier_span arguments,
                pier_buffer *result, pier_diag *diag) {
  uint8_t bytes[PIER__ARGUMENTS][2];
  const struct entry *entry;
  pier__function *found = NULL;
  struct pier__call call;
  int error;
  memset(&call, 0, sizeof call);
  call.caller = caller;
  call.host = caller->host;
  call.out = result;
  call.diag = diag;
  error = take_arguments(&call, arguments, bytes);
  if (error < 0)
    return pier_diag_set(diag, error, 0, "no list of at most %d arguments", PIER__ARGUMENTS);
  entry = find_entry(function, call.count);
  if (entry) found = entry->function;
  if (!entry && caller->host->hooks)
    found = caller->host->hooks->function(function, call.count);
  if (!found)
    return pier_diag_set(diag, PIER_EARG, 0, "there is no function %.60s/%u", function,
                         call.count);
  pier_write_version(result);
  error = found(&call);
  if (error != 1) return conclude(caller, error, result);
  /* What it returns lies in the process until it is resumed. */
  caller->pending->value = *result;
  memset(result, 0, sizeof *result);
  return 1;
}

int pier_apply_start(pier_process *caller, const char *function, pier_span arguments,
                     pier_buffer *result, pier_diag *diag) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  int error = pier__may_call(caller);
  pier_buffer_clear(result);
  if (error == 0) error = pier_term_plain(arguments, NULL, &scratch, &arguments, diag);
  if (error == 0) error = pier__apply(caller, function, arguments, result, diag);
  pier_buffer_free(&scratch);
  return error;
}

int pier_apply_await(pier_process *caller, pier_buffer *result, int *raised, int timeout_ms) {
  pier_buffer value = PIER_BUFFER_INIT;
  int error, got;
  pier_buffer_clear(result);
  *raised = 0;
  got = pier__pending_wait(caller, timeout_ms);
  if (got != 1) return got;
  error = caller->pending->error;
  value = caller->pending->value;
  memset(&caller->pending->value, 0, sizeof value);
  pier__pending_drop(caller);
  pier_buffer_append(result, value.data, value.size);
  pier_buffer_free(&value);
  error = conclude(caller, error, result);
  *raised = error == PIER_ERAISED;
  return error == 0 || *raised ? 1 : error;
}

int pier_apply(pier_process *caller, const char *function, pier_span arguments,
               pier_buffer *result, pier_diag *diag) {
  int raised, got = pier_apply_start(caller, function, arguments, result, diag);
  if (got != 1) return got;
  if (caller->host->in_turn) {
    pier__pending_drop(caller);
    return PIER_EBUSY;
  }
  got = pier_apply_await(caller, result, &raised, -1);
  if (got != 1) return got;
  return raised ? PIER_ERAISED : 0;
}
