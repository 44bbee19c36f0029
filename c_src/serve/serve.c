/* The loop: requests, turns of the host, and what came of both as one write. */
#include "serve/inside.h"

#include "serve/out.h"

#include <string.h>

/* About what a frame takes to the program and back: see doc/performance.md. */
enum { POLL_US = 200 };

void pier__serve_config_init(pier__serve_config *config) {
  memset(config, 0, sizeof *config);
  config->out = 1;
  pier_host_config_init(&config->host);
  config->request = UINT32_MAX;
  config->output = (size_t)1 << 30;
  config->poll_us = POLL_US;
}

/* ---- What the host shows --------------------------------------------------------- */

static struct pier__serve *of_host(const pier_host *host) {
  return host->observer->state;
}

static void on_gone(struct pier__hport *port) {
  pier__serve_gone(of_host(port->host), port);
}

static void on_calm(struct pier__hport *port) {
  if (pier__port_usable(&port->core)) pier__serve_busy(of_host(port->host), port);
}

static void on_resumed(pier_process *process) {
  struct pier__remote *remote = process->state;
  struct pier__serve *serve = of_host(process->host);
  if (remote->resumed) return;
  remote->resumed = 1;
  remote->next_resumed = NULL;
  if (serve->last_resumed)
    serve->last_resumed->next_resumed = remote;
  else
    serve->first_resumed = remote;
  serve->last_resumed = remote;
}

static void on_wrote(struct pier__hport *port, pier_span bytes) {
  struct pier__serve *serve = of_host(port->host);
  if (serve->config->trace) pier__trace_bytes(serve, port->core.number, "<", bytes);
}

static void on_read(struct pier__hport *port, pier_span bytes) {
  struct pier__serve *serve = of_host(port->host);
  if (serve->config->trace) pier__trace_bytes(serve, port->core.number, ">", bytes);
}

/* ---- Before the loop waits ------------------------------------------------------- */

static int resume_one(struct pier__serve *serve) {
  struct pier__remote *remote = serve->first_resumed;
  int error;
  serve->first_resumed = remote->next_resumed;
  if (!serve->first_resumed) serve->last_resumed = NULL;
  remote->resumed = 0;
  error = pier__serve_resume(remote);
  return error < 0 ? error : pier__serve_asks(remote);
}

static int is_due(const pier_host *host) {
  return host->first_ready || host->first_resumed || host->first_gathered;
}

/* Replies to calls that were suspended, and what waited behind them. */
static int go_on(struct pier__serve *serve) {
  int error = 0;
  serve->host->in_turn = 1;
  while (serve->first_resumed && error >= 0)
    error = resume_one(serve);
  serve->host->in_turn = 0;
  return error;
}

static void on_prepare(uv_prepare_t *prepare) {
  struct pier__serve *serve = prepare->data;
  int error = 0;
  if (!serve->peer) return;
  if (is_due(serve->host)) error = pier__turn(serve->host, 0);
  if (error >= 0) error = go_on(serve);
  /* A turn that leaves something to do rings for itself; what came of resuming does not. */
  if (is_due(serve->host)) pier__wake(serve->host);
  if (error < 0) pier__out_fail(serve->peer, error, "the host failed");
  pier__serve_flush(serve);
}

/* ---- From beginning to end ------------------------------------------------------- */

static void on_end(pier_peer *peer, int status, void *state) {
  struct pier__serve *serve = state;
  (void)peer;
  serve->status = status;
  uv_stop(&serve->loop);
}

static int start_host(struct pier__serve *serve) {
  const pier__serve_config *config = serve->config;
  pier_host_config host = config->host;
  int error;
  host.loop = &serve->loop;
  host.log = pier__serve_log;
  host.log_state = serve;
  error = pier_host_new(&serve->host, &host);
  if (error < 0) return error;
  serve->observer.gone = on_gone;
  serve->observer.calm = on_calm;
  serve->observer.resumed = on_resumed;
  serve->observer.wrote = on_wrote;
  serve->observer.read = on_read;
  serve->observer.state = serve;
  serve->host->observer = &serve->observer;
  serve->host->queue_limit = config->queue;
  return config->drivers ? config->drivers(serve->host) : 0;
}

/* What the VM sends is its own: the limits are there so that no mistake ends the host. */
static int start_peer(struct pier__serve *serve) {
  pier_peer_config peer;
  int error;
  pier_peer_config_init(&peer);
  peer.in = serve->config->in;
  peer.out = serve->config->out;
  peer.guard = peer.out == 1;
  peer.mode = PIER_CALLS;
  peer.poll_us = serve->config->poll_us;
  peer.limits.frame = serve->config->request;
  peer.limits.nodes = peer.limits.inflated = serve->config->request;
  error = pier_peer_new(&serve->peer, &peer);
  if (error == 0) error = pier__serve_handlers(serve);
  if (error == 0) pier__out_take_bytes(serve->peer, pier__serve_bytes, serve);
  if (error == 0 && peer.in >= 0)
    error = pier_peer_start_uv(serve->peer, &serve->loop, on_end, serve);
  return error;
}

static int start(struct pier__serve *serve) {
  int error = start_peer(serve);
  if (error == 0) error = start_host(serve);
  if (error < 0) return error;
  serve->batch.bytes.limit = UINT32_MAX;
  serve->prepare.data = serve;
  uv_prepare_init(&serve->loop, &serve->prepare);
  return uv_prepare_start(&serve->prepare, on_prepare);
}

int pier__serve_open(struct pier__serve *serve, const pier__serve_config *config) {
  int error;
  memset(serve, 0, sizeof *serve);
  serve->config = config;
  error = uv_loop_init(&serve->loop);
  if (error < 0) return error;
  error = start(serve);
  if (error < 0) pier__serve_close(serve);
  return error;
}

void pier__serve_close(struct pier__serve *serve) {
  pier_peer *peer = serve->peer;
  serve->peer = NULL;
  if (serve->host) serve->host->observer = NULL;
  pier_host_free(serve->host);
  pier__remotes_free(serve);
  pier_peer_free(peer);
  if (serve->prepare.data) uv_close((uv_handle_t *)&serve->prepare, NULL);
  uv_run(&serve->loop, UV_RUN_DEFAULT); /* for what was closed */
  uv_loop_close(&serve->loop);
  pier_buffer_free(&serve->node);
  pier_buffer_free(&serve->batch.bytes);
  pier_buffer_free(&serve->arguments);
  pier_buffer_free(&serve->result);
  pier_buffer_free(&serve->scratch);
}

int pier__serve(const pier__serve_config *config, pier_diag *diag) {
  struct pier__serve serve;
  int error = pier__serve_open(&serve, config);
  if (error < 0)
    return pier_diag_set(diag, error, 0, "cannot start the host: %s", pier_strerror(error));
  uv_run(&serve.loop, UV_RUN_DEFAULT);
  pier__serve_close(&serve);
  return serve.status;
}
