/* Mutexes, conditions and read-write locks of the API. Misuse ends the process, as in
 * the BEAM: there is nobody to give an error to. */
#include "driver/check.h"
#include "driver/named.h"

#include <errno.h>
#include <stdlib.h>

struct ErlDrvMutex_ {
  char *name;
  pthread_mutex_t mutex;
};
struct ErlDrvCond_ {
  char *name;
  pthread_cond_t condition;
};
struct ErlDrvRWLock_ {
  char *name;
  pthread_rwlock_t lock;
};

static void took(const void *lock, const char *kind, const char *name) {
  if (pier__checking()) pier__check_locked(lock, kind, name);
}

static void made(void *thing, const char *what, const char *name) {
  if (thing && pier__checking()) pier__check_made(thing, what, name, NULL);
}

static void destroyed(const void *thing) {
  if (pier__checking()) pier__check_forget(thing);
}

/* ---- Mutexes ---------------------------------------------------------------------- */

ErlDrvMutex *erl_drv_mutex_create(char *name) {
  ErlDrvMutex *mutex = pier__named_new(sizeof *mutex, name);
  if (mutex && pthread_mutex_init(&mutex->mutex, NULL) != 0) {
    pier__named_free(mutex);
    mutex = NULL;
  }
  made(mutex, "mutex", name);
  return mutex;
}

void erl_drv_mutex_destroy(ErlDrvMutex *mutex) {
  destroyed(mutex);
  pier__must(mutex && pthread_mutex_destroy(&mutex->mutex) == 0);
  pier__named_free(mutex);
}

char *erl_drv_mutex_name(ErlDrvMutex *mutex) {
  return mutex ? mutex->name : NULL;
}

int erl_drv_mutex_trylock(ErlDrvMutex *mutex) {
  int error;
  pier__must(mutex != NULL);
  error = pthread_mutex_trylock(&mutex->mutex);
  pier__must(error == 0 || error == EBUSY);
  if (error == 0) took(mutex, "mutex", mutex->name);
  return error;
}

void erl_drv_mutex_lock(ErlDrvMutex *mutex) {
  pier__must(mutex && pthread_mutex_lock(&mutex->mutex) == 0);
  took(mutex, "mutex", mutex->name);
}

void erl_drv_mutex_unlock(ErlDrvMutex *mutex) {
  if (pier__checking()) pier__check_unlocked(mutex);
  pier__must(mutex && pthread_mutex_unlock(&mutex->mutex) == 0);
}

/* ---- Conditions -------------------------------------------------------------------- */

ErlDrvCond *erl_drv_cond_create(char *name) {
  ErlDrvCond *condition = pier__named_new(sizeof *condition, name);
  if (condition && pthread_cond_init(&condition->condition, NULL) != 0) {
    pier__named_free(condition);
    condition = NULL;
  }
  made(condition, "condition", name);
  return condition;
}

void erl_drv_cond_destroy(ErlDrvCond *condition) {
  destroyed(condition);
  pier__must(condition && pthread_cond_destroy(&condition->condition) == 0);
  pier__named_free(condition);
}

char *erl_drv_cond_name(ErlDrvCond *condition) {
  return condition ? condition->name : NULL;
}

void erl_drv_cond_signal(ErlDrvCond *condition) {
  pier__must(condition && pthread_cond_signal(&condition->condition) == 0);
}

void erl_drv_cond_broadcast(ErlDrvCond *condition) {
  pier__must(condition && pthread_cond_broadcast(&condition->condition) == 0);
}

void erl_drv_cond_wait(ErlDrvCond *condition, ErlDrvMutex *mutex) {
  pier__must(condition && mutex &&
             pthread_cond_wait(&condition->condition, &mutex->mutex) == 0);
}

/* ---- Read-write locks ---------------------------------------------------------------- */

ErlDrvRWLock *erl_drv_rwlock_create(char *name) {
  ErlDrvRWLock *lock = pier__named_new(sizeof *lock, name);
  if (lock && pthread_rwlock_init(&lock->lock, NULL) != 0) {
    pier__named_free(lock);
    lock = NULL;
  }
  made(lock, "read-write lock", name);
  return lock;
}

void erl_drv_rwlock_destroy(ErlDrvRWLock *lock) {
  destroyed(lock);
  pier__must(lock && pthread_rwlock_destroy(&lock->lock) == 0);
  pier__named_free(lock);
}

char *erl_drv_rwlock_name(ErlDrvRWLock *lock) {
  return lock ? lock->name : NULL;
}

int erl_drv_rwlock_tryrlock(ErlDrvRWLock *lock) {
  int error;
  pier__must(lock != NULL);
  error = pthread_rwlock_tryrdlock(&lock->lock);
  pier__must(error == 0 || error == EBUSY);
  if (error == 0) took(lock, "read-write lock", lock->name);
  return error;
}

void erl_drv_rwlock_rlock(ErlDrvRWLock *lock) {
  pier__must(lock && pthread_rwlock_rdlock(&lock->lock) == 0);
  took(lock, "read-write lock", lock->name);
}

void erl_drv_rwlock_runlock(ErlDrvRWLock *lock) {
  if (pier__checking()) pier__check_unlocked(lock);
  pier__must(lock && pthread_rwlock_unlock(&lock->lock) == 0);
}

int erl_drv_rwlock_tryrwlock(ErlDrvRWLock *lock) {
  int error;
  pier__must(lock != NULL);
  error = pthread_rwlock_trywrlock(&lock->lock);
  pier__must(error == 0 || error == EBUSY);
  if (error == 0) took(lock, "read-write lock", lock->name);
  return error;
}

void erl_drv_rwlock_rwlock(ErlDrvRWLock *lock) {
  pier__must(lock && pthread_rwlock_wrlock(&lock->lock) == 0);
  took(lock, "read-write lock", lock->name);
}

void erl_drv_rwlock_rwunlock(ErlDrvRWLock *lock) {
  if (pier__checking()) pier__check_unlocked(lock);
  pier__must(lock && pthread_rwlock_unlock(&lock->lock) == 0);
}
