/* From a frame to its handler. */
#include "peer/core.h"
#include "term/tags.h"
#include "term/view.h"

#include <errno.h>
#include <string.h>

int pier_peer_on(pier_peer *peer, const char *name, unsigned arity, pier_handler *handler,
                 void *state) {
  struct pier__handler *grown, *entry;
  size_t i, size = name ? strlen(name) : 0;
  if (!name || !handler || size >= MAXATOMLEN_UTF8) return PIER_EARG;
  for (i = 0; i < peer->handler_count; i++) {
    entry = &peer->handlers[i];
    if (entry->arity != arity || strcmp(entry->name, name) != 0) continue;
    entry->call = handler;
    entry->state = state;
    return 0;
  }
  grown = pier_realloc(peer->handlers, (peer->handler_count + 1) * sizeof *grown);
  if (!grown) return PIER_ENOMEM;
  peer->handlers = grown;
  entry = &grown[peer->handler_count];
  entry->name = pier_alloc(size + 1);
  if (!entry->name) return PIER_ENOMEM;
  memcpy(entry->name, name, size + 1);
  entry->size = size;
  entry->arity = arity;
  entry->call = handler;
  entry->state = state;
  peer->handler_count++;
  return 0;
}

int pier_peer_on_any(pier_peer *peer, pier_handler *handler, void *state) {
  peer->any.call = handler;
  peer->any.state = state;
  return 0;
}

int pier_peer_on_frame(pier_peer *peer, pier_handler *handler, void *state) {
  peer->frame.call = handler;
  peer->frame.state = state;
  return 0;
}

/* The name of a request in UTF-8: where it lies, or in `room`. */
static pier_span name_of(const pier__view *atom, uint8_t room[MAXATOMLEN_UTF8]) {
  size_t i, size = 0;
  if (!atom->latin1) return pier_span_of(atom->data, atom->size);
  for (i = 0; i < atom->size; i++) {
    uint8_t c = atom->data[i];
    if (c < 0x80) {
      room[size++] = c;
    } else {
      room[size++] = (uint8_t)(0xc0 | c >> 6);
      room[size++] = (uint8_t)(0x80 | (c & 0x3f));
    }
  }
  return pier_span_of(room, size);
}

/* Looks at {Name, ...} or Name: 1 with the name and the number of arguments, or 0. */
static int is_request(pier_span request, uint8_t room[MAXATOMLEN_UTF8], pier_span *name,
                      size_t *arity) {
  const uint8_t *at = pier__view_start(request);
  pier__view view;
  *arity = 0;
  if (at[0] == PIER__TAG_SMALL_TUPLE && at[1] > 0 && at[2] == PIER__TAG_SMALL_ATOM_UTF8) {
    *arity = at[1] - 1U; /* as nearly all are */
    *name = pier_span_of(at + 4, at[3]);
    return 1;
  }
  pier__view_at(&view, at);
  if (view.kind == PIER__TUPLE && view.count > 0) {
    *arity = view.count - 1;
    pier__view_at(&view, view.next);
  }
  if (view.kind != PIER__ATOM) return 0;
  *name = name_of(&view, room);
  return 1;
}

static const struct pier__handler *find(const pier_peer *peer, pier_span name, size_t arity) {
  size_t i;
  for (i = 0; i < peer->handler_count; i++) {
    const struct pier__handler *entry = &peer->handlers[i];
    if (entry->arity == arity && entry->size == name.size &&
        memcmp(entry->name, name.data, name.size) == 0)
      return entry;
  }
  return NULL;
}

/* ---- Answers that are errors ------------------------------------------------- */

/* The reason in `reason`, in an answer; a shorter one if it does not fit. */
static int reply_reason(pier_call *call, const pier_buffer *reason, const char *shorter) {
  int error = reason->error;
  if (!error && call->kind == AS_CAST && call->peer) {
    pier_buffer *out = &call->peer->output;
    pier_buffer term = PIER_BUFFER_INIT;
    error = pier_format(&term, "{error, ~T}", reason);
    if (!error) error = pier_frame_append(out, &call->peer->framing, pier_buffer_span(&term));
    pier_buffer_free(&term);
    return error == PIER_EPAYLOAD ? 0 : error;
  }
  if (!error) error = pier_reply(call, "{error, ~T}", reason);
  /* In {packet,1} a name may be too long to be given back. */
  return error == PIER_EPAYLOAD ? pier_reply(call, "{error, ~a}", shorter) : error;
}

static int reply_undef(pier_call *call, pier_span name, size_t arity) {
  pier_buffer reason = PIER_BUFFER_INIT;
  int error;
  pier_write_version(&reason);
  pier_write_tuple(&reason, 3);
  pier_write_atom(&reason, "undef");
  pier_write_atom_span(&reason, name);
  pier_write_uint64(&reason, arity);
  error = reply_reason(call, &reason, "undef");
  pier_buffer_free(&reason);
  return error;
}

/* {badarg, Where} with the fault that the handler's readers and patterns found. */
static int reply_badarg(pier_call *call) {
  pier_buffer reason = PIER_BUFFER_INIT;
  int error;
  pier_write_version(&reason);
  if (call->diag.error) {
    pier_write_tuple(&reason, 2);
    pier_write_atom(&reason, "badarg");
    pier_write_binary(&reason, call->diag.text, strlen(call->diag.text));
  } else {
    pier_write_atom(&reason, "badarg");
  }
  error = reply_reason(call, &reason, "badarg");
  pier_buffer_free(&reason);
  return error;
}

int pier__call_excuse(pier_call *call, int error) {
  if (error == PIER_EPAYLOAD) return pier_reply(call, "{error, too_big}");
  if (call->failed) return error == -ECANCELED ? 0 : error;
  if (error == PIER_ELIMIT) return pier_reply(call, "{error, overload}");
  if (error == PIER_EMATCH || error == PIER_ERANGE || error == PIER_ETRAILING)
    return reply_badarg(call);
  return error;
}

/* ---- From a request to its handler -------------------------------------------- */

int pier__call_serve(pier_call *call) {
  const pier_peer *peer = call->peer;
  const struct pier__handler *handler = NULL;
  uint8_t room[MAXATOMLEN_UTF8];
  pier_span name = {NULL, 0};
  size_t arity;
  int error, named = is_request(call->request, room, &name, &arity);
  if (named) handler = find(peer, name, arity);
  if (!handler && peer->any.call) handler = &peer->any;
  if (!handler && named) return reply_undef(call, name, arity);
  if (!handler) return reply_badarg(call);
  error = handler->call(call, handler->state);
  if (error == -ECANCELED && call->answered) return 0; /* by the library: too late */
  if (error < 0 && !call->answered) error = pier__call_excuse(call, error);
  if (error < 0 || call->answered) return error;
  return pier_reply(call, "{error, noreply}");
}

/* The frame is no term: the error handler's business, or an answer. */
static int bad_term(pier_call *call, const pier_diag *diag) {
  pier_peer *peer = call->peer;
  if (!peer->config.error && peer->config.mode == PIER_CALLS)
    return pier__message_refuse(peer, "badterm", diag);
  if (!peer->config.error) {
    int error = pier_reply(call, "{error, {badterm, ~z}}", (const char *)diag->text);
    return error == PIER_EPAYLOAD ? pier_reply(call, "{error, badterm}") : error;
  }
  if (peer->config.error(call, diag, peer->config.error_state) == 0) return 0;
  peer->told = 1;
  if (peer->diag.error) return peer->diag.error;
  peer->fault = IN_TERM;
  peer->diag = *diag;
  return diag->error;
}

/* The first header of a bigger N looks like an empty frame. */
static int empty_first(pier_peer *peer) {
  peer->fault = IN_TERM;
  return pier_diag_set(&peer->diag, PIER_ETERM, 0,
                       "an empty frame; this program speaks {packet,%u}, does its owner?",
                       peer->config.packet);
}

/* Is it for who takes what are no terms? 1 if it was. */
static int take_bytes(pier_peer *peer, pier_span payload) {
  if (!peer->bytes || payload.size == 0 || payload.data[0] == PIER__VERSION) return 0;
  return peer->bytes(peer->bytes_state, payload);
}

static void begin(pier_call *call, pier_peer *peer, pier_span payload, pier__call_kind kind) {
  call->peer = peer;
  call->kept = NULL;
  call->request = payload;
  call->from = pier_span_of(NULL, 0);
  call->deadline = -1;
  call->kind = kind;
  call->answered = call->failed = call->diag.error = 0;
}

int pier__peer_dispatch_frame(pier_peer *peer, pier_span payload) {
  pier_call call;
  begin(&call, peer, payload, AS_FRAME);
  return peer->frame.call(&call, peer->frame.state);
}

int pier__peer_dispatch(pier_peer *peer, pier_span payload) {
  pier_call call;
  pier_diag diag;
  int error = take_bytes(peer, payload);
  if (error != 0) return error < 0 ? error : 0;
  begin(&call, peer, payload, AS_TERM);
  pier_buffer_clear(&peer->scratch);
  if (pier_term_plain(payload, &peer->config.limits, &peer->scratch, &call.request, &diag) <
      0) {
    call.request = pier_span_of(NULL, 0);
    if (payload.size == 0 && peer->frames == 1 && peer->config.packet < 4 &&
        !peer->config.error)
      return empty_first(peer);
    return bad_term(&call, &diag);
  }
  error = peer->config.mode == PIER_CALLS ? pier__message_serve(peer, call.request)
                                          : pier__call_serve(&call);
  if (peer->scratch.capacity > MUCH_OUTPUT) pier_buffer_free(&peer->scratch);
  return error;
}
