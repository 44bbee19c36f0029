/* The layer in a host: one epoll set of its own, which the host's contains. */
#include "driver/driver.h"

#include "driver/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

static uint64_t last_serial;
static unsigned hosts; /* both behind pier__handles_lock */

_Thread_local struct pier__drivers *pier__drivers_here;
atomic_uint pier__async_threads = 1;

void pier__drivers_wake(struct pier__drivers *drivers) {
  uint64_t one = 1;
  if (write(drivers->event, &one, sizeof one) < 0) return; /* full: readable already */
}

void pier__driver_log(struct pier__dport *dport, int error, const char *format, ...) {
  const struct pier__drvcall *call = pier__call_now(dport->drivers);
  pier_diag fault;
  char text[160];
  va_list arguments;
  if (!dport->port) return;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  pier_diag_set(&fault, error, 0, "driver %.40s%s%s: %s", dport->driver->name,
                call ? ", in " : "", call ? call->name : "", text);
  pier__port_log(dport->port, &fault);
}

void pier__call_watch(struct pier__drvcall *call) {
  const struct pier__inside inside = {.where = PIER__ON_HOST,
                                      .driver = call->driver,
                                      .port = call->dport ? call->dport->port->core.number : 0,
                                      .call = call->name};
  call->before = pier__check_begin(&inside);
}

void pier__call_watched(const struct pier__drvcall *call) {
  pier__check_end(&call->before);
}

static struct pier__driver *find(const pier_host *host, const char *command) {
  struct pier__driver *driver =
      pier__driver_find(host->drivers, command, strcspn(command, " "));
  if (!driver || driver->state == PIER__DRIVER_FORCE_UNLOAD ||
      driver->state == PIER__DRIVER_FORCE_RELOAD)
    return NULL;
  return driver;
}

void pier__drivers_turn(pier_host *host) {
  struct pier__drivers *drivers = host->drivers;
  uint64_t count;
  if (read(drivers->event, &count, sizeof count) < 0) count = 0;
  pier__select_turn(drivers);
  pier__timers_turn(drivers);
  if (count > 0) {
    pier__inbox_turn(drivers);
    pier__async_turn(drivers);
    pier__check_turn(drivers);
  }
  if (drivers->later) pier__drivers_sweep(drivers);
}

static int process_began(pier_host *host, pier_pid pid) {
  return pier__inbox_began(host->drivers, pid);
}

static void process_ended(pier_host *host, pier_pid pid) {
  pier__inbox_ended(host->drivers, pid);
  pier__monitors_fire(host->drivers, pid);
  pier__drivers_forget_process(host->drivers, pid);
  pier__work_due(host->drivers);
}

void pier__drivers_end(pier_host *host) {
  struct pier__drivers *drivers = host->drivers;
  struct pier__driver *driver;
  int last;
  pier__async_free(drivers);
  for (driver = drivers->first; driver; driver = driver->next) {
    pier__users_free(driver);
    pier__driver_abandon(driver);
  }
  pier__drivers_sweep(drivers);
  pier__inbox_turn(drivers);
  pier__select_free(drivers);
  pier__check_free(drivers);
  if (drivers->epoll >= 0) close(drivers->epoll);
  if (drivers->timer >= 0) close(drivers->timer);
  if (drivers->event >= 0) close(drivers->event);
  pthread_mutex_destroy(&drivers->inbox_lock);
  pier__table_free(&drivers->alive);
  pier_free(drivers);
  host->drivers = NULL;
  host->hooks = NULL;
  pthread_mutex_lock(&pier__handles_lock);
  last = --hosts == 0;
  pthread_mutex_unlock(&pier__handles_lock);
  if (last) pier__handles_free();
}

static const struct pier__driver_hooks hooks = {.find = find,
                                                .adopt = pier__dport_adopt,
                                                .start = pier__dport_start,
                                                .waits = pier__dport_waits,
                                                .forget = pier__dport_forget,
                                                .function = pier__ddll_function,
                                                .control = pier__apply_driver_control,
                                                .call = pier__apply_driver_call,
                                                .monitors = pier__monitors_put,
                                                .process_began = process_began,
                                                .process_ended = process_ended,
                                                .turn = pier__drivers_turn,
                                                .end = pier__drivers_end};

static int add(const struct pier__drivers *drivers, int fd, uint64_t key) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = key};
  return epoll_ctl(drivers->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_all(struct pier__drivers *drivers) {
  int error;
  drivers->epoll = epoll_create1(EPOLL_CLOEXEC);
  drivers->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  drivers->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (drivers->epoll < 0 || drivers->timer < 0 || drivers->event < 0) return -errno;
  error = add(drivers, drivers->timer, UINT64_MAX);
  if (error == 0) error = add(drivers, drivers->event, UINT64_MAX);
  if (error < 0) return error;
  return pier__watch(drivers->host, drivers->epoll, EPOLLIN,
                     pier__event_key(PIER__DRIVERS_WAKE, PIER__WAKE));
}

/* Those that were there before; others are told as they begin. */
static int know_processes(struct pier__drivers *drivers) {
  const pier_process *process = drivers->host->first_process;
  int error = 0;
  for (; process && error == 0; process = process->next)
    if (!process->dead) error = pier__inbox_began(drivers, process->pid);
  return error;
}

int pier_driver_enable(pier_host *host) {
  struct pier__drivers *drivers;
  int error;
  if (host->drivers) return 0;
  drivers = pier_alloc(sizeof *drivers);
  if (!drivers) return PIER_ENOMEM;
  memset(drivers, 0, sizeof *drivers);
  drivers->host = host;
  drivers->epoll = drivers->timer = drivers->event = -1;
  pthread_mutex_init(&drivers->inbox_lock, NULL);
  pthread_mutex_lock(&pier__handles_lock);
  drivers->serial = ++last_serial;
  hosts++;
  pthread_mutex_unlock(&pier__handles_lock);
  host->drivers = drivers;
  atomic_store(&pier__async_threads, host->async_threads);
  host->hooks = &hooks;
  error = open_all(drivers);
  if (error == 0) error = know_processes(drivers);
  if (error == 0 && host->check_drivers) error = pier__check_new(drivers);
  if (error < 0) pier__drivers_end(host);
  return error;
}
