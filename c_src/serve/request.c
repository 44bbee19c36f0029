/* What the VM says: hello, calls of its processes, their ends. */
#include "serve/inside.h"

#include "port/shape.h"

#include <string.h>
#include <unistd.h>

enum { PROTOCOL = 1, MOST_PARTS = 5 };

/* A request taken apart: bare terms, the first of which is its word. */
struct request {
  struct pier__serve *serve;
  pier_span whole;
  pier_span part[MOST_PARTS];
  struct pier__remote *remote;
};

static int refuse(pier_call *call, const char *what) {
  return pier_diag_set(pier_call_diag(call), PIER_EMATCH, 0, "%s", what);
}

static void take_apart(struct request *request, struct pier__serve *serve, pier_span whole) {
  const uint8_t *at = pier__view_start(whole);
  pier__view tuple;
  size_t i;
  memset(request, 0, sizeof *request);
  request->serve = serve;
  request->whole = pier__bare(at);
  pier__view_at(&tuple, at);
  at = tuple.next;
  for (i = 0; i < tuple.count && i < MOST_PARTS; i++) {
    request->part[i] = pier__bare(at);
    at += request->part[i].size;
  }
}

/* A function of a process: part `pid` on. */
enum { DO_PID = 1, APPLY_PID = 2 };

static int call_it(const struct request *request, int pid) {
  pier_span id = pid == APPLY_PID ? request->part[1] : pier_span_of(NULL, 0);
  pier__view function;
  pier__view_at(&function, request->part[pid + 1].data);
  return pier__serve_call(request->remote, id, &function, request->part[pid + 2]);
}

/* ---- Waiting behind a call ------------------------------------------------------- */

static int keep(const struct request *request) {
  struct pier__serve *serve = request->serve;
  struct pier__remote *remote = request->remote;
  struct pier__ask *ask = NULL;
  if (request->whole.size <= serve->config->output - serve->waiting)
    ask = pier_alloc(sizeof *ask + request->whole.size);
  if (!ask) return PIER_ENOMEM;
  ask->next = NULL;
  ask->size = request->whole.size;
  memcpy(ask->bytes, request->whole.data, ask->size);
  serve->waiting += ask->size;
  if (remote->last)
    remote->last->next = ask;
  else
    remote->first = ask;
  remote->last = ask;
  return 0;
}

static struct pier__ask *take_first(struct pier__remote *remote) {
  struct pier__ask *ask = remote->first;
  if (!ask) return NULL;
  remote->first = ask->next;
  if (!remote->first) remote->last = NULL;
  remote->serve->waiting -= ask->size;
  return ask;
}

void pier__serve_drop_asks(struct pier__remote *remote) {
  struct pier__ask *ask;
  while ((ask = take_first(remote)))
    pier_free(ask);
}

/* The caller is gone: nobody waits for what was to be answered, and it never was. */
static void drop_answered(struct pier__remote *remote) {
  struct pier__ask *ask, *all = remote->first;
  remote->first = remote->last = NULL;
  while ((ask = all)) {
    struct request request;
    pier__view word;
    all = ask->next;
    ask->next = NULL;
    take_apart(&request, remote->serve, pier_span_of(ask->bytes, ask->size));
    pier__view_at(&word, request.part[0].data);
    if (pier__shape_is_atom(&word, "apply")) {
      remote->serve->waiting -= ask->size;
      pier_free(ask);
      continue;
    }
    if (remote->last)
      remote->last->next = ask;
    else
      remote->first = ask;
    remote->last = ask;
  }
}

/* Those that were not to be answered have been said, as far as the process knew: they go
 * first, and it ends behind them. */
static int end(const struct request *request) {
  struct pier__remote *remote = request->remote;
  pier_buffer reason = PIER_BUFFER_INIT;
  int error;
  if (remote->suspended && remote->ask.size == 0) {
    drop_answered(remote);
    return keep(request);
  }
  error = pier__serve_take_in(request->serve, &reason, request->part[2]);
  if (error == 0) pier__remote_end(remote, pier_buffer_span(&reason));
  pier_buffer_free(&reason);
  return error;
}

/* It was looked at when it came. */
static int serve_ask(struct pier__remote *remote, const struct pier__ask *ask) {
  struct request request;
  pier__view word;
  take_apart(&request, remote->serve, pier_span_of(ask->bytes, ask->size));
  request.remote = remote;
  pier__view_at(&word, request.part[0].data);
  if (pier__shape_is_atom(&word, "exit")) return end(&request);
  return call_it(&request, pier__shape_is_atom(&word, "do") ? DO_PID : APPLY_PID);
}

int pier__serve_asks(struct pier__remote *remote) {
  int error = 0;
  while (error == 0 && remote->process && !remote->suspended) {
    struct pier__ask *ask = take_first(remote);
    if (!ask) return 0;
    error = serve_ask(remote, ask);
    pier_free(ask);
  }
  return error;
}

/* ---- Requests -------------------------------------------------------------------- */

/* Errors of the host are none of the request's: they end the program. */
static int conclude(int error) {
  if (error == PIER_EMATCH || error == PIER_ERANGE || error == PIER_ETRAILING ||
      error == PIER_ELIMIT || error == PIER_EPAYLOAD)
    return PIER_ESTATE;
  return error < 0 ? error : 0;
}

static int begin(struct request *request, pier_call *call, struct pier__serve *serve) {
  take_apart(request, serve, pier_call_request(call));
  pier__trace_term(serve, "vm>", request->whole);
  if (!pier_call_is_cast(call)) return refuse(call, "a request is a cast");
  return serve->greeted ? 0 : refuse(call, "no hello yet");
}

static int find_caller(struct request *request, pier_call *call, int part, int make) {
  pier__view view;
  uint64_t key;
  pier__view_at(&view, request->part[part].data);
  if (!pier__serve_is_local(request->serve, &view, &key))
    return refuse(call, "the process is a pid of the VM's own node");
  request->remote =
      make ? pier__remote_take(request->serve, key) : pier__remote_find(request->serve, key);
  return make && !request->remote ? PIER_ENOMEM : 0;
}

/* Inside a turn what happens is told as it happens, to whomever. */
static int serve_call(struct pier__serve *serve, const struct request *request, int pid) {
  int error;
  if (request->remote->suspended || request->remote->first) return keep(request);
  serve->host->in_turn = 1;
  error = call_it(request, pid);
  serve->host->in_turn = 0;
  return error;
}

static int on_call(pier_call *call, void *state, int pid) {
  struct pier__serve *serve = state;
  struct request request;
  pier__view view;
  int error = begin(&request, call, serve);
  if (error < 0) return error;
  pier__view_at(&view, request.part[pid + 1].data);
  if (view.kind != PIER__ATOM) return refuse(call, "the function is an atom");
  pier__view_at(&view, request.part[pid + 2].data);
  if (!pier__shape_is_list(&view)) return refuse(call, "the arguments are a list");
  error = find_caller(&request, call, pid, 1);
  return error < 0 ? error : conclude(serve_call(serve, &request, pid));
}

static int on_apply(pier_call *call, void *state) {
  return on_call(call, state, APPLY_PID);
}

static int on_do(pier_call *call, void *state) {
  return on_call(call, state, DO_PID);
}

static int on_exit(pier_call *call, void *state) {
  struct pier__serve *serve = state;
  struct request request;
  int error = begin(&request, call, serve);
  if (error == 0) error = find_caller(&request, call, 1, 0);
  if (error < 0 || !request.remote || !request.remote->process) return error;
  serve->host->in_turn = 1;
  error = conclude(end(&request));
  serve->host->in_turn = 0;
  return error;
}

static int on_chdir(pier_call *call, void *state) {
  struct request request;
  int error = begin(&request, call, state);
  if (error == 0) error = pier__serve_chdir(request.part[1]);
  return error == PIER_EMATCH ? refuse(call, "a directory is a binary") : error;
}

static int on_setenv(pier_call *call, void *state) {
  struct request request;
  int error = begin(&request, call, state);
  if (error == 0) error = pier__serve_setenv(request.part[1]);
  return error == PIER_EMATCH ? refuse(call, "changes are pairs of binaries, or with false")
                              : error;
}

static int greet(struct pier__serve *serve) {
  pier_buffer *out = pier__serve_event(serve, "hello", 3);
  pier_write_uint64(out, PROTOCOL);
  pier_write_map(out, 3);
  pier_write_atom(out, "drivers");
  pier_write_atom(out, serve->config->drivers ? "true" : "false");
  pier_write_atom(out, "os_pid");
  pier_write_uint64(out, (uint64_t)getpid());
  pier_write_atom(out, "version");
  pier_write_binary(out, pier_version(), strlen(pier_version()));
  return 0;
}

static int is_number(pier_span term, uint64_t least, uint64_t most, uint64_t *number) {
  pier__view view;
  pier__view_at(&view, term.data);
  *number = view.magnitude;
  return view.kind == PIER__INT && view.size == 0 && !view.negative &&
         view.magnitude >= least && view.magnitude <= most;
}

static int on_hello(pier_call *call, void *state) {
  struct pier__serve *serve = state;
  struct request request;
  pier__identifier self;
  pier_span node;
  pier__view view;
  uint64_t number;
  take_apart(&request, serve, pier_call_request(call));
  pier__trace_term(serve, "vm>", request.whole);
  if (!pier_call_is_cast(call)) return refuse(call, "a request is a cast");
  if (serve->greeted) return refuse(call, "a second hello");
  if (!is_number(request.part[1], PROTOCOL, PROTOCOL, &number))
    return refuse(call, "this host speaks version 1");
  pier__view_at(&view, request.part[2].data);
  if (view.kind != PIER__PID) return refuse(call, "hello shows a pid");
  if (!is_number(request.part[3], 1, UINT32_MAX, &number))
    return refuse(call, "the creation is from 1 to 2^32-1");
  pier__view_identifier(&view, &self);
  serve->vm = self.creation;
  serve->creation = (uint32_t)number;
  node = pier__bare(view.data + 1);
  if (pier_buffer_append(&serve->node, node.data, node.size) < 0) return PIER_ENOMEM;
  serve->greeted = 1;
  return greet(serve);
}

int pier__serve_handlers(struct pier__serve *serve) {
  static const struct {
    const char *name;
    unsigned arity;
    pier_handler *handler;
  } handlers[] = {{"do", 3, on_do},       {"apply", 4, on_apply},   {"exit", 2, on_exit},
                  {"chdir", 1, on_chdir}, {"setenv", 1, on_setenv}, {"hello", 3, on_hello}};
  int error = 0;
  size_t i;
  for (i = 0; i < sizeof handlers / sizeof handlers[0] && error == 0; i++)
    error = pier_peer_on(serve->peer, handlers[i].name, handlers[i].arity, handlers[i].handler,
                         serve);
  return error;
}
