/* The host's own readiness set: waited on directly, or behind one handle in
 * the caller's libuv loop. Nothing here looks at every port. */
#include "host/clock.h"
#include "host/host.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS_PER_TURN = 128, NS_PER_MS = 1000000 };

int pier__watch(pier_host *host, int fd, uint32_t events, uint64_t key) {
  struct epoll_event event;
  event.events = events;
  event.data.u64 = key;
  return epoll_ctl(host->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

void pier__unwatch(pier_host *host, int fd) {
  epoll_ctl(host->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void drain_wake(pier_host *host) {
  uint64_t count;
  ssize_t got = read(host->wake, &count, sizeof count);
  (void)got; /* it only ends the wait */
}

/* The port may have died earlier in the turn: it is looked up by number. */
static void on_port(pier_host *host, uint64_t number, enum pier__event_kind kind) {
  const pier_port named = {number};
  struct pier__hport *port = pier__hport(host, named);
  if (!port) return;
  host->recent_port = port;
  pier__pin(port);
  if (kind == PIER__READ)
    pier__port_readable(port);
  else
    pier__port_writable(&port->core);
  pier__unpin(port);
}

static void on_event(pier_host *host, uint64_t key) {
  enum pier__event_kind kind = (enum pier__event_kind)(key & 3);
  switch (kind) {
  case PIER__READ:
  case PIER__WRITE:
    on_port(host, key >> 2, kind);
    break;
  case PIER__CHILD:
    pier__child_ended((struct pier__hport *)(uintptr_t)(key - (uint64_t)kind));
    break;
  case PIER__WAKE:
    if (key >> 2 == PIER__DRIVERS_WAKE)
      host->hooks->turn(host);
    else
      drain_wake(host);
    break;
  }
}

static int work_off_kind(pier_host *host, const struct epoll_event *events, int count,
                         enum pier__event_kind kind) {
  int i, done = 0;
  for (i = 0; i < count; i++) {
    if ((events[i].data.u64 & 3) != (uint64_t)kind) continue;
    on_event(host, events[i].data.u64);
    done++;
  }
  return done;
}

/* What a program wrote comes before what its death does to the queue, as in
 * the BEAM, where the end of input throws the queue away. If its status is known
 * by then it comes before a write that would fail: which of the two is seen is
 * the race that it is there (doc/ports.md 5.2). */
static void work_off(pier_host *host, const struct epoll_event *events, int count) {
  static const enum pier__event_kind order[] = {PIER__READ, PIER__CHILD, PIER__WRITE,
                                                PIER__WAKE};
  size_t i;
  int left = count;
  if (count == 1) {
    on_event(host, events[0].data.u64);
    return;
  }
  for (i = 0; left > 0 && i < sizeof order / sizeof order[0]; i++)
    left -= work_off_kind(host, events, count, order[i]);
}

/* After the events: callers that may go on, callbacks with messages from elsewhere, and
 * what was gathered meanwhile. */
static int work_on(pier_host *host) {
  int done = host->first_resumed || host->first_ready;
  if (host->first_resumed) pier__resume(host);
  if (host->first_ready) pier__run_ready(host);
  if (host->first_gathered) pier__flush_gathered(host);
  return done;
}

static int is_due(const pier_host *host) {
  return host->first_ready || host->first_resumed || host->first_gathered;
}

/* What was corked outside of turns goes before the wait: it may be what is waited for. */
static int may_wait(pier_host *host) {
  int ended = host->first_gathered && pier__flush_gathered(host);
  return !ended && !is_due(host);
}

static int ask(const pier_host *host, struct epoll_event *events, int timeout_ms) {
  int count;
  do {
    count = epoll_wait(host->epoll, events, EVENTS_PER_TURN, timeout_ms);
  } while (count < 0 && errno == EINTR);
  return count;
}

/* What is there at once says nothing. */
int pier__ask_again(pier_host *host, pier__asked *asked, void *state, int timeout_ms) {
  uint64_t limit = timeout_ms < 0 ? UINT64_MAX : (uint64_t)timeout_ms * NS_PER_MS, now = 0;
  int count;
  if (timeout_ms == 0 || !pier__spin_is_on(&host->spin)) return 0;
  if (host->spin.rest == 0) {
    count = asked(host, state);
    if (count != 0) return count;
    now = pier__now_ns();
  }
  if (!pier__spin_begin(&host->spin, now, limit)) return 0;
  do {
    count = asked(host, state);
    now = pier__now_ns();
  } while (count == 0 && !pier__spin_over(&host->spin, now));
  pier__spin_end(&host->spin, now, count > 0);
  return count;
}

static int ask_now(const pier_host *host, void *events) {
  return ask(host, events, 0);
}

static int wait(pier_host *host, struct epoll_event *events, int timeout_ms) {
  int count = pier__ask_again(host, ask_now, events, timeout_ms);
  return count != 0 ? count : ask(host, events, timeout_ms);
}

int pier__turn(pier_host *host, int timeout_ms) {
  struct epoll_event events[EVENTS_PER_TURN];
  int count, done;
  if (host->in_turn) return PIER_ESTATE;
  host->in_turn = 1;
  done = !may_wait(host);
  if (done) timeout_ms = 0;
  count = wait(host, events, timeout_ms);
  if (count > 0) work_off(host, events, count);
  done |= work_on(host);
  host->in_turn = 0;
  if (is_due(host)) pier__wake(host);
  return count < 0 ? -errno : count > 0 || done;
}

int pier_host_run_once(pier_host *host, int timeout_ms) {
  return pier__turn(host, timeout_ms);
}

/* From now on somebody else waits. */
int pier_host_fd(const pier_host *host) {
  pier_host *own = (pier_host *)(uintptr_t)host;
  if (!own->watched) {
    own->watched = 1;
    if (is_due(own)) pier__wake(own);
  }
  return host->epoll;
}
