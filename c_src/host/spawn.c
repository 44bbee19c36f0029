#include "host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1)
#endif

enum { TICK_NS = 10 * 1000 * 1000, FIRST_REAL_TIME = 32 };

/* Between clone and exec the child runs in our memory while we stand still: it
 * may call nothing that locks, allocates or returns, and a sanitizer would take
 * its use of our memory for ours. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IN_CHILD __attribute__((no_sanitize("address", "undefined", "thread")))
#endif
#endif
#ifndef IN_CHILD
#define IN_CHILD __attribute__((no_sanitize("address", "undefined")))
#endif

IN_CHILD static int close_range_call(unsigned first, unsigned last, unsigned flags) {
  return (int)syscall(SYS_close_range, first, last, flags);
}

IN_CHILD static int larger(int a, int b) {
  return a > b ? a : b;
}

/* The table is shared with us until this call. Only its part up to our own
 * pipes' ends is copied, not the thousands above. */
IN_CHILD static void own_descriptors(const struct pier__spawn *spawn) {
  int last = larger(2, larger(spawn->input, spawn->output));
  close_range_call((unsigned)last + 1, UINT_MAX, CLOSE_RANGE_UNSHARE);
}

/* A handler of the host's must not run here, in its memory, once the mask is
 * empty; exec resets handlers by itself. Signals from 32 on come only from
 * somebody who knows the child, and nobody does yet. */
IN_CHILD static void drop_handlers(void) {
  struct sigaction action, fresh;
  int number;
  memset(&fresh, 0, sizeof fresh);
  for (number = 1; number < FIRST_REAL_TIME; number++)
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN &&
        action.sa_handler != SIG_DFL)
      sigaction(number, &fresh, NULL);
}

/* Ignored signals stay ignored, as in the BEAM, but for those that it handles itself;
 * PIPE and FPE are always ignored. */
IN_CHILD static void reset_signals(void) {
  static const int reset[] = {SIGTERM, SIGINT, SIGQUIT, SIGSEGV};
  struct sigaction action;
  sigset_t none;
  size_t i;
  drop_handlers();
  memset(&action, 0, sizeof action);
  for (i = 0; i < sizeof reset / sizeof reset[0]; i++)
    sigaction(reset[i], &action, NULL);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, NULL);
  sigaction(SIGFPE, &action, NULL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

IN_CHILD static void say(const char *text) {
  size_t size = 0;
  ssize_t written;
  while (text[size])
    size++;
  written = write(2, text, size);
  (void)written; /* nobody is left to tell */
}

IN_CHILD static void enter_directory(const char *cd) {
  int error;
  if (!cd || chdir(cd) == 0) return;
  error = errno;
  say("spawn: Could not cd to ");
  say(cd);
  say("\r\n");
  _exit(error);
}

/* A port that does not read has no pipe for standard error either: what is
 * written there meets EPIPE, as in the BEAM. */
IN_CHILD static void break_stderr(void) {
  int ends[2];
  if (pipe(ends) == 0) dup2(ends[1], 2);
}

/* Afterwards exactly 0, 1, 2 are open, and 3 or 4 where they were asked for. */
IN_CHILD static void place_descriptors(const struct pier__spawn *spawn) {
  int to_input = spawn->nouse_stdio ? 3 : 0, to_output = spawn->nouse_stdio ? 4 : 1;
  if (spawn->input >= 0) dup2(spawn->input, to_input);
  if (spawn->output >= 0) dup2(spawn->output, to_output);
  if (spawn->stderr_to_stdout && spawn->output >= 0) dup2(spawn->output, 2);
  if (spawn->stderr_to_stdout && spawn->output < 0) break_stderr();
  if (!spawn->nouse_stdio || spawn->input < 0) close(3);
  if (!spawn->nouse_stdio || spawn->output < 0) close(4);
  if (close_range_call(5, UINT_MAX, 0) < 0) {
    long fd, last = sysconf(_SC_OPEN_MAX);
    for (fd = 5; fd < last; fd++)
      close((int)fd);
  }
}

IN_CHILD static int run(void *argument) {
  const struct pier__spawn *spawn = argument;
  own_descriptors(spawn);
  enter_directory(spawn->cd);
  place_descriptors(spawn);
  setsid();
  reset_signals();
  execve(spawn->file, spawn->argv, spawn->envp);
  _exit(errno);
}

/* Sharing the descriptor table is safe only where the child can leave it. */
static int can_unshare(void) {
  static int known; /* 0 not asked, 1 yes, 2 no: the same answer for all threads */
  if (known == 0) known = close_range_call(UINT_MAX, UINT_MAX, 0) == 0 ? 1 : 2;
  return known == 1;
}

/* valgrind knows vfork and fork, but no clone with a stack of its own, and no
 * pidfd: under it a program is started by a plain fork. */
static int under_valgrind(void) {
  const char *preload = getenv("LD_PRELOAD");
  return preload && strstr(preload, "vgpreload") != NULL;
}

static int start_by_fork(const struct pier__spawn *spawn) {
  pid_t pid = fork();
  if (pid == 0) run((void *)(uintptr_t)spawn);
  return pid;
}

static int start_by_clone(const struct pier__spawn *spawn, void *stack, int *pidfd) {
  int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  if (can_unshare()) flags |= CLONE_FILES;
  return clone(run, (char *)stack + PIER__SPAWN_STACK, flags, (void *)(uintptr_t)spawn, pidfd);
}

/* Where there is no pidfd (valgrind, Linux before 5.2), a clock is the child's
 * descriptor: at each tick somebody looks whether it has ended. */
static int tick(void) {
  const struct itimerspec every = {{0, TICK_NS}, {0, TICK_NS}};
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (fd >= 0) timerfd_settime(fd, 0, &every, NULL);
  return fd;
}

int pier__spawn(const struct pier__spawn *spawn, void *stack, pid_t *pid, int *pidfd) {
  sigset_t all, before;
  int error;
  *pidfd = -1;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  *pid = under_valgrind() ? start_by_fork(spawn) : start_by_clone(spawn, stack, pidfd);
  error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (*pid < 0) return -error;
  if (*pidfd < 0) *pidfd = tick();
  if (*pidfd >= 0) return 0;
  error = errno;
  kill(*pid, SIGKILL);
  waitpid(*pid, NULL, 0);
  return -error;
}
