/* A call that outlived its handler. Two may hold it: its user, until the drop, and
 * in plain mode its place among the answers. */
#ifndef PIER_PEER_KEPT_H
#define PIER_PEER_KEPT_H

#include "peer/core.h"

struct pier__kept {
  pier_call call; /* answered: under the hub's lock */
  struct pier__hub *hub;
  int holders;
  int waits;         /* for its answer: it is in by_from, and in the heap if timed */
  size_t heap_place; /* from 1; 0: no deadline */
  uint64_t hash;
  struct pier__kept *chain, *chained_by; /* the same hash */
  struct pier__kept *before, *behind;    /* all of the hub */
  struct pier__kept *doomed;             /* those to be told, one after the other */
  atomic_int cancelled;
  int told;
  pier_call_cancel *cancel;
  void *cancel_state;
  pier_handler *work;
  void *work_state;
  struct pier__kept *next; /* plain mode: the place behind it, */
  pier_buffer answer;      /* its frame, under the lock, */
  pier_buffer after;       /* and those behind it, of the peer's thread */
  size_t size;
  uint8_t bytes[]; /* the request, From */
};

/* By its owner, a deadline or the end of the peer. NULL is not. */
int pier__kept_cancelled(const struct pier__kept *kept);
/* One holder less; unlocked. */
void pier__kept_release(struct pier__kept *kept);
/* The frame in `frame` is the answer: posts it and takes it over. Errors as
 * pier_reply; then `frame` is freed all the same. */
int pier__kept_answer(struct pier__kept *kept, pier_buffer *frame);
/* The first of a chain among which those with this From are. Locked. */
struct pier__kept *pier__kept_with(struct pier__hub *hub, pier_span from);
/* The answer of the library, whatever its user does: {error,Reason}. Locked. */
void pier__kept_answer_for(struct pier__hub *hub, struct pier__kept *kept, const char *reason);
/* What the pool does with it, and then drops it. */
void pier__kept_run(struct pier__kept *kept);

/* pool.c: threads of its own. */
int pier__pool_push(pier_peer *peer, struct pier__kept *kept);
/* No more work is begun; waits `grace` ms for what is running. */
void pier__pool_close(struct pier__pool *pool, unsigned grace);

#endif
