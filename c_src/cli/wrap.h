/* cli/wrap.h - what the two processes of `pier wrap` share.
 *
 * The wrapper is the program that the port's owner sees: it holds the pipe,
 * notices its end, and gives the program's status back. The guard, its child,
 * starts the program and ends it. Each of them adopts what the other leaves
 * behind, so that killing either of them still ends every process.
 */
#ifndef PIER_CLI_WRAP_H
#define PIER_CLI_WRAP_H

#include <signal.h>
#include <sys/types.h>

#define PIER__WRAP "pier wrap"

typedef struct pier__wrap {
  const char *path; /* of the program's file */
  char **argv;      /* as the program gets it */
  long grace_ms;    /* from the hang-up to SIGKILL */
  int signal;       /* what is tried before */
  int watched;      /* the descriptor whose end is the port's */
  int all;          /* it ends with its last process, not with its first */
  sigset_t mask;    /* as we were started with, for the program */
} pier__wrap;

/* What the wrapper tells the guard, one byte each: a signal's number, or this.
 * The end of the socket means that the wrapper is gone. */
enum { PIER__HANG_UP = 0xff };

/* ---- wrap_guard.c --------------------------------------------------------- */

/* Runs the program to its end, in a process of its own; `wrapper` is the socket
 * to the other. Sends the exit status as an int when all is over. Never returns. */
_Noreturn void pier__guard(const pier__wrap *wrap, int wrapper);

/* ---- wrap_cgroup.c -------------------------------------------------------- */

enum { PIER__CGROUP_PATH = 512 };

/* Makes a control group that can be killed as a whole, and says where; "" if we
 * may not. */
void pier__cgroup_make(char folder[PIER__CGROUP_PATH]);
/* Puts the calling process into it: 1 if it is in. */
int pier__cgroup_enter(const char *folder);
void pier__cgroup_kill(const char *folder);
/* Only works once nothing is left in it. */
void pier__cgroup_remove(char folder[PIER__CGROUP_PATH]);

/* ---- wrap_tree.c: every process below the calling one ---------------------- */

typedef struct pier__tree {
  pid_t program;    /* the first of them; 0 once it has been reaped */
  pid_t group;      /* its process group, or 0 if that is not its own */
  int status;       /* of the program, as $? has it; -1 while it runs */
  pid_t *signalled; /* children that have got the signal */
  size_t signalled_count;
  size_t signalled_room;
} pier__tree;

/* Orphans of the tree become children of the calling process. 0 or -errno. */
int pier__tree_adopt(void);
/* Collects what has ended. 1 while children are left, 0 if none is. */
int pier__tree_reap(pier__tree *tree);
/* Sends `signal` to each child that has not had it, and to the program's group
 * the first time; grandchildren become children as their parents end. */
void pier__tree_signal(pier__tree *tree, int signal);
/* SIGKILL to all children. The number of those that may not be killed. */
size_t pier__tree_kill(pier__tree *tree);
void pier__tree_free(pier__tree *tree);

/* ---- wrap.c ---------------------------------------------------------------- */

/* The defaults of `pier wrap`; the program is to be set. Then it is run, in this process
 * and its guard: the exit status. */
void pier__wrap_init(pier__wrap *wrap);
int pier__wrap_run(pier__wrap *wrap);

/* Closes all descriptors from 3 up but the `count` in `kept`, in rising order. */
void pier__keep_only(const int *kept, size_t count);

#endif
