/* The way out: headers. */
#include "frame/framer.h"

int pier_frame_check(const pier_framing *framing, size_t size, pier_diag *diag) {
  unsigned packet = framing->packet;
  if (framing->kind != PIER_PACKET) return 0;
  if (packet != 1 && packet != 2 && packet != 4)
    return pier_diag_set(diag, PIER_EPACKET, 0, "no packet header has %u bytes", packet);
  if (size > pier__frame_most(packet))
    return pier_diag_set(diag, PIER_EPAYLOAD, pier__frame_most(packet),
                         "a payload of %zu bytes is too big for {packet,%u}: at most %zu", size,
                         packet, pier__frame_most(packet));
  return 0;
}

int pier_frame_header(const pier_framing *framing, size_t size,
                      uint8_t header[PIER_FRAME_HEADER_MAX]) {
  int error = pier_frame_check(framing, size, NULL);
  return error ? error : pier__frame_header(framing, size, header);
}

int pier_frame_append(pier_buffer *buffer, const pier_framing *framing, pier_span payload) {
  uint8_t header[PIER_FRAME_HEADER_MAX];
  int size = pier_frame_header(framing, payload.size, header);
  if (size < 0) return size;
  if (payload.size > SIZE_MAX - (size_t)size) return PIER_ENOMEM;
  /* Both parts or neither: a header alone would eat the next frame. */
  if (!pier_buffer_reserve(buffer, (size_t)size + payload.size)) return buffer->error;
  pier_buffer_append(buffer, header, (size_t)size);
  return pier_buffer_append(buffer, payload.data, payload.size);
}
