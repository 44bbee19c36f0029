/* Threads for work, for loops that have none: they are started as work comes, up
 * to config.threads, and stay. */
#include "peer/kept.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

/* Threads that are still busy when the grace is over keep it. */
struct pier__pool {
  pthread_mutex_t lock;
  pthread_cond_t more; /* work, or the end */
  pthread_cond_t done; /* a thread has ended */
  struct job *first, *last;
  unsigned threads, idle, most;
  int closed;
  int left; /* by the peer: the last thread frees it */
};

struct job {
  struct job *next;
  struct pier__kept *kept;
};

static void pool_free(struct pier__pool *pool) {
  pthread_cond_destroy(&pool->done);
  pthread_cond_destroy(&pool->more);
  pthread_mutex_destroy(&pool->lock);
  pier_free(pool);
}

void pier__kept_run(struct pier__kept *kept) {
  pier_call *call = &kept->call;
  int error = pier__kept_cancelled(kept) ? 0 : kept->work(call, kept->work_state);
  if (error < 0) error = pier__call_excuse(call, error);
  if (error < 0 && !pier__peer_is_gone(error)) {
    pthread_mutex_lock(&kept->hub->lock);
    if (!kept->hub->failed) kept->hub->failed = error;
    pier__hub_ring(kept->hub);
    pthread_mutex_unlock(&kept->hub->lock);
  }
  pier_call_drop(call);
}

static void *serve(void *state) {
  struct pier__pool *pool = state;
  int last;
  pthread_mutex_lock(&pool->lock);
  for (;;) {
    struct job *job;
    while (!pool->first && !pool->closed) {
      pool->idle++;
      pthread_cond_wait(&pool->more, &pool->lock);
      pool->idle--;
    }
    job = pool->first;
    if (!job) break;
    pool->first = job->next;
    pthread_mutex_unlock(&pool->lock);
    pier__kept_run(job->kept);
    pier_free(job);
    pthread_mutex_lock(&pool->lock);
  }
  pool->threads--;
  last = pool->threads == 0 && pool->left;
  pthread_cond_signal(&pool->done);
  pthread_mutex_unlock(&pool->lock);
  if (last) pool_free(pool);
  return NULL;
}

/* Signals are for the threads of the program. Locked. */
static int start_thread(struct pier__pool *pool) {
  sigset_t all, before;
  pthread_attr_t attributes;
  pthread_t thread;
  int error;
  if (pthread_attr_init(&attributes) != 0) return PIER_ENOMEM;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  error = pthread_create(&thread, &attributes, serve, pool);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (error == 0) pool->threads++;
  return -error;
}

static struct pier__pool *pool_new(unsigned threads) {
  struct pier__pool *pool = pier_alloc(sizeof *pool);
  pthread_condattr_t monotonic;
  if (!pool) return NULL;
  memset(pool, 0, sizeof *pool);
  pool->most = threads > 0 ? threads : 1;
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->more, NULL);
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&pool->done, &monotonic);
  pthread_condattr_destroy(&monotonic);
  return pool;
}

int pier__pool_push(pier_peer *peer, struct pier__kept *kept) {
  struct job *job = pier_alloc(sizeof *job);
  struct pier__pool *pool;
  int error = 0;
  if (!job) return PIER_ENOMEM;
  if (!peer->pool) peer->pool = pool_new(peer->config.threads);
  pool = peer->pool;
  if (!pool) {
    pier_free(job);
    return PIER_ENOMEM;
  }
  job->next = NULL;
  job->kept = kept;
  pthread_mutex_lock(&pool->lock);
  if (pool->idle == 0 && pool->threads < pool->most) error = start_thread(pool);
  if (pool->threads > 0) error = 0; /* the others do it, later */
  if (!error) {
    if (pool->first)
      pool->last->next = job;
    else
      pool->first = job;
    pool->last = job;
    pthread_cond_signal(&pool->more);
  }
  pthread_mutex_unlock(&pool->lock);
  if (error) pier_free(job);
  return error;
}

void pier__pool_close(struct pier__pool *pool, unsigned grace) {
  struct timespec end;
  int left;
  if (!pool) return;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += grace / 1000;
  end.tv_nsec += (long)(grace % 1000) * 1000000;
  if (end.tv_nsec >= 1000000000) {
    end.tv_sec++;
    end.tv_nsec -= 1000000000;
  }
  pthread_mutex_lock(&pool->lock);
  pool->closed = 1;
  pthread_cond_broadcast(&pool->more);
  while (pool->threads > 0)
    if (pthread_cond_timedwait(&pool->done, &pool->lock, &end) == ETIMEDOUT) break;
  pool->left = 1;
  left = (int)pool->threads;
  pthread_mutex_unlock(&pool->lock);
  if (left == 0) pool_free(pool);
}

int pier_call_work(pier_call *call, pier_handler *work, void *state) {
  pier_peer *peer = call->peer;
  pier_call *kept;
  int error = pier_call_keep(call, &kept);
  if (error < 0) return error;
  kept->kept->work = work;
  kept->kept->work_state = state;
  error = peer->work ? peer->work(peer, kept->kept) : pier__pool_push(peer, kept->kept);
  if (error < 0) pier_call_drop(kept);
  return error;
}
