/* peer/log.h - standard output as frames for the owner's log. */
#ifndef PIER_PEER_LOG_H
#define PIER_PEER_LOG_H

#include <pier/peer.h>

struct pier__log;

/* Makes 1 a pipe that a thread of its own empties, whatever the owner reads, so
 * that nobody who prints ever waits for long. 0, PIER_ENOMEM or -errno. NULL in
 * *log if the configuration wants none. */
int pier__log_start(struct pier__log **log, pier_peer *peer);
/* 1 is what 2 is from now on, and what was in the pipe goes there. NULL is fine. */
void pier__log_stop(struct pier__log *log);

#endif
