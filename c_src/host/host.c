/* A host from its beginning to its end. */
#include "host/host.h"

#include "host/pipes.h"
#include "host/spawn.h"
#include "port/reason.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  DEFAULT_LINGER_MS = 500,
  DEFAULT_PORT_LIMIT = 65536,
  ASYNC_THREADS = 1024,
  DEFAULT_DRIVER_LIMIT_MS = 100
};

void pier_host_config_init(pier_host_config *config) {
  memset(config, 0, sizeof *config);
  pier_limits_init(&config->limits);
  /* What the BEAM accepts: memory grows with what arrives, not with what a
   * header announces. */
  config->limits.frame = INT32_MAX;
  config->linger_ms = DEFAULT_LINGER_MS;
  config->port_limit = DEFAULT_PORT_LIMIT;
  config->async_threads = 1;
  config->driver_limit_ms = DEFAULT_DRIVER_LIMIT_MS;
}

/* A write to a program that has gone must be an error, not the end of us. A
 * handler that the caller has set stays. */
static void ignore_sigpipe(void) {
  struct sigaction action;
  if (sigaction(SIGPIPE, NULL, &action) < 0 || action.sa_handler != SIG_DFL) return;
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, NULL);
}

static int keep_low(pier_host *host) {
  int i;
  for (i = 0; i < 2; i++) {
    host->low[i] = fcntl(host->wake, F_DUPFD_CLOEXEC, PIER__FIRST_FREE);
    if (host->low[i] < 0) return -errno;
  }
  return 0;
}

static int start(pier_host *host, const pier_host_config *config) {
  int error;
  host->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (host->epoll < 0) return -errno;
  host->stack = mmap(NULL, PIER__SPAWN_STACK, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (host->stack == MAP_FAILED) {
    host->stack = NULL;
    return -ENOMEM;
  }
  ignore_sigpipe();
  host->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (host->wake < 0) return -errno;
  error = keep_low(host);
  if (error < 0) return error;
  error = pier__watch(host, host->wake, EPOLLIN, pier__event_key(0, PIER__WAKE));
  if (error < 0 || !config->loop) return error;
  return pier__uv_attach(host, config->loop);
}

int pier_host_new(pier_host **host, const pier_host_config *config) {
  pier_host_config defaults;
  pier_host *fresh;
  int error;
  *host = NULL;
  if (!config) {
    pier_host_config_init(&defaults);
    config = &defaults;
  }
  fresh = pier_alloc(sizeof *fresh);
  if (!fresh) return PIER_ENOMEM;
  memset(fresh, 0, sizeof *fresh);
  fresh->epoll = fresh->wake = fresh->low[0] = fresh->low[1] = -1;
  fresh->limits = config->limits;
  fresh->linger_ms = config->linger_ms;
  fresh->port_limit = config->port_limit;
  fresh->check_drivers = config->check_drivers;
  fresh->async_threads = config->async_threads;
  if (fresh->async_threads < 1) fresh->async_threads = 1;
  if (fresh->async_threads > ASYNC_THREADS) fresh->async_threads = ASYNC_THREADS;
  fresh->driver_limit_ms = config->driver_limit_ms;
  fresh->pipe_size = config->pipe_size;
  pier__spin_init(&fresh->spin, config->poll_us);
  fresh->log = config->log;
  fresh->log_state = config->log_state;
  error = start(fresh, config);
  if (error < 0)
    pier_host_free(fresh);
  else
    *host = fresh;
  return error;
}

static void end_ports(pier_host *host) {
  struct pier__atom atom;
  struct pier__hport *port;
  uint64_t number;
  while ((port = pier__table_any(&host->ports, &number))) {
    pier__pin(port);
    if (pier__port_usable(&port->core))
      pier__port_exit(&port->core, pier__atom(&atom, "killed"), 1);
    else
      pier__port_abandon(&port->core);
    pier__unpin(port);
  }
  pier__flush_gathered(host); /* they have nothing any more, but are pinned */
  pier__table_free(&host->ports);
}

static void end_processes(pier_host *host) {
  struct pier__atom atom;
  while (host->first_process) {
    pier__process_end(host->first_process, pier__atom(&atom, "killed"));
    pier__process_free(host->first_process);
  }
  pier__table_free(&host->processes);
  pier__table_free(&host->names);
}

void pier_host_free(pier_host *host) {
  if (!host) return;
  host->ending = 1;
  end_ports(host);
  end_processes(host);
  if (host->hooks) host->hooks->end(host);
  pier__orphans_free(host);
  if (host->uv) pier__uv_detach(host);
  if (host->wake >= 0) close(host->wake);
  if (host->low[0] >= 0) close(host->low[0]);
  if (host->low[1] >= 0) close(host->low[1]);
  if (host->epoll >= 0) close(host->epoll);
  if (host->stack) munmap(host->stack, PIER__SPAWN_STACK);
  pier__post_free(&host->post);
  pier_free(host);
}
