/* Who is who, by name: names, identifiers and their texts, flags. */
#include "host/apply.h"

#include "port/identifier.h"
#include "port/text.h"

#include <string.h>

enum { LARGEST_PORT = (1 << 28) - 1 };

/* ---- Names ------------------------------------------------------------------- */

static int register_named(struct pier__call *call, const char *name) {
  pier_object object = {{0}, {0}};
  if (!pier__shape_port(&call->argument[1], &object.port.number) &&
      !pier__shape_pid(&call->argument[1], &object.pid.number))
    return PIER_EBADARG;
  return pier_register(call->caller, name, object);
}

int pier__apply_register(struct pier__call *call) {
  pier_buffer name = PIER_BUFFER_INIT;
  int error = pier__apply_name(&call->argument[0], &name);
  if (error == 0) error = register_named(call, (const char *)name.data);
  pier_buffer_free(&name);
  return error;
}

int pier__apply_unregister(struct pier__call *call) {
  pier_buffer name = PIER_BUFFER_INIT;
  int error = pier__apply_name(&call->argument[0], &name);
  if (error == 0) error = pier_unregister(call->caller, (const char *)name.data);
  pier_buffer_free(&name);
  return error;
}

int pier__apply_whereis_1(struct pier__call *call) {
  pier_object object;
  int error = pier__apply_whereis(call->host, &call->argument[0], &object);
  if (error < 0) return error;
  if (object.port.number != 0) return pier__put_port(call->out, object.port);
  if (object.pid.number != 0) return pier__put_pid(call->out, object.pid);
  return pier_write_atom(call->out, "undefined");
}

int pier__apply_registered(struct pier__call *call) {
  const struct pier__table *names = &call->host->names;
  size_t i, count = 0, begin = pier_write_list_begin(call->out);
  for (i = 0; i < names->capacity; i++) {
    const struct pier__name *name = names->slots[i].value;
    for (; name; name = name->next, count++)
      pier_write_atom(call->out, name->text);
  }
  return pier_write_list_end(call->out, begin, count);
}

/* ---- Identifiers --------------------------------------------------------------- */

int pier__apply_self(struct pier__call *call) {
  return pier__put_pid(call->out, call->caller->pid);
}

int pier__apply_node(struct pier__call *call) {
  return pier_write_atom(call->out, PIER__NODE);
}

int pier__apply_processes(struct pier__call *call) {
  return pier__put_table(call->out, &call->host->processes, PIER__PID_KEYS);
}

int pier__apply_ports(struct pier__call *call) {
  return pier__put_table(call->out, &call->host->ports, PIER__PORT_KEYS);
}

int pier__apply_make_ref(struct pier__call *call) {
  return pier__put_reference(call->out, ++call->host->last_reference);
}

int pier__apply_is_port(struct pier__call *call) {
  return pier_write_atom(call->out, call->argument[0].kind == PIER__PORT ? "true" : "false");
}

static int put_text(pier_buffer *out, const char *before, uint64_t number, const char *after) {
  pier_buffer text = PIER_BUFFER_INIT;
  int error =
      pier_buffer_append_format(&text, "%s%llu%s", before, (unsigned long long)number, after);
  if (error == 0) error = pier_write_string(out, text.data, text.size);
  pier_buffer_free(&text);
  return error;
}

int pier__apply_port_to_list(struct pier__call *call) {
  uint64_t number;
  if (!pier__shape_port(&call->argument[0], &number)) return PIER_EBADARG;
  return put_text(call->out, "#Port<0.", number, ">");
}

int pier__apply_pid_to_list(struct pier__call *call) {
  uint64_t number;
  if (!pier__shape_pid(&call->argument[0], &number)) return PIER_EBADARG;
  return put_text(call->out, "<0.", number, ".0>");
}

/* "#Port<0.N>" and nothing else; it need not be one that there ever was. */
static int read_port(const char *text, pier_port *port) {
  static const char start[] = "#Port<0.";
  if (strncmp(text, start, sizeof start - 1) != 0) return PIER_EBADARG;
  text += sizeof start - 1;
  if (*text < '0' || *text > '9') return PIER_EBADARG;
  for (port->number = 0; *text >= '0' && *text <= '9'; text++) {
    port->number = port->number * 10 + (unsigned)(*text - '0');
    if (port->number > LARGEST_PORT) return PIER_EBADARG;
  }
  return strcmp(text, ">") == 0 ? 0 : PIER_EBADARG;
}

int pier__apply_list_to_port(struct pier__call *call) {
  pier_buffer text = PIER_BUFFER_INIT;
  pier_port port;
  int error = pier__text_list(&call->argument[0], &text);
  if (error == 0) error = read_port((const char *)text.data, &port);
  if (error == 0) error = pier__put_port(call->out, port);
  pier_buffer_free(&text);
  return error;
}

/* What was a term of another node's is one here too: no text can name it. */
int pier__apply_binary_to_term(struct pier__call *call) {
  const pier__view *binary = &call->argument[0];
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span bytes = {binary->data, binary->size};
  pier_span term;
  int error;
  if (binary->kind != PIER__BITS || (binary->size && binary->bits != 8)) return PIER_EBADARG;
  error = pier_term_plain(bytes, NULL, &scratch, &term, call->diag);
  if (error == 0)
    error = pier_buffer_append(call->out, term.data + 1, term.size - 1);
  else if (error != PIER_ENOMEM)
    error = PIER_EBADARG;
  pier_buffer_free(&scratch);
  return error;
}

/* ---- Processes ----------------------------------------------------------------- */

int pier__apply_is_process_alive(struct pier__call *call) {
  pier_pid pid;
  if (!pier__shape_pid(&call->argument[0], &pid.number)) return PIER_EBADARG;
  return pier_write_atom(call->out, pier_process_alive(call->host, pid) ? "true" : "false");
}

int pier__apply_process_flag(struct pier__call *call) {
  int before = call->caller->trap_exit;
  if (call->argument[0].kind != PIER__ATOM) return PIER_EBADARG;
  if (!pier__shape_is_atom(&call->argument[0], "trap_exit")) return PIER_EBADOPT;
  if (pier__shape_is_atom(&call->argument[1], "true"))
    pier_trap_exit(call->caller, 1);
  else if (pier__shape_is_atom(&call->argument[1], "false"))
    pier_trap_exit(call->caller, 0);
  else
    return PIER_EBADARG;
  return pier_write_atom(call->out, before ? "true" : "false");
}
