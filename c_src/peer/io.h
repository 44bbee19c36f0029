/* What both loops share: one read, one write. */
#ifndef PIER_PEER_IO_H
#define PIER_PEER_IO_H

#include "peer/core.h"

/* Reads once, behind the bytes of an incomplete frame, and serves what is whole where
 * it lies. 1 if bytes came, 0 at the end of file, -EAGAIN if there is nothing to read,
 * or an error, which is also the peer's. After `stop` as at the end of file. */
int pier__peer_read(pier_peer *peer);

/* The peer's `write`: as far as it goes at once; with no parts, what the hub has
 * as well. */
int pier__peer_write(pier_peer *peer, const pier_span *parts, size_t count);
/* The same; what is wrong becomes the peer's error, and nothing waits any more. */
void pier__peer_flush(pier_peer *peer);

/* Nothing is left to do, once `at_end` (no more is read). After a flush. */
int pier__peer_is_over(pier_peer *peer, int at_end);

/* Before a sleep of at most `ms` (-1: for ever): asks again and again whether there is
 * something, as long as that pays. `ask` says 1 if there is, and does not wait. */
typedef int pier__peer_ask(pier_peer *peer, void *state);
void pier__peer_poll(pier_peer *peer, pier__peer_ask *ask, void *state, int ms);

/* Monotonic, in ms. */
int64_t pier__peer_clock(void);

#endif
