/* Lines of at most `limit` bytes, as the BEAM cuts them.
 *
 * Let X be the kept bytes followed by the fed ones. Then
 *  - X has a newline, and no more than `limit` bytes before it once a CR right
 *    before it is dropped: those bytes are a line (EOL);
 *  - X is longer, and what follows its first `limit` bytes can not be just a CR
 *    of the line's end: the first `limit` bytes are a part of a line (NOEOL);
 *  - else more bytes are needed, and X, of `limit` bytes and perhaps a CR, is
 *    kept: the bytes in `body`, a CR beyond the limit in `over`.
 * That is the BEAM's machine of single bytes (a CR is held back until the next
 * byte shows what it is), read a line at a time. */
#include "frame/framer.h"

#include <string.h>

static size_t min_size(size_t a, size_t b) {
  return a < b ? a : b;
}

/* A line, or a part of one, that lies whole in the fed bytes, in place; 0 if there is
 * none. Nothing is kept. */
static int next_in_place(pier_framer *framer, pier_frame *frame) {
  const uint8_t *line = framer->at;
  size_t limit = framer->limit;
  size_t left = (size_t)(framer->end - line);
  if (pier__framer_whole_line(framer, frame)) return 1;
  if (left <= limit || (left == limit + 1 && line[limit] == '\r')) return 0;
  frame->kind = PIER_FRAME_NOEOL;
  frame->payload = pier_span_of(line, limit);
  framer->at += limit;
  return 1;
}

/* Appends what fits below the limit and is of this line. 1 if the newline was
 * found, 0 if not, or PIER_ENOMEM. */
static int gather(pier_framer *framer) {
  size_t left = (size_t)(framer->end - framer->at);
  size_t count = min_size(left, framer->limit - framer->body_size);
  const uint8_t *newline = count > 0 ? memchr(framer->at, '\n', count) : NULL;
  if (newline) count = (size_t)(newline - framer->at);
  if (count > 0 && pier__framer_reserve(framer, count, framer->limit) < 0) return framer->error;
  pier__framer_keep(framer, count);
  if (newline) framer->at++;
  return newline != NULL;
}

static int end_line(pier_framer *framer, pier_frame *frame) {
  size_t size = framer->body_size;
  if (framer->over)
    framer->over = 0;
  else if (size > 0 && framer->body[size - 1] == '\r')
    size--;
  return pier__framer_hand_out(framer, frame, PIER_FRAME_EOL, size);
}

/* A CR that waited beyond the limit begins the next part of the line. */
static int take_over(pier_framer *framer) {
  if (!framer->over) return 0;
  if (pier__framer_reserve(framer, 1, framer->limit) < 0) return framer->error;
  framer->body[framer->body_size++] = '\r';
  framer->over = 0;
  return 0;
}

int pier__framer_next_line(pier_framer *framer, pier_frame *frame) {
  int found;
  if (framer->body_size == 0 && !framer->over && next_in_place(framer, frame)) return 1;
  if (framer->at == framer->end) return 0;
  if (framer->body_size == 0 && take_over(framer) < 0) return framer->error;
  found = gather(framer);
  if (found < 0) return found;
  if (found) return end_line(framer, frame);
  if (framer->at == framer->end) return 0;
  /* The body is full and there is one more byte: what is it? */
  if (*framer->at == '\n') {
    framer->at++;
    return end_line(framer, frame);
  }
  if (*framer->at == '\r' && !framer->over) {
    framer->at++;
    framer->over = 1;
    if (framer->at == framer->end) return 0;
    if (*framer->at == '\n') {
      framer->at++;
      return end_line(framer, frame);
    }
  }
  return pier__framer_hand_out(framer, frame, PIER_FRAME_NOEOL, framer->limit);
}

int pier__framer_end_line(pier_framer *framer, pier_frame *frame) {
  if (framer->body_size == 0 && take_over(framer) < 0) return framer->error;
  if (framer->body_size == 0) return 0;
  return pier__framer_hand_out(framer, frame, PIER_FRAME_NOEOL, framer->body_size);
}
