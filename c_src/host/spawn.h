/* Starting a program (doc/ports.md, "The program's side"). */
#ifndef PIER_HOST_SPAWN_H
#define PIER_HOST_SPAWN_H

#include <sys/types.h>

struct pier__spawn {
  const char *file;
  char *const *argv;
  char *const *envp;
  const char *cd;    /* or NULL */
  int input, output; /* the program's ends of the pipes, -1 none; both >= 5 */
  int nouse_stdio;   /* they become 3 and 4, not 0 and 1 */
  int stderr_to_stdout;
};

enum { PIER__SPAWN_STACK = 64 * 1024 };

/* Runs `file` on `stack` (PIER__SPAWN_STACK bytes) until it has replaced
 * itself; that it could not shows as its exit status, the errno. The program
 * shares no memory and no descriptor table with us afterwards, and neither is
 * ever copied (under valgrind, by a fork). 0 with *pid and a descriptor in *pidfd
 * that is readable when it may have ended, or a negative errno. */
int pier__spawn(const struct pier__spawn *spawn, void *stack, pid_t *pid, int *pidfd);

#endif
