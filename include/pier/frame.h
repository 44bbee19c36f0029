/*
 * pier/frame.h - the framing of a port's byte streams, without any I/O.
 *
 * A framer is fed bytes in pieces of any size and hands out frames: the
 * payloads of {packet,1|2|4}, the lines of {line,L}, or the pieces themselves
 * (stream). It never copies a frame that lies whole in the bytes it was fed,
 * and a big one is read straight into its place (pier_framer_place).
 *
 * The rules are those of the BEAM's ports: the manual of erlang:open_port/2,
 * and doc/ports.md for what it leaves open (CR LF in line mode).
 */
#ifndef PIER_FRAME_H
#define PIER_FRAME_H

#include <pier/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pier_framing_kind {
  PIER_STREAM, /* no frames: what was read together comes together */
  PIER_PACKET, /* big-endian length in `packet` bytes, then the payload */
  PIER_LINE    /* lines of at most `line` bytes */
} pier_framing_kind;

typedef struct pier_framing {
  pier_framing_kind kind;
  unsigned packet; /* PIER_PACKET: 1, 2 or 4 */
  size_t line;     /* PIER_LINE: 1 to 2^31-1 */
} pier_framing;

static inline pier_framing pier_framing_packet(unsigned packet) {
  pier_framing framing;
  framing.kind = PIER_PACKET;
  framing.packet = packet;
  framing.line = 0;
  return framing;
}

static inline pier_framing pier_framing_stream(void) {
  pier_framing framing = pier_framing_packet(0);
  framing.kind = PIER_STREAM;
  return framing;
}

static inline pier_framing pier_framing_line(size_t line) {
  pier_framing framing = pier_framing_packet(0);
  framing.kind = PIER_LINE;
  framing.line = line;
  return framing;
}

typedef enum pier_frame_kind {
  PIER_FRAME,      /* a whole frame, or a piece of a stream */
  PIER_FRAME_EOL,  /* a line, or the last part of one; its end is not included */
  PIER_FRAME_NOEOL /* a part of a line that goes on, or that ended without newline */
} pier_frame_kind;

typedef struct pier_frame {
  pier_frame_kind kind;
  pier_span payload; /* valid until the next call on the framer, or until the
                        fed bytes go, whichever is first */
} pier_frame;

typedef struct pier_framer pier_framer;

/* A framer for one direction of one stream. `limits` (copied; NULL = defaults)
 * bounds a packet's payload. Errors: PIER_EPACKET, PIER_EARG (line length),
 * PIER_ENOMEM. */
PIER_API int pier_framer_new(pier_framer **framer, const pier_framing *framing,
                             const pier_limits *limits);
PIER_API void pier_framer_free(pier_framer *framer); /* NULL is fine */

/* Gives the next bytes of the stream. They are borrowed until
 * pier_framer_next has returned something other than 1; feed no more before.
 * PIER_ESTATE if there are bytes left to take, or a sticky error. */
PIER_API int pier_framer_feed(pier_framer *framer, pier_span bytes);

/* Takes the next frame: 1 with *frame set, 0 when more bytes are needed (what
 * is left of the fed ones has been kept), or an error, which sticks:
 *   PIER_EFRAMESIZE  a header announces more than limits.frame
 *   PIER_ENOMEM
 * Memory for a big frame grows with the bytes that arrived, never with the
 * length that was announced. */
PIER_API int pier_framer_next(pier_framer *framer, pier_frame *frame);

/* Where a read may put the next bytes of a packet whose body is not complete:
 * the address, and in *room how many bytes fit (never more than the body
 * lacks). NULL, *room 0, when there is no such packet: read into your own
 * buffer and feed it. Instead of pier_framer_feed, call pier_framer_placed
 * with the count that was read, then pier_framer_next. */
PIER_API void *pier_framer_place(pier_framer *framer, size_t *room);
PIER_API int pier_framer_placed(pier_framer *framer, size_t count);

/* The stream has ended. 1 with the rest of a line in *frame (call again: a
 * held-back CR may follow on its own), 0 if the stream ended between frames,
 * PIER_ETRUNCATED if it ended inside a header or body. Feeding afterwards is
 * PIER_ECLOSED; PIER_ESTATE if fed bytes have not been taken. */
PIER_API int pier_framer_end(pier_framer *framer, pier_frame *frame);

/* The fault behind the last error: `offset` is the place in the stream of the
 * frame's first byte (its header). */
PIER_API void pier_framer_diag(const pier_framer *framer, pier_diag *diag);

/* Bytes kept inside the framer for a frame that is not complete. */
PIER_API size_t pier_framer_pending(const pier_framer *framer);

/* ---- The other direction ----------------------------------------------- */

enum { PIER_FRAME_HEADER_MAX = 4 };

/* 0 if a payload of `size` bytes can be sent, else PIER_EPAYLOAD (diag's offset
 * is its first byte that has no place) or PIER_EPACKET. */
PIER_API int pier_frame_check(const pier_framing *framing, size_t size, pier_diag *diag);

/* Writes the header for a payload of `size` bytes into `header` and returns
 * its length (0 for stream and line). PIER_EPAYLOAD if `size` does not fit
 * into it; a payload of 2^32 bytes or more never fits (the BEAM would cut
 * the length, see doc/differences.md). */
PIER_API int pier_frame_header(const pier_framing *framing, size_t size,
                               uint8_t header[PIER_FRAME_HEADER_MAX]);

/* Appends header and payload. PIER_EPAYLOAD, or the buffer's error. */
PIER_API int pier_frame_append(pier_buffer *buffer, const pier_framing *framing,
                               pier_span payload);

#ifdef __cplusplus
}
#endif

#endif
