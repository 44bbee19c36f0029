#include "peer/kept.h"
#include "peer/life.h"
#include "peer/log.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

void pier_peer_config_init(pier_peer_config *config) {
  memset(config, 0, sizeof *config);
  config->packet = 4;
  config->in = 0;
  config->out = 1;
  config->guard = 1;
  config->watch = 1;
  config->half_close = 1;
  config->grace_ms = 2000;
  pier_limits_init(&config->limits);
  config->mode = PIER_PLAIN;
  config->calls = 100000;
  config->output = 16 << 20;
  config->events = 1024;
  config->event_bytes = 1 << 20;
  config->threads = 4;
}

int pier_peer_new(pier_peer **peer, const pier_peer_config *config) {
  pier_peer *made;
  int error;
  *peer = NULL;
  made = pier_alloc(sizeof *made);
  if (!made) return PIER_ENOMEM;
  memset(made, 0, sizeof *made);
  if (config)
    made->config = *config;
  else
    pier_peer_config_init(&made->config);
  made->relief = made->config.output < MUCH_OUTPUT ? made->config.output : MUCH_OUTPUT;
  made->framing = pier_framing_packet(made->config.packet);
  error = pier__framer_init(&made->framer, &made->framing, &made->config.limits);
  made->now = -1;
  if (!error) error = pier__hub_new(&made->hub, &made->config);
  if (!error) error = pier__peer_guard(&made->config);
  if (!error) {
    error = pier__life_new(&made->life, &made->config, made->hub);
    if (!error) error = pier__log_start(&made->life->log, made);
    if (error) pier__peer_unguard(&made->config);
  }
  if (error) {
    pier__life_free(made->life);
    if (made->hub) pier__hub_release(made->hub);
    pier_free(made);
    return error;
  }
  if (made->config.in >= 0) pier__hello_read(made);
  pier__spin_init(&made->spin, made->config.poll_us);
  *peer = made;
  return 0;
}

void pier_peer_free(pier_peer *peer) {
  size_t i;
  if (!peer) return;
  if (peer->detach) peer->detach(peer);
  pier__hub_close(peer->hub);
  /* Without an owner the watch is who runs out of patience. */
  pier__pool_close(peer->pool, pier_peer_gone(peer) ? UINT_MAX : peer->config.grace_ms);
  pier__life_free(peer->life);
  pier__peer_forget(peer);
  pier__hub_release(peer->hub);
  pier__peer_unguard(&peer->config);
  for (i = 0; i < peer->handler_count; i++)
    pier_free(peer->handlers[i].name);
  pier_free(peer->handlers);
  pier_buffer_free(&peer->output);
  pier_buffer_free(&peer->scratch);
  pier_free(peer->input);
  pier__framer_deinit(&peer->framer);
  pier_free(peer);
}

int pier__peer_fail(pier_peer *peer, int error, const char *what) {
  if (peer->diag.error) return peer->diag.error;
  return pier_diag_set(&peer->diag, error, 0, "%s: %s", what, pier_strerror(error));
}

/* The stream makes no sense any more. */
static int fail_in_stream(pier_peer *peer) {
  if (peer->diag.error) return peer->diag.error;
  peer->fault = IN_STREAM;
  pier_framer_diag(&peer->framer, &peer->diag);
  return peer->diag.error;
}

/* Answers that are many leave, as far as they can, before more are made. 1 if the
 * next frame has to wait. */
static int relieve(pier_peer *peer) {
  int error = peer->write ? peer->write(peer, NULL, 0) : 0;
  if (error < 0) return pier__peer_fail(peer, error, "writing to the owner");
  peer->paused = pier__peer_waiting(peer) >= peer->config.output;
  return peer->paused && peer->write;
}

static int serve(pier_peer *peer) {
  pier_frame frame;
  int got = 0;
  while (!peer->diag.error && !peer->stopped) {
    got = pier__framer_next(&peer->framer, &frame);
    if (got == 0) return 0;
    if (got < 0) return fail_in_stream(peer);
    peer->frames++;
    got = peer->frame.call ? pier__peer_dispatch_frame(peer, frame.payload)
                           : pier__peer_dispatch(peer, frame.payload);
    if (got < 0) return pier__peer_fail(peer, got, "a handler failed");
    if (pier__peer_waiting(peer) >= peer->relief && relieve(peer)) break;
  }
  if (peer->diag.error) return peer->diag.error;
  return peer->stopped;
}

void pier__peer_home(pier_peer *peer) {
  pthread_mutex_lock(&peer->hub->lock);
  peer->hub->thread = pthread_self();
  peer->hub->owned = 1;
  pthread_mutex_unlock(&peer->hub->lock);
}

int pier__peer_serve(pier_peer *peer) {
  int got, was = peer->hub->serving;
  if (!peer->hub->owned) pier__peer_home(peer);
  peer->hub->serving = 1;
  peer->paused = 0;
  got = serve(peer);
  peer->hub->serving = was;
  return got;
}

int64_t pier__peer_now(pier_peer *peer) {
  if (peer->clock) peer->now = peer->clock();
  return peer->now < 0 ? 0 : peer->now;
}

int pier_peer_wants_input(const pier_peer *peer) {
  return !peer->stopped && !peer->diag.error && !peer->paused &&
         pier__peer_waiting(peer) < peer->config.output;
}

int pier_peer_feed(pier_peer *peer, pier_span bytes) {
  if (peer->diag.error) return peer->diag.error;
  if (peer->stopped) return 1;
  if (pier__framer_feed(&peer->framer, bytes) < 0) return fail_in_stream(peer);
  return pier__peer_serve(peer);
}

int pier_peer_end(pier_peer *peer) {
  pier_frame frame;
  if (peer->diag.error || peer->stopped) return peer->diag.error;
  return pier_framer_end(&peer->framer, &frame) < 0 ? fail_in_stream(peer) : 0;
}

pier_span pier_peer_output(pier_peer *peer) {
  pier__peer_collect(peer);
  if (!peer->output.data) return pier_span_of(NULL, 0);
  return pier_span_of(peer->output.data + peer->written, peer->output.size - peer->written);
}

void pier_peer_wrote(pier_peer *peer, size_t count) {
  size_t left = peer->output.size - peer->written;
  if (count < left) {
    peer->written += count;
    left -= count;
    if (peer->written > MUCH_WRITTEN && peer->written > left) {
      pier_buffer_consume(&peer->output, peer->written);
      peer->written = 0;
    }
    if (!peer->write && left <= peer->config.output / 2) peer->paused = 0;
    return;
  }
  if (!peer->write) peer->paused = 0;
  peer->written = 0;
  pier_buffer_clear(&peer->output);
  if (peer->output.capacity > MUCH_OUTPUT) pier_buffer_free(&peer->output);
}

const pier_diag *pier_peer_diag(const pier_peer *peer) {
  return &peer->diag;
}

void pier_peer_stop(pier_peer *peer) {
  peer->stopped = 1;
  if (peer->wake) peer->wake(peer);
}
