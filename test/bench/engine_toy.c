/*
 * engine_toy.c - a host as one writes it with libuv in an afternoon: uv_spawn with two
 * uv_pipe_t made by libuv, a buffer from malloc for every read and every frame, a write
 * request for every frame. It parses {packet,4} and lines by joining what came.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "engine.h"

typedef struct toy_port {
  uv_process_t process;
  uv_pipe_t to;
  uv_pipe_t from;
  char *bytes; /* of a frame or line not complete yet */
  size_t size;
  int to_close; /* handles */
} toy_port;

typedef struct toy_write {
  uv_write_t request;
  char bytes[];
} toy_write;

static uv_loop_t *loop;
static toy_port **ports;
static const payload *sent;
static size_t answer_size;
static unsigned answered;
static int lines_wanted;
static uint64_t line_bytes, line_count;
static size_t living; /* ports of spawn that are not closed */
static int fault;

static int start(size_t count, const char *how) {
  if (*how) return UV_EINVAL;
  loop = uv_default_loop();
  ports = calloc(count, sizeof *ports);
  return ports ? 0 : UV_ENOMEM;
}

static int set_payload(const payload *made, size_t in_flight) {
  (void)in_flight;
  sent = made;
  return 0;
}

static void give_room(uv_handle_t *handle, size_t hint, uv_buf_t *room) {
  (void)handle;
  *room = uv_buf_init(malloc(hint), (unsigned)hint);
}

static void closed(uv_handle_t *handle) {
  toy_port *port = handle->data;
  if (--port->to_close > 0) return;
  free(port->bytes);
  free(port);
  living--;
}

static void take_frame(const char *bytes, size_t size) {
  char *message = malloc(size);
  if (answer_size == 0 &&
      memcmp(bytes + size - sent->tail_size, sent->tail, sent->tail_size) == 0)
    answer_size = size;
  if (!message || size != answer_size) fault = UV_EPROTO;
  if (message) memcpy(message, bytes, size);
  answered++;
  free(message);
}

static size_t take_packets(const char *bytes, size_t size) {
  size_t at = 0;
  while (size - at >= 4) {
    const unsigned char *header = (const unsigned char *)bytes + at;
    size_t body = (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 |
                  (size_t)header[3];
    if (size - at - 4 < body) break;
    take_frame(bytes + at + 4, body);
    at += 4 + body;
  }
  return at;
}

static size_t take_whole_lines(const char *bytes, size_t size) {
  size_t at = 0;
  const char *end;
  while ((end = memchr(bytes + at, '\n', size - at)) != NULL) {
    size_t length = (size_t)(end - bytes) - at;
    char *message = malloc(length + 1);
    if (!message) return size;
    memcpy(message, bytes + at, length);
    free(message);
    line_count++;
    line_bytes += length + 1;
    at += length + 1;
  }
  return at;
}

static void take_bytes(uv_stream_t *stream, ssize_t got, const uv_buf_t *room) {
  toy_port *port = stream->data;
  size_t used;
  char *joined;
  if (got <= 0) {
    free(room->base);
    if (got < 0) uv_read_stop(stream);
    return;
  }
  joined = realloc(port->bytes, port->size + (size_t)got);
  if (!joined) abort();
  memcpy(joined + port->size, room->base, (size_t)got);
  free(room->base);
  port->bytes = joined;
  port->size += (size_t)got;
  used = lines_wanted ? take_whole_lines(joined, port->size) : take_packets(joined, port->size);
  port->size -= used;
  memmove(joined, joined + used, port->size);
}

static void ended(uv_process_t *process, int64_t status, int signal) {
  toy_port *port = process->data;
  if (status != 0 || signal != 0) fault = UV_EIO;
  port->to_close = 3;
  uv_close((uv_handle_t *)process, closed);
  uv_close((uv_handle_t *)&port->to, closed);
  uv_close((uv_handle_t *)&port->from, closed);
}

static int open_port(size_t slot, const char *program) {
  toy_port *port = calloc(1, sizeof *port);
  char *args[] = {(char *)program, NULL};
  uv_stdio_container_t stdio[3];
  uv_process_options_t options = {
      .exit_cb = ended, .file = program, .args = args, .stdio_count = 3, .stdio = stdio};
  int status;
  if (!port) return UV_ENOMEM;
  ports[slot] = port;
  uv_pipe_init(loop, &port->to, 0);
  uv_pipe_init(loop, &port->from, 0);
  port->process.data = port->to.data = port->from.data = port;
  stdio[0].flags = UV_CREATE_PIPE | UV_READABLE_PIPE;
  stdio[0].data.stream = (uv_stream_t *)&port->to;
  stdio[1].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
  stdio[1].data.stream = (uv_stream_t *)&port->from;
  stdio[2].flags = UV_INHERIT_FD;
  stdio[2].data.fd = 2;
  status = uv_spawn(loop, &port->process, &options);
  if (status < 0) return status;
  living++;
  return uv_read_start((uv_stream_t *)&port->from, give_room, take_bytes);
}

static pid_t os_pid(size_t slot) {
  return ports[slot]->process.pid;
}

static void wrote(uv_write_t *request, int status) {
  if (status < 0) fault = status;
  free(request);
}

static int send_frame(toy_port *port) {
  size_t size = sent->size;
  toy_write *frame = malloc(sizeof *frame + 4 + size);
  uv_buf_t bytes;
  if (!frame) return UV_ENOMEM;
  frame->bytes[0] = (char)(size >> 24);
  frame->bytes[1] = (char)(size >> 16);
  frame->bytes[2] = (char)(size >> 8);
  frame->bytes[3] = (char)size;
  memcpy(frame->bytes + 4, sent->data, size);
  bytes = uv_buf_init(frame->bytes, (unsigned)size + 4);
  return uv_write(&frame->request, (uv_stream_t *)&port->to, &bytes, 1, wrote);
}

static int send_frames(unsigned count) {
  int status = 0;
  while (count-- > 0 && status >= 0)
    status = send_frame(ports[0]);
  return status;
}

static int take_frames(unsigned *count) {
  while (answered == 0 && fault == 0)
    uv_run(loop, UV_RUN_ONCE);
  *count = answered;
  answered = 0;
  return fault;
}

static int spawn_programs(size_t slot, size_t count, const char *program) {
  size_t before = living;
  int status = 0;
  while (count-- > 0 && status >= 0)
    status = open_port(slot + count, program);
  while (living > before && status >= 0 && fault == 0)
    uv_run(loop, UV_RUN_ONCE);
  return status < 0 ? status : fault;
}

static int round_frames(size_t count) {
  int status = 0;
  size_t i;
  answered = 0;
  for (i = 0; i < count && status >= 0; i++)
    status = send_frame(ports[i]);
  while (answered < count && status >= 0 && fault == 0)
    uv_run(loop, UV_RUN_ONCE);
  answered = 0;
  return status < 0 ? status : fault;
}

static int open_lines(const char *program) {
  lines_wanted = 1;
  return open_port(0, program);
}

static int take_lines(size_t count, uint64_t *bytes, uint64_t *lines) {
  line_bytes = line_count = 0;
  while (line_bytes < count && fault == 0)
    uv_run(loop, UV_RUN_ONCE);
  *bytes += line_bytes;
  *lines += line_count;
  return fault;
}

static int close_port(void) {
  return UV_ENOSYS;
}

static void wake(uv_timer_t *timer) {
  uv_close((uv_handle_t *)timer, NULL);
}

static int idle(int milliseconds) {
  static uv_timer_t timer;
  uv_timer_init(loop, &timer);
  uv_timer_start(&timer, wake, (uint64_t)milliseconds, 0);
  uv_run(loop, UV_RUN_ONCE);
  return 0;
}

const engine bench_engine = {"toy",       start,       set_payload,    open_port,    os_pid,
                             send_frames, take_frames, spawn_programs, round_frames, open_lines,
                             take_lines,  close_port,  idle,           uv_strerror};
