/* Messages as Erlang has them. */
#include "port/identifier.h"

#include "port/shape.h"

int pier_port_term(pier_port port, pier_buffer *out) {
  pier_write_version(out);
  pier__put_port(out, port);
  return out->error;
}

int pier_pid_term(pier_pid pid, pier_buffer *out) {
  pier_write_version(out);
  pier__put_pid(out, pid);
  return out->error;
}

static void put_data(pier_buffer *out, const pier_message *message) {
  pier_write_tuple(out, 2);
  pier_write_atom(out, "data");
  if (message->line != PIER_FRAME) {
    pier_write_tuple(out, 2);
    pier_write_atom(out, message->line == PIER_FRAME_EOL ? "eol" : "noeol");
  }
  if (message->binary)
    pier_write_binary(out, message->data.data, message->data.size);
  else
    pier_write_string(out, message->data.data, message->data.size);
}

static void put_source(pier_buffer *out, const pier_message *message) {
  if (message->port.number != 0)
    pier__put_port(out, message->port);
  else
    pier__put_pid(out, message->pid);
}

/* {Port, What} */
static void put_from_port(pier_buffer *out, const pier_message *message) {
  pier_write_tuple(out, 2);
  pier__put_port(out, message->port);
  switch (message->kind) {
  case PIER_MESSAGE_DATA:
    put_data(out, message);
    break;
  case PIER_MESSAGE_EOF:
    pier_write_atom(out, "eof");
    break;
  case PIER_MESSAGE_CLOSED:
    pier_write_atom(out, "closed");
    break;
  case PIER_MESSAGE_CONNECTED:
    pier_write_atom(out, "connected");
    break;
  default:
    pier_write_tuple(out, 2);
    pier_write_atom(out, "exit_status");
    pier_write_int64(out, message->status);
  }
}

static void put_exit(pier_buffer *out, const pier_message *message) {
  pier_write_tuple(out, 3);
  pier_write_atom(out, "EXIT");
  put_source(out, message);
  pier_write_term(out, message->reason);
}

/* With a reason that is no immediate value a port's DOWN says process: the
 * BEAM does. */
static int is_immediate(pier_span reason) {
  pier__view view;
  pier__identifier identifier;
  pier__view_at(&view, pier__view_start(reason));
  switch (view.kind) {
  case PIER__ATOM:
  case PIER__NIL:
    return 1;
  case PIER__PID:
  case PIER__PORT: /* of whatever creation: a VM's own have another (c_src/serve) */
    pier__view_identifier(&view, &identifier);
    return pier__shape_is_atom(&identifier.node, PIER__NODE);
  case PIER__INT: /* of 60 bits, the BEAM's small ones */
    return view.size == 0 && view.magnitude < UINT64_C(1) << 59;
  default:
    return 0;
  }
}

/* {Tag,Ref,port or process,Object,Reason} */
int pier__put_down(pier_buffer *out, const pier_message *message, int is_port, pier_span name,
                   pier_span tag) {
  pier_write_tuple(out, 5);
  if (tag.size > 0)
    pier_write_term(out, tag);
  else
    pier_write_atom(out, "DOWN");
  pier__put_reference(out, message->reference);
  pier_write_atom(out, is_port && is_immediate(message->reason) ? "port" : "process");
  if (name.size > 0) {
    pier_write_tuple(out, 2);
    pier_write_term(out, name);
    pier_write_atom(out, PIER__NODE);
  } else {
    put_source(out, message);
  }
  return pier_write_term(out, message->reason);
}

static void put_down(pier_buffer *out, const pier_message *message) {
  const pier_span none = {NULL, 0};
  if (message->term.size > 0)
    pier_write_term(out, message->term);
  else
    pier__put_down(out, message, message->port.number != 0, none, none);
}

int pier_message_term(const pier_message *message, pier_buffer *out) {
  pier_write_version(out);
  switch (message->kind) {
  case PIER_MESSAGE_TERM:
    pier_write_term(out, message->term);
    break;
  case PIER_MESSAGE_EXIT:
    put_exit(out, message);
    break;
  case PIER_MESSAGE_DOWN:
    put_down(out, message);
    break;
  default:
    put_from_port(out, message);
  }
  return out->error;
}

static int data_match(const pier_message *message, const uint8_t *types, const char *pattern,
                      va_list arguments) {
  int error;
  if (message->kind != PIER_MESSAGE_DATA) return PIER_EMATCH;
  error = pier_term_scan(message->data, NULL, NULL, NULL);
  if (error < 0) return error;
  return pier_vmatch_typed(message->data, types, pattern, arguments, NULL);
}

int pier_message_data_match_typed(const pier_message *message, const uint8_t *types,
                                  const char *pattern, ...) {
  va_list arguments;
  int error;
  va_start(arguments, pattern);
  error = data_match(message, types, pattern, arguments);
  va_end(arguments);
  return error;
}

int(pier_message_data_match)(const pier_message *message, const char *pattern, ...) {
  va_list arguments;
  int error;
  va_start(arguments, pattern);
  error = data_match(message, NULL, pattern, arguments);
  va_end(arguments);
  return error;
}
