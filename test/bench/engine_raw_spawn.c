/*
 * engine_raw_spawn.c - the raw host's programs: two pipes and a vfork-like clone that shares
 * the table of descriptors, which the child unshares without copying it where the kernel
 * can (close_range). One pidfd each. A program leads a session of its own, as a port's has to,
 * which is not free: Linux schedules each session as a group.
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

#include "engine_raw.h"

enum { CHILD_IN = 3, CHILD_OUT = 4, CHILD_STACK = 64 << 10, EVENTS = 64 };

typedef struct exec_job {
  const char *program;
  int shared_table;
  int error;
} exec_job;

raw_port *raw_ports;
int raw_epoll = -1;
static int placeholder = -1;
static int shared_table;
static _Alignas(16) char child_stack[CHILD_STACK];

/* Between two spawns the low descriptors are held by a placeholder. */
static int hold_low_descriptors(void) {
  if (dup3(placeholder, CHILD_IN, O_CLOEXEC) < 0 || dup3(placeholder, CHILD_OUT, O_CLOEXEC) < 0)
    return -errno;
  return 0;
}

int raw_start(size_t count, const char *how) {
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (*how) return -EINVAL;
  placeholder = fcntl(null, F_DUPFD_CLOEXEC, CHILD_OUT + 1);
  if (placeholder < 0 || hold_low_descriptors() < 0) return -errno;
  raw_epoll = epoll_create1(EPOLL_CLOEXEC);
  raw_ports = calloc(count, sizeof *raw_ports);
  if (raw_epoll < 0 || !raw_ports) return -errno;
  shared_table = syscall(SYS_close_range, ~0U, ~0U, CLOSE_RANGE_UNSHARE) == 0;
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
  setsid();
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

static int watch(size_t slot, size_t kind, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = slot * RAW_KINDS + kind};
  return epoll_ctl(raw_epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

int raw_open(size_t slot, const char *program) {
  raw_port *port = &raw_ports[slot];
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
  status = watch(slot, RAW_IN, port->in, EPOLLIN);
  /* Edge-triggered, it says nothing while no write has come up short. */
  return status < 0 ? status : watch(slot, RAW_OUT, port->out, EPOLLOUT | EPOLLET);
}

/* A pipe that says it has ended, a program that has: one thing less to wait for. */
static int take_end(const struct epoll_event *event, size_t *open_ends) {
  raw_port *port = &raw_ports[event->data.u64 / RAW_KINDS];
  siginfo_t info = {0};
  char byte;
  switch (event->data.u64 % RAW_KINDS) {
  case RAW_IN:
    if (port->in < 0 || read(port->in, &byte, 1) != 0) return 0;
    close(port->in);
    close(port->out);
    port->in = -1;
    break;
  case RAW_PID:
    if (waitid(P_PIDFD, (id_t)port->pidfd, &info, WEXITED | WNOHANG) != 0) return -errno;
    if (info.si_pid != port->pid) return 0;
    close(port->pidfd);
    break;
  default:
    return 0;
  }
  *open_ends -= 1;
  return 0;
}

int raw_spawn(size_t slot, size_t count, const char *program) {
  struct epoll_event events[EVENTS];
  size_t open_ends = 2 * count;
  int status = 0;
  size_t i;
  for (i = slot; i < slot + count && status >= 0; i++) {
    status = raw_open(i, program);
    if (status >= 0) status = watch(i, RAW_PID, raw_ports[i].pidfd, EPOLLIN);
  }
  while (open_ends > 0 && status >= 0) {
    int ready = epoll_wait(raw_epoll, events, EVENTS, -1);
    if (ready < 0) return -errno;
    for (i = 0; i < (size_t)ready && status >= 0; i++)
      status = take_end(&events[i], &open_ends);
  }
  return status;
}

int raw_close(void) {
  raw_port *port = &raw_ports[0];
  siginfo_t info = {0};
  close(port->in);
  close(port->out);
  if (waitid(P_PIDFD, (id_t)port->pidfd, &info, WEXITED) != 0) return -errno;
  close(port->pidfd);
  return 0;
}
