#include "frame/framer.h"

#include "base/align.h"

#include <string.h>

/* Memory for a body starts with what one read of a pipe can bring and then
 * runs ahead of the bytes that arrived by this factor: a header may announce
 * anything, only bytes are believed. */
enum { FIRST_ROOM = 65536, AHEAD = 4, BIG_ROOM = 4096 };
enum { LINE_MAX_LENGTH = 0x7fffffff };

static int check(const pier_framing *framing) {
  if (!framing) return PIER_EARG;
  switch (framing->kind) {
  case PIER_STREAM:
    return 0;
  case PIER_PACKET:
    return framing->packet == 1 || framing->packet == 2 || framing->packet == 4 ? 0
                                                                                : PIER_EPACKET;
  case PIER_LINE:
    return framing->line >= 1 && framing->line <= LINE_MAX_LENGTH ? 0 : PIER_EARG;
  }
  return PIER_EARG;
}

int pier__framer_init(pier_framer *framer, const pier_framing *framing,
                      const pier_limits *limits) {
  pier_limits defaults;
  int error = check(framing);
  memset(framer, 0, sizeof *framer);
  if (error) return framer->error = error;
  if (!limits) {
    pier_limits_init(&defaults);
    limits = &defaults;
  }
  framer->kind = (uint8_t)framing->kind;
  if (framing->kind == PIER_PACKET) framer->packet = framer->fast = (uint8_t)framing->packet;
  framer->fresh = framing->kind == PIER_LINE;
  framer->limit = framing->kind == PIER_LINE ? framing->line : limits->frame;
  return 0;
}

static void drop_body(pier_framer *framer) {
  if (framer->stock)
    pier__stock_give(framer->stock, framer->memory, pier__framer_memory(framer));
  else
    pier_free(framer->memory);
  framer->memory = framer->body = NULL;
}

void pier__framer_deinit(pier_framer *framer) {
  drop_body(framer);
}

int pier_framer_new(pier_framer **framer, const pier_framing *framing,
                    const pier_limits *limits) {
  pier_framer *made;
  int error;
  *framer = NULL;
  made = pier_alloc(sizeof *made);
  if (!made) return PIER_ENOMEM;
  error = pier__framer_init(made, framing, limits);
  if (error) {
    pier_free(made);
    return error;
  }
  *framer = made;
  return 0;
}

void pier_framer_free(pier_framer *framer) {
  if (!framer) return;
  pier__framer_deinit(framer);
  pier_free(framer);
}

static void settle(pier_framer *framer) {
  int idle = !framer->handed && !framer->error && !framer->ended && framer->head_size == 0;
  framer->fast = idle ? framer->packet : 0;
  framer->fresh = idle && framer->kind == PIER_LINE && framer->body_size == 0 && !framer->over;
}

/* The body that was handed out has been looked at: an idle framer holds none. */
static void release(pier_framer *framer) {
  if (!framer->handed) return;
  drop_body(framer);
  framer->body_size = framer->body_room = 0;
  framer->head_size = 0;
  framer->handed = 0;
  settle(framer);
}

/* `size` bytes for the body, which lies `before` bytes into them already. A big one is
 * placed as the stream lies in the pipe, where frames begin with a header. */
static void settle_body(pier_framer *framer, uint8_t *memory, size_t size, size_t before) {
  size_t lead = size > BIG_ROOM ? pier__lead(memory, framer->packet) : 0;
  if (framer->body_size > 0 && lead != before)
    memmove(memory + lead, memory + before, framer->body_size);
  framer->memory = memory;
  framer->body = memory + lead;
  framer->body_room = size - lead;
}

static int take_spare(pier_framer *framer, size_t most) {
  size_t size;
  uint8_t *memory;
  if (!framer->stock || most < PIER__STOCK_LEAST) return 0;
  memory = pier__stock_take(framer->stock, most + PIER__LINE, &size);
  if (memory) settle_body(framer, memory, size, 0);
  return memory != NULL;
}

int pier__framer_reserve(pier_framer *framer, size_t more, size_t most) {
  size_t need = framer->body_size + more;
  size_t room = framer->body_size <= most / AHEAD ? framer->body_size * AHEAD : most;
  size_t before = (size_t)(framer->body - framer->memory);
  uint8_t *memory;
  if (framer->memory && need <= framer->body_room) return 0;
  if (!framer->memory && take_spare(framer, most)) return 0;
  if (room < FIRST_ROOM) room = FIRST_ROOM;
  if (room < need) room = need;
  /* Not once more for less than one read brings. */
  if (room > most || most - room < FIRST_ROOM) room = most;
  if (room > BIG_ROOM && (room == most || room < need + PIER__LINE)) room += PIER__LINE;
  memory = pier_realloc(framer->memory, room);
  if (!memory) return framer->error = PIER_ENOMEM;
  settle_body(framer, memory, room, before);
  return 0;
}

void pier__framer_keep(pier_framer *framer, size_t count) {
  if (count == 0) return;
  pier__copy(framer->body + framer->body_size, framer->at, count);
  framer->body_size += count;
  framer->at += count;
}

int pier__framer_hand_out(pier_framer *framer, pier_frame *frame, pier_frame_kind kind,
                          size_t size) {
  frame->kind = kind;
  frame->payload = pier_span_of(framer->body, size);
  framer->handed = 1;
  return 1;
}

static int next_piece(pier_framer *framer, pier_frame *frame) {
  if (framer->at == framer->end) return 0;
  frame->kind = PIER_FRAME;
  frame->payload = pier_span_of(framer->at, (size_t)(framer->end - framer->at));
  framer->at = framer->end;
  return 1;
}

int pier__framer_next_slow(pier_framer *framer, pier_frame *frame) {
  int got;
  if (framer->error) return framer->error;
  release(framer);
  switch (framer->kind) {
  case PIER_PACKET:
    got = pier__framer_next_packet(framer, frame);
    break;
  case PIER_LINE:
    got = pier__framer_next_line(framer, frame);
    break;
  default:
    got = next_piece(framer, frame);
  }
  settle(framer);
  return got;
}

int pier__framer_feed_slow(pier_framer *framer, pier_span bytes) {
  if (framer->error) return framer->error;
  if (framer->ended) return PIER_ECLOSED;
  if (framer->at != framer->end) return PIER_ESTATE;
  release(framer);
  if (bytes.size == 0) return 0;
  framer->at = bytes.data;
  framer->end = bytes.data + bytes.size;
  framer->passed += bytes.size;
  return 0;
}

int pier_framer_feed(pier_framer *framer, pier_span bytes) {
  return pier__framer_feed(framer, bytes);
}

int pier_framer_next(pier_framer *framer, pier_frame *frame) {
  return pier__framer_next(framer, frame);
}

int pier_framer_end(pier_framer *framer, pier_frame *frame) {
  int got = 0;
  if (framer->error) return framer->error;
  if (framer->at != framer->end) return PIER_ESTATE;
  release(framer);
  framer->ended = 1;
  if (framer->kind == PIER_LINE) got = pier__framer_end_line(framer, frame);
  if (framer->kind == PIER_PACKET && framer->head_size > 0)
    got = framer->error = PIER_ETRUNCATED;
  settle(framer);
  return got;
}

size_t pier_framer_pending(const pier_framer *framer) {
  return framer->handed ? framer->over : framer->head_size + framer->body_size + framer->over;
}

/* A header that is text comes from a stray print, not from a big frame. */
static int is_text(const pier_framer *framer) {
  size_t i;
  for (i = 0; i < framer->packet; i++)
    if (framer->head[i] < ' ' || framer->head[i] > '~') return 0;
  return 1;
}

static void describe_packet(const pier_framer *framer, pier_diag *diag, size_t offset) {
  size_t announced = pier__frame_length(framer->head, framer->packet);
  const char *head = (const char *)framer->head;
  int error = framer->error;
  if (error == PIER_EFRAMESIZE && is_text(framer))
    pier_diag_set(diag, error, offset,
                  "the text \"%.*s\" where a frame is expected (as a header: %zu bytes, the "
                  "limit is %zu)",
                  framer->packet, head, announced, framer->limit);
  else if (error == PIER_EFRAMESIZE)
    pier_diag_set(diag, error, offset, "a frame of %zu bytes is announced, the limit is %zu",
                  announced, framer->limit);
  else if (error == PIER_ETRUNCATED && framer->head_size < framer->packet)
    pier_diag_set(diag, error, offset, "input ends after %u of %u bytes of a frame's header",
                  framer->head_size, framer->packet);
  else if (error == PIER_ETRUNCATED)
    pier_diag_set(diag, error, offset, "input ends after %zu of %zu bytes of a frame",
                  framer->body_size, announced);
  else
    pier_diag_set(diag, error, offset, "no memory for a frame of %zu bytes", announced);
}

void pier_framer_diag(const pier_framer *framer, pier_diag *diag) {
  uint64_t left = (uint64_t)(framer->end - framer->at);
  uint64_t kept = framer->head_size + framer->body_size + framer->over;
  size_t offset = (size_t)(framer->passed - left - kept);
  if (framer->kind == PIER_PACKET && framer->error)
    describe_packet(framer, diag, offset);
  else
    pier_diag_set(diag, framer->error, offset, "%s", pier_strerror(framer->error));
}
