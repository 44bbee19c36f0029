/* Any bytes through any framing: the first byte chooses it, the second how the
 * rest is cut. What comes out must not depend on the cut. */
#include <pier/frame.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static pier_framing choose(uint8_t byte) {
  if (byte < 3) return pier_framing_packet(1u << byte);
  if (byte == 3) return pier_framing_stream();
  return pier_framing_line(byte);
}

static void say(pier_buffer *said, const pier_framing *framing, const pier_frame *frame) {
  pier_buffer_append(said, frame->payload.data, frame->payload.size);
  if (framing->kind == PIER_STREAM) return;
  pier_buffer_append_byte(said, (uint8_t)frame->kind);
  pier_buffer_append(said, &frame->payload.size, sizeof frame->payload.size);
}

static void run(pier_buffer *said, const pier_framing *framing, const uint8_t *data,
                size_t size, size_t step) {
  pier_framer *framer;
  pier_frame frame;
  size_t at = 0, count, room;
  int got = pier_framer_new(&framer, framing, NULL);
  if (got < 0) abort();
  while (got >= 0 && at < size) {
    void *place = pier_framer_place(framer, &room);
    count = size - at < step ? size - at : step;
    if (place) {
      if (count > room) count = room;
      memcpy(place, data + at, count);
      got = pier_framer_placed(framer, count);
    } else {
      got = pier_framer_feed(framer, pier_span_of(data + at, count));
    }
    while (got >= 0 && (got = pier_framer_next(framer, &frame)) == 1)
      say(said, framing, &frame);
    at += count;
  }
  while (got >= 0 && (got = pier_framer_end(framer, &frame)) == 1)
    say(said, framing, &frame);
  pier_buffer_append(said, &got, sizeof got);
  pier_framer_free(framer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  pier_buffer whole = PIER_BUFFER_INIT, cut = PIER_BUFFER_INIT;
  pier_framing framing;
  if (size < 2) return 0;
  framing = choose(data[0]);
  run(&whole, &framing, data + 2, size - 2, SIZE_MAX);
  run(&cut, &framing, data + 2, size - 2, (size_t)data[1] + 1);
  if (whole.size != cut.size || memcmp(whole.data, cut.data, whole.size) != 0) abort();
  pier_buffer_free(&whole);
  pier_buffer_free(&cut);
  return 0;
}
