#include "peer/core.h"
#include "peer/life.h"

#include <errno.h>
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
  made->framing = pier_framing_packet(made->config.packet);
  error = pier__framer_init(&made->framer, &made->framing, &made->config.limits);
  if (!error) error = pier__peer_guard(&made->config);
  if (!error) {
    error = pier__life_new(&made->life, &made->config);
    if (error) pier__peer_unguard(&made->config);
  }
  if (error) {
    pier_free(made);
    return error;
  }
  *peer = made;
  return 0;
}

void pier_peer_free(pier_peer *peer) {
  size_t i;
  if (!peer) return;
  if (peer->detach) peer->detach(peer);
  pier__life_free(peer->life);
  pier__peer_unguard(&peer->config);
  for (i = 0; i < peer->handler_count; i++)
    pier_free(peer->handlers[i].name);
  pier_free(peer->handlers);
  pier_buffer_free(&peer->output);
  pier_buffer_free(&peer->scratch);
  pier__framer_deinit(&peer->framer);
  pier_free(peer);
}

int pier__peer_fail(pier_peer *peer, int error, const char *what) {
  if (peer->diag.error) return peer->diag.error;
  return pier_diag_set(&peer->diag, error, 0, "%s: %s", what, pier_strerror(error));
}

int pier__peer_is_gone(int error) {
  return error == -EPIPE || error == -ECONNRESET;
}

/* The stream makes no sense any more. */
static int fail_in_stream(pier_peer *peer) {
  if (peer->diag.error) return peer->diag.error;
  peer->fault = IN_STREAM;
  pier_framer_diag(&peer->framer, &peer->diag);
  return peer->diag.error;
}

int pier__peer_serve(pier_peer *peer) {
  pier_frame frame;
  int got = 0;
  while (!peer->diag.error && !peer->stopped) {
    got = pier__framer_next(&peer->framer, &frame);
    if (got == 0) return 0;
    if (got < 0) return fail_in_stream(peer);
    peer->frames++;
    got = pier__peer_dispatch(peer, frame.payload);
    if (got < 0) return pier__peer_fail(peer, got, "a handler failed");
    if (peer->write && peer->output.size - peer->written >= MUCH_OUTPUT) {
      got = peer->write(peer, NULL, 0);
      if (got < 0) return pier__peer_fail(peer, got, "writing to the owner");
    }
  }
  return peer->diag.error ? peer->diag.error : 1;
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

pier_span pier_peer_output(const pier_peer *peer) {
  if (!peer->output.data) return pier_span_of(NULL, 0);
  return pier_span_of(peer->output.data + peer->written, peer->output.size - peer->written);
}

void pier_peer_wrote(pier_peer *peer, size_t count) {
  size_t left = peer->output.size - peer->written;
  if (count < left) {
    peer->written += count;
    return;
  }
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
