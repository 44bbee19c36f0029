#include "host/pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

static int raise_above(int *fd) {
  int high;
  if (*fd >= PIER__FIRST_FREE) return 0;
  high = fcntl(*fd, F_DUPFD_CLOEXEC, PIER__FIRST_FREE);
  if (high < 0) return -errno;
  close(*fd);
  *fd = high;
  return 0;
}

/* Halves it until the system allows it. */
static void resize(int fd, size_t size) {
  if (size > INT_MAX) size = INT_MAX;
  while (size > 0 && fcntl(fd, F_SETPIPE_SZ, (int)size) < 0 && errno == EPERM)
    size /= 2;
}

static int open_pipe(int *ours, int *theirs, int we_read, size_t size) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  *ours = ends[we_read ? 0 : 1];
  *theirs = ends[we_read ? 1 : 0];
  if (fcntl(*ours, F_SETFL, O_NONBLOCK) < 0) return -errno;
  if (size > 0) resize(*ours, size);
  return raise_above(theirs);
}

int pier__pipes_open(struct pier__pipes *pipes, int with_in, int with_out, size_t size) {
  int error = 0;
  pipes->in = pipes->out = pipes->child_input = pipes->child_output = -1;
  if (with_out) error = open_pipe(&pipes->out, &pipes->child_input, 0, size);
  if (error == 0 && with_in) error = open_pipe(&pipes->in, &pipes->child_output, 1, size);
  if (error < 0) pier__pipes_close(pipes);
  return error;
}

static void close_one(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

void pier__pipes_close_child(struct pier__pipes *pipes) {
  close_one(&pipes->child_input);
  close_one(&pipes->child_output);
}

void pier__pipes_close(struct pier__pipes *pipes) {
  pier__pipes_close_child(pipes);
  close_one(&pipes->in);
  close_one(&pipes->out);
}
