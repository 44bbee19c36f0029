/* peer/spawn.h - the two sides of a child: the program (spawn.c) and the guard
 * (spawn_guard.c), a process between it and the child. They talk over a socket
 * that keeps messages apart.
 *
 * `pier wrap` does the same for programs that are not ours, in a process that
 * was started for that. The guard is the fork of a program that may have threads:
 * it has no memory to allocate and no stdio, only system calls. That is why
 * these are two. */
#ifndef PIER_PEER_SPAWN_H
#define PIER_PEER_SPAWN_H

#include <pier/life.h>

/* From the guard. */
enum { PIER__STARTED, PIER__NOT_STARTED, PIER__ENDED };
struct pier__report {
  int kind;
  int value; /* the child's pid, an errno, its status */
};

/* To the guard, one byte each: a signal's number, or this. */
enum { PIER__ASK_TO_END = 0xff };

struct pier__start {
  const char *path;
  char *const *argv;
  char *const *env;
  const char *folder;
  int fds[3];  /* -1: what its 1 and 2 are anyway, /dev/null for 0 */
  int socket;  /* the guard's */
  int program; /* a pidfd of the program, or -1 */
  int signal;
  long grace_ms;
};

/* In the guard's process, all signals blocked. */
_Noreturn void pier__guard_child(const struct pier__start *start);

#endif
