/* Commands in bytes, the VM's most frequent request by far: no term has to be looked at. And
 * several frames in one. */
#include "serve/inside.h"

#include "base/endian.h"
#include "serve/out.h"

/* The kind, the numbers of the caller's pid and of the port, 32 bits each; then the data. */
enum { ID_AT = 1, SERIAL_AT = 5, PORT_AT = 9, DATA_AT = 13 };
/* port_command(Port, Data); Port ! {self(),{command,Data}}; frames with their sizes. */
enum { COMMAND = 1, MESSAGE = 2, SEVERAL = 3 };

struct quick {
  struct pier__remote *remote;
  uint32_t port;
  int by_message;
  pier_span data;
};

static void put_arguments(struct pier__serve *serve, const struct quick *quick,
                          pier_buffer *out) {
  pier_write_list(out, 2);
  pier__serve_put_port(serve, out, quick->port);
  if (quick->by_message) {
    pier_write_tuple(out, 2);
    pier__serve_put_pid(serve, out, quick->remote);
    pier_write_tuple(out, 2);
    pier_write_atom(out, "command");
  }
  pier_write_binary(out, quick->data.data, quick->data.size);
  pier_write_nil(out);
}

/* What the frame stands for: whoever has to wait keeps it so, and the trace shows it. */
static int as_term(struct pier__serve *serve, const struct quick *quick) {
  pier_buffer term = PIER_BUFFER_INIT;
  int error;
  pier_write_version(&term);
  pier_write_tuple(&term, 2);
  pier_write_atom(&term, "cast");
  pier_write_tuple(&term, 4);
  pier_write_atom(&term, "do");
  pier__serve_put_pid(serve, &term, quick->remote);
  pier_write_atom(&term, quick->by_message ? "send" : "port_command");
  put_arguments(serve, quick, &term);
  error = term.error;
  if (error == 0) error = pier__out_serve(serve->peer, pier_buffer_span(&term));
  pier_buffer_free(&term);
  return error;
}

/* A port without a driver, that takes the command at once. */
static int is_open(const struct pier__hport *port) {
  return port && !port->driver && !port->core.busy && pier__port_usable(&port->core);
}

static int serve_command(struct pier__serve *serve, pier_span frame) {
  struct pier__remote *remote;
  struct pier__hport *port;
  struct quick quick;
  remote = pier__remote_take(serve, pier__remote_key(pier__load32(frame.data + ID_AT),
                                                     pier__load32(frame.data + SERIAL_AT)));
  if (!remote) return PIER_ENOMEM;
  quick.remote = remote;
  quick.port = pier__load32(frame.data + PORT_AT);
  quick.by_message = frame.data[0] == MESSAGE;
  quick.data = pier_span_of(frame.data + DATA_AT, frame.size - DATA_AT);
  port = pier__table_get(&serve->host->ports, quick.port);
  if (remote->suspended || remote->first || serve->config->trace || !is_open(port))
    return as_term(serve, &quick);
  pier__serve_command(remote, port, quick.data, quick.by_message);
  return 0;
}

/* ---- Several frames ---------------------------------------------------------------- */

enum { SIZE_BYTES = 4 };

/* The first of `rest`, which begins behind it then: 1. 0: there is no whole one. */
static int next_frame(pier_span *rest, pier_span *frame) {
  uint32_t size;
  if (rest->size < SIZE_BYTES) return 0;
  size = pier__load32(rest->data);
  if (rest->size - SIZE_BYTES < size) return 0;
  *frame = pier_span_of(rest->data + SIZE_BYTES, size);
  *rest = pier_span_of(frame->data + size, rest->size - SIZE_BYTES - size);
  return 1;
}

/* None holds others. */
static int are_frames(pier_span rest) {
  pier_span frame;
  while (rest.size > 0)
    if (!next_frame(&rest, &frame) || (frame.size > 0 && frame.data[0] == SEVERAL)) return 0;
  return 1;
}

/* As if each had come by itself. */
static int serve_several(struct pier__serve *serve, pier_span rest) {
  pier_span frame;
  int error = 0;
  while (error == 0 && next_frame(&rest, &frame))
    error = pier__out_serve_frame(serve->peer, frame);
  return error;
}

int pier__serve_bytes(void *state, pier_span frame) {
  struct pier__serve *serve = state;
  pier_span behind = pier_span_of(frame.data + 1, frame.size - 1);
  int error;
  if (!serve->greeted) return 0;
  if (frame.data[0] == SEVERAL && are_frames(behind))
    error = serve_several(serve, behind);
  else if ((frame.data[0] == COMMAND || frame.data[0] == MESSAGE) && frame.size >= DATA_AT)
    error = serve_command(serve, frame);
  else
    return 0;
  return error < 0 ? error : 1;
}
