/* The queue of events. All of it under the hub's lock. */
#include "peer/core.h"

#include <string.h>

static void count_loss(struct pier__queue *queue, const struct pier__event *event) {
  struct pier__dropped *entry = queue->dropped;
  size_t i;
  if (event->free) return;
  queue->losses++;
  /* The first is that of no key, and of all keys beyond the table. */
  for (i = 1; event->key[0] && i < DROPPED_KEYS; i++) {
    if (queue->dropped[i].key[0] && strcmp(queue->dropped[i].key, event->key) != 0) continue;
    entry = &queue->dropped[i];
    memcpy(entry->key, event->key, sizeof entry->key);
    break;
  }
  entry->count++;
}

static struct pier__event *take(struct pier__queue *queue) {
  struct pier__event *event = queue->first;
  queue->first = event->next;
  if (!queue->first) queue->last = NULL;
  queue->count--;
  queue->bytes -= event->size;
  return event;
}

static int is_full(const struct pier__queue *queue, size_t size) {
  return queue->count >= queue->most || size > queue->most_bytes ||
         queue->bytes > queue->most_bytes - size;
}

/* Half of it is free, or as much as this one needs. */
static int has_room(const struct pier__queue *queue, size_t size) {
  if (queue->count == 0) return 1;
  return queue->count <= queue->most / 2 && queue->bytes <= queue->most_bytes / 2 &&
         !is_full(queue, size);
}

static void append(struct pier__queue *queue, struct pier__event *event) {
  event->next = NULL;
  if (queue->last)
    queue->last->next = event;
  else
    queue->first = event;
  queue->last = event;
  queue->count++;
  queue->bytes += event->size;
}

/* 1 if `event` stands where an older one with its key stood. */
static int replace(struct pier__queue *queue, struct pier__event *event) {
  struct pier__event **link, *old;
  for (link = &queue->first; (old = *link); link = &old->next)
    if (old->policy == PIER_EVENT_LATEST && strcmp(old->key, event->key) == 0) break;
  if (!old) return 0;
  event->next = old->next;
  *link = event;
  if (queue->last == old) queue->last = event;
  queue->bytes += event->size - old->size;
  pier_free(old);
  return 1;
}

/* {dropped, Key, Count} for each key. */
static int tell_losses(struct pier__queue *queue, const pier_framing *framing,
                       pier_buffer *output) {
  pier_buffer term = PIER_BUFFER_INIT;
  int error = 0;
  size_t i;
  for (i = 0; i < DROPPED_KEYS && !error; i++) {
    struct pier__dropped *entry = &queue->dropped[i];
    if (entry->count == 0) continue;
    pier_buffer_clear(&term);
    error = pier_format(&term, "{dropped, ~z, ~L}", (const char *)entry->key,
                        (unsigned long long)entry->count);
    if (!error) error = pier_frame_append(output, framing, pier_buffer_span(&term));
    if (!error) memset(entry, 0, sizeof *entry);
  }
  if (!error) queue->losses = 0;
  pier_buffer_free(&term);
  return error;
}

int pier__queue_move(struct pier__hub *hub, pier_buffer *output, size_t room) {
  struct pier__queue *queue = &hub->queue;
  size_t before = output->size;
  int error = 0;
  if (queue->losses > 0) error = tell_losses(queue, &hub->framing, output);
  while (!error && queue->first && output->size - before < room) {
    struct pier__event *event = queue->first;
    if (!event->free && queue->credit == 0) break;
    error = pier_buffer_append(output, event->frame, event->size);
    if (error) break;
    if (!event->free && queue->credit > 0) queue->credit--;
    pier_free(take(queue));
  }
  if (has_room(queue, 0)) pthread_cond_broadcast(&hub->room);
  return error;
}

void pier__queue_free(struct pier__queue *queue) {
  while (queue->first)
    pier_free(take(queue));
}

/* ---- Joining ------------------------------------------------------------------- */

/* Waits where that can end. Only blocking loops can write while a handler waits. */
static int wait_for_room(struct pier__hub *hub, pier_peer *peer, size_t size) {
  int home = pier__hub_is_home(hub), error = 0;
  if (size > hub->queue.most_bytes || hub->queue.most == 0) return PIER_EBUSY;
  while (!error && !hub->gone && is_full(&hub->queue, size)) {
    if (!home) {
      while (!hub->gone && !has_room(&hub->queue, size))
        pthread_cond_wait(&hub->room, &hub->lock);
    } else if (!peer || !peer->wait || hub->queue.credit == 0) {
      return PIER_EBUSY;
    } else {
      pthread_mutex_unlock(&hub->lock);
      error = peer->wait(peer);
      pthread_mutex_lock(&hub->lock);
    }
  }
  return error;
}

/* Locked; takes `event` over: 0, 1 or an error. */
static int join(struct pier__hub *hub, pier_peer *peer, struct pier__event *event) {
  struct pier__queue *queue = &hub->queue;
  int error = 0, lost = 0;
  if (event->policy == PIER_EVENT_LATEST && replace(queue, event)) return 0;
  if (event->policy == PIER_EVENT_BLOCK) error = wait_for_room(hub, peer, event->size);
  if (!error) error = hub->gone;
  if (error) {
    pier_free(event);
    return error;
  }
  while (event->policy != PIER_EVENT_NEWEST && queue->first && is_full(queue, event->size)) {
    struct pier__event *oldest = take(queue);
    count_loss(queue, oldest);
    pier_free(oldest);
    lost = 1;
  }
  if (is_full(queue, event->size)) {
    count_loss(queue, event);
    pier_free(event);
    lost = 1;
  } else {
    append(queue, event);
  }
  pier__hub_ring(hub);
  return lost;
}

static int post(struct pier__hub *hub, pier_peer *peer, pier_event_policy policy,
                const char *key, pier_span payload) {
  struct pier__event *event;
  uint8_t header[PIER_FRAME_HEADER_MAX];
  int error = 0, size = pier_frame_header(&hub->framing, payload.size, header);
  if (size < 0) return size;
  if (key && strlen(key) > PIER_EVENT_KEY) return PIER_EARG;
  event = pier_alloc(sizeof *event + (size_t)size + payload.size);
  if (!event) return PIER_ENOMEM;
  memset(event, 0, sizeof *event);
  event->policy = policy;
  event->free = !peer;
  if (key) memcpy(event->key, key, strlen(key));
  event->size = (size_t)size + payload.size;
  memcpy(event->frame, header, (size_t)size);
  memcpy(event->frame + size, payload.data, payload.size);
  pthread_mutex_lock(&hub->lock);
  if (!hub->shared && hub->owned && !pier__hub_is_home(hub)) error = PIER_ESTATE;
  if (!error)
    error = join(hub, peer, event);
  else
    pier_free(event);
  pthread_mutex_unlock(&hub->lock);
  return error;
}

int pier__queue_post(struct pier__hub *hub, pier_event_policy policy, const char *key,
                     pier_span payload) {
  return post(hub, NULL, policy, key, payload);
}

/* Puts {event, Event} around the term that `term` holds, behind a version byte. */
static int post_event(pier_peer *peer, pier_event_policy policy, const char *key,
                      pier_span term) {
  pier_buffer message = PIER_BUFFER_INIT;
  int error;
  pier_write_version(&message);
  pier_write_tuple(&message, 2);
  pier_write_atom(&message, "event");
  pier_write_term(&message, term);
  error = message.error;
  if (!error) error = post(peer->hub, peer, policy, key, pier_buffer_span(&message));
  pier_buffer_free(&message);
  return error;
}

int pier_event_term(pier_peer *peer, pier_event_policy policy, const char *key,
                    pier_span term) {
  if (term.size == 0 || policy > PIER_EVENT_BLOCK) return PIER_EARG;
  return post_event(peer, policy, key, term);
}

static int event(pier_peer *peer, const uint8_t *types, const char *format, va_list arguments) {
  pier_buffer term = PIER_BUFFER_INIT;
  int error = pier_vformat_typed(&term, types, format, arguments, NULL);
  if (error >= 0) error = post_event(peer, PIER_EVENT_NEWEST, NULL, pier_buffer_span(&term));
  pier_buffer_free(&term);
  return error;
}

int pier_event_typed(pier_peer *peer, const uint8_t *types, const char *format, ...) {
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = event(peer, types, format, arguments);
  va_end(arguments);
  return error;
}

int(pier_event)(pier_peer *peer, const char *format, ...) {
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = event(peer, NULL, format, arguments);
  va_end(arguments);
  return error;
}
