/* The same on a libuv loop: one poll handle for each direction, because
 * libuv's streams cost a fifth of a round trip. This file alone needs libuv. */
#include "peer/io.h"
#include "peer/kept.h"
#include "peer/life.h"

#include <errno.h>
#include <poll.h>
#include <uv.h>

struct pier__loop {
  uv_poll_t in;
  uv_poll_t out;
  uv_poll_t bell;
  uv_timer_t timer;
  uv_prepare_t before_sleep; /* for polling */
  uv_loop_t *uv;
  pier_peer *peer; /* NULL once it has let go */
  pier_peer_ended *ended;
  void *state;
  int open; /* handles that libuv still knows */
  int at_end;
  int writing; /* what is asked of `out` */
};

struct work {
  uv_work_t request;
  struct pier__kept *kept;
};

static void on_close(uv_handle_t *handle) {
  struct pier__loop *loop = handle->data;
  if (--loop->open == 0) pier_free(loop);
}

static void close_all(struct pier__loop *loop) {
  int open = loop->open;
  uv_close((uv_handle_t *)&loop->timer, on_close);
  if (open > 1) uv_close((uv_handle_t *)&loop->before_sleep, on_close);
  if (open > 2) uv_close((uv_handle_t *)&loop->in, on_close);
  if (open > 3) uv_close((uv_handle_t *)&loop->out, on_close);
  if (open > 4) uv_close((uv_handle_t *)&loop->bell, on_close);
}

static void let_go(pier_peer *peer) {
  struct pier__loop *loop = peer->loop;
  peer->loop = NULL;
  peer->detach = peer->wake = NULL;
  peer->write = NULL;
  peer->clock = NULL;
  peer->work = NULL;
  loop->peer = NULL;
  close_all(loop);
}

static void on_ready(uv_poll_t *handle, int status, int events);
static void on_time(uv_timer_t *timer);

/* The way out is nearly always free: the callback comes in this or the next
 * round. */
static void wake(pier_peer *peer) {
  struct pier__loop *loop = peer->loop;
  loop->writing = UV_WRITABLE;
  uv_poll_start(&loop->out, UV_WRITABLE, on_ready);
}

static void end(struct pier__loop *loop) {
  pier_peer *peer = loop->peer;
  pier_peer_ended *ended = loop->ended;
  void *state = loop->state;
  int status;
  let_go(peer);
  pier__hub_close(peer->hub);
  status = pier__peer_verdict(peer);
  if (ended) ended(peer, status, state);
}

static void listen_to(uv_poll_t *handle, int events) {
  int active = uv_is_active((uv_handle_t *)handle);
  if (events && !active) uv_poll_start(handle, events, on_ready);
  if (!events && active) uv_poll_stop(handle);
}

static void arm_timer(struct pier__loop *loop) {
  int64_t next = pier_peer_next_tick(loop->peer), now;
  if (next < 0) {
    uv_timer_stop(&loop->timer);
    return;
  }
  now = pier__peer_clock();
  uv_update_time(loop->uv);
  uv_timer_start(&loop->timer, on_time, next > now ? (uint64_t)(next - now) : 0, 0);
}

/* Asks for what can be done next, or ends. */
static void arm(struct pier__loop *loop) {
  pier_peer *peer = loop->peer;
  int out = 0;
  if (peer->stopped || peer->diag.error) loop->at_end = 1;
  if (pier__peer_is_over(peer, loop->at_end)) {
    end(loop);
    return;
  }
  listen_to(&loop->in, !loop->at_end && pier_peer_wants_input(peer) ? UV_READABLE : 0);
  if (pier__peer_waiting(peer) > 0) out = UV_WRITABLE;
  /* While kept calls are waited for, a way out without a reader says so. */
  if (!out && loop->at_end) out = UV_DISCONNECT;
  if (out != loop->writing) listen_to(&loop->out, 0);
  listen_to(&loop->out, out);
  loop->writing = out;
  if (peer->hub->shared) arm_timer(loop);
}

/* What every callback does at last. */
static void go_on(struct pier__loop *loop) {
  pier_peer *peer = loop->peer;
  int got;
  pier__peer_flush(peer);
  while (peer->paused && pier__peer_waiting(peer) <= peer->config.output / 2) {
    got = pier__peer_serve(peer);
    if (got != 0) loop->at_end = 1;
    pier__peer_flush(peer);
    if (got != 0) break;
  }
  peer->hub->serving = 0;
  arm(loop);
}

static void on_time(uv_timer_t *timer) {
  struct pier__loop *loop = timer->data;
  pier_peer *peer = loop->peer;
  if (!peer) return;
  peer->hub->serving = 1;
  pier_peer_tick(peer, pier__peer_clock());
  go_on(loop);
}

static void on_ready(uv_poll_t *handle, int status, int events) {
  struct pier__loop *loop = handle->data;
  pier_peer *peer = loop->peer;
  int got;
  (void)events;
  if (!peer) return;
  peer->hub->serving = 1;
  /* A hang-up may come as an error; the call itself then says what it is. */
  if (handle == &loop->in) {
    got = pier__peer_read(peer);
    if (got <= 0 && got != -EAGAIN) loop->at_end = 1;
  } else if (handle == &loop->bell) {
    pier__hub_heard(peer->hub);
  } else if (status < 0 && pier__peer_waiting(peer) == 0) {
    pier__peer_fail(peer, -EPIPE, "writing to the owner");
  }
  go_on(loop);
}

/* Everything that wakes this loop up shows in one descriptor. */
static int any_event(pier_peer *peer, void *state) {
  struct pollfd all = {uv_backend_fd(state), POLLIN, 0};
  (void)peer;
  return poll(&all, 1, 0) != 0;
}

static void poll_before_sleep(uv_prepare_t *handle) {
  struct pier__loop *loop = handle->data;
  int ms = uv_backend_timeout(loop->uv);
  if (loop->peer && ms != 0) pier__peer_poll(loop->peer, any_event, loop->uv, ms);
}

static void run_work(uv_work_t *request) {
  struct work *work = request->data;
  pier__kept_run(work->kept);
}

static void after_work(uv_work_t *request, int status) {
  (void)status;
  pier_free(request->data);
}

static int queue_work(pier_peer *peer, struct pier__kept *kept) {
  struct pier__loop *loop = peer->loop;
  struct work *work = pier_alloc(sizeof *work);
  int error;
  if (!work) return PIER_ENOMEM;
  work->request.data = work;
  work->kept = kept;
  error = uv_queue_work(loop->uv, &work->request, run_work, after_work);
  if (error < 0) pier_free(work);
  return error;
}

static int open_handles(struct pier__loop *loop, pier_peer *peer) {
  int error = uv_timer_init(loop->uv, &loop->timer);
  if (error < 0) return error;
  loop->open++;
  uv_prepare_init(loop->uv, &loop->before_sleep);
  loop->open++;
  error = uv_poll_init(loop->uv, &loop->in, peer->config.in);
  if (error < 0) return error;
  loop->open++;
  error = uv_poll_init(loop->uv, &loop->out, peer->config.out);
  if (error < 0) return error;
  loop->open++;
  error = uv_poll_init(loop->uv, &loop->bell, peer->hub->bell);
  if (error < 0) return error;
  loop->open++;
  return 0;
}

int pier_peer_start_uv(pier_peer *peer, struct uv_loop_s *uv, pier_peer_ended *ended,
                       void *state) {
  struct pier__loop *loop;
  int error;
  if (peer->loop || peer->config.in < 0 || peer->config.out < 0) return PIER_ESTATE;
  error = pier__hub_listen(peer->hub);
  if (error == 0)
    error = pier__life_start(peer->life, peer->config.in, peer->config.out, peer->config.guard);
  if (error < 0) return error;
  loop = pier_alloc(sizeof *loop);
  if (!loop) return PIER_ENOMEM;
  loop->peer = peer;
  loop->ended = ended;
  loop->state = state;
  loop->at_end = loop->writing = 0;
  loop->uv = uv;
  loop->open = 0;
  loop->in.data = loop->out.data = loop->bell.data = loop->timer.data =
      loop->before_sleep.data = loop;
  error = open_handles(loop, peer);
  if (error < 0) {
    loop->peer = NULL;
    if (loop->open > 0)
      close_all(loop);
    else
      pier_free(loop);
    return error;
  }
  peer->loop = loop;
  peer->detach = let_go;
  peer->wake = wake;
  peer->write = pier__peer_write;
  peer->clock = pier__peer_clock;
  peer->work = queue_work;
  pier__peer_home(peer);
  /* An error, or a hello, is dealt with in the first round. */
  if (pier__hello_say(peer) != 0 || pier__peer_waiting(peer) > 0) wake(peer);
  uv_poll_start(&loop->in, UV_READABLE, on_ready);
  uv_poll_start(&loop->bell, UV_READABLE, on_ready);
  if (pier__spin_is_on(&peer->spin)) uv_prepare_start(&loop->before_sleep, poll_before_sleep);
  return 0;
}
