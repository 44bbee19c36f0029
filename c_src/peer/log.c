/* What is printed becomes {log, info, Line}. The lines join the queue of events;
 * those that find it full are counted, and the count is told when there is room. */
#include "peer/log.h"
#include "peer/core.h"
#include "peer/hub.h"
#include "peer/life.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
  LINE = 1024,      /* longer ones come in parts */
  SHORT_LINE = 200, /* those that fit into the frames of {packet,1} */
  CHUNK = 4096,
  TELL_AGAIN_MS = 50 /* how many were lost, while there is no room to say it */
};

struct pier__log {
  struct pier__hub *hub;
  pthread_t thread;
  int from; /* the pipe; does not block */
  int stop; /* eventfd */
  int over; /* nobody takes frames any more: to standard error */
  size_t most;
  size_t size;
  unsigned long lost;
  char line[LINE];
};

static void print(const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = write(STDERR_FILENO, bytes, size);
    if (count < 0 && errno != EINTR) return;
    if (count <= 0) continue;
    bytes += count;
    size -= (size_t)count;
  }
}

/* 0, 1 when it was dropped, or an error. */
static int post(struct pier__log *log, const char *level, const char *text, size_t size) {
  pier_buffer term = PIER_BUFFER_INIT;
  int error = pier_format(&term, "{log, ~a, ~b}", level, text, size);
  if (error >= 0)
    error = pier__queue_post(log->hub, PIER_EVENT_NEWEST, NULL, pier_buffer_span(&term));
  pier_buffer_free(&term);
  return error;
}

static void tell_losses(struct pier__log *log) {
  char text[96];
  int size =
      snprintf(text, sizeof text, "%lu lines of standard output were dropped", log->lost);
  if (log->lost > 0 && post(log, "warning", text, (size_t)size) == 0) log->lost = 0;
}

static void end_line(struct pier__log *log) {
  if (!log->over) {
    tell_losses(log);
    if (log->lost > 0 || post(log, "info", log->line, log->size) != 0) log->lost++;
  } else {
    print(log->line, log->size);
    print("\n", 1);
  }
  log->size = 0;
}

static void take_text(struct pier__log *log, const char *bytes, size_t count) {
  size_t at;
  for (at = 0; at < count; at++) {
    if (bytes[at] == '\n' || log->size == log->most) end_line(log);
    if (bytes[at] != '\n') log->line[log->size++] = bytes[at];
  }
}

/* All that is there now; 0 at the end of the pipe. */
static int take(struct pier__log *log) {
  char bytes[CHUNK];
  ssize_t count;
  while ((count = read(log->from, bytes, sizeof bytes)) > 0)
    take_text(log, bytes, (size_t)count);
  return count < 0 && (errno == EAGAIN || errno == EINTR);
}

static void *run(void *state) {
  struct pier__log *log = state;
  struct pollfd ready[2] = {{log->from, POLLIN, 0}, {log->stop, POLLIN, 0}};
  pier__thread_name("pier-log");
  for (;;) {
    if (poll(ready, 2, log->lost > 0 ? TELL_AGAIN_MS : -1) < 0) continue;
    if (ready[1].revents) break;
    if (ready[0].revents && !take(log)) ready[0].fd = -1;
    tell_losses(log);
  }
  log->over = 1;
  take(log);
  if (log->size > 0) end_line(log);
  return NULL;
}

/* The pipe takes the place of 1, its other end that of a private descriptor. */
static int make_pipe(struct pier__log *log) {
  int ends[2], error = 0;
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  log->from = fcntl(ends[0], F_DUPFD_CLOEXEC, PIER__PRIVATE);
  log->stop = pier__private_event();
  if (log->from < 0 || log->stop < 0 || fcntl(log->from, F_SETFL, O_NONBLOCK) < 0 ||
      dup2(ends[1], STDOUT_FILENO) < 0)
    error = -errno;
  close(ends[0]);
  if (ends[1] != STDOUT_FILENO) close(ends[1]);
  return error;
}

static void destroy(struct pier__log *log) {
  if (log->from >= 0) close(log->from);
  if (log->stop >= 0) close(log->stop);
  pier_free(log);
}

int pier__log_start(struct pier__log **made, pier_peer *peer) {
  struct pier__log *log;
  int error;
  *made = NULL;
  if (peer->config.log != PIER_LOG_FRAMES || peer->config.in < 0 || !peer->config.guard)
    return 0;
  log = pier_alloc(sizeof *log);
  if (!log) return PIER_ENOMEM;
  memset(log, 0, sizeof *log);
  log->hub = peer->hub;
  log->from = log->stop = -1;
  log->most = peer->config.packet == 1 ? SHORT_LINE : LINE;
  error = pier_peer_share(peer);
  if (!error) error = make_pipe(log);
  if (!error) error = pier__thread_start(&log->thread, run, log);
  if (error) {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    destroy(log);
    return error;
  }
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  *made = log;
  return 0;
}

void pier__log_stop(struct pier__log *log) {
  static const uint64_t one = 1;
  if (!log) return;
  fflush(stdout);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  while (write(log->stop, &one, sizeof one) < 0 && errno == EINTR)
    continue;
  pthread_join(log->thread, NULL);
  destroy(log);
}
