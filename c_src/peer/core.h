/* The peer without I/O: bytes in, handlers, bytes out. */
#ifndef PIER_PEER_CORE_H
#define PIER_PEER_CORE_H

#include <pier/peer.h>

#include "base/spin.h"
#include "frame/framer.h"
#include "peer/hub.h"

#include <errno.h>

struct pier__handler {
  char *name; /* UTF-8; NULL for those of every term and of every frame */
  size_t size;
  unsigned arity;
  pier_handler *call; /* NULL: there is none */
  void *state;
};

enum {
  WRITE_THROUGH = 32768,  /* a payload from here on is written from where it lies */
  MUCH_OUTPUT = 1 << 20,  /* answers beyond this leave before their read is all served */
  MUCH_WRITTEN = 1 << 17, /* as much before the rest and more than that: the rest is moved */
  EVENTS_BEHIND = 65536   /* events join the output while less than this waits */
};

struct pier_peer {
  pier_peer_config config; /* in, out: the private descriptors once guarded */
  pier_framing framing;
  pier_framer framer;
  uint8_t *input; /* what was read and is not served; memory of the loops: io.c */
  size_t input_room;
  struct pier__handler *handlers;
  size_t handler_count;
  struct pier__handler any;
  struct pier__handler frame;
  pier_buffer output; /* frames; the first `written` bytes are gone */
  size_t written;
  size_t relief;       /* output beyond this leaves before more is served */
  pier_buffer scratch; /* the plain form of a compressed request */
  uint64_t frames;     /* begun so far */
  pier_diag diag;      /* diag.error is the sticky error */
  enum { IN_PROGRAM, IN_STREAM, IN_TERM } fault; /* what diag is about */
  int told;                                      /* the error handler had its say */
  int stopped;
  int paused;             /* frames of what was read wait until there is less output */
  int hello;              /* asked for, and not in the output yet */
  int64_t now;            /* ms; -1 before the first tick */
  struct pier__spin spin; /* before a sleep; of the loops */
  struct pier__hub *hub;
  struct pier__kept *first, *last; /* plain mode: kept calls whose place is held */
  /* Takes frames that do not begin as terms do: 1 if it knows one, 0 or an error. NULL:
   * nobody does. */
  int (*bytes)(void *state, pier_span frame);
  void *bytes_state;
  /* Writes the output, then `count` parts behind it, as far as it goes; what
   * can not leave now is in the output afterwards. 0 or -errno. NULL without
   * I/O. */
  int (*write)(pier_peer *peer, const pier_span *parts, size_t count);
  int (*wait)(pier_peer *peer);    /* until output can leave; NULL if that is impossible */
  int64_t (*clock)(void);          /* NULL: `now` is told */
  void (*wake)(pier_peer *peer);   /* a loop looks at the peer again; NULL without one */
  void (*detach)(pier_peer *peer); /* lets go of the loop; ditto */
  int (*work)(pier_peer *peer, struct pier__kept *kept); /* NULL: the pool of pool.c */
  struct pier__pool *pool;
  void *loop;
  struct pier__life *life; /* how it ends: life.h */
};

/* What a call came as. */
typedef enum pier__call_kind { AS_TERM, AS_FRAME, AS_CALL, AS_CAST } pier__call_kind;

/* One that is not kept lives on the stack of pier__peer_dispatch. */
struct pier_call {
  pier_peer *peer; /* not of kept calls: it may be gone before them */
  struct pier__kept *kept;
  pier_span request;
  pier_span from;   /* AS_CALL: a bare term */
  int64_t deadline; /* ms, as peer->now; -1: none */
  pier__call_kind kind;
  int answered;
  int failed; /* what pier_reply returned if nobody can answer: not an answer's fault */
  pier_diag diag;
};

/* Sets the sticky error, if it is the first, and returns it. */
int pier__peer_fail(pier_peer *peer, int error, const char *what);
/* Serves what the framer has; results as pier_peer_feed, 0 also when paused. */
int pier__peer_serve(pier_peer *peer);
/* The bytes that wait, without looking for more. */
static inline size_t pier__peer_waiting(const pier_peer *peer) {
  return peer->output.size - peer->written;
}
void pier__peer_take_posted(pier_peer *peer);
/* Brings into the output what the hub has. After it, nothing more is to come if
 * the output is empty. */
static inline void pier__peer_collect(pier_peer *peer) {
  if (atomic_load_explicit(&peer->hub->dirty, memory_order_acquire))
    pier__peer_take_posted(peer);
}
/* Plain mode: no place is held any more. */
void pier__peer_forget(pier_peer *peer);
/* Gives a frame to the handler of the term in it, or to that of all frames: 0 or what the
 * handler returned. */
int pier__peer_dispatch(pier_peer *peer, pier_span payload);
int pier__peer_dispatch_frame(pier_peer *peer, pier_span payload);
/* Serves call->request by name: 0 or an error that ends the program. */
int pier__call_serve(pier_call *call);
/* The answer that `error`, a result of a handler, stands for; 0, or the error if
 * it stands for none. */
int pier__call_excuse(pier_call *call, int error);
/* message.c: a whole term of the owner's in call mode. */
int pier__message_serve(pier_peer *peer, pier_span term);
/* {error,Reason} that belongs to no call; `key` is an atom, `what` a binary. */
int pier__message_refuse(pier_peer *peer, const char *key, const pier_diag *diag);
/* This is the thread that runs the peer. */
void pier__peer_home(pier_peer *peer);
/* The time as it is now, if anybody knows. */
int64_t pier__peer_now(pier_peer *peer);

/* Where answers on the stack are written now: the output, or behind a kept call. */
pier_buffer *pier__peer_target(pier_peer *peer);
/* Appends a frame with {reply,From,{error,Reason}}, or {error,Reason} in plain mode. */
int pier__reply_error(pier_buffer *out, const pier_framing *framing, const pier_call *call,
                      const char *reason);

/* hello.c: the environment's wishes, and their fulfilment when the peer runs. */
void pier__hello_read(pier_peer *peer);
int pier__hello_say(pier_peer *peer);

/* The error is the owner having gone, which is nobody's fault. */
static inline int pier__peer_is_gone(int error) {
  return error == -EPIPE || error == -ECONNRESET;
}
/* The exit status; tells standard error or the error handler what was wrong. */
int pier__peer_verdict(pier_peer *peer);

/* Are the owner's descriptors open? If not, says so and returns -EBADF. */
int pier__peer_check(const pier_peer_config *config, int in, int out);
/* Moves the descriptors of `config` away (see pier_peer_new). */
int pier__peer_guard(pier_peer_config *config);
void pier__peer_unguard(pier_peer_config *config);

#endif
