/* One handle in the caller's libuv loop, on the host's own epoll set; with polling a
 * second one, which runs before the loop sleeps. */
#include "host/host.h"

#include <poll.h>
#include <string.h>
#include <uv.h>

struct pier__uv {
  uv_poll_t handle;
  uv_prepare_t before;
  pier_host *host;
  int handles; /* that libuv has not let go of */
};

static void on_readable(uv_poll_t *handle, int status, int events) {
  struct pier__uv *uv = handle->data;
  (void)status;
  (void)events;
  pier__turn(uv->host, 0);
}

/* Whatever the loop waits for ends the polling: the caller's other handles lose nothing. */
static int loop_is_ready(const pier_host *host, void *loop) {
  struct pollfd all = {uv_backend_fd(loop), POLLIN, 0};
  (void)host;
  return poll(&all, 1, 0);
}

/* Nothing is worked off here: the loop finds it when it comes to its own asking. */
static void before_sleep(uv_prepare_t *handle) {
  struct pier__uv *uv = handle->data;
  pier__ask_again(uv->host, loop_is_ready, handle->loop, uv_backend_timeout(handle->loop));
}

/* The caller's loop ends without regard to it. */
static void start_polling(struct pier__uv *uv, struct uv_loop_s *loop) {
  uv_prepare_init(loop, &uv->before);
  uv->before.data = uv;
  uv->handles++;
  uv_prepare_start(&uv->before, before_sleep);
  uv_unref((uv_handle_t *)&uv->before);
}

int pier__uv_attach(pier_host *host, struct uv_loop_s *loop) {
  struct pier__uv *uv = pier_alloc(sizeof *uv);
  int error;
  if (!uv) return PIER_ENOMEM;
  memset(uv, 0, sizeof *uv);
  uv->host = host;
  error = uv_poll_init(loop, &uv->handle, host->epoll);
  if (error < 0) {
    pier_free(uv);
    return error;
  }
  uv->handle.data = uv;
  uv->handles = 1;
  host->uv = uv;
  host->watched = 1;
  if (pier__spin_is_on(&host->spin)) start_polling(uv, loop);
  return uv_poll_start(&uv->handle, UV_READABLE, on_readable);
}

static void on_closed(uv_handle_t *handle) {
  struct pier__uv *uv = handle->data;
  if (--uv->handles == 0) pier_free(uv);
}

/* libuv lets go of a handle in the loop's next turn: it outlives the host. */
void pier__uv_detach(pier_host *host) {
  struct pier__uv *uv = host->uv;
  if (uv->handles > 1) uv_close((uv_handle_t *)&uv->before, on_closed);
  uv_close((uv_handle_t *)&uv->handle, on_closed);
  host->uv = NULL;
}
