/* What a driver should not do, one thing for each operation of control; 'c' does all of
 * it as it should be done. */
#include <dlfcn.h>
#include <erl_driver.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct state {
  ErlDrvPort port;
  ErlDrvMutex *mutex;
  ErlDrvRWLock *rwlock;
  ErlDrvPDL lock;
  ErlDrvTid thread;
  int operation;
  int pipe[2];
};

static ErlDrvData start(ErlDrvPort port, char *command) {
  struct state *state = driver_alloc(sizeof *state);
  char mutex[] = "big lock", rwlock[] = "wide lock";
  (void)command;
  memset(state, 0, sizeof *state);
  state->port = port;
  state->mutex = erl_drv_mutex_create(mutex);
  state->rwlock = erl_drv_rwlock_create(rwlock);
  state->lock = driver_pdl_create(port);
  if (pipe(state->pipe) < 0) return ERL_DRV_ERROR_ERRNO;
  return (ErlDrvData)state;
}

/* What is held or selected on purpose is let go of here, after it was noticed. */
static void stop(ErlDrvData data) {
  struct state *state = (struct state *)data;
  if (state->operation == 'm') erl_drv_mutex_unlock(state->mutex);
  if (state->operation == 'r') erl_drv_rwlock_runlock(state->rwlock);
  if (state->operation == 'p') driver_pdl_unlock(state->lock);
  if (state->operation == 'c') {
    driver_select(state->port, (ErlDrvEvent)(intptr_t)state->pipe[0], ERL_DRV_USE, 0);
  } else {
    close(state->pipe[0]);
  }
  close(state->pipe[1]);
  erl_drv_mutex_destroy(state->mutex);
  erl_drv_rwlock_destroy(state->rwlock);
  if (state->operation != 'l') driver_free(state);
}

static void stop_select(ErlDrvEvent event, void *reserved) {
  (void)reserved;
  close((int)(intptr_t)event);
}

static void ready_input(ErlDrvData data, ErlDrvEvent event) {
  (void)data;
  (void)event;
}

static void sleep_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void *calls_from_a_thread(void *data) {
  const struct state *state = data;
  char text[] = "x";
  if (driver_output(state->port, text, 1) == 0) return data;
  return NULL;
}

static void *uses_the_queue(void *data) {
  const struct state *state = data;
  char text[] = "x";
  driver_pdl_lock(state->lock);
  driver_enq(state->port, text, 1);
  driver_deq(state->port, 1);
  driver_pdl_unlock(state->lock);
  return NULL;
}

static void run_thread(struct state *state, void *(*function)(void *)) {
  char name[] = "helper";
  erl_drv_thread_create(name, &state->thread, function, state, NULL);
  erl_drv_thread_join(state->thread, NULL);
}

static void job(void *data) {
  const struct state *state = data;
  set_busy_port(state->port, 1);
}

static void ready_async(ErlDrvData data, ErlDrvThreadData job_data) {
  char text[] = "ready";
  (void)job_data;
  driver_output(((struct state *)data)->port, text, 5);
}

/* volatile: a compiler would see it. */
static void frees_twice(void) {
  ErlDrvBinary *volatile binary = driver_alloc_binary(10);
  driver_binary_inc_refc(binary);
  driver_free_binary(binary);
  driver_free_binary(binary);
  driver_free_binary(binary);
}

static void frees_memory_twice(void) {
  char *volatile memory = driver_alloc(10);
  driver_free(memory);
  driver_free(memory);
}

static void ends_with_a_queue(const struct state *state) {
  ErlDrvPort port = state->port;
  char text[] = "left";
  driver_enq(port, text, 4);
  driver_failure_eof(port);
}

static void calls_when_dead(const struct state *state) {
  ErlDrvPort port = state->port;
  driver_failure_eof(port);
  driver_set_timer(port, 1);
}

static void *returns(void *data) {
  return data;
}

/* A thread that is not joined may still run its code when the driver is unloaded, so that
 * this one stays where it is. */
static void stay_in_memory(void) {
  static const char inside = 0;
  Dl_info here;
  void *library = NULL;
  if (dladdr(&inside, &here) != 0) library = dlopen(here.dli_fname, RTLD_NOW | RTLD_NODELETE);
  if (library) dlclose(library);
}

/* Made, and destroyed if the driver behaves. */
static void makes(int what, int destroys) {
  char name[] = "forgotten";
  ErlDrvMutex *mutex = what == 'M' ? erl_drv_mutex_create(name) : NULL;
  ErlDrvCond *condition = what == 'C' ? erl_drv_cond_create(name) : NULL;
  ErlDrvRWLock *lock = what == 'R' ? erl_drv_rwlock_create(name) : NULL;
  ErlDrvThreadOpts *options = what == 'O' ? erl_drv_thread_opts_create(name) : NULL;
  ErlDrvTSDKey key = -1;
  ErlDrvTid thread = NULL;
  if (what == 'K') erl_drv_tsd_key_create(name, &key);
  if (what == 'T' && !destroys) stay_in_memory();
  if (what == 'T') erl_drv_thread_create(name, &thread, returns, NULL, NULL);
  if (!destroys) return;
  if (mutex) erl_drv_mutex_destroy(mutex);
  if (condition) erl_drv_cond_destroy(condition);
  if (lock) erl_drv_rwlock_destroy(lock);
  if (options) erl_drv_thread_opts_destroy(options);
  if (key >= 0) erl_drv_tsd_key_destroy(key);
  if (thread) erl_drv_thread_join(thread, NULL);
}

static void behaves(struct state *state) {
  static const char kinds[] = "MCROKT";
  ErlDrvBinary *binary = driver_alloc_binary(10);
  char *memory = driver_alloc(10);
  size_t i;
  driver_free(driver_realloc(memory, 100));
  driver_free_binary(driver_realloc_binary(binary, 100));
  erl_drv_mutex_lock(state->mutex);
  erl_drv_rwlock_rlock(state->rwlock);
  erl_drv_rwlock_runlock(state->rwlock);
  erl_drv_mutex_unlock(state->mutex);
  driver_pdl_lock(state->lock);
  driver_pdl_unlock(state->lock);
  driver_select(state->port, (ErlDrvEvent)(intptr_t)state->pipe[0], ERL_DRV_READ | ERL_DRV_USE,
                1);
  run_thread(state, uses_the_queue);
  for (i = 0; kinds[i]; i++)
    makes(kinds[i], 1);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  struct state *state = (struct state *)data;
  (void)bytes;
  (void)size;
  (void)room;
  state->operation = (int)operation;
  switch (operation) {
  case 'a':
    memset(*answer, 'a', 65);
    return 65;
  case 'b':
    return driver_alloc_binary(20) ? 0 : -1;
  case 'c':
    behaves(state);
    break;
  case 'f':
    frees_twice();
    break;
  case 'F':
    frees_memory_twice();
    break;
  case 'm':
    erl_drv_mutex_lock(state->mutex);
    break;
  case 'r':
    erl_drv_rwlock_rlock(state->rwlock);
    break;
  case 'p':
    driver_pdl_lock(state->lock);
    break;
  case 's':
    driver_select(state->port, (ErlDrvEvent)(intptr_t)state->pipe[0], ERL_DRV_READ, 1);
    break;
  case 'u':
    driver_select(state->port, (ErlDrvEvent)(intptr_t)state->pipe[0], ERL_DRV_USE, 1);
    break;
  case 't':
    sleep_ms(300);
    break;
  case 'w':
    run_thread(state, calls_from_a_thread);
    break;
  case 'j':
    driver_async(state->port, NULL, job, state, NULL);
    break;
  case 'q':
    ends_with_a_queue(state);
    break;
  case 'd':
    calls_when_dead(state);
    break;
  default:
    makes((int)operation, 0);
    break;
  }
  return 0;
}

/* Keeps what it gets, and forgets it. */
static void outputv(ErlDrvData data, ErlIOVec *vector) {
  (void)data;
  if (vector->vsize > 1) driver_binary_inc_refc(vector->binv[1]);
}

static char name[] = "misuse_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .outputv = outputv,
                            .ready_input = ready_input,
                            .ready_async = ready_async,
                            .control = control,
                            .stop_select = stop_select,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(misuse_drv) {
  return &entry;
}
