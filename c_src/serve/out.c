#include "serve/out.h"

#include "peer/core.h"

/* The loop hears the bell; that the way out is free it may never hear. */
void pier__out_fail(pier_peer *peer, int error, const char *what) {
  pier__peer_fail(peer, error, what);
  pthread_mutex_lock(&peer->hub->lock);
  pier__hub_ring(peer->hub);
  pthread_mutex_unlock(&peer->hub->lock);
}

/* What waits is not waited for. */
static void give_up(pier_peer *peer) {
  pier_peer_wrote(peer, SIZE_MAX);
  pier__out_fail(peer, PIER_ELIMIT, "the VM does not read what waits for it");
}

void pier__out_write(pier_peer *peer, pier_span frame, size_t most) {
  int error;
  if (!peer->write || peer->diag.error) return;
  error = peer->write(peer, &frame, 1);
  if (error < 0)
    pier__out_fail(peer, error, "writing to the VM");
  else if (pier__peer_waiting(peer) > most)
    give_up(peer);
  else if (pier__peer_waiting(peer) > 0)
    peer->wake(peer);
}

void pier__out_take_bytes(pier_peer *peer, int (*take)(void *state, pier_span frame),
                          void *state) {
  peer->bytes = take;
  peer->bytes_state = state;
}

int pier__out_serve(pier_peer *peer, pier_span message) {
  return pier__message_serve(peer, message);
}

int pier__out_serve_frame(pier_peer *peer, pier_span frame) {
  int error = pier__peer_dispatch(peer, frame);
  return error < 0 ? error : peer->diag.error;
}
