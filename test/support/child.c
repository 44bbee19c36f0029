#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int ok, const char *what) {
  if (ok) return;
  perror(what);
  abort();
}

static void settle_in(int flags, int in, int out, int err) {
  int null = open("/dev/null", O_RDWR);
  /* Out of the way of the numbers that are to be given. */
  in = fcntl(in, F_DUPFD_CLOEXEC, 20);
  out = fcntl(out, F_DUPFD_CLOEXEC, 20);
  err = fcntl(err, F_DUPFD_CLOEXEC, 20);
  null = fcntl(null, F_DUPFD_CLOEXEC, 20);
  dup2(flags & CHILD_ON_3_AND_4 ? null : in, 0);
  dup2(flags & CHILD_ON_3_AND_4 ? null : out, 1);
  dup2(err, 2);
  if (flags & CHILD_ON_3_AND_4) {
    dup2(in, 3);
    dup2(out, 4);
  }
  signal(SIGPIPE, SIG_DFL);
  /* Only what the program was given keeps a pipe open. */
  close(in);
  close(out);
  close(err);
}

static int start(struct child *child, int flags) {
  int to[2], from[2], err[2];
  must(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0,
       "pipe2");
  if (flags & CHILD_SMALL_PIPES)
    must(fcntl(to[0], F_SETPIPE_SZ, 4096) > 0 && fcntl(from[0], F_SETPIPE_SZ, 4096) > 0,
         "F_SETPIPE_SZ");
  if (flags & CHILD_NONBLOCKING)
    must(fcntl(to[0], F_SETFL, O_NONBLOCK) == 0 && fcntl(from[1], F_SETFL, O_NONBLOCK) == 0,
         "F_SETFL");
  fflush(NULL);
  child->pid = fork();
  must(child->pid >= 0, "fork");
  if (child->pid == 0) {
    close(to[1]);
    close(from[0]);
    close(err[0]);
    settle_in(flags, to[0], from[1], err[1]);
    if (to[0] > 4) close(to[0]);
    if (from[1] > 4) close(from[1]);
    if (err[1] > 4) close(err[1]);
    return 1;
  }
  close(to[0]);
  close(from[1]);
  close(err[1]);
  child->to = to[1];
  child->from = from[0];
  child->err = err[0];
  must(fcntl(child->to, F_SETFL, O_NONBLOCK) == 0, "F_SETFL");
  signal(SIGPIPE, SIG_IGN);
  return 0;
}

void child_start(struct child *child, int flags, int (*program)(void *state), void *state) {
  if (start(child, flags)) _exit(program(state));
}

void child_exec(struct child *child, int flags, const char *path) {
  if (!start(child, flags)) return;
  execl(path, path, (char *)NULL);
  perror(path);
  _exit(127);
}

/* 0 when the program reads no more. */
static int write_step(struct child *child, pier_span *input, size_t step) {
  ssize_t count = write(child->to, input->data, input->size < step ? input->size : step);
  if (count >= 0) {
    input->data += count;
    input->size -= (size_t)count;
    return 1;
  }
  return errno == EAGAIN || errno == EINTR;
}

/* 0 at the end of file. */
static int read_step(struct child *child, pier_buffer *output) {
  enum { STEP = 65536 };
  uint8_t *room = pier_buffer_reserve(output, STEP);
  ssize_t count = read(child->from, room, STEP);
  if (count > 0) output->size += (size_t)count;
  return count > 0 || (count < 0 && errno == EINTR);
}

void child_exchange(struct child *child, pier_span input, size_t step, pier_buffer *output,
                    size_t expected) {
  int reading = child->from >= 0;
  while (input.size > 0 || (reading && output->size < expected)) {
    struct pollfd ready[2] = {{input.size > 0 ? child->to : -1, POLLOUT, 0},
                              {reading ? child->from : -1, POLLIN, 0}};
    if (poll(ready, 2, -1) < 0) continue;
    if (ready[0].revents && !write_step(child, &input, step)) input.size = 0;
    if (ready[1].revents && !read_step(child, output)) reading = 0;
  }
}

void child_close(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

int child_end(struct child *child, char *said, size_t size) {
  size_t filled = 0;
  ssize_t count;
  int status;
  child_close(&child->to);
  child_close(&child->from);
  while (filled < size - 1 && (count = read(child->err, said + filled, size - 1 - filled)) != 0)
    if (count > 0) filled += (size_t)count;
  said[filled] = '\0';
  child_close(&child->err);
  while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
    continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
