/*
 * echo_uv - the echo as one writes it with libuv's streams: what a read brought goes back
 * in a write request of its own. It parses nothing.
 */
#include <stdlib.h>
#include <uv.h>

typedef struct answer {
  uv_write_t request;
  char *bytes;
} answer;

static uv_pipe_t in, out;

static void give_room(uv_handle_t *handle, size_t hint, uv_buf_t *room) {
  (void)handle;
  *room = uv_buf_init(malloc(hint), (unsigned)hint);
}

static void wrote(uv_write_t *request, int status) {
  answer *done = (answer *)request;
  free(done->bytes);
  free(done);
  if (status < 0) exit(1);
}

static void echo(uv_stream_t *stream, ssize_t got, const uv_buf_t *room) {
  answer *back;
  uv_buf_t bytes;
  if (got < 0) exit(0);
  back = malloc(sizeof *back);
  if (got == 0 || !back) {
    free(back);
    free(room->base);
    return;
  }
  (void)stream;
  back->bytes = room->base;
  bytes = uv_buf_init(room->base, (unsigned)got);
  uv_write(&back->request, (uv_stream_t *)&out, &bytes, 1, wrote);
}

int main(void) {
  uv_loop_t *loop = uv_default_loop();
  uv_pipe_init(loop, &in, 0);
  uv_pipe_init(loop, &out, 0);
  if (uv_pipe_open(&in, 0) < 0 || uv_pipe_open(&out, 1) < 0) return 1;
  uv_read_start((uv_stream_t *)&in, give_room, echo);
  return uv_run(loop, UV_RUN_DEFAULT);
}
