/* From a frame to its handler. */
#include "peer/core.h"

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

/* The name of {Name, ...} or Name; 0 if it is no request. */
static int name_of(pier_span request, char name[MAXATOMLEN_UTF8], int *arity) {
  const char *bytes = (const char *)request.data;
  int at = 0, version, type, size;
  *arity = 1;
  if (ei_decode_version(bytes, &at, &version) < 0) return 0;
  if (ei_get_type(bytes, &at, &type, &size) < 0) return 0;
  if (type == ERL_SMALL_TUPLE_EXT || type == ERL_LARGE_TUPLE_EXT)
    if (ei_decode_tuple_header(bytes, &at, arity) < 0 || *arity == 0) return 0;
  --*arity;
  return ei_decode_atom_as(bytes, &at, name, MAXATOMLEN_UTF8, ERLANG_UTF8, NULL, NULL) == 0;
}

static const struct pier__handler *find(const pier_peer *peer, const char *name, int arity) {
  size_t i, size = strlen(name);
  for (i = 0; i < peer->handler_count; i++) {
    const struct pier__handler *entry = &peer->handlers[i];
    if (entry->arity == (unsigned)arity && entry->size == size &&
        memcmp(entry->name, name, size) == 0)
      return entry;
  }
  return NULL;
}

static int reply_undef(pier_call *call, const char *name, int arity) {
  pier_buffer answer = PIER_BUFFER_INIT;
  int error;
  pier_write_version(&answer);
  pier_write_tuple(&answer, 2);
  pier_write_atom(&answer, "error");
  pier_write_tuple(&answer, 3);
  pier_write_atom(&answer, "undef");
  pier_write_atom(&answer, name);
  pier_write_int64(&answer, arity);
  error = answer.error ? answer.error : pier_reply_term(call, pier_buffer_span(&answer));
  pier_buffer_free(&answer);
  /* In {packet,1} a name may be too long to be given back. */
  return error == PIER_EPAYLOAD ? pier_reply(call, "{error, undef}") : error;
}

static int serve_term(pier_call *call) {
  const pier_peer *peer = call->peer;
  const struct pier__handler *handler = NULL;
  char name[MAXATOMLEN_UTF8];
  int error, arity, named = name_of(call->request, name, &arity);
  if (named) handler = find(peer, name, arity);
  if (!handler && peer->any.call) handler = &peer->any;
  if (!handler && named) return reply_undef(call, name, arity);
  if (!handler) return pier_reply(call, "{error, badarg}");
  error = handler->call(call, handler->state);
  if (error < 0 || call->answered) return error;
  return pier_reply(call, "{error, noreply}");
}

/* The frame is no term: the error handler's business, or the end. */
static int bad_term(pier_call *call, const pier_diag *diag) {
  pier_peer *peer = call->peer;
  if (peer->config.error && peer->config.error(call, diag, peer->config.error_state) == 0)
    return 0;
  peer->told = peer->config.error != NULL;
  if (peer->diag.error) return peer->diag.error;
  peer->fault = IN_TERM;
  peer->diag = *diag;
  return diag->error;
}

int pier__peer_dispatch(pier_peer *peer, pier_span payload) {
  pier_call call = {peer, payload, 0};
  pier_diag diag;
  int error;
  if (peer->frame.call) return peer->frame.call(&call, peer->frame.state);
  pier_buffer_clear(&peer->scratch);
  if (pier_term_plain(payload, &peer->config.limits, &peer->scratch, &call.request, &diag) <
      0) {
    call.request = pier_span_of(NULL, 0);
    return bad_term(&call, &diag);
  }
  error = serve_term(&call);
  if (peer->scratch.capacity > MUCH_OUTPUT) pier_buffer_free(&peer->scratch);
  return error;
}
