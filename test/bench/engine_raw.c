/*
 * engine_raw.c - the host that nothing can beat without other pipes: two
 * pipes, epoll, a vfork-like clone; write, epoll_wait, read and nothing else.
 * It does not parse: answers are as long as requests, so bytes are counted.
 *
 * A spawn shares memory and descriptor table with its parent, which sleeps
 * until the exec. The child takes its own table with one close_range, which
 * copies only what lies below the program's two pipe ends; they are moved to
 * the lowest descriptors for that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "engine.h"
#include "engine_raw.h"

enum { READ_SIZE = 256 << 10, EVENTS = 64 };

static uint8_t *batch; /* as many whole frames as are in flight, one after the other */
static size_t frame_size;
static const payload *sent;
static size_t answer_size; /* whole frame; 0 before the first one */
static uint8_t answers[READ_SIZE];
static size_t partial; /* bytes of an answer not complete yet */
static char line[LINE_LIMIT];
static size_t line_size; /* of the line that has begun */

static int set_payload(const payload *made, size_t in_flight) {
  size_t size = made->size;
  size_t i;
  sent = made;
  frame_size = size + 4;
  batch = malloc(frame_size * in_flight);
  if (!batch) return -ENOMEM;
  for (i = 0; i < in_flight; i++) {
    uint8_t *frame = batch + i * frame_size;
    frame[0] = (uint8_t)(size >> 24);
    frame[1] = (uint8_t)(size >> 16);
    frame[2] = (uint8_t)(size >> 8);
    frame[3] = (uint8_t)size;
    memcpy(frame + 4, made->data, size);
  }
  return 0;
}

static pid_t os_pid(size_t slot) {
  return raw_ports[slot].pid;
}

/* What arrives while a long write waits for room is counted for take. */
static int read_some(void) {
  ssize_t got = read(raw_ports[0].in, answers, sizeof answers);
  if (got > 0) {
    if (answer_size == 0) {
      answer_size = payload_answer(sent, answers, (size_t)got) + 4;
      if (answer_size == 4) return -EPROTO;
    }
    partial += (size_t)got;
  } else if (got == 0)
    return -EPIPE;
  else if (errno != EAGAIN)
    return -errno;
  return 0;
}

static int wait_ports(void) {
  struct epoll_event events[2];
  int count = epoll_wait(raw_epoll, events, 2, -1);
  return count < 0 && errno != EINTR ? -errno : 0;
}

static int send_frames(unsigned count) {
  size_t size = frame_size * count;
  size_t done = 0;
  int status = 0;
  while (status >= 0) {
    ssize_t wrote = write(raw_ports[0].out, batch + done, size - done);
    if (wrote > 0)
      done += (size_t)wrote;
    else if (wrote < 0 && errno != EAGAIN)
      return -errno;
    if (done == size) return 0;
    status = wait_ports();
    if (status >= 0) status = read_some();
  }
  return status;
}

static int take_frames(unsigned *count) {
  int status = 0;
  while ((partial < answer_size || partial == 0) && status >= 0) {
    status = wait_ports();
    if (status >= 0) status = read_some();
  }
  if (status < 0) return status;
  *count = (unsigned)(partial / answer_size);
  partial %= answer_size;
  return 0;
}

/* Every answer is whole: what fits into a pipe at once leaves at once. */
static int take_round(size_t *left) {
  struct epoll_event events[EVENTS];
  int ready = epoll_wait(raw_epoll, events, EVENTS, -1);
  int i;
  if (ready < 0) return -errno;
  for (i = 0; i < ready; i++) {
    ssize_t got;
    if (events[i].data.u64 % RAW_KINDS != RAW_IN) continue;
    got = read(raw_ports[events[i].data.u64 / RAW_KINDS].in, answers, sizeof answers);
    if (got != (ssize_t)frame_size) return -EPROTO;
    *left -= 1;
  }
  return 0;
}

static int round_frames(size_t count) {
  size_t left = count;
  int status = 0;
  size_t i;
  for (i = 0; i < count; i++)
    if (write(raw_ports[i].out, batch, frame_size) != (ssize_t)frame_size) return -EPROTO;
  while (left > 0 && status >= 0)
    status = take_round(&left);
  return status;
}

static int open_lines(const char *program) {
  return raw_open(0, program);
}

/* A call for each line, which the compiler may not leave out. */
static __attribute__((noinline)) void take_line(const uint8_t *bytes, size_t size,
                                                uint64_t *lines) {
  __asm__ volatile("" : : "r"(bytes), "r"(size) : "memory");
  *lines += 1;
}

static void cut_lines(const uint8_t *at, size_t size, uint64_t *lines) {
  while (size > 0) {
    const uint8_t *end = memchr(at, '\n', size);
    size_t part = end ? (size_t)(end - at) : size;
    if (!end || line_size > 0) {
      if (part > sizeof line - line_size) part = sizeof line - line_size;
      memcpy(line + line_size, at, part);
      line_size += part;
    }
    if (!end) return;
    if (line_size > 0)
      take_line((const uint8_t *)line, line_size, lines);
    else
      take_line(at, part, lines);
    line_size = 0;
    size -= (size_t)(end + 1 - at);
    at = end + 1;
  }
}

static int take_lines(size_t count, uint64_t *bytes, uint64_t *lines) {
  size_t done = 0;
  while (done < count) {
    ssize_t got;
    int status = wait_ports();
    if (status < 0) return status;
    got = read(raw_ports[0].in, answers, sizeof answers);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return got == 0 ? -EPIPE : -errno;
    if (got < 0) continue;
    cut_lines(answers, (size_t)got, lines);
    done += (size_t)got;
  }
  *bytes += done;
  return 0;
}

static int idle(int milliseconds) {
  struct epoll_event event;
  return epoll_wait(raw_epoll, &event, 1, milliseconds) < 0 ? -errno : 0;
}

static const char *error_text(int status) {
  return strerror(-status);
}

const engine bench_engine = {"raw",       raw_start,   set_payload, raw_open,     os_pid,
                             send_frames, take_frames, raw_spawn,   round_frames, open_lines,
                             take_lines,  raw_close,   idle,        error_text};
