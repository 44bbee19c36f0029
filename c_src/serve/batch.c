/* What is said to the VM: one list of events in the order in which they happened. */
#include "serve/inside.h"

#include "serve/out.h"

#include <string.h>

enum {
  FRAME_HEADER = 4,
  MUCH = 1 << 18 /* so much leaves before the turn is over */
};

/* The frame's header, then {event,[..., with the places to fill in at the end. */
static const uint8_t opening[] = {0,
                                  0,
                                  0,
                                  0,
                                  PIER__VERSION,
                                  PIER__TAG_SMALL_TUPLE,
                                  2,
                                  PIER__TAG_SMALL_ATOM_UTF8,
                                  5,
                                  'e',
                                  'v',
                                  'e',
                                  'n',
                                  't',
                                  PIER__TAG_LIST,
                                  0,
                                  0,
                                  0,
                                  0};

static void close_run(struct pier__batch *batch) {
  const uint8_t nil = PIER__TAG_NIL;
  if (!batch->to) return;
  pier_buffer_append(&batch->bytes, &nil, 1);
  if (!batch->bytes.error) pier__store32(batch->bytes.data + batch->count_at, batch->data);
  batch->to = NULL;
}

static void put_word(pier_buffer *out, const char *word, unsigned size) {
  pier_write_tuple(out, size);
  pier_write_atom(out, word);
}

pier_buffer *pier__serve_event(struct pier__serve *serve, const char *word, unsigned size) {
  struct pier__batch *batch = &serve->batch;
  close_run(batch);
  if (batch->bytes.size > MUCH) pier__serve_flush(serve);
  if (batch->count == 0) pier_buffer_append(&batch->bytes, opening, sizeof opening);
  batch->count++;
  put_word(&batch->bytes, word, size);
  return &batch->bytes;
}

/* ---- Leaving --------------------------------------------------------------------- */

void pier__serve_flush(struct pier__serve *serve) {
  struct pier__batch *batch = &serve->batch;
  const uint8_t nil = PIER__TAG_NIL;
  pier_span frame;
  if (batch->count == 0) return;
  close_run(batch);
  pier_buffer_append(&batch->bytes, &nil, 1);
  if (batch->bytes.error) {
    pier__out_fail(serve->peer, batch->bytes.error, "collecting what happened");
  } else {
    pier__store32(batch->bytes.data, (uint32_t)(batch->bytes.size - FRAME_HEADER));
    pier__store32(batch->bytes.data + sizeof opening - 4, batch->count);
    frame = pier_buffer_span(&batch->bytes);
    pier__trace_term(serve, "vm<",
                     pier_span_of(frame.data + FRAME_HEADER, frame.size - FRAME_HEADER));
    pier__out_write(serve->peer, frame, serve->config->output);
  }
  batch->count = 0;
  if (batch->bytes.capacity > 4 * MUCH || batch->bytes.error)
    pier_buffer_free(&batch->bytes);
  else
    pier_buffer_clear(&batch->bytes);
  batch->bytes.limit = UINT32_MAX;
}

/* ---- Messages -------------------------------------------------------------------- */

static void put_data(pier_buffer *out, const pier_message *message) {
  if (message->line != PIER_FRAME)
    put_word(out, message->line == PIER_FRAME_EOL ? "eol" : "noeol", 2);
  if (message->binary)
    pier_write_binary(out, message->data.data, message->data.size);
  else
    pier_write_string(out, message->data.data, message->data.size);
}

static void on_data(struct pier__remote *remote, const pier_message *message) {
  struct pier__serve *serve = remote->serve;
  struct pier__batch *batch = &serve->batch;
  const uint8_t list[5] = {PIER__TAG_LIST};
  if (batch->to != remote || batch->from != message->port.number || batch->bytes.size > MUCH) {
    pier_buffer *out = pier__serve_event(serve, "data", 4);
    pier__serve_put_pid(serve, out, remote);
    pier__serve_put_port(serve, out, message->port.number);
    batch->count_at = out->size + 1;
    pier_buffer_append(out, list, sizeof list);
    batch->to = remote;
    batch->from = message->port.number;
    batch->data = 0;
  }
  batch->data++;
  put_data(&batch->bytes, message);
}

static void on_exit(struct pier__remote *remote, const pier_message *message) {
  struct pier__serve *serve = remote->serve;
  pier_buffer *out = pier__serve_event(serve, "exit_signal", 4);
  pier__serve_put_pid(serve, out, remote);
  pier__serve_put_port(serve, out, message->port.number);
  pier__serve_put_out(serve, out, message->reason);
}

void pier__serve_message(pier_process *process, const pier_message *message, void *state) {
  struct pier__remote *remote = state;
  struct pier__serve *serve = remote->serve;
  pier_buffer *out;
  (void)process;
  if (message->kind == PIER_MESSAGE_DATA) {
    on_data(remote, message);
    return;
  }
  if (message->kind == PIER_MESSAGE_EXIT && message->port.number != 0) {
    on_exit(remote, message);
    return;
  }
  out = pier__serve_event(serve, "deliver", 3);
  pier__serve_put_pid(serve, out, remote);
  pier_buffer_clear(&serve->scratch);
  pier_message_term(message, &serve->scratch);
  pier__serve_put_out(serve, out,
                      pier_span_of(serve->scratch.data + 1, serve->scratch.size - 1));
}

/* ---- Of ports -------------------------------------------------------------------- */

void pier__serve_log(pier_port port, const pier_diag *fault, void *state) {
  struct pier__serve *serve = state;
  pier_buffer *out = pier__serve_event(serve, "log", 3);
  pier__serve_put_port(serve, out, port.number);
  pier_write_binary(out, fault->text, strlen(fault->text));
}

void pier__serve_busy(struct pier__serve *serve, struct pier__hport *port) {
  pier_buffer *out;
  if (port->told_busy == port->core.busy) return;
  port->told_busy = port->core.busy;
  out = pier__serve_event(serve, "busy", 3);
  pier__serve_put_port(serve, out, port->core.number);
  pier_write_atom(out, port->told_busy ? "true" : "false");
}

void pier__serve_gone(struct pier__serve *serve, struct pier__hport *port) {
  pier_buffer *out = pier__serve_event(serve, "gone", 2);
  pier__serve_put_port(serve, out, port->core.number);
}
