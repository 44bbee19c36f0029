/* One timer per port, all in a pairing heap: to set one and to cancel it does not depend on
 * how many there are, and to find the next one hardly. And the clocks of the API. */
#include "driver/driver.h"

#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const long long second = 1000000000, longest_ms = INT64_MAX / 2000000;

static long long now_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (long long)now.tv_sec * second + now.tv_nsec;
}

/* Never earlier than asked for: the descriptor counts in the same clock. */
static void arm(const struct pier__drivers *drivers) {
  struct itimerspec when;
  memset(&when, 0, sizeof when);
  if (drivers->first_timer) {
    when.it_value.tv_sec = (time_t)(drivers->first_timer->deadline / second);
    when.it_value.tv_nsec = (long)(drivers->first_timer->deadline % second);
  }
  timerfd_settime(drivers->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static int is_before(const struct pier__dport *a, const struct pier__dport *b) {
  return a->deadline != b->deadline ? a->deadline < b->deadline : a->timer_age < b->timer_age;
}

/* Two heaps as one; either may be empty. The later top becomes the first of what comes
 * after the other. */
static struct pier__dport *join(struct pier__dport *a, struct pier__dport *b) {
  struct pier__dport *top = a, *under = b;
  if (!a || !b) return a ? a : b;
  if (is_before(b, a)) {
    top = b;
    under = a;
  }
  under->previous_timer = top;
  under->next_timer = top->after_timer;
  if (under->next_timer) under->next_timer->previous_timer = under;
  top->after_timer = under;
  top->next_timer = top->previous_timer = NULL;
  return top;
}

/* All that follow `first`, in pairs and then the pairs: that keeps heaps flat. */
static struct pier__dport *join_all(struct pier__dport *first) {
  struct pier__dport *pairs = NULL, *all = NULL;
  while (first) {
    struct pier__dport *a = first, *b = a->next_timer, *pair;
    first = b ? b->next_timer : NULL;
    pair = join(a, b);
    pair->next_timer = pairs;
    pairs = pair;
  }
  while (pairs) {
    struct pier__dport *pair = pairs;
    pairs = pair->next_timer;
    all = join(all, pair);
  }
  if (all) all->next_timer = all->previous_timer = NULL;
  return all;
}

static void take_out(struct pier__dport *dport) {
  struct pier__drivers *drivers = dport->drivers;
  struct pier__dport *before = dport->previous_timer;
  struct pier__dport *after = join_all(dport->after_timer);
  if (dport == drivers->first_timer) {
    drivers->first_timer = after;
  } else {
    if (before->after_timer == dport)
      before->after_timer = dport->next_timer;
    else
      before->next_timer = dport->next_timer;
    if (dport->next_timer) dport->next_timer->previous_timer = before;
    drivers->first_timer = join(drivers->first_timer, after);
  }
  dport->after_timer = dport->next_timer = dport->previous_timer = NULL;
  dport->timing = 0;
}

void pier__timer_stop(struct pier__dport *dport) {
  if (!dport->timing) return;
  take_out(dport);
  arm(dport->drivers);
}

int driver_set_timer(ErlDrvPort port, unsigned long ms) {
  struct pier__dport *dport = pier__handle_get(port);
  struct pier__drivers *drivers;
  if (!dport) return -1;
  if (dport->timing) take_out(dport);
  if (!dport->driver->entry.timeout || dport->port->core.state == PIER__PORT_DEAD) return 0;
  if (ms > (unsigned long)longest_ms) ms = (unsigned long)longest_ms;
  dport->deadline = now_of(CLOCK_MONOTONIC) + (long long)ms * 1000000;
  drivers = dport->drivers;
  dport->timer_age = ++drivers->last_timer_age;
  drivers->first_timer = join(drivers->first_timer, dport);
  dport->timing = 1;
  arm(drivers);
  return 0;
}

int driver_cancel_timer(ErlDrvPort port) {
  struct pier__dport *dport = pier__handle_get(port);
  if (!dport) return -1;
  pier__timer_stop(dport);
  return 0;
}

int driver_read_timer(ErlDrvPort port, unsigned long *left) {
  const struct pier__dport *dport = pier__handle_get(port);
  long long rest;
  if (!dport) return -1;
  rest = dport->timing ? dport->deadline - now_of(CLOCK_MONOTONIC) : 0;
  *left = rest > 0 ? (unsigned long)(rest / 1000000) : 0;
  return 0;
}

/* What is set meanwhile is for another turn. */
void pier__timers_turn(struct pier__drivers *drivers) {
  long long now = now_of(CLOCK_MONOTONIC);
  struct pier__dport *dport;
  uint64_t count;
  if (read(drivers->timer, &count, sizeof count) < 0 && !drivers->first_timer) return;
  while ((dport = drivers->first_timer) && dport->deadline <= now) {
    take_out(dport);
    pier__enter(dport, "timeout");
    dport->driver->entry.timeout(dport->data);
    pier__leave(dport);
  }
  arm(drivers);
}

/* ---- Clocks --------------------------------------------------------------------------- */

static long long per_second(ErlDrvTimeUnit unit) {
  switch (unit) {
  case ERL_DRV_SEC:
    return 1;
  case ERL_DRV_MSEC:
    return 1000;
  case ERL_DRV_USEC:
    return 1000000;
  case ERL_DRV_NSEC:
    return second;
  }
  return 0;
}

/* Rounds down, below 0 as well. */
ErlDrvTime erl_drv_convert_time_unit(ErlDrvTime value, ErlDrvTimeUnit from, ErlDrvTimeUnit to) {
  long long have = per_second(from), want = per_second(to), by;
  if (have == 0 || want == 0) return ERL_DRV_TIME_ERROR;
  if (want >= have) return (ErlDrvTime)((uint64_t)value * (uint64_t)(want / have));
  by = have / want;
  return value / by - (value % by < 0);
}

ErlDrvTime erl_drv_monotonic_time(ErlDrvTimeUnit unit) {
  return erl_drv_convert_time_unit(now_of(CLOCK_MONOTONIC), ERL_DRV_NSEC, unit);
}

ErlDrvTime erl_drv_time_offset(ErlDrvTimeUnit unit) {
  return erl_drv_convert_time_unit(now_of(CLOCK_REALTIME) - now_of(CLOCK_MONOTONIC),
                                   ERL_DRV_NSEC, unit);
}

int driver_get_now(ErlDrvNowData *now) {
  long long ns = now_of(CLOCK_REALTIME);
  if (!now) return -1;
  now->megasecs = (unsigned long)(ns / second / 1000000);
  now->secs = (unsigned long)(ns / second % 1000000);
  now->microsecs = (unsigned long)(ns % second / 1000);
  return 0;
}
