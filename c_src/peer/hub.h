/*
 * peer/hub.h - what a peer shares with other threads: the answers of kept calls,
 * events, what is to be cancelled and when.
 *
 * Everybody who holds a kept call holds the hub, so that an answer that is too late
 * finds a hub without a peer, never a peer that is gone. The peer's own thread serves,
 * answers and writes without the lock as long as `dirty` is 0.
 */
#ifndef PIER_PEER_HUB_H
#define PIER_PEER_HUB_H

#include <pier/peer.h>

#include "base/table.h"

#include <pthread.h>
#include <stdatomic.h>

struct pier__event {
  struct pier__event *next;
  pier_event_policy policy;
  int free; /* takes no credit and is not counted when it is dropped */
  char key[PIER_EVENT_KEY + 1];
  size_t size; /* of the frame */
  uint8_t frame[];
};

/* Keys whose losses are counted apart; others join those without a key. */
enum { DROPPED_KEYS = 16 };

struct pier__dropped {
  char key[PIER_EVENT_KEY + 1];
  uint64_t count;
};

struct pier__queue {
  struct pier__event *first, *last;
  size_t count, bytes;
  size_t most, most_bytes;
  int64_t credit; /* -1: no limit */
  struct pier__dropped dropped[DROPPED_KEYS];
  size_t losses; /* of all keys */
};

struct pier__hub {
  /* What every read looks at, in one line of the cache. */
  atomic_int dirty; /* pier__peer_collect has something to look at */
  int shared;       /* others may come at any time */
  int serving;      /* looked at by the peer's thread only: it will collect */
  int owned;        /* `thread` is known, */
  pthread_t thread; /* that of the peer */
  pthread_mutex_t lock;
  pthread_cond_t room; /* in the queue of events; or the peer is gone */
  size_t holders;      /* the peer, each kept call */
  pier_framing framing;
  int gone;                    /* 0, or the error for those who come too late */
  int failed;                  /* what a worker returned that ends the program */
  atomic_int orphaned;         /* the owner is gone: watch.c */
  pier_buffer posted;          /* frames of kept calls */
  size_t kept, most;           /* calls */
  struct pier__kept *all;      /* that are not dropped */
  struct pier__table by_from;  /* those that wait, a chain for each hash */
  struct pier__kept **soonest; /* a heap of those with a deadline */
  size_t timed, room_timed;
  struct pier__queue queue;
  int signalled;
  int bell; /* an eventfd, or -1 */
  pier_peer_wake *wake;
  void *wake_state;
};

int pier__hub_new(struct pier__hub **hub, const pier_peer_config *config);
void pier__hub_release(struct pier__hub *hub); /* locked or not no more: call unlocked */
/* The peer is gone: nobody's answers are wanted, everybody is told. */
void pier__hub_close(struct pier__hub *hub);
/* Sees to it that the peer's thread collects. Locked. */
void pier__hub_ring(struct pier__hub *hub);
/* This is the peer's thread, or nobody knows yet which that is. */
int pier__hub_is_home(const struct pier__hub *hub);
/* Makes the bell, for loops that can listen to one. */
int pier__hub_listen(struct pier__hub *hub);
/* The bell rang. */
void pier__hub_heard(struct pier__hub *hub);

/* kept.c */
/* {cancel,From}: answers all calls of these bytes. */
void pier__kept_cancel(struct pier__hub *hub, pier_span from);
/* Answers all whose deadline is not after `now`. */
void pier__kept_expire(struct pier__hub *hub, int64_t now);
/* Nobody waits any more. Without answers. */
void pier__kept_abandon(struct pier__hub *hub);

/* events.c; the hub is locked */
/* Moves what may go behind the output. 0 or the buffer's error. */
int pier__queue_move(struct pier__hub *hub, pier_buffer *output, size_t room);
void pier__queue_free(struct pier__queue *queue);
/* Puts a frame of its own into the queue, that takes no credit: for logs. 0, 1 when
 * something was dropped, or an error. In any thread. */
int pier__queue_post(struct pier__hub *hub, pier_event_policy policy, const char *key,
                     pier_span payload);

#endif
