/* The environment's wishes, and what owner and program agree on before the first request:
 * doc/protocol.md. */
#include "peer/core.h"

#include <stdlib.h>
#include <string.h>

enum { PROTOCOL = 1 };

void pier__hello_read(pier_peer *peer) {
  const char *hello = getenv("PIER_HELLO"), *packet = getenv("PIER_PACKET");
  const char *poll = getenv("PIER_POLL_US");
  if (poll && *poll >= '0' && *poll <= '9')
    peer->config.poll_us = (unsigned)strtoul(poll, NULL, 10);
  peer->hello = hello && *hello != '\0';
  if (packet && *packet != '\0' &&
      (packet[0] != (char)('0' + peer->config.packet) || packet[1] != '\0')) {
    pier_diag_set(&peer->diag, PIER_EPACKET, 0,
                  "the owner's port has {packet,%.8s}, this program speaks {packet,%u}", packet,
                  peer->config.packet);
  }
  /* Not for the children, which are somebody else's program. */
  unsetenv("PIER_HELLO");
  unsetenv("PIER_PACKET");
  unsetenv("PIER_POLL_US");
}

int pier_peer_hello(pier_peer *peer) {
  peer->hello = 1;
  return pier__hello_say(peer);
}

int pier__hello_say(pier_peer *peer) {
  const char *mode = peer->config.mode == PIER_CALLS ? "call" : "plain";
  pier_buffer term = PIER_BUFFER_INIT;
  int error;
  if (!peer->hello || peer->diag.error) return peer->diag.error;
  peer->hello = 0;
  if (peer->frame.call) mode = "frame";
  error = pier_format(&term, "{pier, ~i, ~u, ~a, #{frame => ~n}}", (int)PROTOCOL,
                      peer->config.packet, mode, peer->config.limits.frame);
  if (!error) error = pier_frame_append(&peer->output, &peer->framing, pier_buffer_span(&term));
  pier_buffer_free(&term);
  return error ? pier__peer_fail(peer, error, "saying hello") : 0;
}
