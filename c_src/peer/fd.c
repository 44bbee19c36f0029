/* The blocking loop: a read that blocks as long as nothing else can happen, poll
 * when answers wait, calls are kept or other threads may come. */
#include "peer/io.h"
#include "peer/life.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

struct pier__wait {
  int at_end;
  int empty;   /* nothing was there to read */
  int cleared; /* O_NONBLOCK was set on the way out */
};

static int same_file(int a, int b) {
  struct stat left, right;
  return fstat(a, &left) == 0 && fstat(b, &right) == 0 && left.st_dev == right.st_dev &&
         left.st_ino == right.st_ino;
}

/* A pipe or socket that nobody else writes to need not block, so that reading goes
 * on. What is shared with standard error would fail there. */
static int unblock(int fd) {
  struct stat status;
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || flags & O_NONBLOCK || fstat(fd, &status) < 0) return 0;
  if (!S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode)) return 0;
  if (same_file(fd, 2)) return 0;
  return fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

static void block(int fd) {
  int flags = fcntl(fd, F_GETFL);
  if (flags >= 0) fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

/* ms until the next deadline, -1: for ever. */
static int time_left(pier_peer *peer) {
  int64_t next = pier_peer_next_tick(peer);
  if (next < 0) return -1;
  next -= pier__peer_clock();
  if (next < 0) return 0;
  return next > INT_MAX ? INT_MAX : (int)next;
}

/* What is waited for: to read, to write, the bell. */
struct events {
  struct pollfd fds[3];
};

static struct events wanted(const pier_peer *peer, const struct pier__wait *wait) {
  struct events events = {{{peer->config.in, POLLIN, 0},
                           {peer->config.out, POLLOUT, 0},
                           {peer->hub->bell, POLLIN, 0}}};
  /* At the end a way out without a reader still says so. */
  if (pier__peer_waiting(peer) == 0) events.fds[1].events = 0;
  if (events.fds[1].events == 0 && !wait->at_end) events.fds[1].fd = -1;
  if (wait->at_end || !pier_peer_wants_input(peer)) events.fds[0].fd = -1;
  return events;
}

static int any_event(pier_peer *peer, void *state) {
  struct events *events = state;
  (void)peer;
  return poll(events->fds, 3, 0) != 0;
}

/* The end of file is left to the read. */
static int any_input(pier_peer *peer, void *state) {
  int count = 0;
  (void)state;
  return ioctl(peer->config.in, FIONREAD, &count) < 0 || count > 0;
}

/* Waits for whatever can happen. 1 if there is something to read; 0, or an error. */
static int wait_for_any(pier_peer *peer, const struct pier__wait *wait) {
  struct events events = wanted(peer, wait);
  struct pollfd *ready = events.fds;
  int ms = time_left(peer);
  if (pier__spin_is_on(&peer->spin)) pier__peer_poll(peer, any_event, &events, ms);
  if (poll(ready, 3, ms) < 0)
    return errno == EINTR ? 0 : pier__peer_fail(peer, -errno, "waiting for the owner");
  if (ready[2].revents) pier__hub_heard(peer->hub);
  if (ready[1].revents & POLLERR) return pier__peer_fail(peer, -EPIPE, "writing to the owner");
  if (ready[1].revents & POLLNVAL) return pier__peer_fail(peer, -EBADF, "writing to the owner");
  return ready[0].revents != 0;
}

/* A handler waits for room: only for the way out. */
static int wait_to_write(pier_peer *peer) {
  struct pollfd ready = {peer->config.out, POLLOUT, 0};
  int error = pier__peer_write(peer, NULL, 0);
  if (!error && pier__peer_waiting(peer) > 0 && poll(&ready, 1, -1) < 0 && errno != EINTR)
    error = -errno;
  return error < 0 ? pier__peer_fail(peer, error, "writing to the owner") : 0;
}

/* Frames that waited for less output, else new ones. */
static void take_in(pier_peer *peer, struct pier__wait *wait) {
  int got;
  if (peer->paused)
    got = pier__peer_serve(peer) == 0 ? 1 : 0;
  else
    got = pier__peer_read(peer);
  wait->empty = got == -EAGAIN;
  if (got <= 0 && !wait->empty) wait->at_end = 1;
}

static void turn(pier_peer *peer, struct pier__wait *wait) {
  int ready = 1;
  if (peer->paused && pier__peer_waiting(peer) <= peer->config.output / 2) {
    take_in(peer, wait);
  } else {
    if (pier__peer_waiting(peer) > 0 || wait->empty || wait->at_end || peer->hub->shared)
      ready = wait_for_any(peer, wait);
    else if (pier__spin_is_on(&peer->spin))
      pier__peer_poll(peer, any_input, NULL, -1);
    if (ready < 0)
      wait->at_end = 1;
    else if (ready > 0)
      take_in(peer, wait);
  }
  if (peer->hub->shared) pier_peer_tick(peer, pier__peer_clock());
  if (peer->stopped) wait->at_end = 1;
}

static void loop(pier_peer *peer, struct pier__wait *wait) {
  do {
    turn(peer, wait);
    /* What was answered before an error leaves all the same. */
    pier__peer_flush(peer);
    if (peer->diag.error) wait->at_end = 1;
  } while (!pier__peer_is_over(peer, wait->at_end));
}

static void run(pier_peer *peer) {
  struct pier__wait wait = {0};
  int error;
  if (peer->config.in < 0 || peer->config.out < 0) {
    pier__peer_fail(peer, PIER_ESTATE, "a peer without descriptors");
    return;
  }
  error = pier__life_start(peer->life, peer->config.in, peer->config.out, peer->config.guard);
  if (error < 0) pier__peer_fail(peer, error, "starting to watch the owner");
  if (pier__hello_say(peer) == 0) {
    pier__peer_home(peer);
    peer->write = pier__peer_write;
    peer->wait = wait_to_write;
    peer->clock = pier__peer_clock;
    wait.cleared = unblock(peer->config.out);
    pier__peer_flush(peer);
    loop(peer, &wait);
    if (wait.cleared) block(peer->config.out);
  }
}

int pier_peer_run(pier_peer *peer) {
  int status;
  run(peer);
  /* Clean-ups may wait for threads that wait for room. */
  pier__hub_close(peer->hub);
  status = pier__peer_verdict(peer);
  pier_peer_free(peer);
  return status;
}
