/* What drivers do wrong with calls, threads, locks, queues and time. */
#include "driver/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { REPORTS_WAITING = 1000, LOCKS_HELD = 32, WORDS = 128 };

struct report {
  struct report *next;
  uint64_t port;
  pier_diag fault;
};

struct pier__check {
  pthread_mutex_t lock;
  struct report *first, *last; /* from other threads */
  unsigned waiting;
  long long limit; /* of a callback, nanoseconds; 0 none */
};

atomic_uint pier__checks;
_Thread_local struct pier__inside pier__inside;

struct held {
  const void *lock;
  const char *kind, *name;
};
static _Thread_local struct held held[LOCKS_HELD];
static _Thread_local unsigned held_count;

int pier__check_new(struct pier__drivers *drivers) {
  struct pier__check *check = pier_alloc(sizeof *check);
  if (!check) return PIER_ENOMEM;
  memset(check, 0, sizeof *check);
  pthread_mutex_init(&check->lock, NULL);
  check->limit = (long long)drivers->host->driver_limit_ms * 1000000;
  drivers->check = check;
  atomic_fetch_add(&pier__checks, 1);
  return 0;
}

void pier__check_free(struct pier__drivers *drivers) {
  struct pier__check *check = drivers->check;
  if (!check) return;
  pier__check_turn(drivers);
  drivers->check = NULL;
  pthread_mutex_destroy(&check->lock);
  pier_free(check);
  if (atomic_fetch_sub(&pier__checks, 1) == 1) pier__check_memory_free();
}

/* ---- Reports ------------------------------------------------------------------------ */

static void tell(const pier_host *host, uint64_t number, const pier_diag *fault) {
  pier_port port = {number};
  if (host->log) host->log(port, fault, host->log_state);
}

/* The log is for the thread of the host. */
static void put_off(struct pier__drivers *drivers, uint64_t port, const pier_diag *fault) {
  struct pier__check *check = drivers->check;
  struct report *report = pier_alloc(sizeof *report);
  if (!report) return;
  report->next = NULL;
  report->port = port;
  report->fault = *fault;
  pthread_mutex_lock(&check->lock);
  if (check->waiting < REPORTS_WAITING) {
    if (check->last)
      check->last->next = report;
    else
      check->first = report;
    check->last = report;
    check->waiting++;
    report = NULL;
  }
  pthread_mutex_unlock(&check->lock);
  pier_free(report);
  pier__drivers_wake(drivers);
}

void pier__check_turn(struct pier__drivers *drivers) {
  struct pier__check *check = drivers->check;
  struct report *report, *next;
  if (!check) return;
  pthread_mutex_lock(&check->lock);
  report = check->first;
  check->first = check->last = NULL;
  check->waiting = 0;
  pthread_mutex_unlock(&check->lock);
  for (; report; report = next) {
    next = report->next;
    tell(drivers->host, report->port, &report->fault);
    pier_free(report);
  }
}

void pier__misuse(const struct pier__inside *inside, const char *format, ...) {
  struct pier__drivers *drivers = inside->driver ? inside->driver->drivers : NULL;
  char text[WORDS], port[40] = "";
  pier_diag fault;
  va_list arguments;
  if (!drivers || !drivers->check) return;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (inside->port)
    snprintf(port, sizeof port, ", #Port<0.%llu>", (unsigned long long)inside->port);
  pier_diag_set(&fault, PIER_EDRVMISUSE, 0, "driver %.32s%s%s%s%s%.24s: %s",
                inside->driver->name, port, inside->call ? ", in " : "",
                inside->call ? inside->call : "", inside->name ? " " : "",
                inside->name ? inside->name : "", text);
  if (pier__inside.where == PIER__ELSEWHERE || inside->where == PIER__ELSEWHERE)
    put_off(drivers, inside->port, &fault);
  else
    tell(drivers->host, inside->port, &fault);
}

/* ---- Code of drivers ------------------------------------------------------------------- */

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

struct pier__inside pier__check_begin(const struct pier__inside *next) {
  struct pier__inside before = pier__inside;
  pier__inside = *next;
  pier__inside.held = held_count;
  pier__inside.since = now();
  return before;
}

/* Jobs and threads may take as long as they like. */
static void check_time(const struct pier__inside *inside) {
  const struct pier__check *check = inside->driver->drivers->check;
  long long took = now() - inside->since;
  if (!check || check->limit == 0 || inside->where != PIER__ON_HOST || took <= check->limit)
    return;
  pier__misuse(inside, "blocked the host for %lld ms", took / 1000000);
}

void pier__check_end(const struct pier__inside *before) {
  struct pier__inside inside = pier__inside;
  if (inside.driver) {
    unsigned at;
    check_time(&inside);
    for (at = inside.held; at < held_count; at++)
      pier__misuse(&inside, "returned with %s%s%.40s held", held[at].kind,
                   held[at].name ? " " : "", held[at].name ? held[at].name : "");
  }
  pier__inside = *before;
}

/* ---- Calls of ours ---------------------------------------------------------------------- */

/* What other threads may call, if they hold the port's data lock. */
static int goes_with_lock(const char *function) {
  static const char *const names[] = {"driver_enq",
                                      "driver_enqv",
                                      "driver_enq_bin",
                                      "driver_pushq",
                                      "driver_pushqv",
                                      "driver_pushq_bin",
                                      "driver_deq",
                                      "driver_peekq",
                                      "driver_peekqv",
                                      "driver_sizeq",
                                      "driver_monitor_process",
                                      "driver_demonitor_process",
                                      "driver_get_monitored_process"};
  size_t at;
  for (at = 0; at < sizeof names / sizeof names[0]; at++)
    if (strcmp(names[at], function) == 0) return 1;
  return 0;
}

static int holds(const void *lock) {
  unsigned at;
  for (at = 0; at < held_count && held[at].lock != lock; at++)
    ;
  return lock && at < held_count;
}

int pier__check_call(struct pier__dport *dport, const char *function) {
  struct pier__inside inside = pier__inside;
  if (!dport) {
    pier__misuse(&inside, "%s on a port that is closed", function);
    return 0;
  }
  if (inside.where == PIER__ON_HOST || !dport->drivers->check) return 1;
  if (goes_with_lock(function) && holds(dport->lock)) return 1;
  inside.driver = dport->driver;
  inside.port = dport->handle & ((UINT64_C(1) << PIER__NUMBER_BITS) - 1);
  inside.where = PIER__ELSEWHERE;
  if (!inside.call) inside.call = "a thread";
  pier__misuse(&inside, "%s from another thread: refused", function);
  return 0;
}

/* ---- Locks --------------------------------------------------------------------------------
 */

void pier__check_locked(const void *lock, const char *kind, const char *name) {
  const struct held one = {lock, kind, name};
  if (held_count < LOCKS_HELD) held[held_count++] = one;
}

void pier__check_unlocked(const void *lock) {
  unsigned at = held_count;
  while (at > 0 && held[at - 1].lock != lock)
    at--;
  if (at == 0) return;
  memmove(&held[at - 1], &held[at], (held_count - at) * sizeof held[0]);
  held_count--;
}

/* ---- Ends -----------------------------------------------------------------------------------
 */

/* A queue goes with the port if the driver itself ends it, or if it never emptied it. Who
 * kills a port wants no queue. */
void pier__check_port(const struct pier__dport *dport) {
  struct pier__inside inside = pier__inside;
  size_t left = dport->queue.size;
  if (left == 0 || !dport->port) return;
  inside.driver = dport->driver;
  inside.port = dport->port->core.number;
  if (dport->drivers->depth > 0)
    pier__misuse(&inside, "ended its port with %zu bytes in its queue", left);
  else if (atomic_load(&dport->closing) && dport->drivers->host->ending)
    pier__misuse(&inside, "never emptied the %zu bytes in its queue", left);
}
