/*
 * pier/peer.h - the external program: what runs on the far end of a port.
 *
 * A peer reads frames from its owner, gates them (pier/term.h), gives each to
 * a handler and writes the answers. See README.md for a whole program.
 */
#ifndef PIER_PEER_H
#define PIER_PEER_H

#include <pier/base.h>
#include <pier/frame.h>
#include <pier/term.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pier_peer pier_peer;
typedef struct pier_call pier_call;

/* Answers one request; `call` is gone when it returns. 0, or an error that
 * ends the program with a message on standard error. */
typedef int pier_handler(pier_call *call, void *state);

#ifdef __cplusplus
}
#endif

#endif
