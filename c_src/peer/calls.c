/* Answers. Each becomes a frame behind the others of the same read, or is posted if
 * its call was kept; a big one is written from where it lies. */
#include "peer/kept.h"
#include "term/tags.h"

#include <errno.h>
#include <string.h>

/* {reply, From, Reply}: what comes before From. */
static const uint8_t reply_head[] = {PIER__VERSION,
                                     PIER__TAG_SMALL_TUPLE,
                                     3,
                                     PIER__TAG_SMALL_ATOM_UTF8,
                                     5,
                                     'r',
                                     'e',
                                     'p',
                                     'l',
                                     'y'};

pier_span pier_call_request(const pier_call *call) {
  return call->request;
}

pier_diag *pier_call_diag(pier_call *call) {
  return &call->diag;
}

int pier_call_is_cast(const pier_call *call) {
  return call->kind == AS_CAST;
}

pier_buffer *pier__peer_target(pier_peer *peer) {
  return peer->last ? &peer->last->after : &peer->output;
}

/* Undoes what a failed answer has written; the buffer is usable again. */
static int take_back(pier_buffer *out, size_t mark, int error) {
  out->error = 0;
  out->size = mark;
  return error;
}

/* Leaves room for the frame's header and writes what comes before the answer. 0 or
 * the buffer's error. */
static int begin(pier_buffer *out, const pier_framing *framing, const pier_call *call) {
  size_t before = call->kind == AS_CALL ? sizeof reply_head + call->from.size : 0;
  uint8_t *at = pier_buffer_reserve(out, framing->packet + before);
  if (!at) return out->error;
  if (before > 0) {
    memcpy(at + framing->packet, reply_head, sizeof reply_head);
    memcpy(at + framing->packet + sizeof reply_head, call->from.data, call->from.size);
  }
  out->size += framing->packet + before;
  return 0;
}

/* The header of the frame that begins at `mark` and ends with the buffer. */
static int finish(pier_buffer *out, size_t mark, const pier_framing *framing) {
  int header;
  if (out->error) return out->error;
  header = pier_frame_header(framing, out->size - mark - framing->packet, out->data + mark);
  return header < 0 ? header : 0;
}

static int encode(pier_buffer *out, const pier_framing *framing, const pier_call *call,
                  const uint8_t *types, const char *format, va_list arguments) {
  size_t mark = out->size, place;
  uint8_t last;
  int error = begin(out, framing, call);
  if (error < 0) return take_back(out, mark, error);
  if (call->kind != AS_CALL) {
    error = pier_vformat_typed(out, types, format, arguments, NULL);
  } else {
    /* The version byte that a format begins with falls on the last byte of From. */
    place = --out->size;
    last = out->data[place];
    error = pier_vformat_typed(out, types, format, arguments, NULL);
    out->data[place] = last;
  }
  if (error >= 0) error = finish(out, mark, framing);
  return error < 0 ? take_back(out, mark, error) : 0;
}

int pier__reply_error(pier_buffer *out, const pier_framing *framing, const pier_call *call,
                      const char *reason) {
  size_t mark = out->size;
  int error = begin(out, framing, call);
  if (error < 0) return take_back(out, mark, error);
  if (call->kind != AS_CALL) pier_write_version(out);
  pier_write_tuple(out, 2);
  pier_write_atom(out, "error");
  pier_write_atom(out, reason);
  error = finish(out, mark, framing);
  return error < 0 ? take_back(out, mark, error) : 0;
}

/* Whether `call`, on the stack, takes an answer: 0, or 1 if it goes nowhere. */
static int may_answer(pier_call *call) {
  int error;
  if (call->answered) return PIER_ETWICE;
  if (pier__peer_is_gone(call->peer->diag.error)) return call->peer->diag.error;
  if (call->deadline >= 0 && pier__peer_now(call->peer) > call->deadline) {
    call->answered = 1;
    error = pier__reply_error(&call->peer->output, &call->peer->framing, call, "timeout");
    return error < 0 ? error : -ECANCELED;
  }
  if (call->kind == AS_CAST) call->answered = 1;
  return call->kind == AS_CAST;
}

static int reply_kept(pier_call *call, const uint8_t *types, const char *format,
                      va_list arguments) {
  pier_buffer frame = PIER_BUFFER_INIT;
  int error = 0;
  if (call->kind != AS_CAST)
    error = encode(&frame, &call->kept->hub->framing, call, types, format, arguments);
  if (error < 0) {
    pier_buffer_free(&frame);
    return error;
  }
  return pier__kept_answer(call->kept, &frame);
}

static int reply(pier_call *call, const uint8_t *types, const char *format, va_list arguments) {
  int error;
  if (call->kept) {
    error = reply_kept(call, types, format, arguments);
  } else {
    error = may_answer(call);
    if (error) return error < 0 ? error : 0;
    error = encode(pier__peer_target(call->peer), &call->peer->framing, call, types, format,
                   arguments);
    if (error == 0) call->answered = 1;
  }
  call->failed = error;
  return error;
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

/* Header, what comes before the answer, and the bytes. */
static int reply_copied(pier_buffer *out, const pier_framing *framing, const pier_call *call,
                        int version, pier_span payload) {
  size_t mark = out->size;
  int error = begin(out, framing, call);
  if (error < 0) return take_back(out, mark, error);
  pier_buffer_reserve(out, payload.size + 1);
  if (version) pier_buffer_append_byte(out, PIER__VERSION);
  pier_buffer_append(out, payload.data, payload.size);
  error = finish(out, mark, framing);
  return error < 0 ? take_back(out, mark, error) : 0;
}

static int reply_through(pier_call *call, int version, pier_span payload) {
  pier_peer *peer = call->peer;
  uint8_t head[PIER_FRAME_HEADER_MAX + sizeof reply_head + 1];
  pier_span parts[3];
  size_t before = version ? 1 : 0, from = 0;
  int header, error;
  if (call->kind == AS_CALL) {
    before = sizeof reply_head;
    from = call->from.size;
  }
  header = pier_frame_header(&peer->framing, before + from + payload.size, head);
  if (header < 0) return header;
  memcpy(head + header, reply_head, before); /* which begins with a version byte */
  parts[0] = pier_span_of(head, (size_t)header + before);
  parts[1] = call->from;
  parts[2] = payload;
  error = peer->write(peer, parts, 3);
  return error < 0 ? pier__peer_fail(peer, error, "writing to the owner") : 0;
}

static int reply_parts(pier_call *call, int version, pier_span payload) {
  int error;
  if (call->kept) {
    pier_buffer frame = PIER_BUFFER_INIT;
    error = 0;
    if (call->kind != AS_CAST)
      error = reply_copied(&frame, &call->kept->hub->framing, call, version, payload);
    if (error == 0) return call->failed = pier__kept_answer(call->kept, &frame);
    pier_buffer_free(&frame);
    return call->failed = error;
  }
  error = may_answer(call);
  if (error) return error < 0 ? error : 0;
  if (call->peer->write && !call->peer->last && payload.size >= WRITE_THROUGH)
    error = reply_through(call, version, payload);
  else
    error = reply_copied(pier__peer_target(call->peer), &call->peer->framing, call, version,
                         payload);
  if (error == 0) call->answered = 1;
  return call->failed = error;
}

int pier_reply_term(pier_call *call, pier_span term) {
  if (term.size == 0) return PIER_EARG;
  if (call->kind != AS_CALL) return reply_parts(call, term.data[0] != PIER__VERSION, term);
  if (term.data[0] == PIER__VERSION) {
    if (--term.size == 0) return PIER_EARG;
    term.data++;
  }
  return reply_parts(call, 0, term);
}

/* Whether an answer of this size, to a frame, just goes behind the others: there is room and
 * nothing else to think of. */
static int is_easy(const pier_peer *peer, size_t size) {
  return size < WRITE_THROUGH && size <= pier__frame_most(peer->framing.packet) &&
         size + peer->framing.packet <= peer->output.capacity - peer->output.size &&
         !peer->output.error && !peer->last && !peer->diag.error;
}

/* What nearly every program of frames does nearly always: into the output with it. */
static void reply_at_once(pier_call *call, pier_span payload) {
  pier_buffer *out = &call->peer->output;
  unsigned packet = call->peer->framing.packet;
  uint8_t *at = out->data + out->size;
  out->size += packet + payload.size;
  call->answered = 1;
  call->failed = 0;
  pier__frame_put(at, packet, payload.size);
  if (payload.size > 0) memcpy(at + packet, payload.data, payload.size);
}

int pier_reply_frame(pier_call *call, pier_span payload) {
  if (call->kind == AS_FRAME && !call->answered && is_easy(call->peer, payload.size)) {
    reply_at_once(call, payload);
    return 0;
  }
  if (call->kind == AS_CALL || call->kind == AS_CAST) return PIER_ESTATE;
  return reply_parts(call, 0, payload);
}
