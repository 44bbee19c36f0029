/* Busy for a minute with the request `busy`, and deaf in that time. Each argument
 * is a shell's line for a child; "ready" on standard error once all run. */
#include <pier.h>

#include <stdio.h>
#include <time.h>

enum { SECONDS = 60 };

static int be_busy(pier_call *call, void *state) {
  time_t end = time(NULL) + SECONDS;
  (void)state;
  while (time(NULL) < end) {
    struct timespec some = {1, 0};
    nanosleep(&some, NULL);
  }
  return pier_reply(call, "done");
}

int main(int argc, char **argv) {
  pier_peer *peer;
  int at;
  if (pier_peer_new(&peer, NULL) < 0) return 1;
  pier_peer_on(peer, "busy", 0, be_busy, NULL);
  for (at = 1; at < argc; at++) {
    const char *const line[] = {"sh", "-c", argv[at], NULL};
    pier_child *child;
    if (pier_spawn(peer, &child, line, NULL) < 0) return 1;
  }
  return pier_peer_run(peer);
}
