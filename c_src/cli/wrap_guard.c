/* The guard: parent of the wrapped program and, sooner or later, of all that
 * the program leaves behind. What it does when is the table below. */
#include "cli/cli.h"
#include "cli/wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef enum stage {
  RUNS,   /* nothing to do but to collect what ends */
  LEAVES, /* the port is closed: it has half the grace to end by itself */
  ASKED,  /* it has the signal, and the rest of the grace */
  KILLED  /* SIGKILL, again and again, until nothing is left */
} stage;

enum { KILL_AGAIN_MS = 20, KILL_ROUNDS = 250 };

typedef struct guard {
  const pier__wrap *wrap;
  pier__tree tree;
  stage stage;
  int signal;     /* to ask with */
  int wrapper;    /* the socket; -1 when nobody is there any more */
  int children;   /* signalfd */
  long until;     /* when the stage is over, ms; -1: it is not timed */
  int rounds;     /* of SIGKILL */
  size_t refused; /* children that may not be killed */
  char cgroup[PIER__CGROUP_PATH];
} guard;

static long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void enter(guard *g, stage next) {
  long half = g->wrap->grace_ms / 2;
  g->stage = next;
  g->until = now_ms() + (next == LEAVES ? half : g->wrap->grace_ms - half);
  if (next == ASKED) pier__tree_signal(&g->tree, g->signal);
  if (next == KILLED) {
    pier__cgroup_kill(g->cgroup);
    g->refused = pier__tree_kill(&g->tree);
    g->until = now_ms() + KILL_AGAIN_MS;
    g->rounds++;
  }
}

static void time_is_up(guard *g) {
  enter(g, g->stage == LEAVES ? ASKED : KILLED);
}

/* A byte from the wrapper, or its end. */
static void take_order(guard *g) {
  uint8_t order;
  ssize_t got = recv(g->wrapper, &order, 1, 0);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    close(g->wrapper);
    g->wrapper = -1;
    enter(g, KILLED);
  } else if (order == PIER__HANG_UP) {
    if (g->stage == RUNS) enter(g, LEAVES);
  } else if (g->stage < ASKED) {
    g->signal = order;
    enter(g, ASKED);
  } else {
    pier__tree_signal(&g->tree, order);
  }
}

/* 1 while there is something to wait for. */
static int collect(guard *g) {
  struct signalfd_siginfo drop;
  int left;
  while (read(g->children, &drop, sizeof drop) > 0) {
  }
  left = pier__tree_reap(&g->tree);
  if (!left) return 0;
  if (g->stage == RUNS && !g->tree.program && !g->wrap->all) enter(g, ASKED);
  if (g->stage == ASKED) pier__tree_signal(&g->tree, g->signal); /* those adopted just now */
  return g->rounds < KILL_ROUNDS || g->refused == 0;
}

static int wait_time(const guard *g) {
  long left;
  if (g->stage == RUNS) return -1;
  left = g->until - now_ms();
  return left > 0 ? (int)left : 0;
}

static void watch(guard *g) {
  struct pollfd fds[2];
  while (collect(g)) {
    fds[0].fd = g->children;
    fds[1].fd = g->wrapper;
    fds[0].events = fds[1].events = POLLIN;
    fds[1].revents = 0;
    if (poll(fds, 2, wait_time(g)) < 0) continue;
    if (fds[1].revents) take_order(g);
    if (g->stage != RUNS && now_ms() >= g->until) time_is_up(g);
  }
}

/* ---- Starting ------------------------------------------------------------- */

/* In the program's process. It dies with the guard, whatever happens to it. */
_Noreturn static void become_program(const guard *g, pid_t parent, int own_group) {
  const pier__wrap *wrap = g->wrap;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(PIER__FAILED);
  if (own_group) setpgid(0, 0);
  pier__cgroup_enter(g->cgroup);
  sigprocmask(SIG_SETMASK, &wrap->mask, NULL);
  execv(wrap->path, wrap->argv);
  _exit(pier__fail(PIER__WRAP, errno == ENOENT ? PIER__NOT_FOUND : PIER__CANNOT_EXECUTE,
                   "%s: %s", wrap->path, strerror(errno)));
}

/* A program with a terminal stays in the wrapper's group: one of its own would
 * be stopped when it reads. */
static int start(guard *g) {
  int own_group = !isatty(g->wrap->watched);
  pid_t parent = getpid();
  pid_t wrapper_group = getpgrp();
  pid_t child;
  setpgid(0, 0); /* kill -9 to the wrapper's group shall not reach the guard */
  child = fork();
  if (child < 0)
    return pier__fail(PIER__WRAP, PIER__FAILED, "cannot start %s: %s", g->wrap->path,
                      strerror(errno));
  if (child == 0) {
    if (!own_group) setpgid(0, wrapper_group);
    become_program(g, parent, own_group);
  }
  if (own_group) {
    setpgid(child, child);
    g->tree.group = child;
  }
  g->tree.program = child;
  return 0;
}

/* The port's pipes are the program's alone: its end has to be theirs. */
static void let_go_of_pipes(const guard *g) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  int kept[2];
  if (null >= 0) {
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
  }
  kept[0] = g->wrapper < g->children ? g->wrapper : g->children;
  kept[1] = g->wrapper < g->children ? g->children : g->wrapper;
  pier__keep_only(kept, 2);
}

static int set_up(guard *g) {
  sigset_t child;
  int error = pier__tree_adopt();
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  g->children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (g->children < 0) error = -errno;
  if (error < 0)
    return pier__fail(PIER__WRAP, PIER__FAILED, "cannot watch: %s", pier_strerror(error));
  pier__cgroup_make(g->cgroup);
  return start(g);
}

_Noreturn void pier__guard(const pier__wrap *wrap, int wrapper) {
  guard g;
  int status;
  memset(&g, 0, sizeof g);
  g.wrap = wrap;
  g.wrapper = wrapper;
  g.signal = wrap->signal;
  g.tree.status = -1;
  status = set_up(&g);
  if (status == 0) {
    let_go_of_pipes(&g);
    watch(&g);
    status = g.tree.status;
    if (g.refused)
      status =
          pier__fail(PIER__WRAP, PIER__FAILED,
                     "%zu processes of %s may not be killed and run on", g.refused, wrap->path);
  }
  pier__cgroup_remove(g.cgroup);
  if (g.wrapper >= 0) send(g.wrapper, &status, sizeof status, MSG_NOSIGNAL);
  pier__tree_free(&g.tree);
  _exit(status);
}
