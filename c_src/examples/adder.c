/* A port program: everything it is, on one screen. */
#include <pier.h>

static int add(pier_call *call, void *state) {
  long long a, b;
  (void)state;
  if (pier_match(pier_call_request(call), "{add, ~l, ~l}", &a, &b) < 0)
    return pier_reply(call, "{error, badarg}");
  return pier_reply(call, "{ok, ~l}", a + b);
}

int main(void) {
  pier_peer *peer;
  if (pier_peer_new(&peer, NULL) < 0) return 1; /* {packet,4} on 0 and 1, stdout guarded */
  pier_peer_on(peer, "add", 2, add, NULL);
  return pier_peer_run(peer); /* until the owner is gone; the exit status */
}
