/* The peer's way out, past its events: one stream, in which what the host says and what
 * the peer refuses keep their order. */
#ifndef PIER_SERVE_OUT_H
#define PIER_SERVE_OUT_H

#include <pier/peer.h>

/* Writes a frame with its header, as far as it goes now; the rest is the peer's. It fails
 * (below) if the system does, or if more than `most` bytes wait then. */
void pier__out_write(pier_peer *peer, pier_span frame, size_t most);
/* Ends the program: the first error counts. */
void pier__out_fail(pier_peer *peer, int error, const char *what);

/* Frames that are no terms go to `take` from now on: see struct pier_peer. */
void pier__out_take_bytes(pier_peer *peer, int (*take)(void *state, pier_span frame),
                          void *state);
/* Serves a message, or a frame, as if it had come. 0 or an error that ends the host. */
int pier__out_serve(pier_peer *peer, pier_span message);
int pier__out_serve_frame(pier_peer *peer, pier_span frame);

#endif
