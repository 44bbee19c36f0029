#include "serve/out.h"

#include "peer/core.h"

void pier__out_fail(pier_peer *peer, int error, const char *what) {
  pier__peer_fail(peer, error, what);
  if (peer->wake) peer->wake(peer);
}

void pier__out_write(pier_peer *peer, pier_span frame, size_t most) {
  int error;
  if (!peer->write || peer->diag.error) return;
  error = peer->write(peer, &frame, 1);
  if (error < 0)
    pier__out_fail(peer, error, "writing to the VM");
  else if (pier__peer_waiting(peer) > most)
    pier__out_fail(peer, PIER_ELIMIT, "the VM does not read what waits for it");
  else if (pier__peer_waiting(peer) > 0)
    peer->wake(peer);
}
