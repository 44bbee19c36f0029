#include "host/descriptors.h"

#include "host/host.h"
#include "host/pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FILE_MODE = 0666 };

/* As the BEAM has it: beyond what a process may open there are no descriptors. */
static int is_possible(long long fd) {
  struct rlimit limit;
  if (fd < 0 || fd > INT_MAX) return 0;
  return getrlimit(RLIMIT_NOFILE, &limit) < 0 || (rlim_t)fd < limit.rlim_cur;
}

/* Whether it is open, for that way. */
static int is_open_for(int fd, int access) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return 0;
  return (flags & O_ACCMODE) == O_RDWR || (flags & O_ACCMODE) == access;
}

/* The pipe or terminal itself, opened anew: others who have the caller's descriptor
 * keep theirs as blocking as they want it. -1 where that cannot be. */
static int reopen(int fd, int access) {
  char path[32];
  struct stat info;
  if (fstat(fd, &info) < 0 || !(S_ISFIFO(info.st_mode) || isatty(fd))) return -1;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return open(path, access | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

static int is_socket(int fd) {
  struct stat info;
  return fd >= 0 && fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode);
}

/* A pipe that would block the host is given no more than it surely takes. */
static int is_blocking_pipe(int fd) {
  struct stat info;
  if (fd < 0 || fstat(fd, &info) < 0 || !S_ISFIFO(info.st_mode)) return 0;
  return !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

static int take(int *end, long long number, int access) {
  int fd = (int)number;
  if (!is_open_for(fd, access)) return 0;
  *end = reopen(fd, access);
  if (*end < 0) *end = fcntl(fd, F_DUPFD_CLOEXEC, PIER__FIRST_FREE);
  return *end < 0 ? -errno : 0;
}

static int take_both(struct pier__hport *port, const pier_port_options *options) {
  const unsigned ways = port->core.flags;
  int error = 0;
  if (ways & PIER_PORT_IN && !is_possible(options->fd_in)) return -EINVAL;
  if (ways & PIER_PORT_OUT && !is_possible(options->fd_out)) return -EINVAL;
  if (ways & PIER_PORT_IN) error = take(&port->in, options->fd_in, O_RDONLY);
  if (error == 0 && ways & PIER_PORT_OUT) error = take(&port->out, options->fd_out, O_WRONLY);
  port->in_socket = is_socket(port->in) != 0;
  port->out_socket = is_socket(port->out) != 0;
  port->out_small = is_blocking_pipe(port->out) != 0;
  return error;
}

/* A pipe with a name and nobody at its other end must not keep the host waiting in
 * open, as it does the BEAM: O_NONBLOCK (doc/differences.md). */
static int open_file(struct pier__hport *port, const char *path) {
  const int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  const unsigned both = PIER_PORT_IN | PIER_PORT_OUT, ways = port->core.flags & both;
  int fd;
  if (ways == PIER_PORT_IN)
    fd = port->in = open(path, flags | O_RDONLY);
  else if (ways == PIER_PORT_OUT)
    fd = port->out = open(path, flags | O_WRONLY | O_CREAT | O_TRUNC, FILE_MODE);
  else
    fd = port->in = open(path, flags | O_RDWR | O_CREAT, FILE_MODE);
  if (ways == both && fd >= 0) fd = port->out = fcntl(fd, F_DUPFD_CLOEXEC, PIER__FIRST_FREE);
  return fd < 0 ? -EINVAL : 0;
}

int pier__descriptors_open(struct pier__hport *port, const pier_port_options *options) {
  port->descriptors = 1;
  if (options->kind == PIER_FILE) return open_file(port, options->name);
  return take_both(port, options);
}

ssize_t pier__descriptor_write(const struct pier__hport *port, const struct iovec *parts,
                               int count) {
  struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts,
                           .msg_iovlen = (size_t)count};
  size_t size = parts[0].iov_len < PIPE_BUF ? parts[0].iov_len : PIPE_BUF;
  if (port->out_socket) return sendmsg(port->out, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (port->out_small) return write(port->out, parts[0].iov_base, size);
  return writev(port->out, parts, count);
}
