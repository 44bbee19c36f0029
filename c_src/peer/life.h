/* peer/life.h - what the end of a program is made of: the watch (watch.c), the
 * grace (grace.c), the children (spawn.c). One object, which outlives the peer
 * when the owner is gone: the watch needs it until the process ends. */
#ifndef PIER_PEER_LIFE_H
#define PIER_PEER_LIFE_H

#include <pier/life.h>

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <time.h>

struct pier__clean_up {
  pier_peer_clean_up *call;
  void *state;
};

struct pier__hub;
struct pier__log;

/* Descriptors from here on, out of the way of those that children and careless
 * libraries know by number. */
enum { PIER__PRIVATE = 10 };

struct pier__life {
  pthread_mutex_t lock; /* of what follows, up to the children */
  int running;          /* the watch has a thread */
  int released;         /* the peer is freed */
  int cleaning;         /* somebody runs the clean-ups */
  struct pier__clean_up *clean_ups;
  size_t clean_up_count;
  struct pier_child *children; /* a list; all that were not freed */
  pthread_cond_t cleaned_up;
  atomic_int gone;
  int gone_fd; /* eventfd; readable with `gone` */
  int stop_fd; /* eventfd; ends a watch that has seen nothing */
  int in, out; /* what is watched */
  int half_close;
  int watched; /* as configured */
  long grace_ms;
  struct timespec lost; /* when the owner was found gone */
  int apart;            /* the watch has descriptors of its own */
  int doubled;          /* and there is a second one, with those of the program */
  pthread_t thread, second;
  pid_t process;         /* which has the thread: a fork has not */
  struct pier__hub *hub; /* is told; not looked at once the peer is freed */
  struct pier__log *log; /* or NULL */
};

int pier__life_new(struct pier__life **life, const pier_peer_config *config,
                   struct pier__hub *hub);
/* Begins to watch `in` and `out`, which nobody but the peer closes if they are `private`.
 * 0 or -errno. */
int pier__life_start(struct pier__life *life, int in, int out, int private);
/* There are clean-ups or children to come: the watch will need the program's descriptors.
 * 0 or -errno. */
int pier__life_share(struct pier__life *life);
/* The peer has ended: clean-ups, and children are asked to end. */
void pier__life_end(struct pier__life *life);
/* The same where it was not done. What is freed besides is the watch's business
 * if the owner is gone. NULL is fine. */
void pier__life_free(struct pier__life *life);

/* A thread with a small stack on which no signal is handled. 0 or -errno. */
int pier__thread_start(pthread_t *thread, void *(*body)(void *), void *state);
/* The name of the calling thread: that of another is a file in /proc, which takes as long
 * to open and write as a fifth of a thread's start. */
static inline void pier__thread_name(const char *name) {
  pthread_setname_np(pthread_self(), name);
}
/* An eventfd under a private number, or -1. */
int pier__private_event(void);

/* ---- grace.c ---------------------------------------------------------------- */

/* Runs the clean-ups that nobody has run; all are over when it returns. */
void pier__clean_up(struct pier__life *life, pier_ending ending);
/* What is left of the process, once `gone` is set; `apart` from its descriptors. */
_Noreturn void pier__grace(struct pier__life *life, int apart);

/* ---- spawn.c ---------------------------------------------------------------- */

/* Asks all children to end; with the lock held. */
void pier__spawned_end(struct pier__life *life);
void pier__spawned_free(struct pier__life *life);

#endif
