/* What both loops share: one read, one write. */
#ifndef PIER_PEER_IO_H
#define PIER_PEER_IO_H

#include "peer/core.h"

/* What a pipe holds: one read takes all that waits. */
enum { READ_SIZE = 65536 };

/* Reads once, into the place of an incomplete frame or into buffer[0..READ_SIZE),
 * and serves it. 1 if bytes came, 0 at the end of file, -EAGAIN if there is
 * nothing to read, or an error, which is also the peer's. After `stop` as at the
 * end of file. */
int pier__peer_read(pier_peer *peer, uint8_t *buffer);

/* The peer's `write`: waits until all is gone, or as far as it goes at once. */
int pier__peer_write_all(pier_peer *peer, const pier_span *parts, size_t count);
int pier__peer_write_some(pier_peer *peer, const pier_span *parts, size_t count);

#endif
