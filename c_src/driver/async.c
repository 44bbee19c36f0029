/* Work on threads of the layer's own, and locks that a port shares with them. Jobs
 * with the same key run one after the other. */
#include "driver/driver.h"

#include "driver/check.h"

#include <signal.h>
#include <string.h>

enum { THREADS = 1 }; /* as many as the BEAM has by default */

struct job {
  struct job *next;
  struct pier__dport *dport;
  void (*invoke)(void *);
  void (*free_data)(void *);
  void *data;
  uint64_t port; /* its number */
};

struct list {
  struct job *first, *last;
};

struct pier__async {
  struct pier__drivers *drivers;
  pthread_mutex_t lock;
  pthread_cond_t more;
  struct list waiting, done;
  pthread_t thread;
  long last_id;
  unsigned stop : 1;
};

static void append(struct list *list, struct job *job) {
  job->next = NULL;
  if (list->last)
    list->last->next = job;
  else
    list->first = job;
  list->last = job;
}

static struct job *take(struct list *list) {
  struct job *job = list->first;
  if (!job) return NULL;
  list->first = job->next;
  if (!list->first) list->last = NULL;
  return job;
}

/* ---- The thread -----------------------------------------------------------------------------
 */

static void run(const struct job *job) {
  struct pier__inside inside = {.where = PIER__ELSEWHERE, .call = "a job"}, before;
  if (!pier__checking()) {
    job->invoke(job->data);
    return;
  }
  inside.driver = job->dport->driver;
  inside.port = job->port;
  before = pier__check_begin(&inside);
  job->invoke(job->data);
  pier__check_end(&before);
}

/* What waits when the host ends is not begun any more. */
static void *work(void *argument) {
  struct pier__async *async = argument;
  struct job *job;
  pthread_mutex_lock(&async->lock);
  while (!async->stop) {
    job = take(&async->waiting);
    if (!job) {
      pthread_cond_wait(&async->more, &async->lock);
      continue;
    }
    pthread_mutex_unlock(&async->lock);
    run(job);
    pthread_mutex_lock(&async->lock);
    append(&async->done, job);
    pier__drivers_wake(async->drivers);
  }
  pthread_mutex_unlock(&async->lock);
  return NULL;
}

/* Signals are for the threads of the program. */
static int start_thread(struct pier__async *async) {
  sigset_t all, before;
  int error;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  error = pthread_create(&async->thread, NULL, work, async);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

static struct pier__async *async_of(struct pier__drivers *drivers) {
  struct pier__async *async = drivers->async;
  if (async) return async;
  async = pier_alloc(sizeof *async);
  if (!async) return NULL;
  memset(async, 0, sizeof *async);
  async->drivers = drivers;
  pthread_mutex_init(&async->lock, NULL);
  pthread_cond_init(&async->more, NULL);
  if (start_thread(async) != 0) {
    pthread_mutex_destroy(&async->lock);
    pthread_cond_destroy(&async->more);
    pier_free(async);
    return NULL;
  }
  drivers->async = async;
  return async;
}

/* ---- driver_async
 * ----------------------------------------------------------------------------- */

static unsigned thread_of(const unsigned *key, long id) {
  return (key ? *key : (unsigned)id) % THREADS;
}

long driver_async(ErlDrvPort port, unsigned int *key, void (*invoke)(void *), void *data,
                  void (*free_data)(void *)) {
  struct pier__dport *dport = pier__handle_get(port);
  struct pier__async *async = dport ? async_of(dport->drivers) : NULL;
  struct job *job = async ? pier_alloc(sizeof *job) : NULL;
  long id;
  if (!job) return -1;
  job->dport = dport;
  job->invoke = invoke;
  job->free_data = free_data;
  job->data = data;
  job->port = dport->port->core.number;
  atomic_fetch_add(&dport->references, 1);
  dport->driver->jobs++;
  pthread_mutex_lock(&async->lock);
  id = ++async->last_id;
  if (key) *key = thread_of(key, id); /* the driver's next job is for that thread */
  append(&async->waiting, job);
  pthread_cond_signal(&async->more);
  pthread_mutex_unlock(&async->lock);
  return id;
}

unsigned int driver_async_port_key(ErlDrvPort port) {
  return (unsigned)((uintptr_t)port & UINT32_MAX);
}

static void finish(struct job *job) {
  struct pier__dport *dport = job->dport;
  struct pier__drivers *drivers = dport->drivers;
  void (*ready)(ErlDrvData, ErlDrvThreadData) = dport->driver->entry.ready_async;
  if (dport->port && ready) {
    pier__enter(dport, "ready_async");
    ready(dport->data, job->data);
    pier__leave(dport);
  } else if (job->free_data) {
    pier__call_begin(dport->driver, NULL, "a job's end");
    job->free_data(job->data);
    pier__call_end(drivers);
  }
  dport->driver->jobs--;
  pier__driver_needed_less(dport->driver);
  pier__dport_release(dport);
  pier_free(job);
}

static void finish_all(struct pier__async *async, struct list *list) {
  struct job *job;
  do {
    pthread_mutex_lock(&async->lock);
    job = take(list);
    pthread_mutex_unlock(&async->lock);
    if (job) finish(job);
  } while (job);
}

void pier__async_turn(struct pier__drivers *drivers) {
  if (!drivers->async) return;
  finish_all(drivers->async, &drivers->async->done);
}

void pier__async_free(struct pier__drivers *drivers) {
  struct pier__async *async = drivers->async;
  if (!async) return;
  pthread_mutex_lock(&async->lock);
  async->stop = 1;
  pthread_cond_signal(&async->more);
  pthread_mutex_unlock(&async->lock);
  pthread_join(async->thread, NULL);
  finish_all(async, &async->done);
  finish_all(async, &async->waiting);
  pthread_mutex_destroy(&async->lock);
  pthread_cond_destroy(&async->more);
  pier_free(async);
  drivers->async = NULL;
}

/* ---- Port data locks
 * --------------------------------------------------------------------------- */

/* Every holder counts, and so does the port that made it while it lives. */
struct erl_drv_port_data_lock {
  pthread_mutex_t mutex;
  atomic_long references;
  struct pier__dport *dport;
};

ErlDrvPDL driver_pdl_create(ErlDrvPort port) {
  struct pier__dport *dport = pier__handle_get(port);
  ErlDrvPDL lock;
  if (!dport || dport->lock) return NULL;
  lock = pier_alloc(sizeof *lock);
  if (!lock) return NULL;
  pthread_mutex_init(&lock->mutex, NULL);
  atomic_init(&lock->references, 1);
  lock->dport = dport;
  atomic_fetch_add(&dport->references, 1);
  dport->lock = lock;
  return lock;
}

ErlDrvSInt driver_pdl_get_refc(ErlDrvPDL lock) {
  return atomic_load(&lock->references);
}

ErlDrvSInt driver_pdl_inc_refc(ErlDrvPDL lock) {
  return atomic_fetch_add(&lock->references, 1) + 1;
}

ErlDrvSInt driver_pdl_dec_refc(ErlDrvPDL lock) {
  ErlDrvSInt left = atomic_fetch_sub(&lock->references, 1) - 1;
  if (left > 0) return left;
  pthread_mutex_destroy(&lock->mutex);
  pier__dport_release(lock->dport);
  pier_free(lock);
  return left;
}

void driver_pdl_lock(ErlDrvPDL lock) {
  driver_pdl_inc_refc(lock);
  pthread_mutex_lock(&lock->mutex);
  if (pier__checking()) pier__check_locked(lock, "its port data lock", NULL);
}

void driver_pdl_unlock(ErlDrvPDL lock) {
  if (pier__checking()) pier__check_unlocked(lock);
  pthread_mutex_unlock(&lock->mutex);
  driver_pdl_dec_refc(lock);
}
