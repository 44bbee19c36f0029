/* Sends every frame back as it came: the shortest program that is not about
 * terms. Open it with {packet,4}. */
#include <pier.h>

static int echo(pier_call *call, void *state) {
  (void)state;
  return pier_reply_frame(call, pier_call_request(call));
}

int main(void) {
  pier_peer *peer;
  if (pier_peer_new(&peer, NULL) < 0) return 1;
  pier_peer_on_frame(peer, echo, NULL);
  return pier_peer_run(peer);
}
