/* Work on threads of the layer's own. Each has a list of its own: jobs with the same key
 * run one after the other, in the order in which they were given. */
#include "driver/driver.h"

#include "driver/check.h"

#include <string.h>

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

struct worker {
  struct pier__async *async;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t more;
  struct list waiting;
  unsigned stop : 1;
};

struct pier__async {
  struct pier__drivers *drivers;
  pthread_mutex_t lock;
  struct list done;
  long last_id;
  unsigned count;
  struct worker workers[];
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

/* ---- The threads --------------------------------------------------------------------- */

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

/* Who finds jobs there has been woken up for the first of them. */
static void put_done(struct pier__async *async, struct job *job) {
  int wake;
  pthread_mutex_lock(&async->lock);
  wake = !async->done.first;
  append(&async->done, job);
  pthread_mutex_unlock(&async->lock);
  if (wake) pier__drivers_wake(async->drivers);
}

/* What waits when the host ends is not begun any more. */
static void *work(void *argument) {
  struct worker *worker = argument;
  struct job *job;
  pthread_mutex_lock(&worker->lock);
  while (!worker->stop) {
    job = take(&worker->waiting);
    if (!job) {
      pthread_cond_wait(&worker->more, &worker->lock);
      continue;
    }
    pthread_mutex_unlock(&worker->lock);
    run(job);
    put_done(worker->async, job);
    pthread_mutex_lock(&worker->lock);
  }
  pthread_mutex_unlock(&worker->lock);
  return NULL;
}

static int start_worker(struct pier__async *async) {
  struct worker *worker = &async->workers[async->count];
  int error;
  worker->async = async;
  pthread_mutex_init(&worker->lock, NULL);
  pthread_cond_init(&worker->more, NULL);
  error = pier__driver_thread(&worker->thread, NULL, work, worker);
  if (error == 0) {
    async->count++;
    return 0;
  }
  pthread_mutex_destroy(&worker->lock);
  pthread_cond_destroy(&worker->more);
  return -error;
}

/* With fewer threads than asked for it goes as well, with none it does not. */
static struct pier__async *async_of(struct pier__drivers *drivers) {
  struct pier__async *async = drivers->async;
  unsigned i, wanted = drivers->host->async_threads;
  size_t size = sizeof *async + wanted * sizeof async->workers[0];
  if (async) return async;
  async = pier_alloc(size);
  if (!async) return NULL;
  memset(async, 0, size);
  async->drivers = drivers;
  pthread_mutex_init(&async->lock, NULL);
  for (i = 0; i < wanted && start_worker(async) == 0; i++)
    ;
  drivers->async = async;
  if (async->count > 0) return async;
  pier__async_free(drivers);
  return NULL;
}

/* ---- driver_async ------------------------------------------------------------------- */

static void give(struct worker *worker, struct job *job) {
  pthread_mutex_lock(&worker->lock);
  append(&worker->waiting, job);
  pthread_cond_signal(&worker->more);
  pthread_mutex_unlock(&worker->lock);
}

/* Without a key the threads have their turns. The key becomes the number of the thread,
 * as in the BEAM: the driver's next job is for the same. */
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
  id = ++async->last_id;
  if (key) *key %= async->count;
  give(&async->workers[key ? *key : (unsigned long)id % async->count], job);
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

/* What is done meanwhile is for another turn. */
static void finish_all(struct list *list) {
  struct job *job;
  while ((job = take(list)))
    finish(job);
}

static void finish_done(struct pier__async *async) {
  struct list done;
  pthread_mutex_lock(&async->lock);
  done = async->done;
  memset(&async->done, 0, sizeof async->done);
  pthread_mutex_unlock(&async->lock);
  finish_all(&done);
}

void pier__async_turn(struct pier__drivers *drivers) {
  if (drivers->async) finish_done(drivers->async);
}

static void stop_worker(struct worker *worker) {
  pthread_mutex_lock(&worker->lock);
  worker->stop = 1;
  pthread_cond_signal(&worker->more);
  pthread_mutex_unlock(&worker->lock);
  pthread_join(worker->thread, NULL);
  pthread_mutex_destroy(&worker->lock);
  pthread_cond_destroy(&worker->more);
}

void pier__async_free(struct pier__drivers *drivers) {
  struct pier__async *async = drivers->async;
  unsigned i;
  if (!async) return;
  for (i = 0; i < async->count; i++)
    stop_worker(&async->workers[i]);
  finish_done(async);
  for (i = 0; i < async->count; i++)
    finish_all(&async->workers[i].waiting);
  pthread_mutex_destroy(&async->lock);
  drivers->async = NULL;
  pier_free(async);
}
