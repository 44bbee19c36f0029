/*
 * Misuse of the API, looked for where a host was asked to (pier_host_config.check_drivers):
 * what the BEAM suffers in silence is told to the host's log, with the driver's name, the
 * port and what was being called. Where no host asks, a test of one number is all it costs.
 */
#ifndef PIER_DRIVER_CHECK_H
#define PIER_DRIVER_CHECK_H

#include "driver/driver.h"

extern _Thread_local struct pier__inside pier__inside;

int pier__check_new(struct pier__drivers *drivers);
void pier__check_free(struct pier__drivers *drivers);
/* What other threads have found since. */
void pier__check_turn(struct pier__drivers *drivers);

/* From any thread. Nothing if the driver's host does not look for misuse. */
void pier__misuse(const struct pier__inside *inside, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Around code of a driver: in a callback, in a job, in a thread of its own. The second
 * takes what the first gave. */
struct pier__inside pier__check_begin(const struct pier__inside *next);
void pier__check_end(const struct pier__inside *before);

/* Whether `function` may be called for that port (NULL: it is gone) by this thread. */
int pier__check_call(struct pier__dport *dport, const char *function);

/* A lock of this thread's. `kind` and `name` live as long as it is held; name may be NULL. */
void pier__check_locked(const void *lock, const char *kind, const char *name);
void pier__check_unlocked(const void *lock);

/* When a port has been stopped. */
void pier__check_port(const struct pier__dport *dport);

/* ---- check_memory.c ---- */

void pier__check_allocated(void *block, enum pier__memory kind, size_t size);
/* 1: it is gone already, which was told, and is to be left alone. */
int pier__check_gone(const void *block, enum pier__memory kind, const char *function);
/* Instead of releasing it: it is kept for a while, so that freeing it again is seen. */
void pier__check_freed(void *block, enum pier__memory kind);
/* It is about to be moved, or released for sure; of a thing: it is destroyed. */
void pier__check_forget(const void *block);
/* Something else that its maker has to destroy: a lock, a key, a thread. The name may be
 * NULL; `what` lives for ever. `left` (or NULL) is called for one that was left, when the
 * driver is about to go. */
void pier__check_made(void *thing, const char *what, const char *name, void (*left)(void *));
/* A binary that the host made is for that driver from here on. */
void pier__check_given(const void *block, struct pier__driver *driver);
/* Tells what a driver has left; it is nobody's then. */
void pier__check_leaks(struct pier__driver *driver);
void pier__check_memory_free(void);

#endif
