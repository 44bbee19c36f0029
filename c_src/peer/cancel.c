/* Answers that nobody waits for any more. */
#include "peer/kept.h"

#include <string.h>

int pier__kept_cancelled(const struct pier__kept *kept) {
  return kept && atomic_load_explicit(&kept->cancelled, memory_order_acquire);
}

int pier_call_cancelled(const pier_call *call) {
  const struct pier__hub *hub = call->kept ? call->kept->hub : call->peer->hub;
  return pier__kept_cancelled(call->kept) ||
         atomic_load_explicit(&hub->orphaned, memory_order_acquire);
}

int pier_call_on_cancel(pier_call *call, pier_call_cancel *cancel, void *state) {
  struct pier__kept *kept = call->kept;
  int error = 0;
  if (!kept) return PIER_ESTATE;
  pthread_mutex_lock(&kept->hub->lock);
  if (kept->call.answered || pier__kept_cancelled(kept)) {
    error = PIER_ESTATE;
  } else {
    kept->cancel = cancel;
    kept->cancel_state = state;
  }
  pthread_mutex_unlock(&kept->hub->lock);
  return error;
}

/* Locked; in *doomed, to be told when it is not. */
static void doom(struct pier__kept *kept, struct pier__kept **doomed) {
  atomic_store_explicit(&kept->cancelled, 1, memory_order_release);
  if (!kept->cancel) return;
  kept->holders++;
  kept->doomed = *doomed;
  *doomed = kept;
}

/* Without the lock: what is told may answer, drop and keep others. */
static void tell(struct pier__hub *hub, struct pier__kept *doomed) {
  while (doomed) {
    struct pier__kept *kept = doomed;
    pier_call_cancel *cancel;
    void *state;
    doomed = kept->doomed;
    pthread_mutex_lock(&hub->lock);
    cancel = kept->cancel; /* NULL after a drop */
    state = kept->cancel_state;
    kept->cancel = NULL;
    pthread_mutex_unlock(&hub->lock);
    if (cancel) cancel(&kept->call, state);
    pier__kept_release(kept);
  }
}

void pier__kept_cancel(struct pier__hub *hub, pier_span from) {
  struct pier__kept *kept, *next, *doomed = NULL;
  pthread_mutex_lock(&hub->lock);
  for (kept = pier__kept_with(hub, from); kept; kept = next) {
    next = kept->chain;
    if (kept->call.from.size != from.size ||
        memcmp(kept->call.from.data, from.data, from.size) != 0)
      continue;
    doom(kept, &doomed);
    pier__kept_answer_for(hub, kept, "cancelled");
  }
  pthread_mutex_unlock(&hub->lock);
  tell(hub, doomed);
}

void pier__kept_expire(struct pier__hub *hub, int64_t now) {
  struct pier__kept *doomed = NULL;
  pthread_mutex_lock(&hub->lock);
  while (hub->timed > 0 && hub->soonest[0]->call.deadline <= now) {
    struct pier__kept *kept = hub->soonest[0];
    doom(kept, &doomed);
    pier__kept_answer_for(hub, kept, "timeout");
  }
  pthread_mutex_unlock(&hub->lock);
  tell(hub, doomed);
}

void pier__kept_abandon(struct pier__hub *hub) {
  struct pier__kept *kept, *doomed = NULL;
  pthread_mutex_lock(&hub->lock);
  for (kept = hub->all; kept; kept = kept->behind)
    if (!kept->call.answered && !pier__kept_cancelled(kept)) doom(kept, &doomed);
  pthread_mutex_unlock(&hub->lock);
  tell(hub, doomed);
}

void pier_peer_tick(pier_peer *peer, int64_t now) {
  peer->now = now;
  pier__kept_expire(peer->hub, now);
}

int64_t pier_peer_next_tick(pier_peer *peer) {
  struct pier__hub *hub = peer->hub;
  int64_t next = -1;
  if (!hub->shared) return -1;
  pthread_mutex_lock(&hub->lock);
  if (hub->timed > 0) next = hub->soonest[0]->call.deadline;
  pthread_mutex_unlock(&hub->lock);
  return next;
}
