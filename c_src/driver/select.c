/* Descriptors that drivers wait for, in the epoll set of the layer. The driver's own
 * descriptor is left as blocking as it is. What epoll refuses (files) is always ready. */
#include "driver/driver.h"

#include "driver/check.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { READ = 0, WRITE = 1, EVENTS = 64 };

struct selected {
  int fd;
  int always;                /* an eventfd in its place, for what is always ready; else -1 */
  uint64_t owner[2];         /* handles of the ports that read and write; 0 nobody */
  struct pier__driver *user; /* that called with ERL_DRV_USE */
};

static struct pier__dport *owner_of(const struct selected *selected, int way) {
  return pier__handle_find((ErlDrvPort)(uintptr_t)selected->owner[way]);
}

static uint64_t key_of(int fd) {
  return (uint64_t)(unsigned)fd + 1;
}

/* ---- The set --------------------------------------------------------------------------- */

static int control(const struct pier__drivers *drivers, const struct selected *selected,
                   uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = key_of(selected->fd)};
  int fd = selected->always >= 0 ? selected->always : selected->fd;
  if (events == 0) {
    epoll_ctl(drivers->epoll, EPOLL_CTL_DEL, fd, NULL);
    return 0;
  }
  if (epoll_ctl(drivers->epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
  return epoll_ctl(drivers->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* The eventfd counts 1: it is readable and writable for ever. */
static int update(const struct pier__drivers *drivers, struct selected *selected) {
  uint32_t events = (selected->owner[READ] ? (uint32_t)EPOLLIN : 0) |
                    (selected->owner[WRITE] ? (uint32_t)EPOLLOUT : 0);
  int error = control(drivers, selected, events);
  if (error != -EPERM) return error;
  selected->always = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
  if (selected->always < 0) return -errno;
  return control(drivers, selected, events);
}

static void forget(struct pier__drivers *drivers, struct selected *selected) {
  if (selected->always >= 0) {
    epoll_ctl(drivers->epoll, EPOLL_CTL_DEL, selected->always, NULL);
    close(selected->always);
  }
  pier__table_remove(&drivers->selected, key_of(selected->fd));
  pier_free(selected);
}

/* Nobody waits for it and nobody says that it is in use. */
static void settle(struct pier__drivers *drivers, struct selected *selected) {
  update(drivers, selected);
  if (!selected->owner[READ] && !selected->owner[WRITE] && !selected->user)
    forget(drivers, selected);
}

static struct selected *get(struct pier__drivers *drivers, int fd) {
  struct selected *selected = pier__table_get(&drivers->selected, key_of(fd));
  if (selected) return selected;
  selected = pier_alloc(sizeof *selected);
  if (!selected) return NULL;
  selected->fd = fd;
  selected->always = -1;
  selected->owner[READ] = selected->owner[WRITE] = 0;
  selected->user = NULL;
  if (pier__table_put(&drivers->selected, key_of(fd), selected) == 0) return selected;
  pier_free(selected);
  return NULL;
}

/* ---- driver_select ---------------------------------------------------------------------- */

static void claim(struct pier__dport *dport, struct selected *selected, int way) {
  const struct pier__dport *owner = owner_of(selected, way);
  if (owner && owner != dport)
    pier__driver_log(dport, -EBUSY, "descriptor %d is taken from another port", selected->fd);
  selected->owner[way] = dport->handle;
}

static int select_on(struct pier__dport *dport, int fd, int mode) {
  struct selected *selected = get(dport->drivers, fd);
  int error;
  if (!selected) return -1;
  if (mode & ERL_DRV_USE) selected->user = dport->driver;
  if (mode & ERL_DRV_READ) claim(dport, selected, READ);
  if (mode & ERL_DRV_WRITE) claim(dport, selected, WRITE);
  if (!(mode & (ERL_DRV_READ | ERL_DRV_WRITE))) return 0;
  error = update(dport->drivers, selected);
  if (error == 0) return 0;
  /* As in the BEAM, which finds out later: no error for the driver. */
  pier__driver_log(dport, error, "descriptor %d cannot be waited for: %s", fd,
                   pier_strerror(error));
  selected->owner[READ] = selected->owner[WRITE] = 0;
  settle(dport->drivers, selected);
  return 0;
}

/* No port: the driver may not call anything from there. */
static void stop_select(struct pier__driver *driver, int fd) {
  if (!driver->entry.stop_select) return;
  pier__call_begin(driver, NULL, "stop_select");
  driver->entry.stop_select((ErlDrvEvent)(intptr_t)fd, NULL);
  pier__call_end(driver->drivers);
}

static int select_off(struct pier__dport *dport, int fd, int mode) {
  struct pier__drivers *drivers = dport->drivers;
  struct selected *selected = pier__table_get(&drivers->selected, key_of(fd));
  int stop = (mode & ERL_DRV_USE_NO_CALLBACK) == ERL_DRV_USE;
  if (selected) {
    if (stop) mode |= ERL_DRV_READ | ERL_DRV_WRITE;
    if (mode & ERL_DRV_READ) selected->owner[READ] = 0;
    if (mode & ERL_DRV_WRITE) selected->owner[WRITE] = 0;
    if (mode & ERL_DRV_USE) selected->user = NULL;
    settle(drivers, selected);
  }
  if (stop) stop_select(dport->driver, fd);
  return 0;
}

int driver_select(ErlDrvPort port, ErlDrvEvent event, int mode, int on) {
  struct pier__dport *dport = pier__handle_get(port);
  int fd = (int)(intptr_t)event;
  if (!dport || fd < 0) return -1;
  if (on && dport->port->core.state == PIER__PORT_DEAD) return -1;
  return on ? select_on(dport, fd, mode) : select_off(dport, fd, mode);
}

/* ---- Events ------------------------------------------------------------------------------ */

/* A driver without the callback is taken off, with a word about it. */
static void drop_way(struct pier__dport *dport, int fd, int way) {
  struct selected *selected = pier__table_get(&dport->drivers->selected, key_of(fd));
  pier__driver_log(dport, PIER_ESTATE, "descriptor %d is ready, but there is no %s", fd,
                   way == READ ? "ready_input" : "ready_output");
  selected->owner[way] = 0;
  settle(dport->drivers, selected);
}

static void ready(struct pier__drivers *drivers, uint64_t key, int way) {
  const struct selected *selected = pier__table_get(&drivers->selected, key);
  struct pier__dport *dport = selected ? owner_of(selected, way) : NULL;
  void (*callback)(ErlDrvData, ErlDrvEvent);
  int fd = (int)(key - 1);
  if (!dport) return;
  callback = way == READ ? dport->driver->entry.ready_input : dport->driver->entry.ready_output;
  if (!callback) {
    drop_way(dport, fd, way);
    return;
  }
  pier__enter(dport, way == READ ? "ready_input" : "ready_output");
  callback(dport->data, (ErlDrvEvent)(intptr_t)fd);
  pier__leave(dport);
}

/* Each event looks again who waits: that may have changed in this turn. */
void pier__select_turn(struct pier__drivers *drivers) {
  struct epoll_event events[EVENTS];
  int i, count = epoll_wait(drivers->epoll, events, EVENTS, 0);
  for (i = 0; i < count; i++) {
    uint64_t key = events[i].data.u64;
    const uint32_t bad = EPOLLERR | EPOLLHUP;
    if (key == UINT64_MAX) continue;
    if (events[i].events & (EPOLLOUT | bad)) ready(drivers, key, WRITE);
    if (events[i].events & (EPOLLIN | bad)) ready(drivers, key, READ);
  }
}

/* ---- The end ------------------------------------------------------------------------------
 */

static void report_left(struct pier__dport *dport, int fd) {
  struct pier__inside inside = {
      .driver = dport->driver, .where = PIER__ON_HOST, .call = "stop"};
  if (!dport->drivers->check) {
    pier__driver_log(dport, PIER_ESTATE, "descriptor %d was still selected", fd);
    return;
  }
  inside.port = dport->port->core.number;
  pier__misuse(&inside, "leaves descriptor %d selected", fd);
}

/* A port that closes with something selected loses it, without stop_select. */
void pier__select_drop(struct pier__dport *dport) {
  struct pier__drivers *drivers = dport->drivers;
  size_t i = 0;
  while (i < drivers->selected.capacity) {
    const struct pier__table_slot *slot = &drivers->selected.slots[i];
    struct selected *selected = slot->value;
    int mine = 0, way;
    for (way = READ; slot->key != 0 && way <= WRITE; way++) {
      if (selected->owner[way] != dport->handle) continue;
      selected->owner[way] = 0;
      mine = 1;
    }
    if (mine) {
      report_left(dport, selected->fd);
      selected->user = NULL;
      settle(drivers, selected);
      i = 0; /* removal moves entries */
    } else {
      i++;
    }
  }
}

/* What the driver said it uses, and never that it does not any more. */
void pier__select_unload(struct pier__driver *driver) {
  struct pier__drivers *drivers = driver->drivers;
  struct pier__inside inside = {.driver = driver, .where = PIER__ON_HOST, .call = "finish"};
  size_t i = 0;
  while (i < drivers->selected.capacity) {
    struct selected *selected = drivers->selected.slots[i].value;
    if (drivers->selected.slots[i].key == 0 || selected->user != driver) {
      i++;
      continue;
    }
    pier__misuse(&inside, "leaves descriptor %d in use", selected->fd);
    selected->user = NULL;
    settle(drivers, selected);
    i = 0; /* removal moves entries */
  }
}

void pier__select_free(struct pier__drivers *drivers) {
  uint64_t key;
  struct selected *selected;
  while ((selected = pier__table_any(&drivers->selected, &key)))
    forget(drivers, selected);
  pier__table_free(&drivers->selected);
}
