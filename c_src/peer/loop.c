/* The same on a libuv loop: one poll handle for each direction, because
 * libuv's streams cost a fifth of a round trip. This file alone needs libuv. */
#include "peer/io.h"
#include "peer/life.h"

#include <errno.h>
#include <uv.h>

/* More output than this waiting, and no further request is read. */
enum { HIGH_WATER = MUCH_OUTPUT };

struct pier__loop {
  uv_poll_t in;
  uv_poll_t out;
  pier_peer *peer; /* NULL once it has let go */
  pier_peer_ended *ended;
  void *state;
  int open; /* handles that libuv still knows */
  int at_end;
  uint8_t buffer[READ_SIZE];
};

static void on_close(uv_handle_t *handle) {
  struct pier__loop *loop = handle->data;
  if (--loop->open == 0) pier_free(loop);
}

static void let_go(pier_peer *peer) {
  struct pier__loop *loop = peer->loop;
  peer->loop = NULL;
  peer->detach = peer->wake = NULL;
  peer->write = NULL;
  loop->peer = NULL;
  uv_close((uv_handle_t *)&loop->in, on_close);
  uv_close((uv_handle_t *)&loop->out, on_close);
}

/* The way out is nearly always free: the callback comes in this or the next
 * round. */
static void on_ready(uv_poll_t *handle, int status, int events);

static void wake(pier_peer *peer) {
  struct pier__loop *loop = peer->loop;
  uv_poll_start(&loop->out, UV_WRITABLE, on_ready);
}

static void end(struct pier__loop *loop) {
  pier_peer *peer = loop->peer;
  pier_peer_ended *ended = loop->ended;
  void *state = loop->state;
  int status;
  let_go(peer);
  status = pier__peer_verdict(peer);
  if (ended) ended(peer, status, state);
}

/* Asks for what can be done next, or ends. */
static void arm(struct pier__loop *loop) {
  pier_peer *peer = loop->peer;
  size_t waiting = pier_peer_output(peer).size;
  int reading;
  if (peer->stopped) loop->at_end = 1;
  reading = !loop->at_end && waiting < HIGH_WATER;
  if ((loop->at_end && waiting == 0) || pier__peer_is_gone(peer->diag.error)) {
    end(loop);
    return;
  }
  if (reading != uv_is_active((uv_handle_t *)&loop->in)) {
    if (reading)
      uv_poll_start(&loop->in, UV_READABLE, on_ready);
    else
      uv_poll_stop(&loop->in);
  }
  if ((waiting > 0) != uv_is_active((uv_handle_t *)&loop->out)) {
    if (waiting > 0)
      uv_poll_start(&loop->out, UV_WRITABLE, on_ready);
    else
      uv_poll_stop(&loop->out);
  }
}

static void on_ready(uv_poll_t *handle, int status, int events) {
  struct pier__loop *loop = handle->data;
  pier_peer *peer = loop->peer;
  int got = 1, error;
  (void)events;
  /* A hang-up may come as an error; the call itself then says what it is. */
  (void)status;
  if (handle == &loop->in) {
    got = pier__peer_read(peer, loop->buffer);
    if (got <= 0 && got != -EAGAIN) loop->at_end = 1;
  }
  error = pier__peer_is_gone(peer->diag.error) ? 0 : pier__peer_write_some(peer, NULL, 0);
  if (error < 0) {
    pier__peer_fail(peer, error, "writing to the owner");
    pier_peer_wrote(peer, SIZE_MAX);
    loop->at_end = 1;
  }
  arm(loop);
}

int pier_peer_start_uv(pier_peer *peer, struct uv_loop_s *uv, pier_peer_ended *ended,
                       void *state) {
  struct pier__loop *loop;
  int error;
  if (peer->loop || peer->config.in < 0 || peer->config.out < 0) return PIER_ESTATE;
  error = pier__life_start(peer->life, peer->config.in, peer->config.out);
  if (error < 0) return error;
  loop = pier_alloc(sizeof *loop);
  if (!loop) return PIER_ENOMEM;
  loop->peer = peer;
  loop->ended = ended;
  loop->state = state;
  loop->at_end = 0;
  loop->in.data = loop->out.data = loop;
  loop->open = 0;
  error = uv_poll_init(uv, &loop->in, peer->config.in);
  if (error < 0) {
    pier_free(loop);
    return error;
  }
  loop->open = 1;
  error = uv_poll_init(uv, &loop->out, peer->config.out);
  if (error < 0) {
    uv_close((uv_handle_t *)&loop->in, on_close);
    return error;
  }
  loop->open = 2;
  peer->loop = loop;
  peer->detach = let_go;
  peer->wake = wake;
  peer->write = pier__peer_write_some;
  uv_poll_start(&loop->in, UV_READABLE, on_ready);
  return 0;
}
