/* The peer without I/O: bytes in, handlers, bytes out. */
#ifndef PIER_PEER_CORE_H
#define PIER_PEER_CORE_H

#include <pier/peer.h>

#include "frame/framer.h"

struct pier__handler {
  char *name; /* UTF-8; NULL for those of every term and of every frame */
  size_t size;
  unsigned arity;
  pier_handler *call; /* NULL: there is none */
  void *state;
};

enum {
  WRITE_THROUGH = 32768, /* a payload from here on is written from where it lies */
  MUCH_OUTPUT = 1 << 20  /* answers beyond this leave before their read is all served */
};

struct pier_peer {
  pier_peer_config config; /* in, out: the private descriptors once guarded */
  pier_framing framing;
  pier_framer framer;
  struct pier__handler *handlers;
  size_t handler_count;
  struct pier__handler any;
  struct pier__handler frame;
  pier_buffer output; /* frames; the first `written` bytes are gone */
  size_t written;
  pier_buffer scratch;                           /* the plain form of a compressed request */
  uint64_t frames;                               /* begun so far */
  pier_diag diag;                                /* diag.error is the sticky error */
  enum { IN_PROGRAM, IN_STREAM, IN_TERM } fault; /* what diag is about */
  int told;                                      /* the error handler had its say */
  int stopped;
  /* Writes the output, then `count` parts behind it, as far as it goes; what
   * can not leave now is in the output afterwards. 0 or -errno. NULL without
   * I/O. */
  int (*write)(pier_peer *peer, const pier_span *parts, size_t count);
  void (*wake)(pier_peer *peer);   /* a loop looks at the peer again; NULL without one */
  void (*detach)(pier_peer *peer); /* lets go of the loop; ditto */
  void *loop;
  struct pier__life *life; /* how it ends: life.h */
};

struct pier_call {
  pier_peer *peer;
  pier_span request;
  int answered;
};

/* Sets the sticky error, if it is the first, and returns it. */
int pier__peer_fail(pier_peer *peer, int error, const char *what);
/* Serves what the framer has; results as pier_peer_feed. */
int pier__peer_serve(pier_peer *peer);
/* Gives one frame to its handler: 0 or what the handler returned. */
int pier__peer_dispatch(pier_peer *peer, pier_span payload);
/* The error is the owner having gone, which is nobody's fault. */
int pier__peer_is_gone(int error);
/* The exit status; tells standard error or the error handler what was wrong. */
int pier__peer_verdict(pier_peer *peer);

/* Moves the descriptors of `config` away (see pier_peer_new). */
int pier__peer_guard(pier_peer_config *config);
void pier__peer_unguard(pier_peer_config *config);

#endif
