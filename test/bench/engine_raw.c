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
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"

enum { CHILD_IN = 3, CHILD_OUT = 4, CHILD_STACK = 64 << 10, READ_SIZE = 256 << 10 };

typedef struct raw_port {
  pid_t pid;
  int pidfd;
  int in;
  int out;
} raw_port;

typedef struct exec_job {
  const char *program;
  int shared_table;
  int error;
} exec_job;

static raw_port *ports;
static int epoll_fd = -1;
static int placeholder = -1;
static int shared_table;
static uint8_t *batch; /* ENGINE_BATCH whole frames, one after the other */
static size_t frame_size;
static const payload *sent;
static size_t answer_size; /* whole frame; 0 before the first one */
static uint8_t answers[READ_SIZE];
static size_t partial; /* bytes of an answer not complete yet */
static _Alignas(16) char child_stack[CHILD_STACK];

/* Between two spawns the low descriptors are held by a placeholder. */
static int hold_low_descriptors(void) {
  if (dup3(placeholder, CHILD_IN, O_CLOEXEC) < 0 || dup3(placeholder, CHILD_OUT, O_CLOEXEC) < 0)
    return -errno;
  return 0;
}

static int start(size_t count, const char *how) {
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (*how) return -EINVAL;
  placeholder = fcntl(null, F_DUPFD_CLOEXEC, CHILD_OUT + 1);
  if (placeholder < 0 || hold_low_descriptors() < 0) return -errno;
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  ports = calloc(count, sizeof *ports);
  if (epoll_fd < 0 || !ports) return -errno;
  shared_table = syscall(SYS_close_range, ~0U, ~0U, CLOSE_RANGE_UNSHARE) == 0;
  return 0;
}

static int set_payload(const payload *made) {
  size_t size = made->size;
  unsigned i;
  sent = made;
  frame_size = size + 4;
  batch = malloc(frame_size * ENGINE_BATCH);
  if (!batch) return -ENOMEM;
  for (i = 0; i < ENGINE_BATCH; i++) {
    uint8_t *frame = batch + i * frame_size;
    frame[0] = (uint8_t)(size >> 24);
    frame[1] = (uint8_t)(size >> 16);
    frame[2] = (uint8_t)(size >> 8);
    frame[3] = (uint8_t)size;
    memcpy(frame + 4, made->data, size);
  }
  return 0;
}

/* Runs in the child, on its own stack in the parent's memory. */
static int run_program(void *state) {
  exec_job *job = state;
  char *argv[2];
  char *none[1] = {NULL};
  if (job->shared_table &&
      syscall(SYS_close_range, CHILD_OUT + 1, ~0U, CLOSE_RANGE_UNSHARE) != 0)
    goto failed;
  if (dup2(CHILD_IN, 0) < 0 || dup2(CHILD_OUT, 1) < 0) goto failed;
  argv[0] = (char *)job->program;
  argv[1] = NULL;
  execve(job->program, argv, none);
failed:
  job->error = errno;
  _exit(127);
}

static int clone_program(raw_port *port, const char *program) {
  exec_job job = {program, shared_table, 0};
  int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  if (shared_table) flags |= CLONE_FILES;
  port->pid = clone(run_program, child_stack + CHILD_STACK, flags, &job, &port->pidfd);
  if (port->pid < 0) return -errno;
  return -job.error;
}

static int watch(size_t slot, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = slot};
  return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

static int open_port(size_t slot, const char *program) {
  raw_port *port = &ports[slot];
  int to[2];
  int from[2];
  int status;
  if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) return -errno;
  port->out = to[1];
  port->in = from[0];
  if (dup3(to[0], CHILD_IN, O_CLOEXEC) < 0 || dup3(from[1], CHILD_OUT, O_CLOEXEC) < 0)
    return -errno;
  close(to[0]);
  close(from[1]);
  status = clone_program(port, program);
  /* The program's ends must not stay open here, or its end goes unseen. */
  if (status >= 0) status = hold_low_descriptors();
  if (status < 0) return status;
  fcntl(port->in, F_SETFL, O_NONBLOCK);
  fcntl(port->out, F_SETFL, O_NONBLOCK);
  status = watch(slot, port->in, EPOLLIN);
  /* Edge-triggered, it says nothing while no write has come up short. */
  return status < 0 ? status : watch(slot, port->out, EPOLLOUT | EPOLLET);
}

static pid_t os_pid(size_t slot) {
  return ports[slot].pid;
}

/* What arrives while a long write waits for room is counted for take. */
static int read_some(void) {
  ssize_t got = read(ports[0].in, answers, sizeof answers);
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
  int count = epoll_wait(epoll_fd, events, 2, -1);
  return count < 0 && errno != EINTR ? -errno : 0;
}

static int send_frames(unsigned count) {
  size_t size = frame_size * count;
  size_t done = 0;
  int status = 0;
  while (status >= 0) {
    ssize_t wrote = write(ports[0].out, batch + done, size - done);
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

static int spawn_program(size_t slot, const char *program) {
  raw_port *port = &ports[slot];
  struct epoll_event events[2];
  siginfo_t info = {0};
  char byte;
  int open_ends = 2;
  int status = open_port(slot, program);
  if (status >= 0) status = watch(slot, port->pidfd, EPOLLIN);
  if (status < 0) return status;
  while (open_ends > 0) {
    if (epoll_wait(epoll_fd, events, 2, -1) < 0) return -errno;
    if (port->in >= 0 && read(port->in, &byte, 1) == 0) {
      close(port->in);
      port->in = -1;
      open_ends--;
    }
    if (port->pidfd >= 0 && waitid(P_PIDFD, (id_t)port->pidfd, &info, WEXITED | WNOHANG) == 0 &&
        info.si_pid == port->pid) {
      close(port->pidfd);
      port->pidfd = -1;
      open_ends--;
    }
  }
  close(port->out);
  return 0;
}

static const char *error_text(int status) {
  return strerror(-status);
}

const engine bench_engine = {"raw",       start,       set_payload,   open_port, os_pid,
                             send_frames, take_frames, spawn_program, error_text};
