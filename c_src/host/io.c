/* What a port asks of its host: reading and writing its pipes, telling its
 * owner and links, and its burial. */
#include "host/descriptors.h"
#include "host/host.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static struct pier__hport *hport(struct pier__port *port) {
  return (struct pier__hport *)(void *)port;
}

static pier_process *receiver(struct pier__port *port, pier_pid to) {
  pier_host *host = hport(port)->host;
  pier_process *process = pier__process(host, to);
  if (process) host->recent_process = process;
  return process;
}

static void deliver(struct pier__port *port, pier_pid to, const pier_message *message) {
  pier_process *process = receiver(port, to);
  if (process) pier__post_to(process, message);
}

static void calm(struct pier__port *core) {
  struct pier__hport *port = hport(core);
  if (port->host->observer) port->host->observer->calm(port);
  pier__calm(port);
}

/* The lists are taken out first: a link that dies of the signal may come back
 * to this port. */
static void announce(struct pier__port *core, pier_span reason) {
  struct pier__hport *port = hport(core);
  pier_host *host = port->host;
  struct pier__links links = core->links;
  struct pier__monitors watchers = core->monitors;
  pier_object self = {{core->number}, {0}};
  uint32_t i;
  memset(&core->links, 0, sizeof core->links);
  memset(&core->monitors, 0, sizeof core->monitors);
  pier__name_drop(host, &port->name);
  if (host->observer) host->observer->gone(port);
  for (i = 0; i < links.count; i++) {
    pier_process *process = pier__process(host, pier__links_of(&links)[i]);
    if (!process) continue;
    pier__table_remove(&process->links, pier__object_key(self));
    pier__exit_signal(process, self, reason);
  }
  pier__links_free(&links);
  pier__down_all(host, &watchers, reason);
}

static ssize_t write_parts(int fd, const struct iovec *parts, int count) {
  if (count == 1) return write(fd, parts->iov_base, parts->iov_len);
  return writev(fd, parts, count);
}

static void show_written(struct pier__hport *port, const struct iovec *parts, size_t left) {
  const struct pier__observer *observer = port->host->observer;
  for (; left > 0; parts++) {
    size_t size = parts->iov_len < left ? parts->iov_len : left;
    if (size > 0) observer->wrote(port, pier_span_of(parts->iov_base, size));
    left -= size;
  }
}

static ssize_t write_pipe(struct pier__port *core, const struct iovec *parts, int count) {
  struct pier__hport *port = hport(core);
  ssize_t written;
  do {
    written = port->descriptors ? pier__descriptor_write(port, parts, count)
                                : write_parts(port->out, parts, count);
  } while (written < 0 && errno == EINTR);
  if (written < 0) return errno == EAGAIN ? 0 : -errno;
  if (port->host->observer) show_written(port, parts, (size_t)written);
  return written;
}

/* An eventfd that counts one is ready for ever: with it in the set a file, which
 * is, has its turns like everything else. */
static int watch_always(pier_host *host, int *event, uint32_t events, uint64_t key) {
  *event = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
  return *event < 0 ? -errno : pier__watch(host, *event, events, key);
}

static int watch_end(struct pier__hport *port, int fd, int *event, uint32_t events,
                     enum pier__event_kind kind) {
  uint64_t key = pier__event_key(port->core.number, kind);
  int error = -EPERM;
  if (*event >= 0) return pier__watch(port->host, *event, events, key);
  if (fd >= 0) error = pier__watch(port->host, fd, events, key);
  return error == -EPERM ? watch_always(port->host, event, events, key) : error;
}

static void stop_writing(struct pier__hport *port) {
  if (!port->writing) return;
  pier__unwatch(port->host, port->out_event >= 0 ? port->out_event : port->out);
  port->writing = 0;
}

/* The pipe of a program says once that it takes bytes again, after a write that it did
 * not take whole, and nothing otherwise: its end stays in the set from the first such
 * write on. What a port of descriptors has there may be of any kind. */
static int want_write(struct pier__port *core, int on) {
  struct pier__hport *port = hport(core);
  const uint32_t events = port->descriptors ? EPOLLOUT : EPOLLOUT | EPOLLET;
  int error;
  if (!on && port->descriptors) stop_writing(port);
  if (!on || port->writing) return 0;
  error = watch_end(port, port->out, &port->out_event, events, PIER__WRITE);
  port->writing = error == 0;
  return error;
}

static void gather(struct pier__port *core) {
  struct pier__hport *port = hport(core);
  pier_host *host = port->host;
  if (port->listed) return;
  port->listed = 1;
  pier__pin(port);
  port->next_gathered = host->first_gathered;
  host->first_gathered = port;
  pier__wake(host);
}

int pier__flush_gathered(pier_host *host) {
  struct pier__hport *port = host->first_gathered, *next;
  int ended = 0;
  host->first_gathered = NULL;
  for (; port; port = next) {
    next = port->next_gathered;
    port->listed = 0;
    if (port->core.gathered) {
      pier__port_flush(&port->core);
      ended |= !pier__port_usable(&port->core);
    }
    pier__unpin(port);
  }
  return ended;
}

/* Reported as long as there are bytes: a read that brought less than it might have does not
 * show that the pipe is empty, for a program can make it one of packets (O_DIRECT). */
int pier__port_start_reading(struct pier__hport *port) {
  int error = watch_end(port, port->in, &port->in_event, EPOLLIN, PIER__READ);
  if (error == 0) port->reading = 1;
  return error;
}

static void stop_reading(struct pier__port *core) {
  struct pier__hport *port = hport(core);
  if (!port->reading) return;
  pier__unwatch(port->host, port->in_event >= 0 ? port->in_event : port->in);
  port->reading = 0;
}

void pier__port_log(struct pier__hport *port, const pier_diag *fault) {
  const pier_host *host = port->host;
  pier_port self = {port->core.number};
  if (host->log && !host->ending) host->log(self, fault, host->log_state);
}

void pier__log_bad_value(struct pier__hport *port) {
  pier_diag fault;
  pier_diag_set(&fault, PIER_EBADARG, 0, "Bad value on output port '%s'", port->title);
  pier__port_log(port, &fault);
}

static void report(struct pier__port *core, const pier_diag *fault) {
  pier__port_log(hport(core), fault);
}

static void close_end(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

void pier__port_close_ends(struct pier__hport *port) {
  stop_reading(&port->core);
  stop_writing(port);
  close_end(&port->in);
  close_end(&port->out);
  close_end(&port->in_event);
  close_end(&port->out_event);
}

/* A descriptor that a child may still share stays in an epoll set after
 * close(2): it is taken out by name. */
static void bury(struct pier__port *core) {
  struct pier__hport *port = hport(core);
  pier__port_close_ends(port);
  pier__forget_port(port);
}

const struct pier__port_io pier__port_io = {.deliver = deliver,
                                            .calm = calm,
                                            .announce = announce,
                                            .write = write_pipe,
                                            .want_write = want_write,
                                            .gather = gather,
                                            .stop_reading = stop_reading,
                                            .report = report,
                                            .bury = bury};

void pier__hport_free(struct pier__hport *port) {
  pier__rest_drop(&port->host->post, &port->rest);
  pier__port_deinit(&port->core);
  pier_free((void *)(uintptr_t)port->data.data);
  if (port->pidfd >= 0)
    pier__orphan(port);
  else
    pier_free(port);
}

static ssize_t read_pipe(struct pier__hport *port, void *to, size_t size) {
  ssize_t got;
  do {
    got = port->in_socket ? recv(port->in, to, size, MSG_DONTWAIT) : read(port->in, to, size);
  } while (got < 0 && errno == EINTR);
  if (got > 0 && port->host->observer)
    port->host->observer->read(port, pier_span_of(to, (size_t)got));
  return got;
}

/* The owner is asked for anew only when a callback has changed something. */
static void take_in(struct pier__hport *port, size_t count) {
  struct pier__port *core = &port->core;
  pier_message message;
  int more;
  pier__port_input(core, count, &message);
  do {
    pier_process *owner = receiver(core, core->owner);
    if (owner && pier__sees_now(owner)) {
      more = pier__show_input(owner, core, &message);
    } else {
      more = pier__port_next(core, &message);
      if (more == 1 && owner) pier__post_to(owner, &message);
    }
  } while (more == 1);
  if (more < 0) pier__port_refuse(core, more);
}

/* Big frames are read into their place. */
static ssize_t read_placed(struct pier__hport *port, void *place, size_t room) {
  ssize_t got = read_pipe(port, place, room);
  if (got > 0) {
    pier_framer_placed(&port->core.framer, (size_t)got);
    take_in(port, (size_t)got);
  }
  return got;
}

/* Others behind what there is of them. */
static ssize_t read_behind(struct pier__hport *port) {
  struct pier_framer *framer = &port->core.framer;
  uint8_t *place = (uint8_t *)(uintptr_t)framer->end;
  ssize_t got = read_pipe(port, place, pier__rest_room(&port->rest, place));
  if (got > 0) {
    pier__rest_filled(&port->rest, place + got);
    pier__framer_extend(framer, (size_t)got);
    take_in(port, (size_t)got);
  }
  return got;
}

static ssize_t read_chunk(struct pier__hport *port) {
  struct pier__post *post = &port->host->post;
  uint8_t *room = pier__post_room(post, 0);
  ssize_t got;
  if (!room) {
    errno = EAGAIN; /* memory may be there next time */
    return -1;
  }
  got = read_pipe(port, room, PIER__READ_SIZE);
  /* What comes while the port is closing is nobody's; a line begun before is. */
  if (got > 0 && pier__port_usable(&port->core)) {
    port->core.framer.in_place = 1;
    pier__framer_feed(&port->core.framer, pier_span_of(room, (size_t)got));
    take_in(port, (size_t)got);
    pier__post_filled(post, (size_t)got);
  }
  return got;
}

/* The framer keeps what is left, in memory of its own. */
static void take_rest(struct pier__hport *port) {
  struct pier_framer *framer = &port->core.framer;
  if (framer->at != framer->end && pier__framer_take_in(framer) < 0)
    take_in(port, 0); /* which says so */
  pier__rest_drop(&port->host->post, &port->rest);
}

/* A frame that is not whole stays where it is, if there is room for the rest of it. */
static void settle_rest(struct pier__hport *port) {
  struct pier__post *post = &port->host->post;
  struct pier_framer *framer = &port->core.framer;
  size_t left = (size_t)(framer->end - framer->at);
  uint8_t *at = NULL;
  if (left == 0 || framer->error) {
    pier__rest_drop(post, &port->rest);
    return;
  }
  if (pier__port_usable(&port->core))
    at = pier__rest_keep(post, &port->rest, framer->at, left, pier__framer_whole(framer));
  if (at)
    pier__framer_moved(framer, at);
  else
    take_rest(port);
}

static ssize_t read_some(struct pier__hport *port) {
  size_t room;
  void *place = NULL;
  if (!pier__port_usable(&port->core)) return read_chunk(port);
  if (port->rest.chunk) return read_behind(port);
  if (!port->core.framer.fast) place = pier_framer_place(&port->core.framer, &room);
  return place ? read_placed(port, place, room) : read_chunk(port);
}

/* One read per readiness, as the BEAM; an error of it silences the port. */
void pier__port_readable(struct pier__hport *port) {
  struct pier__post *post = &port->host->post;
  ssize_t got;
  if (!port->reading) return;
  post->framer = &port->core.framer;
  post->own = port->rest.chunk;
  got = read_some(port);
  if (got > 0) settle_rest(port);
  if (got == 0) {
    take_rest(port);
    pier__port_input_end(&port->core);
  } else if (got < 0 && errno != EAGAIN) {
    stop_reading(&port->core);
  }
  post->framer = NULL;
  post->own = NULL;
}
