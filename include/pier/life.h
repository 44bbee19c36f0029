/*
 * pier/life.h - how an external program ends, and what ends with it.
 *
 * When the owner closes the port, or dies, the program is gone soon after, also
 * when a handler is busy and megabytes wait before the end of its input. A
 * thread of its own watches the descriptors from the start of the loop on; it
 * runs none of the program's code but, at the very end, what was given to
 * pier_peer_at_end. doc/lifetime.md has the table of what happens when.
 *
 * The owner is gone when nobody reads the program's output any more. When only
 * the input has ended, as in `printf ... | program >file`, all that was sent is
 * still served, as long as it takes; with `half_close` 0 that is the end too.
 *
 * From then on the process has `grace_ms`: handlers are told (pier_peer_gone,
 * pier_peer_gone_fd), children are asked to end, what waits in the input is
 * still served. Usually the loop ends by itself, at the first answer that nobody
 * takes or at the end of the input, and the program leaves with status 0. If it
 * is still there after the grace, freed peer or not, it is ended by _exit with
 * PIER_EXIT_GRACE; where it leads its session, as below a port, its whole
 * process group is killed with it by SIGKILL.
 */
#ifndef PIER_LIFE_H
#define PIER_LIFE_H

#include <pier/peer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The status of a program whose grace was over; that of timeout(1). */
enum { PIER_EXIT_GRACE = 124 };

/* ---- The owner is gone ------------------------------------------------------ */

/* 1 as soon as the owner is gone. Any thread, as long as the peer lives; a
 * handler that takes long looks at it now and then and returns. Always 0 with
 * `watch` 0. */
PIER_API int pier_peer_gone(const pier_peer *peer);
/* A descriptor that becomes readable at that moment, for handlers that wait in
 * poll or on a libuv loop. Do not read from it or close it; it is the peer's. */
PIER_API int pier_peer_gone_fd(const pier_peer *peer);

/* Starts the watch of a peer without I/O of its own, whose caller reads `in` and
 * writes `out`; they stay open as long as the peer. pier_peer_run and
 * pier_peer_start_uv do it themselves. -EBADF when one of them is closed, which is said
 * on standard error as by pier_peer_new; -EAGAIN (no thread). */
PIER_API int pier_peer_watch(pier_peer *peer, int in, int out);

/* ---- Cleaning up ------------------------------------------------------------- */

typedef enum pier_ending {
  PIER_ENDING_ORDERLY, /* on the peer's thread, outside of handlers; work on the pool that
                          does not look at its call may still run */
  PIER_ENDING_FORCED   /* the grace is nearly over and a handler still busy: on
                          another thread, beside it, in the last quarter of the grace */
} pier_ending;

typedef void pier_peer_clean_up(pier_ending ending, void *state);

/* `clean_up` is called once when the peer ends: after the last answer, before
 * pier_peer_run returns or `ended` is called, at the latest by pier_peer_free.
 * The last one registered comes first. Not after a SIGKILL. PIER_ENOMEM, PIER_EARG. */
PIER_API int pier_peer_at_end(pier_peer *peer, pier_peer_clean_up *clean_up, void *state);

/* ---- Children ---------------------------------------------------------------
 *
 * Programs that end when this one does, however it does, by SIGKILL too, with
 * everything they have started. Beside each of them runs a guard, a small process that is a
 * copy of this one: it is the parent of the child and of what the child leaves
 * behind, and it ends them when this process is gone. Nobody else has to wait
 * for them, and no SIGCHLD comes.
 *
 * Threads: any; one child by one thread at a time. */
typedef struct pier_child pier_child;

typedef struct pier_spawn_config {
  const char *const *env; /* NULL: that of this program */
  const char *folder;     /* to run in; NULL: that of this program */
  int in, out, err;       /* become its 0, 1, 2; -1: /dev/null, our 1, our 2. Yours to close */
  int signal;             /* asks it to end: SIGTERM */
  unsigned grace_ms;      /* from there to SIGKILL: 1000 */
} pier_spawn_config;

PIER_API void pier_spawn_config_init(pier_spawn_config *config);

/* Starts argv[0], which is looked for in PATH if it has no slash, with `argv`
 * (ended by NULL). It leads a process group, has the default actions and no
 * blocked signals, and of our descriptors only the three. NULL is the default
 * configuration. Errors: those of the system (-ENOENT, -EACCES: it can not be
 * run), PIER_EARG, PIER_ENOMEM. */
PIER_API int pier_spawn(pier_peer *peer, pier_child **child, const char *const *argv,
                        const pier_spawn_config *config);
/* Its process id; it may be somebody else's once its status has been there. */
PIER_API int pier_child_pid(const pier_child *child);
/* 1 and its status (as $? has it: 128 + n after a signal) once it has ended; 0
 * when that takes longer than `timeout_ms` (-1: for ever). What is left of the
 * processes it started gets the signal at that moment, then SIGKILL.
 * PIER_ECLOSED when its guard was killed, and so it was. */
PIER_API int pier_child_wait(pier_child *child, int timeout_ms, int *status);
/* Readable once pier_child_wait would not wait; for poll and uv_poll. */
PIER_API int pier_child_fd(const pier_child *child);
/* Sends it, and its process group, a signal. PIER_ECLOSED if it has ended. */
PIER_API int pier_child_signal(pier_child *child, int signal);
/* Asks it to end, and sees to it; returns at once. */
PIER_API void pier_child_end(pier_child *child);
/* The same, and gives the memory back; NULL is fine. Before pier_peer_free, which
 * frees what is left. */
PIER_API void pier_child_free(pier_child *child);

#ifdef __cplusplus
}
#endif

#endif
