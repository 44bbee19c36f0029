/* A framer by value, for those who hold thousands of them: the fields, and the
 * hot path as inline functions. Everybody else uses <pier/frame.h>. */
#ifndef PIER_FRAME_FRAMER_H
#define PIER_FRAME_FRAMER_H

#include "base/stock.h"

#include <pier/frame.h>

#include <string.h>

/* Invariants:
 *  - bytes fed and not taken are at[0..end-at);
 *  - what was kept of an incomplete frame is head[0..head_size) (packet) and
 *    body[0..body_size); there is no memory behind `body` while that is empty;
 *  - with `in_place` a packet that is not whole is not kept: it stays at[0..end-at), and
 *    what is read next goes behind it (pier__framer_extend);
 *  - `handed` means that `body` has been handed out and goes with the next call;
 *  - `fast` is the header's length while the next byte of a packet stream is
 *    the first of a frame and nothing at all needs care, else 0;
 *  - `fresh` is the same for lines: the next byte is the first of one. */
struct pier_framer {
  const uint8_t *at;
  const uint8_t *end;
  uint8_t *memory; /* what `body` lies in; NULL: none */
  uint8_t *body;
  size_t body_size;
  size_t body_room;
  struct pier__stock *stock; /* where `body` comes from and goes to; NULL: nowhere */
  uint64_t passed;           /* offset in the stream of `end` */
  size_t limit;              /* packet: the biggest payload; line: the longest line */
  int error;
  uint8_t kind;   /* pier_framing_kind */
  uint8_t packet; /* length of the header; 0 for stream and line */
  uint8_t fast;
  uint8_t fresh;
  uint8_t handed;
  uint8_t ended : 1;
  uint8_t in_place : 1;
  uint8_t over; /* line: a CR is held back beyond the limit (framer_line.c) */
  uint8_t head_size;
  uint8_t head[PIER_FRAME_HEADER_MAX];
};

/* Errors of pier_framer_new, except PIER_ENOMEM: nothing is allocated. */
int pier__framer_init(pier_framer *framer, const pier_framing *framing,
                      const pier_limits *limits);
void pier__framer_deinit(pier_framer *framer);

/* Everything the inline functions below do not handle. */
int pier__framer_next_slow(pier_framer *framer, pier_frame *frame);
int pier__framer_feed_slow(pier_framer *framer, pier_span bytes);

/* One file per kind: takes the next frame from fed and kept bytes. */
int pier__framer_next_packet(pier_framer *framer, pier_frame *frame);
int pier__framer_next_line(pier_framer *framer, pier_frame *frame);
int pier__framer_end_line(pier_framer *framer, pier_frame *frame);

/* Room for `more` bytes behind the body, and for some to come, but never for
 * more than `most` in all. 0 or the sticky PIER_ENOMEM. */
int pier__framer_reserve(pier_framer *framer, size_t more, size_t most);
/* Copies the next `count` fed bytes behind the body, which has room. */
void pier__framer_keep(pier_framer *framer, size_t count);
/* Hands the body out as the payload; 1. */
int pier__framer_hand_out(pier_framer *framer, pier_frame *frame, pier_frame_kind kind,
                          size_t size);

/* Bytes of `memory`. */
static inline size_t pier__framer_memory(const pier_framer *framer) {
  return framer->body_room + (size_t)(framer->body - framer->memory);
}

static inline size_t pier__frame_length(const uint8_t *header, unsigned packet) {
  if (packet == 4)
    return (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 |
           header[3];
  if (packet == 2) return (size_t)header[0] << 8 | header[1];
  return header[0];
}

static inline size_t pier__frame_most(unsigned packet) {
  return packet == 4 ? 0xffffffff : packet == 2 ? 0xffff : 0xff;
}

/* A header for a size that it can say. */
static inline void pier__frame_put(uint8_t *header, unsigned packet, size_t size) {
  if (packet == 4) {
    header[0] = (uint8_t)(size >> 24);
    header[1] = (uint8_t)(size >> 16);
    header[2] = (uint8_t)(size >> 8);
    header[3] = (uint8_t)size;
  } else {
    header[0] = (uint8_t)(size >> 8 * (packet - 1));
    if (packet == 2) header[1] = (uint8_t)size;
  }
}

/* As pier_frame_header, of a framing that has been checked. */
static inline int pier__frame_header(const pier_framing *framing, size_t size,
                                     uint8_t header[PIER_FRAME_HEADER_MAX]) {
  if (framing->kind != PIER_PACKET) return 0;
  if (size > pier__frame_most(framing->packet)) return PIER_EPAYLOAD;
  pier__frame_put(header, framing->packet, size);
  return (int)framing->packet;
}

static inline int pier__framer_feed(pier_framer *framer, pier_span bytes) {
  if (!framer->fast || framer->at != framer->end || bytes.size == 0)
    return pier__framer_feed_slow(framer, bytes);
  framer->at = bytes.data;
  framer->end = bytes.data + bytes.size;
  framer->passed += bytes.size;
  return 0;
}

/* Frames in place: `count` bytes more lie behind those that are left. */
static inline void pier__framer_extend(pier_framer *framer, size_t count) {
  framer->end += count;
  framer->passed += count;
}
/* What is left lies at `to` now. */
static inline void pier__framer_moved(pier_framer *framer, const uint8_t *to) {
  framer->end = to + (framer->end - framer->at);
  framer->at = to;
}
/* The length of the frame that is left, with its header; that of the header alone
 * while no more is known. */
size_t pier__framer_whole(const pier_framer *framer);
/* Keeps what is left after all, as if it had been fed alone. Results as
 * pier_framer_next without a frame. */
int pier__framer_take_in(pier_framer *framer);

/* The slow way has a frame of its own, so that the caller's can stay in registers: pieces
 * that are stored and loaded again as one wait for each other. */
static inline int pier__framer_next_else(pier_framer *framer, pier_frame *frame) {
  pier_frame found;
  int got = pier__framer_next_slow(framer, &found);
  if (got == 1) *frame = found;
  return got;
}

static inline int pier__framer_next(pier_framer *framer, pier_frame *frame) {
  size_t header = framer->fast;
  size_t left = (size_t)(framer->end - framer->at);
  size_t size;
  if (left == 0 && header > 0) return 0;
  if (header == 0 || left < header) return pier__framer_next_else(framer, frame);
  size = pier__frame_length(framer->at, (unsigned)header);
  if (size > left - header || size > framer->limit)
    return pier__framer_next_else(framer, frame);
  frame->kind = PIER_FRAME;
  frame->payload = pier_span_of(framer->at + header, size);
  framer->at += header + size;
  return 1;
}

/* The next line, if there is one and all of it lies in the fed bytes; 1. Whatever else
 * there is comes from pier__framer_next. */
static inline int pier__framer_whole_line(pier_framer *framer, pier_frame *frame) {
  const uint8_t *line = framer->at;
  size_t left = (size_t)(framer->end - line);
  size_t most = framer->limit + 2; /* with CR LF */
  const uint8_t *newline;
  size_t size;
  if (!framer->fresh || left == 0) return 0;
  newline = memchr(line, '\n', left < most ? left : most);
  if (!newline) return 0;
  size = (size_t)(newline - line);
  if (size > 0 && newline[-1] == '\r') size--;
  if (size > framer->limit) return 0;
  frame->kind = PIER_FRAME_EOL;
  frame->payload = pier_span_of(line, size);
  framer->at = newline + 1;
  return 1;
}

#endif
