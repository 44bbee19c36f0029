/* ticks_drv: terms from a thread of its own.
 *   port_command(Port, "3")  the caller gets {tick,Port,1}, {tick,Port,2}, {tick,Port,3}
 * The thread sends to whoever gave the command, without the port's lock: erl_drv_send_term
 * may be called from any thread. It is waited for in stop. */
#include <erl_driver.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1000, ORDERS = 64 };

struct order {
  ErlDrvTermData to;
  int ticks;
};

struct state {
  ErlDrvPort self;
  ErlDrvTermData port, tick; /* as terms */
  ErlDrvTid thread;
  ErlDrvMutex *lock; /* of what follows */
  ErlDrvCond *more;
  struct order orders[ORDERS]; /* a ring */
  int first, count, ending;
};

static void send_tick(const struct state *state, ErlDrvTermData to, int number) {
  ErlDrvTermData spec[] = {ERL_DRV_ATOM,  state->tick,
                           ERL_DRV_PORT,  state->port,
                           ERL_DRV_INT,   (ErlDrvTermData)number,
                           ERL_DRV_TUPLE, 3};
  erl_drv_send_term(state->port, to, spec, sizeof spec / sizeof spec[0]);
}

static void *work(void *data) {
  struct state *state = data;
  erl_drv_mutex_lock(state->lock);
  for (;;) {
    struct order order;
    int number;
    while (state->count == 0 && !state->ending)
      erl_drv_cond_wait(state->more, state->lock);
    if (state->count == 0) break;
    order = state->orders[state->first];
    state->first = (state->first + 1) % ORDERS;
    state->count--;
    erl_drv_mutex_unlock(state->lock); /* never send with a lock held */
    for (number = 1; number <= order.ticks; number++)
      send_tick(state, order.to, number);
    erl_drv_mutex_lock(state->lock);
  }
  erl_drv_mutex_unlock(state->lock);
  return NULL;
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  static char tick[] = "tick", lock[] = "ticks_drv orders", thread[] = "ticks_drv";
  struct state *state = driver_alloc(sizeof *state);
  (void)command;
  if (!state) return ERL_DRV_ERROR_GENERAL;
  memset(state, 0, sizeof *state);
  state->self = port;
  state->port = driver_mk_port(port); /* not from the thread: it may not make them */
  state->tick = driver_mk_atom(tick);
  state->lock = erl_drv_mutex_create(lock);
  state->more = erl_drv_cond_create(lock);
  if (erl_drv_thread_create(thread, &state->thread, work, state, NULL) == 0)
    return (ErlDrvData)state;
  erl_drv_cond_destroy(state->more);
  erl_drv_mutex_destroy(state->lock);
  driver_free(state);
  return ERL_DRV_ERROR_GENERAL;
}

static void stop(ErlDrvData data) {
  struct state *state = (struct state *)data;
  erl_drv_mutex_lock(state->lock);
  state->ending = 1;
  erl_drv_cond_signal(state->more);
  erl_drv_mutex_unlock(state->lock);
  erl_drv_thread_join(state->thread, NULL);
  erl_drv_cond_destroy(state->more);
  erl_drv_mutex_destroy(state->lock);
  driver_free(state);
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  struct state *state = (struct state *)data;
  struct order order = {driver_caller(state->self), 0};
  char text[8] = "";
  if (size < sizeof text) memcpy(text, bytes, size);
  order.ticks = atoi(text);
  if (order.ticks < 1 || order.ticks > MOST) return;
  erl_drv_mutex_lock(state->lock);
  if (state->count < ORDERS) /* more than that are lost */
    state->orders[(state->first + state->count++) % ORDERS] = order;
  erl_drv_cond_signal(state->more);
  erl_drv_mutex_unlock(state->lock);
}

static char name[] = "ticks_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .output = output,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(ticks_drv) {
  return &entry;
}
