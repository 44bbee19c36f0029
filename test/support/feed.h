/* The same bytes in every chunking. */
#ifndef TEST_SUPPORT_FEED_H
#define TEST_SUPPORT_FEED_H

#include <pier/base.h>

typedef enum feed_mode {
  FEED_WHOLE, /* one piece */
  FEED_BYTES, /* a piece per byte */
  FEED_CUTS   /* two pieces, once for every place to cut, both ends included */
} feed_mode;

extern const char *const feed_mode_names[];

/* Who gets the pieces: `begin`, then `piece` for each, then `end`, all of it
 * once per chunking. Each piece ends at a page that nobody may read and is gone
 * after the call. `end` is told the place of the cut (0 when there is none). */
typedef struct feed_consumer {
  void (*begin)(void *state);
  void (*piece)(void *state, pier_span piece);
  void (*end)(void *state, size_t cut);
  void *state;
} feed_consumer;

void feed(feed_mode mode, pier_span bytes, const feed_consumer *consumer);

#endif
