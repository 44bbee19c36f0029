/* Programs, one pidfd each in the epoll set: reaping one looks at no other. */
#include "host/clock.h"
#include "host/host.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOST_STATUS = 255 };

int pier__child_new(pier_host *host, pid_t pid, int pidfd, uint64_t port, uint64_t *number) {
  struct pier__child *child = pier_alloc(sizeof *child);
  int error = PIER_ENOMEM;
  if (!child) return error;
  child->pid = pid;
  child->pidfd = pidfd;
  child->port = port;
  *number = ++host->last_child;
  error = pier__table_put(&host->children, *number, child);
  if (error < 0) goto fail;
  error = pier__watch(host, pidfd, EPOLLIN, pier__event_key(*number, PIER__CHILD));
  if (error == 0) return 0;
  pier__table_remove(&host->children, *number);
fail:
  pier_free(child);
  return error;
}

/* As the BEAM has it: the exit code, or 128 and the number of the signal. */
static int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* 1 with the status when it has ended. A child that somebody else has waited
 * for has ended as well, but nobody knows how. */
static int reap(const struct pier__child *child, int *status) {
  int wait_status;
  pid_t pid;
  do {
    pid = waitpid(child->pid, &wait_status, WNOHANG);
  } while (pid < 0 && errno == EINTR);
  if (pid == 0) return 0;
  *status = pid < 0 ? LOST_STATUS : status_of(wait_status);
  return 1;
}

static void forget(pier_host *host, uint64_t number, struct pier__child *child) {
  pier__unwatch(host, child->pidfd);
  close(child->pidfd);
  pier__table_remove(&host->children, number);
  pier_free(child);
}

/* A tick has to be read to go away; a pidfd has nothing to read. */
static void clear_tick(const struct pier__child *child) {
  uint64_t count;
  ssize_t got = read(child->pidfd, &count, sizeof count);
  (void)got;
}

void pier__child_ended(pier_host *host, uint64_t number) {
  struct pier__child *child = pier__table_get(&host->children, number);
  struct pier__hport *port;
  int status;
  if (!child) return;
  if (!reap(child, &status)) {
    clear_tick(child);
    return;
  }
  port = pier__table_get(&host->ports, child->port);
  forget(host, number, child);
  if (!port) return;
  pier__pin(port);
  port->child = 0;
  pier__port_reaped(&port->core, status);
  pier__unpin(port);
}

static void reap_before(const struct pier__child *child, long long deadline) {
  struct pollfd wait = {child->pidfd, POLLIN, 0};
  int status;
  while (!reap(child, &status)) {
    long long left = deadline - pier__now_ms();
    if (left <= 0) return;
    poll(&wait, 1, (int)left);
    clear_tick(child);
  }
}

/* Programs see the end of their input and have the host's linger time to go;
 * those that stay are not ours to kill (doc/differences.md). */
void pier__children_free(pier_host *host) {
  long long deadline = pier__now_ms() + host->linger_ms;
  struct pier__child *child;
  uint64_t number;
  while ((child = pier__table_any(&host->children, &number))) {
    reap_before(child, deadline);
    forget(host, number, child);
  }
  pier__table_free(&host->children);
}
