/* Programs, one pidfd each in the epoll set: reaping one looks at no other. */
#include "host/clock.h"
#include "host/host.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOST_STATUS = 255 };

int pier__child_watch(struct pier__hport *port) {
  uint64_t key = (uint64_t)(uintptr_t)port | PIER__CHILD;
  return pier__watch(port->host, port->pidfd, EPOLLIN, key);
}

/* As the BEAM has it: the exit code, or 128 and the number of the signal. */
static int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* 1 with the status when it has ended. A child that somebody else has waited
 * for has ended as well, but nobody knows how. */
static int reap(const struct pier__hport *port, int *status) {
  int wait_status;
  pid_t pid;
  do {
    pid = waitpid(port->os_pid, &wait_status, WNOHANG);
  } while (pid < 0 && errno == EINTR);
  if (pid == 0) return 0;
  *status = pid < 0 ? LOST_STATUS : status_of(wait_status);
  return 1;
}

static void forget(struct pier__hport *port) {
  pier__unwatch(port->host, port->pidfd);
  close(port->pidfd);
  port->pidfd = -1;
}

/* A tick has to be read to go away; a pidfd has nothing to read. */
static void clear_tick(const struct pier__hport *port) {
  uint64_t count;
  ssize_t got = read(port->pidfd, &count, sizeof count);
  (void)got;
}

void pier__orphan(struct pier__hport *port) {
  pier_host *host = port->host;
  port->orphan = 1;
  port->previous_orphan = NULL;
  port->next_orphan = host->first_orphan;
  if (host->first_orphan) host->first_orphan->previous_orphan = port;
  host->first_orphan = port;
}

static void bury_orphan(struct pier__hport *port) {
  if (port->previous_orphan)
    port->previous_orphan->next_orphan = port->next_orphan;
  else
    port->host->first_orphan = port->next_orphan;
  if (port->next_orphan) port->next_orphan->previous_orphan = port->previous_orphan;
  pier_free(port);
}

void pier__child_ended(struct pier__hport *port) {
  int status;
  if (!reap(port, &status)) {
    clear_tick(port);
    return;
  }
  forget(port);
  if (port->orphan) {
    bury_orphan(port);
    return;
  }
  pier__pin(port);
  if (port->core.state != PIER__PORT_DEAD) pier__port_reaped(&port->core, status);
  pier__unpin(port);
}

static void reap_before(const struct pier__hport *port, long long deadline) {
  struct pollfd wait = {port->pidfd, POLLIN, 0};
  int status;
  while (!reap(port, &status)) {
    long long left = deadline - pier__now_ms();
    if (left <= 0) return;
    poll(&wait, 1, (int)left);
    clear_tick(port);
  }
}

/* Programs see the end of their input and have the host's linger time to go;
 * those that stay are not ours to kill (doc/differences.md). */
void pier__orphans_free(pier_host *host) {
  long long deadline = pier__now_ms() + host->linger_ms;
  while (host->first_orphan) {
    struct pier__hport *port = host->first_orphan;
    reap_before(port, deadline);
    forget(port);
    bury_orphan(port);
  }
}
