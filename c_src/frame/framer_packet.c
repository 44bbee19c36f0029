/* Packets that do not lie whole in the fed bytes. */
#include "frame/framer.h"

/* A header may come in pieces. 1 if it is whole. */
static int gather_header(pier_framer *framer) {
  while (framer->head_size < framer->packet && framer->at != framer->end)
    framer->head[framer->head_size++] = *framer->at++;
  return framer->head_size == framer->packet;
}

size_t pier__framer_whole(const pier_framer *framer) {
  size_t left = (size_t)(framer->end - framer->at);
  if (left < framer->packet) return framer->packet;
  return framer->packet + pier__frame_length(framer->at, framer->packet);
}

int pier__framer_take_in(pier_framer *framer) {
  pier_frame none;
  framer->in_place = 0;
  return pier__framer_next_slow(framer, &none);
}

/* It is neither whole nor too big, and nothing of it was kept. */
static int stays(const pier_framer *framer) {
  size_t whole = pier__framer_whole(framer);
  return framer->in_place && framer->head_size == 0 &&
         whole > (size_t)(framer->end - framer->at) && whole - framer->packet <= framer->limit;
}

int pier__framer_next_packet(pier_framer *framer, pier_frame *frame) {
  size_t left, lack, take, size;
  if (stays(framer)) return 0;
  if (!gather_header(framer)) return 0;
  size = pier__frame_length(framer->head, framer->packet);
  if (size > framer->limit) return framer->error = PIER_EFRAMESIZE;
  left = (size_t)(framer->end - framer->at);
  if (framer->body_size == 0 && left >= size) {
    frame->kind = PIER_FRAME;
    frame->payload = pier_span_of(framer->at, size);
    framer->at += size;
    framer->head_size = 0;
    return 1;
  }
  lack = size - framer->body_size;
  take = left < lack ? left : lack;
  if (take > 0 && pier__framer_reserve(framer, take, size) < 0) return framer->error;
  pier__framer_keep(framer, take);
  if (framer->body_size < size) return 0;
  return pier__framer_hand_out(framer, frame, PIER_FRAME, size);
}

void *pier_framer_place(pier_framer *framer, size_t *room) {
  size_t size;
  *room = 0;
  if (framer->kind != PIER_PACKET || framer->error || framer->ended || framer->handed ||
      framer->at != framer->end || framer->head_size < framer->packet)
    return NULL;
  size = pier__frame_length(framer->head, framer->packet);
  if (framer->body_size >= size) return NULL;
  if (pier__framer_reserve(framer, 1, size) < 0) return NULL;
  *room = (framer->body_room < size ? framer->body_room : size) - framer->body_size;
  return framer->body + framer->body_size;
}

int pier_framer_placed(pier_framer *framer, size_t count) {
  if (framer->error) return framer->error;
  if (count > framer->body_room - framer->body_size || framer->handed) return PIER_EARG;
  framer->body_size += count;
  framer->passed += count;
  return 0;
}
