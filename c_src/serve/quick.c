/* Commands in bytes, the VM's most frequent request by far: no term has to be looked at. */
#include "serve/inside.h"

#include "base/endian.h"
#include "serve/out.h"

/* The kind, the numbers of the caller's pid and of the port, 32 bits each; then the data. */
enum { ID_AT = 1, SERIAL_AT = 5, PORT_AT = 9, DATA_AT = 13 };
/* port_command(Port, Data); Port ! {self(),{command,Data}}. */
enum { COMMAND = 1, MESSAGE = 2 };

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

int pier__serve_bytes(void *state, pier_span frame) {
  struct pier__serve *serve = state;
  struct pier__remote *remote;
  struct pier__hport *port;
  struct quick quick;
  int error;
  if (!serve->greeted || frame.size < DATA_AT) return 0;
  if (frame.data[0] != COMMAND && frame.data[0] != MESSAGE) return 0;
  remote = pier__remote_take(serve, pier__remote_key(pier__load32(frame.data + ID_AT),
                                                     pier__load32(frame.data + SERIAL_AT)));
  if (!remote) return PIER_ENOMEM;
  quick.remote = remote;
  quick.port = pier__load32(frame.data + PORT_AT);
  quick.by_message = frame.data[0] == MESSAGE;
  quick.data = pier_span_of(frame.data + DATA_AT, frame.size - DATA_AT);
  port = pier__table_get(&serve->host->ports, quick.port);
  if (remote->suspended || remote->first || serve->config->trace || !is_open(port)) {
    error = as_term(serve, &quick);
    return error < 0 ? error : 1;
  }
  pier__serve_command(remote, port, quick.data, quick.by_message);
  return 1;
}
