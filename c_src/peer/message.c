/* What an owner says in call mode (doc/protocol.md). */
#include "peer/core.h"
#include "term/view.h"

#include <string.h>

static int is_atom(const pier__view *view, const char *name) {
  size_t size = strlen(name);
  return view->kind == PIER__ATOM && view->size == size && memcmp(view->data, name, size) == 0;
}

int pier__message_refuse(pier_peer *peer, const char *key, const pier_diag *diag) {
  pier_buffer term = PIER_BUFFER_INIT;
  int error = pier_format(&term, "{error, {~a, ~z}}", key, diag->text);
  if (!error) error = pier_frame_append(&peer->output, &peer->framing, pier_buffer_span(&term));
  if (error == PIER_EPAYLOAD) {
    pier_buffer_clear(&term);
    error = pier_format(&term, "{error, ~a}", key);
    if (!error)
      error = pier_frame_append(&peer->output, &peer->framing, pier_buffer_span(&term));
  }
  pier_buffer_free(&term);
  return error;
}

static int refuse(pier_peer *peer, const char *what) {
  pier_diag diag;
  pier_diag_set(&diag, PIER_EMATCH, 0, "%s", what);
  return pier__message_refuse(peer, "badmessage", &diag);
}

/* An integer from 0 to 2^32-1, or -1. */
static int64_t small_number(const uint8_t *at) {
  pier__view view;
  pier__view_at(&view, at);
  if (view.kind != PIER__INT || view.size > 0 || view.negative || view.magnitude > UINT32_MAX)
    return -1;
  return (int64_t)view.magnitude;
}

/* Parts of a message: where each begins, and the end of the last. */
enum { MOST_PARTS = 4 };

static int serve(pier_peer *peer, pier__call_kind kind, pier_span from, pier_span request,
                 int64_t deadline) {
  pier_call call;
  call.peer = peer;
  call.kept = NULL;
  call.request = request;
  call.from = from;
  call.deadline = deadline;
  call.kind = kind;
  call.answered = call.failed = call.diag.error = 0;
  return pier__call_serve(&call);
}

static pier_span part(const uint8_t *const *at, size_t number) {
  return pier_span_of(at[number], (size_t)(at[number + 1] - at[number]));
}

static int on_call(pier_peer *peer, const uint8_t *const *at) {
  return serve(peer, AS_CALL, part(at, 1), part(at, 2), -1);
}

static int on_timed_call(pier_peer *peer, const uint8_t *const *at) {
  int64_t ms = small_number(at[3]);
  pier_call late = {peer, NULL, part(at, 2), part(at, 1), -1, AS_CALL, 0, 0, {0}};
  if (ms < 0) return refuse(peer, "the time of a call is an integer from 0 to 2^32-1");
  if (ms == 0) return pier_reply(&late, "{error, timeout}");
  return serve(peer, AS_CALL, part(at, 1), part(at, 2), pier__peer_now(peer) + ms);
}

static int on_cast(pier_peer *peer, const uint8_t *const *at) {
  return serve(peer, AS_CAST, pier_span_of(NULL, 0), part(at, 1), -1);
}

static int on_cancel(pier_peer *peer, const uint8_t *const *at) {
  if (peer->hub->kept > 0) pier__kept_cancel(peer->hub, part(at, 1));
  return 0;
}

static int on_credit(pier_peer *peer, const uint8_t *const *at) {
  struct pier__queue *queue = &peer->hub->queue;
  int64_t more = small_number(at[1]);
  pier__view view;
  pier__view_at(&view, at[1]);
  if (more < 0 && !is_atom(&view, "infinity"))
    return refuse(peer, "credit is an integer from 0 to 2^32-1, or infinity");
  pthread_mutex_lock(&peer->hub->lock);
  if (more < 0)
    queue->credit = -1;
  else if (queue->credit < 0)
    queue->credit = more;
  else if (queue->credit <= INT64_MAX - more)
    queue->credit += more;
  pier__hub_ring(peer->hub);
  pthread_mutex_unlock(&peer->hub->lock);
  return 0;
}

static const struct message {
  const char *name;
  size_t parts;
  int (*serve)(pier_peer *peer, const uint8_t *const *at);
} messages[] = {{"call", 3, on_call},
                {"call", 4, on_timed_call},
                {"cast", 2, on_cast},
                {"cancel", 2, on_cancel},
                {"credit", 2, on_credit}};

int pier__message_serve(pier_peer *peer, pier_span term) {
  const uint8_t *at[MOST_PARTS + 1];
  pier__view tuple, name;
  size_t i, count;
  pier__view_at(&tuple, pier__view_start(term));
  if (tuple.kind != PIER__TUPLE || tuple.count < 2 || tuple.count > MOST_PARTS)
    return refuse(peer, "no tuple of two to four elements");
  pier__view_at(&name, tuple.next);
  count = tuple.count;
  for (i = 0; i < sizeof messages / sizeof messages[0]; i++)
    if (messages[i].parts == count && is_atom(&name, messages[i].name)) break;
  if (i == sizeof messages / sizeof messages[0])
    return refuse(peer, "none of call, cast, cancel and credit with its number of elements");
  at[0] = tuple.next;
  at[1] = name.next;
  at[count] = term.data + term.size;
  for (tuple.count = 2; tuple.count < count; tuple.count++)
    at[tuple.count] = pier__view_skip(at[tuple.count - 1]);
  return messages[i].serve(peer, at);
}
