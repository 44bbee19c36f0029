/* Threads, locks and conditions: control answers with what each function gave. Threads
 * send terms. */
#include "drive.h"

#include <errno.h>

static char called[] = "made here";

struct port {
  ErlDrvPort port;
  ErlDrvTermData word, owner;
  ErlDrvTid thread;
  ErlDrvMutex *lock;
  ErlDrvCond *come;
  int ready;
};

static void *sends(void *argument) {
  struct port *port = argument;
  long i;
  for (i = 1; i <= 3; i++) {
    ErlDrvTermData spec[] = {ERL_DRV_PORT,      port->word,    ERL_DRV_INT,
                             (ErlDrvTermData)i, ERL_DRV_TUPLE, 2};
    if (i < 3)
      erl_drv_output_term(port->word, spec, 6);
    else
      erl_drv_send_term(port->word, port->owner, spec, 6);
  }
  return argument;
}

static void *exits(void *argument) {
  erl_drv_thread_exit(argument);
  return NULL;
}

static void *waits(void *argument) {
  struct port *port = argument;
  erl_drv_mutex_lock(port->lock);
  while (!port->ready)
    erl_drv_cond_wait(port->come, port->lock);
  erl_drv_mutex_unlock(port->lock);
  return port->lock;
}

static void *tries(void *argument) {
  struct port *port = argument;
  return (void *)(long)erl_drv_mutex_trylock(port->lock);
}

static void *run(struct port *port, void *(*work)(void *), ErlDrvThreadOpts *options) {
  void *result = NULL;
  ErlDrvTid thread;
  if (erl_drv_thread_create(called, &thread, work, port, options) != 0) return NULL;
  return erl_drv_thread_join(thread, &result) == 0 ? result : NULL;
}

static ErlDrvSSizeT threads(struct port *port, char **answer) {
  ErlDrvThreadOpts *options = erl_drv_thread_opts_create(called);
  ErlDrvTid self = erl_drv_thread_self();
  int exited, sized;
  exited = run(port, exits, NULL) == port;
  sized = options->suggested_stack_size;
  options->suggested_stack_size = 16;
  exited += run(port, exits, options) == port;
  erl_drv_thread_opts_destroy(options);
  return drive_tell(answer, "%d %d %d", exited, sized,
                    erl_drv_equal_tids(self, erl_drv_thread_self()) != 0);
}

static ErlDrvSSizeT mutexes(struct port *port, char **answer) {
  int busy, free_, again;
  erl_drv_mutex_lock(port->lock);
  busy = (int)(long)run(port, tries, NULL) == EBUSY;
  erl_drv_mutex_unlock(port->lock);
  again = erl_drv_mutex_trylock(port->lock);
  free_ = strcmp(erl_drv_mutex_name(port->lock), called) == 0;
  erl_drv_mutex_unlock(port->lock);
  return drive_tell(answer, "%d %d %d", busy, again, free_);
}

static ErlDrvSSizeT conditions(struct port *port, char **answer, int all) {
  void *result = NULL;
  ErlDrvTid thread;
  port->ready = 0;
  if (erl_drv_thread_create(NULL, &thread, waits, port, NULL) != 0) return -1;
  erl_drv_mutex_lock(port->lock);
  port->ready = 1;
  if (all)
    erl_drv_cond_broadcast(port->come);
  else
    erl_drv_cond_signal(port->come);
  erl_drv_mutex_unlock(port->lock);
  erl_drv_thread_join(thread, &result);
  return drive_tell(answer, "%d %s", result == port->lock, erl_drv_cond_name(port->come));
}

static ErlDrvSSizeT rwlocks(char **answer) {
  ErlDrvRWLock *lock = erl_drv_rwlock_create(called);
  int read_twice, write_, read_;
  erl_drv_rwlock_rlock(lock);
  read_twice = erl_drv_rwlock_tryrlock(lock);
  write_ = erl_drv_rwlock_tryrwlock(lock);
  erl_drv_rwlock_runlock(lock);
  erl_drv_rwlock_runlock(lock);
  erl_drv_rwlock_rwlock(lock);
  read_ = erl_drv_rwlock_tryrlock(lock);
  erl_drv_rwlock_rwunlock(lock);
  erl_drv_rwlock_destroy(lock);
  return drive_tell(answer, "%d %d %d", read_twice, write_ == EBUSY, read_ == EBUSY);
}

static ErlDrvSSizeT own_data(char **answer) {
  static char mine[] = "mine";
  ErlDrvTSDKey one, two;
  void *before, *after, *other;
  erl_drv_tsd_key_create(called, &one);
  erl_drv_tsd_key_create(called, &two);
  before = erl_drv_tsd_get(one);
  erl_drv_tsd_set(one, mine);
  after = erl_drv_tsd_get(one);
  other = erl_drv_tsd_get(two);
  erl_drv_tsd_set(one, NULL);
  erl_drv_tsd_key_destroy(one);
  erl_drv_tsd_key_destroy(two);
  return drive_tell(answer, "%d %d %d %d", one == two, before == NULL, after == mine,
                    other == NULL);
}

/* The lock of a port's data: one, counted. */
static ErlDrvSSizeT data_lock(struct port *port, char **answer) {
  ErlDrvPDL lock = driver_pdl_create(port->port);
  ErlDrvPDL second = driver_pdl_create(port->port);
  long first, more, less;
  if (!lock) return drive_tell(answer, "there is one already");
  first = driver_pdl_get_refc(lock);
  driver_pdl_lock(lock);
  more = driver_pdl_inc_refc(lock);
  less = driver_pdl_dec_refc(lock);
  driver_pdl_unlock(lock);
  return drive_tell(answer, "%ld %ld %ld %d", first, more, less, second == NULL);
}

/* It lives as long as somebody counts on it, its port or not. */
static ErlDrvPDL outliving;

static ErlDrvSSizeT keep_lock(struct port *port, char **answer) {
  outliving = driver_pdl_create(port->port);
  return drive_tell(answer, "%ld", outliving ? (long)driver_pdl_inc_refc(outliving) : 0L);
}

static ErlDrvSSizeT use_kept_lock(char **answer) {
  long count, last;
  driver_pdl_lock(outliving);
  count = driver_pdl_get_refc(outliving);
  driver_pdl_unlock(outliving);
  last = driver_pdl_dec_refc(outliving);
  return drive_tell(answer, "%ld %ld", count, last);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  struct port *port = (struct port *)data;
  (void)bytes, (void)size, (void)room;
  switch (operation) {
  case 's':
    port->owner = driver_caller(port->port);
    return drive_tell(answer, "%d", run(port, sends, NULL) == port);
  case 't':
    return threads(port, answer);
  case 'm':
    return mutexes(port, answer);
  case 'c':
  case 'C':
    return conditions(port, answer, operation == 'C');
  case 'r':
    return rwlocks(answer);
  case 'd':
    return own_data(answer);
  case 'p':
    return data_lock(port, answer);
  case 'k':
    return keep_lock(port, answer);
  case 'K':
    return use_kept_lock(answer);
  default:
    return -1;
  }
}

static ErlDrvData start(ErlDrvPort handle, char *command) {
  struct port *port = driver_alloc(sizeof *port);
  (void)command;
  memset(port, 0, sizeof *port);
  port->port = handle;
  port->word = driver_mk_port(handle);
  port->lock = erl_drv_mutex_create(called);
  port->come = erl_drv_cond_create(called);
  set_port_control_flags(handle, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static void stop(ErlDrvData data) {
  struct port *port = (struct port *)data;
  erl_drv_cond_destroy(port->come);
  erl_drv_mutex_destroy(port->lock);
  driver_free(port);
}

static char name[] = "thread_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .control = control,
                            DRIVE_AS(name),
                            .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING};

DRIVER_INIT(thread_drv) {
  return &entry;
}
