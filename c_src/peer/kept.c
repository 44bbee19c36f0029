/* Calls that are kept: by From, by deadline, until their drop. */
#include "peer/kept.h"

#include <errno.h>
#include <string.h>

static uint64_t hash_of(pier_span bytes) {
  uint64_t hash = 0xcbf29ce484222325u;
  size_t i;
  for (i = 0; i < bytes.size; i++)
    hash = (hash ^ bytes.data[i]) * 0x100000001b3u;
  return hash | 1; /* a key is never 0 */
}

/* ---- The heap of deadlines ------------------------------------------------------ */

static void put(struct pier__hub *hub, size_t place, struct pier__kept *kept) {
  hub->soonest[place - 1] = kept;
  kept->heap_place = place;
}

/* Moves `kept` from `place`, which is free, to where it belongs. */
static void settle(struct pier__hub *hub, size_t place, struct pier__kept *kept) {
  int64_t deadline = kept->call.deadline;
  while (place > 1 && hub->soonest[place / 2 - 1]->call.deadline > deadline) {
    put(hub, place, hub->soonest[place / 2 - 1]);
    place /= 2;
  }
  while (place * 2 <= hub->timed) {
    size_t child = place * 2;
    if (child < hub->timed &&
        hub->soonest[child]->call.deadline < hub->soonest[child - 1]->call.deadline)
      child++;
    if (hub->soonest[child - 1]->call.deadline >= deadline) break;
    put(hub, place, hub->soonest[child - 1]);
    place = child;
  }
  put(hub, place, kept);
}

static int time_in(struct pier__hub *hub, struct pier__kept *kept) {
  if (hub->timed == hub->room_timed) {
    size_t room = hub->room_timed ? hub->room_timed * 2 : 16;
    struct pier__kept **grown = pier_realloc(hub->soonest, room * sizeof *grown);
    if (!grown) return PIER_ENOMEM;
    hub->soonest = grown;
    hub->room_timed = room;
  }
  hub->timed++;
  settle(hub, hub->timed, kept);
  return 0;
}

static void time_out(struct pier__hub *hub, struct pier__kept *kept) {
  size_t place = kept->heap_place;
  struct pier__kept *last;
  if (place == 0) return;
  kept->heap_place = 0;
  last = hub->soonest[--hub->timed];
  if (last != kept) settle(hub, place, last);
}

/* ---- In and out ------------------------------------------------------------------ */

/* Nobody can cancel it any more. Locked. */
static void stop_waiting(struct pier__hub *hub, struct pier__kept *kept) {
  if (!kept->waits) return;
  kept->waits = 0;
  time_out(hub, kept);
  if (kept->chain) kept->chain->chained_by = kept->chained_by;
  if (kept->chained_by) {
    kept->chained_by->chain = kept->chain;
    return;
  }
  pier__table_remove(&hub->by_from, kept->hash);
  /* In the room of what was removed. */
  if (kept->chain) pier__table_put(&hub->by_from, kept->hash, kept->chain);
}

static int start_waiting(struct pier__hub *hub, struct pier__kept *kept) {
  struct pier__kept *head;
  kept->hash = hash_of(kept->call.from);
  head = pier__table_get(&hub->by_from, kept->hash);
  if (pier__table_put(&hub->by_from, kept->hash, kept) < 0) return PIER_ENOMEM;
  kept->chain = head;
  if (head) head->chained_by = kept;
  kept->waits = 1;
  if (kept->call.deadline < 0 || time_in(hub, kept) == 0) return 0;
  stop_waiting(hub, kept);
  return PIER_ENOMEM;
}

static int enlist(pier_peer *peer, struct pier__kept *kept) {
  struct pier__hub *hub = peer->hub;
  int error = 0;
  pthread_mutex_lock(&hub->lock);
  if (hub->kept >= hub->most) error = PIER_ELIMIT;
  if (!error && kept->call.kind == AS_CALL) error = start_waiting(hub, kept);
  if (!error) {
    hub->kept++;
    hub->holders++;
    kept->behind = hub->all;
    if (hub->all) hub->all->before = kept;
    hub->all = kept;
  }
  pthread_mutex_unlock(&hub->lock);
  return error;
}

/* In plain mode the answers behind it wait. */
static void hold_place(pier_peer *peer, struct pier__kept *kept) {
  kept->holders++;
  if (peer->last)
    peer->last->next = kept;
  else
    peer->first = kept;
  peer->last = kept;
}

int pier_call_keep(pier_call *call, pier_call **kept) {
  pier_peer *peer = call->peer;
  size_t bytes = call->request.size + call->from.size;
  struct pier__kept *made;
  int error;
  *kept = NULL;
  if (!peer || call->kept || call->answered || call->kind == AS_FRAME) return PIER_ESTATE;
  error = pier_peer_share(peer);
  if (error) return error;
  made = pier_alloc(sizeof *made + bytes);
  if (!made) return PIER_ENOMEM;
  memset(made, 0, sizeof *made);
  made->call = *call;
  made->call.peer = NULL;
  made->call.kept = made;
  made->hub = peer->hub;
  made->holders = 1;
  made->size = bytes;
  atomic_init(&made->cancelled, 0);
  memcpy(made->bytes, call->request.data, call->request.size);
  if (call->from.size > 0)
    memcpy(made->bytes + call->request.size, call->from.data, call->from.size);
  made->call.request.data = made->bytes;
  made->call.from.data = made->bytes + call->request.size;
  error = enlist(peer, made);
  if (error) {
    pier_free(made);
    return error;
  }
  if (call->kind == AS_TERM) hold_place(peer, made);
  call->answered = 1;
  *kept = &made->call;
  return 0;
}

void pier__kept_release(struct pier__kept *kept) {
  struct pier__hub *hub = kept->hub;
  int left;
  pthread_mutex_lock(&hub->lock);
  left = --kept->holders;
  pthread_mutex_unlock(&hub->lock);
  if (left > 0) return;
  pier_buffer_free(&kept->answer);
  pier_buffer_free(&kept->after);
  pier_free(kept);
  pier__hub_release(hub);
}

struct pier__kept *pier__kept_with(struct pier__hub *hub, pier_span from) {
  return pier__table_get(&hub->by_from, hash_of(from));
}

void pier__kept_answer_for(struct pier__hub *hub, struct pier__kept *kept, const char *reason) {
  pier_buffer *out = kept->call.kind == AS_CALL ? &hub->posted : &kept->answer;
  kept->call.answered = 1;
  stop_waiting(hub, kept);
  if (hub->gone || kept->call.kind == AS_CAST) return;
  if (pier__reply_error(out, &hub->framing, &kept->call, reason) < 0) hub->failed = PIER_ENOMEM;
  pier__hub_ring(hub);
}

void pier_call_drop(pier_call *call) {
  struct pier__kept *kept = call ? call->kept : NULL;
  struct pier__hub *hub;
  if (!kept) return;
  hub = kept->hub;
  pthread_mutex_lock(&hub->lock);
  if (!kept->call.answered) pier__kept_answer_for(hub, kept, "noreply");
  kept->cancel = NULL;
  hub->kept--;
  if (kept->before)
    kept->before->behind = kept->behind;
  else
    hub->all = kept->behind;
  if (kept->behind) kept->behind->before = kept->before;
  pier__hub_ring(hub); /* the peer may wait for the last one */
  pthread_mutex_unlock(&hub->lock);
  pier__kept_release(kept);
}

int pier__kept_answer(struct pier__kept *kept, pier_buffer *frame) {
  struct pier__hub *hub = kept->hub;
  int error = 0;
  pthread_mutex_lock(&hub->lock);
  if (hub->gone)
    error = hub->gone;
  else if (kept->call.answered)
    error = pier__kept_cancelled(kept) ? -ECANCELED : PIER_ETWICE;
  else if (kept->call.kind == AS_CALL)
    error = pier_buffer_append(&hub->posted, frame->data, frame->size);
  if (hub->posted.error) hub->posted.error = 0;
  if (!error) {
    kept->call.answered = 1;
    stop_waiting(hub, kept);
    if (kept->call.kind == AS_TERM) {
      kept->answer = *frame;
      memset(frame, 0, sizeof *frame);
    }
    pier__hub_ring(hub);
  }
  pthread_mutex_unlock(&hub->lock);
  pier_buffer_free(frame);
  return error;
}
