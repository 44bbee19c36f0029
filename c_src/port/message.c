/* Messages as Erlang has them. Identifiers are those of a node that is not
 * distributed: nonode@nohost, creation 0, as OTP 25 writes them. */
#include "port/message.h"

#include <string.h>

enum { VERSION_BYTE = 131 };

static void put(pier_buffer *out, const void *bytes, size_t size) {
  pier_buffer_append(out, bytes, size);
}

static void put_tag_u32(pier_buffer *out, uint8_t tag, uint32_t number) {
  uint8_t bytes[5];
  bytes[0] = tag;
  bytes[1] = (uint8_t)(number >> 24);
  bytes[2] = (uint8_t)(number >> 16);
  bytes[3] = (uint8_t)(number >> 8);
  bytes[4] = (uint8_t)number;
  put(out, bytes, sizeof bytes);
}

static void put_u32(pier_buffer *out, uint32_t number) {
  uint8_t bytes[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                      (uint8_t)number};
  put(out, bytes, sizeof bytes);
}

static void put_atom(pier_buffer *out, const char *name) {
  struct pier__atom atom;
  pier_span span = pier__atom(&atom, name);
  put(out, span.data, span.size);
}

static void put_tuple(pier_buffer *out, uint8_t arity) {
  uint8_t bytes[2] = {ERL_SMALL_TUPLE_EXT, arity};
  put(out, bytes, sizeof bytes);
}

static void put_integer(pier_buffer *out, int number) {
  if (number < 0 || number > 255) {
    put_tag_u32(out, ERL_INTEGER_EXT, (uint32_t)number);
  } else {
    uint8_t bytes[2] = {ERL_SMALL_INTEGER_EXT, (uint8_t)number};
    put(out, bytes, sizeof bytes);
  }
}

void pier__put_port(pier_buffer *out, pier_port port) {
  pier_buffer_append_byte(out, ERL_NEW_PORT_EXT);
  put_atom(out, "nonode@nohost");
  put_u32(out, (uint32_t)port.number);
  put_u32(out, 0);
}

void pier__put_pid(pier_buffer *out, pier_pid pid) {
  pier_buffer_append_byte(out, ERL_NEW_PID_EXT);
  put_atom(out, "nonode@nohost");
  put_u32(out, (uint32_t)pid.number);
  put_u32(out, 0);
  put_u32(out, 0);
}

int pier_port_term(pier_port port, pier_buffer *out) {
  pier_buffer_append_byte(out, VERSION_BYTE);
  pier__put_port(out, port);
  return out->error;
}

int pier_pid_term(pier_pid pid, pier_buffer *out) {
  pier_buffer_append_byte(out, VERSION_BYTE);
  pier__put_pid(out, pid);
  return out->error;
}

static void put_reference(pier_buffer *out, uint64_t reference) {
  uint8_t head[3] = {ERL_NEWER_REFERENCE_EXT, 0, 3};
  put(out, head, sizeof head);
  put_atom(out, "nonode@nohost");
  put_u32(out, 0);
  put_u32(out, (uint32_t)reference & 0x3ffff);
  put_u32(out, (uint32_t)(reference >> 18));
  put_u32(out, 0);
}

/* A list of bytes, in the form that term_to_binary gives it. */
static void put_byte_list(pier_buffer *out, pier_span data) {
  uint8_t *to;
  size_t i;
  if (data.size > 0 && data.size <= 0xffff) {
    uint8_t head[3] = {ERL_STRING_EXT, (uint8_t)(data.size >> 8), (uint8_t)data.size};
    put(out, head, sizeof head);
    put(out, data.data, data.size);
    return;
  }
  if (data.size > 0) {
    put_tag_u32(out, ERL_LIST_EXT, (uint32_t)data.size);
    to = pier_buffer_reserve(out, 2 * data.size);
    if (!to) return;
    for (i = 0; i < data.size; i++) {
      to[2 * i] = ERL_SMALL_INTEGER_EXT;
      to[2 * i + 1] = data.data[i];
    }
    out->size += 2 * data.size;
  }
  pier_buffer_append_byte(out, ERL_NIL_EXT);
}

static void put_data(pier_buffer *out, const pier_message *message) {
  put_tuple(out, 2);
  put_atom(out, "data");
  if (message->line != PIER_FRAME) {
    put_tuple(out, 2);
    put_atom(out, message->line == PIER_FRAME_EOL ? "eol" : "noeol");
  }
  if (message->binary) {
    put_tag_u32(out, ERL_BINARY_EXT, (uint32_t)message->data.size);
    put(out, message->data.data, message->data.size);
  } else {
    put_byte_list(out, message->data);
  }
}

static void put_source(pier_buffer *out, const pier_message *message) {
  if (message->port.number != 0)
    pier__put_port(out, message->port);
  else
    pier__put_pid(out, message->pid);
}

/* {Port, What} */
static void put_from_port(pier_buffer *out, const pier_message *message) {
  put_tuple(out, 2);
  pier__put_port(out, message->port);
  switch (message->kind) {
  case PIER_MESSAGE_DATA:
    put_data(out, message);
    break;
  case PIER_MESSAGE_EOF:
    put_atom(out, "eof");
    break;
  case PIER_MESSAGE_CLOSED:
    put_atom(out, "closed");
    break;
  case PIER_MESSAGE_CONNECTED:
    put_atom(out, "connected");
    break;
  default:
    put_tuple(out, 2);
    put_atom(out, "exit_status");
    put_integer(out, message->status);
  }
}

static void put_exit(pier_buffer *out, const pier_message *message) {
  put_tuple(out, 3);
  put_atom(out, "EXIT");
  put_source(out, message);
  put(out, message->reason.data, message->reason.size);
}

/* With a reason that is no immediate value, a port's DOWN says process: the
 * BEAM does (doc/ports.md). */
static int is_immediate(pier_span reason) {
  static const uint8_t tags[] = {ERL_ATOM_EXT,
                                 ERL_ATOM_UTF8_EXT,
                                 ERL_SMALL_ATOM_EXT,
                                 ERL_SMALL_ATOM_UTF8_EXT,
                                 ERL_SMALL_INTEGER_EXT,
                                 ERL_INTEGER_EXT,
                                 ERL_NIL_EXT,
                                 ERL_NEW_PID_EXT,
                                 ERL_PID_EXT};
  return reason.size > 0 && memchr(tags, reason.data[0], sizeof tags) != NULL;
}

static void put_down(pier_buffer *out, const pier_message *message) {
  put_tuple(out, 5);
  put_atom(out, "DOWN");
  put_reference(out, message->reference);
  put_atom(out,
           message->port.number != 0 && is_immediate(message->reason) ? "port" : "process");
  put_source(out, message);
  put(out, message->reason.data, message->reason.size);
}

int pier_message_term(const pier_message *message, pier_buffer *out) {
  pier_buffer_append_byte(out, VERSION_BYTE);
  switch (message->kind) {
  case PIER_MESSAGE_TERM:
    put(out, message->term.data, message->term.size);
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

int pier_message_data_match(const pier_message *message, const char *pattern, ...) {
  va_list arguments;
  int error;
  if (message->kind != PIER_MESSAGE_DATA) return PIER_EMATCH;
  error = pier_term_scan(message->data, NULL, NULL, NULL);
  if (error < 0) return error;
  va_start(arguments, pattern);
  error = pier_vmatch(message->data, pattern, arguments, NULL);
  va_end(arguments);
  return error;
}
