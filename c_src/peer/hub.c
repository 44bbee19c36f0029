#include "peer/hub.h"

#include "peer/kept.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int pier__hub_new(struct pier__hub **hub, const pier_peer_config *config) {
  struct pier__hub *made = pier_alloc(sizeof *made);
  *hub = NULL;
  if (!made) return PIER_ENOMEM;
  memset(made, 0, sizeof *made);
  if (pthread_mutex_init(&made->lock, NULL) != 0) {
    pier_free(made);
    return PIER_ENOMEM;
  }
  if (pthread_cond_init(&made->room, NULL) != 0) {
    pthread_mutex_destroy(&made->lock);
    pier_free(made);
    return PIER_ENOMEM;
  }
  atomic_init(&made->dirty, 0);
  atomic_init(&made->orphaned, 0);
  made->holders = 1;
  made->framing = pier_framing_packet(config->packet);
  made->most = config->calls;
  made->queue.most = config->events;
  made->queue.most_bytes = config->event_bytes;
  made->queue.credit = -1;
  made->bell = -1;
  *hub = made;
  return 0;
}

void pier__hub_release(struct pier__hub *hub) {
  size_t left;
  pthread_mutex_lock(&hub->lock);
  left = --hub->holders;
  pthread_mutex_unlock(&hub->lock);
  if (left > 0) return;
  pthread_cond_destroy(&hub->room);
  pthread_mutex_destroy(&hub->lock);
  pier_buffer_free(&hub->posted);
  pier__table_free(&hub->by_from);
  pier_free(hub->soonest);
  pier__queue_free(&hub->queue);
  if (hub->bell >= 0) close(hub->bell);
  pier_free(hub);
}

void pier__hub_close(struct pier__hub *hub) {
  pthread_mutex_lock(&hub->lock);
  hub->gone = -EPIPE;
  hub->wake = NULL;
  pthread_cond_broadcast(&hub->room);
  pthread_mutex_unlock(&hub->lock);
  pier__kept_abandon(hub);
}

int pier__hub_is_home(const struct pier__hub *hub) {
  return !hub->owned || pthread_equal(hub->thread, pthread_self());
}

void pier__hub_ring(struct pier__hub *hub) {
  uint64_t one = 1;
  atomic_store_explicit(&hub->dirty, 1, memory_order_release);
  if (pier__hub_is_home(hub) && hub->serving) return;
  if (hub->signalled || hub->gone) return;
  hub->signalled = 1;
  /* An eventfd takes a one as long as nobody writes 2^64 of them. */
  while (hub->bell >= 0 && write(hub->bell, &one, sizeof one) < 0 && errno == EINTR)
    continue;
  if (hub->wake) hub->wake(hub->wake_state);
}

int pier__hub_listen(struct pier__hub *hub) {
  int error = 0;
  pthread_mutex_lock(&hub->lock);
  if (hub->bell < 0) hub->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (hub->bell < 0) error = -errno;
  if (!error && hub->signalled) {
    hub->signalled = 0;
    pier__hub_ring(hub);
  }
  pthread_mutex_unlock(&hub->lock);
  return error;
}

void pier__hub_heard(struct pier__hub *hub) {
  uint64_t rung;
  while (hub->bell >= 0 && read(hub->bell, &rung, sizeof rung) < 0 && errno == EINTR)
    continue;
}

/* ---- The peer's side --------------------------------------------------------- */

/* Plain mode: answers in the order of their requests, as far as they are there.
 * Locked. */
static int take_in_order(pier_peer *peer) {
  struct pier__kept *kept;
  int error = 0;
  while (!error && (kept = peer->first) && (kept->call.answered || peer->hub->gone)) {
    error = pier_buffer_append(&peer->output, kept->answer.data, kept->answer.size);
    if (!error) error = pier_buffer_append(&peer->output, kept->after.data, kept->after.size);
    peer->first = kept->next;
    if (!peer->first) peer->last = NULL;
    pthread_mutex_unlock(&peer->hub->lock);
    pier__kept_release(kept);
    pthread_mutex_lock(&peer->hub->lock);
  }
  return error;
}

void pier__peer_forget(pier_peer *peer) {
  while (peer->first) {
    struct pier__kept *kept = peer->first;
    peer->first = kept->next;
    pier__kept_release(kept);
  }
  peer->last = NULL;
}

void pier__peer_take_posted(pier_peer *peer) {
  struct pier__hub *hub = peer->hub;
  size_t waiting;
  int error, failed;
  pthread_mutex_lock(&hub->lock);
  atomic_store_explicit(&hub->dirty, 0, memory_order_relaxed);
  hub->signalled = 0;
  error = pier_buffer_append(&peer->output, hub->posted.data, hub->posted.size);
  pier_buffer_clear(&hub->posted);
  if (hub->posted.capacity > MUCH_OUTPUT) pier_buffer_free(&hub->posted);
  if (!error) error = take_in_order(peer);
  waiting = pier__peer_waiting(peer);
  if (!error && waiting < EVENTS_BEHIND)
    error = pier__queue_move(hub, &peer->output, EVENTS_BEHIND - waiting);
  failed = hub->failed;
  /* Events that wait for the output to leave; those that wait for credit make it
   * dirty again when that comes. */
  if (hub->queue.count > 0 && hub->queue.credit != 0)
    atomic_store_explicit(&hub->dirty, 1, memory_order_relaxed);
  pthread_mutex_unlock(&hub->lock);
  if (error) pier__peer_fail(peer, error, "answering");
  if (failed) pier__peer_fail(peer, failed, "work on the pool failed");
}

int pier_peer_share(pier_peer *peer) {
  struct pier__hub *hub = peer->hub;
  int error = peer->config.in >= 0 ? pier__hub_listen(hub) : 0;
  if (error) return error;
  pthread_mutex_lock(&hub->lock);
  hub->shared = 1;
  if (!hub->owned) hub->thread = pthread_self();
  hub->owned = 1;
  pthread_mutex_unlock(&hub->lock);
  return 0;
}

void pier_peer_on_wake(pier_peer *peer, pier_peer_wake *wake, void *state) {
  peer->hub->wake = wake;
  peer->hub->wake_state = state;
}

size_t pier_peer_kept(const pier_peer *peer) {
  size_t kept;
  pthread_mutex_lock(&peer->hub->lock);
  kept = peer->hub->kept;
  pthread_mutex_unlock(&peer->hub->lock);
  return kept;
}
