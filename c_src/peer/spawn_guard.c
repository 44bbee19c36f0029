/* The guard of a child: parent of it and, as a subreaper, of all that it leaves
 * behind. It only ever signals its own children, whose numbers can not be
 * somebody else's until it has reaped them. Only system calls: see spawn.h. */
#include "peer/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef enum stage {
  RUNS,  /* nothing to do but to collect what ends */
  ASKED, /* the signal was sent, the grace is running */
  KILLED /* SIGKILL, again and again, until nothing is left */
} stage;

enum { KILL_AGAIN_MS = 20, KILL_ROUNDS = 250, REMEMBERED = 64 };

typedef struct guard {
  const struct pier__start *start;
  stage stage;
  pid_t child; /* 0 once it has been reaped */
  int events;  /* signalfd */
  int rounds;  /* of SIGKILL */
  long until;  /* when the stage is over, ms */
  pid_t asked[REMEMBERED];
  size_t asked_count;
  struct pollfd fds[3];
} guard;

static void report(const guard *g, int kind, int value) {
  struct pier__report report;
  memset(&report, 0, sizeof report);
  report.kind = kind;
  report.value = value;
  send(g->start->socket, &report, sizeof report, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Everybody below ----------------------------------------------------------- */

/* Once each, beyond REMEMBERED more often. */
static void ask_one(guard *g, pid_t child) {
  size_t at;
  for (at = 0; at < g->asked_count; at++)
    if (g->asked[at] == child) return;
  if (g->asked_count < REMEMBERED) g->asked[g->asked_count++] = child;
  kill(child, g->start->signal);
  kill(child, SIGCONT); /* one that is stopped could not end */
}

static void end_one(guard *g, pid_t child) {
  if (g->stage == KILLED)
    kill(child, SIGKILL);
  else
    ask_one(g, child);
}

/* The numbers of our children are in a file; where there is none, only the child
 * and its group are known. */
static void end_children(guard *g) {
  char text[512];
  ssize_t size, at;
  pid_t number = 0;
  int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (file < 0 && g->child) end_one(g, g->child);
  if (file < 0) return;
  while ((size = read(file, text, sizeof text)) > 0) {
    for (at = 0; at < size; at++) {
      if (text[at] >= '0' && text[at] <= '9') {
        number = number * 10 + (text[at] - '0');
      } else if (number) {
        end_one(g, number);
        number = 0;
      }
    }
  }
  close(file);
}

/* The group's number is nobody else's as long as the child is not reaped. */
static void enter(guard *g, stage next) {
  g->stage = next;
  g->until = now_ms() + (next == ASKED ? g->start->grace_ms : KILL_AGAIN_MS);
  if (next == KILLED) g->rounds++;
  if (g->child && next == ASKED) {
    g->asked[g->asked_count++] = g->child;
    kill(-g->child, g->start->signal);
    kill(-g->child, SIGCONT);
  } else if (g->child) {
    kill(-g->child, SIGKILL);
  }
  end_children(g);
}

/* ---- Events ---------------------------------------------------------------------- */

/* A byte from the program, or its end. */
static void take_order(guard *g) {
  uint8_t order;
  ssize_t got = recv(g->start->socket, &order, 1, MSG_DONTWAIT);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    g->fds[0].fd = -1;
    if (g->stage == RUNS) enter(g, KILLED);
  } else if (order != PIER__ASK_TO_END) {
    if (g->child) kill(-g->child, order);
  } else if (g->stage == RUNS) {
    enter(g, ASKED);
  }
}

/* 1 while there is something to wait for. */
static int collect(guard *g) {
  struct signalfd_siginfo drop;
  pid_t pid;
  int status;
  while (read(g->events, &drop, sizeof drop) > 0) {
  }
  while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
    if (pid != g->child) continue;
    g->child = 0;
    report(g, PIER__ENDED, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
  if (pid < 0 && errno == ECHILD) return 0;
  if (g->stage == RUNS && !g->child) enter(g, ASKED);
  if (g->stage == ASKED) end_children(g); /* those adopted just now */
  return g->rounds < KILL_ROUNDS;
}

static void watch(guard *g) {
  g->fds[0].fd = g->start->socket;
  g->fds[1].fd = g->start->program;
  g->fds[2].fd = g->events;
  g->fds[0].events = g->fds[1].events = g->fds[2].events = POLLIN;
  while (collect(g)) {
    long left = g->stage == RUNS ? -1 : g->until - now_ms();
    if (g->stage != RUNS && left <= 0) {
      enter(g, KILLED);
      left = KILL_AGAIN_MS;
    }
    if (poll(g->fds, 3, (int)left) <= 0) continue;
    if (g->fds[0].revents) take_order(g);
    if (g->fds[1].revents) {
      g->fds[1].fd = -1;
      if (g->stage == RUNS) enter(g, KILLED);
    }
  }
}

/* ---- Starting --------------------------------------------------------------------- */

/* Closes the descriptors from `first` to `last`, or leaves that to exec. */
static void shut(unsigned first, unsigned last, int at_exec) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, last, at_exec ? 4 : 0) == 0) return;
#endif
  for (; first <= last && first < (unsigned)sysconf(_SC_OPEN_MAX); first++) {
    if (at_exec)
      fcntl((int)first, F_SETFD, FD_CLOEXEC);
    else
      close((int)first);
  }
}

/* Out of the way of 0, 1 and 2, which are to be given. */
static int above(int fd) {
  return fcntl(fd, F_DUPFD_CLOEXEC, 10);
}

static int place_descriptors(const struct pier__start *start) {
  int from[3], at;
  for (at = 0; at < 3; at++) {
    if (start->fds[at] >= 0)
      from[at] = above(start->fds[at]);
    else if (at == 0)
      from[at] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    else
      from[at] = above(at);
    if (from[at] < 0) return -1;
  }
  for (at = 0; at < 3; at++)
    if (from[at] != at && dup2(from[at], at) < 0) return -1;
  fcntl(0, F_SETFD, 0); /* where /dev/null came by itself */
  shut(3, UINT_MAX, 1);
  return 0;
}

static void default_signals(void) {
  sigset_t none;
  int number;
  for (number = 1; number < NSIG; number++)
    signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Dies with the guard, which has one thread only: the signal is that of a
 * thread's end. */
_Noreturn static void become_child(const struct pier__start *start, pid_t parent, int failed) {
  int error;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  setpgid(0, 0);
  if (place_descriptors(start) == 0 && (!start->folder || chdir(start->folder) == 0)) {
    default_signals();
    execve(start->path, start->argv, start->env);
  }
  error = errno;
  while (write(failed, &error, sizeof error) < 0 && errno == EINTR) {
  }
  _exit(127);
}

/* 0, or the errno that kept it from running. */
static int start_child(guard *g) {
  pid_t parent = getpid();
  int failed[2], error = 0;
  ssize_t got;
  if (pipe2(failed, O_CLOEXEC) < 0) return errno;
  if (failed[1] < 3) failed[1] = above(failed[1]);
  g->child = fork();
  if (g->child < 0) return errno;
  if (g->child == 0) become_child(g->start, parent, failed[1]);
  setpgid(g->child, g->child);
  close(failed[1]);
  do {
    got = read(failed[0], &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  close(failed[0]);
  return got == sizeof error ? error : 0;
}

/* The pipes of owner and child are theirs alone: nothing here keeps them open.
 * `also` may be -1. */
static void keep_only(int fd, int also) {
  unsigned low = (unsigned)(fd < also || also < 0 ? fd : also);
  unsigned high = (unsigned)(fd > also ? fd : also);
  if (low > 0) shut(0, low - 1, 0);
  if (high > low + 1) shut(low + 1, high - 1, 0);
  shut(high + 1, UINT_MAX, 0);
}

_Noreturn void pier__guard_child(const struct pier__start *start) {
  sigset_t child;
  guard g;
  int error;
  memset(&g, 0, sizeof g);
  g.start = start;
  prctl(PR_SET_NAME, "pier-guard");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  setpgid(0, 0); /* what kills the program's group shall not reach it */
  signal(SIGCHLD, SIG_DFL);
  error = start_child(&g);
  if (error) {
    report(&g, PIER__NOT_STARTED, error);
    _exit(1);
  }
  report(&g, PIER__STARTED, (int)g.child);
  keep_only(start->socket, start->program);
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  g.events = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  watch(&g);
  _exit(0);
}
