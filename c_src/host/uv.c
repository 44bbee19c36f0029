/* One handle in the caller's libuv loop, on the host's own epoll set. */
#include "host/host.h"

#include <uv.h>

struct pier__uv {
  uv_poll_t handle;
  pier_host *host;
};

static void on_readable(uv_poll_t *handle, int status, int events) {
  struct pier__uv *uv = handle->data;
  (void)status;
  (void)events;
  pier__turn(uv->host, 0);
}

int pier__uv_attach(pier_host *host, struct uv_loop_s *loop) {
  struct pier__uv *uv = pier_alloc(sizeof *uv);
  int error;
  if (!uv) return PIER_ENOMEM;
  uv->host = host;
  error = uv_poll_init(loop, &uv->handle, host->epoll);
  if (error < 0) {
    pier_free(uv);
    return error;
  }
  uv->handle.data = uv;
  host->uv = uv;
  host->watched = 1;
  return uv_poll_start(&uv->handle, UV_READABLE, on_readable);
}

static void on_closed(uv_handle_t *handle) {
  pier_free(handle->data);
}

/* libuv lets go of a handle in the loop's next turn: it outlives the host. */
void pier__uv_detach(pier_host *host) {
  uv_close((uv_handle_t *)&host->uv->handle, on_closed);
  host->uv = NULL;
}
