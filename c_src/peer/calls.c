/* Answers. Each becomes a frame behind the others of the same read; a big one
 * is written from where it lies. */
#include "peer/core.h"

#include <string.h>

enum { VERSION = 131 };

pier_span pier_call_request(const pier_call *call) {
  return call->request;
}

/* Undoes what a failed answer has written; the output is usable again. */
static int take_back(pier_peer *peer, size_t mark, int error) {
  peer->output.error = 0;
  peer->output.size = mark;
  return error;
}

/* The header of a payload of `size` bytes; its length or PIER_EPAYLOAD. */
static int start(pier_call *call, size_t size, uint8_t *header) {
  if (call->answered) return PIER_ETWICE;
  if (pier__peer_is_gone(call->peer->diag.error)) return call->peer->diag.error;
  return pier_frame_header(&call->peer->framing, size, header);
}

static int reply(pier_call *call, const uint8_t *types, const char *format, va_list arguments) {
  pier_buffer *output = &call->peer->output;
  size_t header = call->peer->framing.packet, mark = output->size;
  int error;
  if (call->answered) return PIER_ETWICE;
  if (!pier_buffer_reserve(output, header)) return take_back(call->peer, mark, output->error);
  output->size += header;
  error = pier_vformat_typed(output, types, format, arguments, NULL);
  if (error >= 0) error = start(call, output->size - mark - header, output->data + mark);
  if (error < 0) return take_back(call->peer, mark, error);
  call->answered = 1;
  return 0;
}

int pier_reply_typed(pier_call *call, const uint8_t *types, const char *format, ...) {
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = reply(call, types, format, arguments);
  va_end(arguments);
  return error;
}

int(pier_reply)(pier_call *call, const char *format, ...) {
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = reply(call, NULL, format, arguments);
  va_end(arguments);
  return error;
}

/* Header, version byte if there is one to add, and the bytes. */
static int reply_parts(pier_call *call, int version, pier_span payload) {
  pier_peer *peer = call->peer;
  uint8_t head[PIER_FRAME_HEADER_MAX + 1];
  size_t mark = peer->output.size;
  int header = start(call, payload.size + (size_t)version, head);
  pier_span parts[2];
  if (header < 0) return header;
  if (version) head[header++] = VERSION;
  if (peer->write && payload.size >= WRITE_THROUGH) {
    int error;
    parts[0] = pier_span_of(head, (size_t)header);
    parts[1] = payload;
    error = peer->write(peer, parts, 2);
    if (error < 0) return pier__peer_fail(peer, error, "writing to the owner");
  } else if (!pier_buffer_reserve(&peer->output, (size_t)header + payload.size)) {
    return take_back(peer, mark, peer->output.error);
  } else {
    pier_buffer_append(&peer->output, head, (size_t)header);
    pier_buffer_append(&peer->output, payload.data, payload.size);
  }
  call->answered = 1;
  return 0;
}

int pier_reply_term(pier_call *call, pier_span term) {
  if (term.size == 0) return PIER_EARG;
  return reply_parts(call, term.data[0] != VERSION, term);
}

int pier_reply_frame(pier_call *call, pier_span payload) {
  return reply_parts(call, 0, payload);
}
