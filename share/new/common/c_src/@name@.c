/* priv/@name@: what the owner calls. One handler for each request. */
#include <pier.h>

/* {add, A, B} -> {ok, A + B}; anything else is answered {error, {badarg, Where}}. */
static int add(pier_call *call, void *state) {
  long long a, b;
  int error = pier_call_match(call, "{add, ~l, ~l}", &a, &b);
  (void)state;
  if (error < 0) return error;
  return pier_reply(call, "{ok, ~l}", a + b);
}

int main(void) {
  pier_peer *peer;
  if (pier_peer_new(&peer, NULL) < 0) return 1;
  pier_peer_on(peer, "add", 2, add, NULL);
  return pier_peer_run(peer); /* until the owner is gone */
}
