/* The blocking loop. */
#include "peer/io.h"
#include "peer/life.h"

#include <errno.h>
#include <poll.h>

static int wait_for_input(pier_peer *peer) {
  struct pollfd ready = {peer->config.in, POLLIN, 0};
  if (poll(&ready, 1, -1) >= 0 || errno == EINTR) return 1;
  return pier__peer_fail(peer, -errno, "waiting for the owner");
}

static void loop(pier_peer *peer, uint8_t *buffer) {
  int got;
  peer->write = pier__peer_write_all;
  do {
    int error;
    got = pier__peer_read(peer, buffer);
    if (got == -EAGAIN) got = wait_for_input(peer);
    /* What was answered before an error leaves all the same. */
    error = pier__peer_is_gone(peer->diag.error) ? 0 : pier__peer_write_all(peer, NULL, 0);
    if (error < 0) got = pier__peer_fail(peer, error, "writing to the owner");
  } while (got > 0);
}

int pier_peer_run(pier_peer *peer) {
  uint8_t *buffer = NULL;
  int status, error;
  if (peer->config.in < 0 || peer->config.out < 0)
    pier__peer_fail(peer, PIER_ESTATE, "a peer without descriptors");
  else if (!(buffer = pier_alloc(READ_SIZE)))
    pier__peer_fail(peer, PIER_ENOMEM, "starting");
  else if ((error = pier__life_start(peer->life, peer->config.in, peer->config.out)) < 0)
    pier__peer_fail(peer, error, "starting to watch the owner");
  else
    loop(peer, buffer);
  status = pier__peer_verdict(peer);
  pier_free(buffer);
  pier_peer_free(peer);
  return status;
}
