#include "feed.h"

#include "guard.h"

const char *const feed_mode_names[] = {"whole", "per byte", "at every cut"};

static void give(const feed_consumer *consumer, pier_span bytes, size_t from, size_t to) {
  uint8_t *copy = guard_copy(bytes.data ? bytes.data + from : NULL, to - from);
  consumer->piece(consumer->state, pier_span_of(copy, to - from));
  guard_free(copy, to - from);
}

static void feed_cut(pier_span bytes, const feed_consumer *consumer, size_t cut) {
  consumer->begin(consumer->state);
  give(consumer, bytes, 0, cut);
  give(consumer, bytes, cut, bytes.size);
  consumer->end(consumer->state, cut);
}

void feed(feed_mode mode, pier_span bytes, const feed_consumer *consumer) {
  size_t i;
  if (mode == FEED_CUTS) {
    for (i = 0; i <= bytes.size; i++)
      feed_cut(bytes, consumer, i);
    return;
  }
  consumer->begin(consumer->state);
  if (mode == FEED_WHOLE)
    give(consumer, bytes, 0, bytes.size);
  else
    for (i = 0; i < bytes.size; i++)
      give(consumer, bytes, i, i + 1);
  consumer->end(consumer->state, 0);
}
