/* Port data locks: shared by a port and the threads that work for it. */
#include "driver/driver.h"

#include "driver/check.h"

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
