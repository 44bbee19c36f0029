#include "peer/core.h"
#include "peer/life.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* One line, one write: lines of several programs share a terminal. */
static void say(const pier_peer *peer) {
  const pier_diag *diag = &peer->diag;
  char line[sizeof diag->text + 256];
  const char *name = program_invocation_short_name;
  int size;
  if (peer->fault == IN_TERM)
    size = snprintf(line, sizeof line, "%s: frame %llu, byte %zu: %s\n", name,
                    (unsigned long long)peer->frames, diag->offset, diag->text);
  else if (peer->fault == IN_STREAM)
    size = snprintf(line, sizeof line, "%s: input, byte %zu: %s\n", name, diag->offset,
                    diag->text);
  else
    size = snprintf(line, sizeof line, "%s: %s\n", name, diag->text);
  if (size < 0) return;
  if ((size_t)size >= sizeof line) size = (int)sizeof line - 1;
  while (write(STDERR_FILENO, line, (size_t)size) < 0 && errno == EINTR)
    continue;
}

int pier__peer_verdict(pier_peer *peer) {
  int error = peer->diag.error;
  pier__life_end(peer->life);
  if (error == 0 || pier__peer_is_gone(error)) return 0;
  if (!peer->told && peer->config.error)
    peer->config.error(NULL, &peer->diag, peer->config.error_state);
  else if (!peer->told)
    say(peer);
  peer->told = 1;
  return 1;
}
