/* Nobody but the peer writes to the owner. */
#include "peer/core.h"
#include "peer/life.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int same_pipe(int a, int b) {
  struct stat left, right;
  if (fstat(a, &left) < 0 || fstat(b, &right) < 0) return 0;
  return S_ISFIFO(left.st_mode) && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

static int to_null(int fd) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC), error;
  if (null < 0) return -errno;
  if (null == fd) return fcntl(fd, F_SETFD, 0) < 0 ? -errno : 0;
  error = dup2(null, fd) < 0 ? -errno : 0;
  close(null);
  return error;
}

/* Something harmless under the number that the owner's end had. */
static int replace(int fd, int out) {
  if (fd > STDERR_FILENO) {
    close(fd);
    return 0;
  }
  if (fd != STDOUT_FILENO || same_pipe(out, STDERR_FILENO)) return to_null(fd);
  /* So that what is printed is not seen when the program ends, or never. */
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  return dup2(STDERR_FILENO, fd) < 0 ? -errno : 0;
}

/* One line, as the verdict has it: a program that only returns 1 when it has no
 * peer would say nothing. */
static int refuse(const pier_peer_config *config, int fd) {
  char line[256];
  int error = errno;
  int size = snprintf(line, sizeof line,
                      "%.64s: descriptor %d, the owner's end, can not be used: %s\n",
                      program_invocation_short_name, fd, pier_strerror(-error));
  if (!config->error && size > 0)
    while (write(STDERR_FILENO, line, (size_t)size) < 0 && errno == EINTR)
      continue;
  return -error;
}

int pier__peer_check(const pier_peer_config *config, int in, int out) {
  if (fcntl(in, F_GETFD) < 0) return refuse(config, in);
  return fcntl(out, F_GETFD) < 0 ? refuse(config, out) : 0;
}

static void ignore_broken_pipes(void) {
  struct sigaction action;
  if (sigaction(SIGPIPE, NULL, &action) < 0 || action.sa_handler != SIG_DFL) return;
  signal(SIGPIPE, SIG_IGN);
}

int pier__peer_guard(pier_peer_config *config) {
  int in, out, error = 0;
  if (config->in < 0 && config->out < 0) {
    config->guard = 0;
    return 0;
  }
  error = pier__peer_check(config, config->in, config->out);
  if (error) return error;
  ignore_broken_pipes();
  if (!config->guard) return 0;
  in = fcntl(config->in, F_DUPFD_CLOEXEC, PIER__PRIVATE);
  if (in < 0) return -errno;
  out = fcntl(config->out, F_DUPFD_CLOEXEC, PIER__PRIVATE);
  if (out < 0) error = -errno;
  if (!error && fcntl(STDERR_FILENO, F_GETFD) < 0) error = to_null(STDERR_FILENO);
  if (!error) error = replace(config->in, out);
  if (!error && config->out != config->in) error = replace(config->out, out);
  config->in = in;
  config->out = out;
  if (error) pier__peer_unguard(config);
  return error;
}

void pier__peer_unguard(pier_peer_config *config) {
  if (!config->guard) return;
  if (config->in >= 0) close(config->in);
  if (config->out >= 0) close(config->out);
  config->guard = 0;
}
