/* pier wrap: any program, ended for sure when its port is. This process is what
 * the port's owner sees; the guard (wrap_guard.c) runs the program. */
#include "cli/wrap.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GRACE_MS = 2000, LONGEST_GRACE_MS = 3600 * 1000, AGAIN_MS = 20 };

static const char usage[] =
    "usage: pier wrap [OPTIONS] [--] PROG [ARG...]\n"
    "\n"
    "Runs PROG on the descriptors it was given, and ends it, with every process that\n"
    "it started, when the port closes, when its owner or the BEAM dies, or when the\n"
    "wrapper itself is killed. The exit status is that of PROG.\n"
    "\n"
    "  --grace MS     from the end of the port to SIGKILL (2000): for the first half\n"
    "                 PROG may end by itself, after it the signal is sent\n"
    "  --signal S     what is sent before SIGKILL: a name or a number (TERM)\n"
    "  --watch FD     the descriptor that tells when the port is closed: 0 or, if\n"
    "                 that is no pipe, 1; give 1 for ports opened with [in], 3 for\n"
    "                 nouse_stdio\n"
    "  --all          PROG has ended when its last process has, not its first\n"
    "  --help\n";

/* ---- Options --------------------------------------------------------------- */

enum { OPTION_GRACE = 256, OPTION_SIGNAL, OPTION_WATCH, OPTION_ALL, OPTION_HELP };

static const struct option options[] = {{"grace", required_argument, NULL, OPTION_GRACE},
                                        {"signal", required_argument, NULL, OPTION_SIGNAL},
                                        {"watch", required_argument, NULL, OPTION_WATCH},
                                        {"all", no_argument, NULL, OPTION_ALL},
                                        {"help", no_argument, NULL, OPTION_HELP},
                                        {NULL, 0, NULL, 0}};

/* "TERM", "SIGTERM", "15" */
static int read_signal(const char *text, int *number) {
  int at;
  const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
  for (at = 1; at < NSIG; at++) {
    char digits[16];
    const char *known = sigabbrev_np(at);
    snprintf(digits, sizeof digits, "%d", at);
    if ((known && strcasecmp(name, known) == 0) || strcmp(text, digits) == 0) {
      *number = at;
      return 0;
    }
  }
  return pier__fail(PIER__WRAP, PIER__USAGE,
                    "--signal %s: no such signal; a name such as TERM or INT, or a number",
                    text);
}

static int read_watched(const char *text, int *watched) {
  long number;
  int status = pier__read_number(PIER__WRAP, "--watch", text, 0, INT_MAX, &number);
  if (status) return status;
  *watched = (int)number;
  if (fcntl(*watched, F_GETFD) >= 0) return 0;
  return pier__fail(PIER__WRAP, PIER__USAGE, "--watch %s: this descriptor is not open", text);
}

static int set_option(void *context, int option) {
  pier__wrap *wrap = context;
  switch (option) {
  case OPTION_GRACE:
    return pier__read_number(PIER__WRAP, "--grace", optarg, 0, LONGEST_GRACE_MS,
                             &wrap->grace_ms);
  case OPTION_SIGNAL:
    return read_signal(optarg, &wrap->signal);
  case OPTION_WATCH:
    return read_watched(optarg, &wrap->watched);
  case OPTION_ALL:
    wrap->all = 1;
    return 0;
  default:
    fputs(usage, stdout);
    wrap->path = "";
    return pier__flush(PIER__WRAP);
  }
}

static int has_an_end(int fd) {
  struct stat info;
  return isatty(fd) ||
         (fstat(fd, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)));
}

/* ---- The wrapper ------------------------------------------------------------ */

typedef struct wrapper {
  int guard;   /* the socket */
  int signals; /* signalfd */
  int watched; /* -1 once its end has been seen */
} wrapper;

/* What ends a wrapper is passed on; the program decides. */
static const int passed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
enum { PASSED_ON = sizeof passed_on / sizeof passed_on[0] };

static void tell(const wrapper *w, int order) {
  uint8_t byte = (uint8_t)order;
  send(w->guard, &byte, 1, MSG_NOSIGNAL);
}

static void pass_on(const wrapper *w) {
  struct signalfd_siginfo info;
  while (read(w->signals, &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD) tell(w, (int)info.ssi_signo);
}

/* The guard was killed: the program has died with it, its children are ours. */
static int clean_up(const pier__wrap *wrap) {
  pier__tree tree;
  memset(&tree, 0, sizeof tree);
  while (pier__tree_reap(&tree)) {
    if (pier__tree_kill(&tree)) break;
    usleep(AGAIN_MS * 1000);
  }
  return pier__fail(PIER__WRAP, PIER__FAILED, "%s was killed together with its guard",
                    wrap->path);
}

/* What the guard says at its end; -1 if it says nothing. An order of ours that it did
 * not read any more is told first, as an error. */
static int read_status(const wrapper *w) {
  int status;
  ssize_t got;
  do
    got = recv(w->guard, &status, sizeof status, 0);
  while (got < 0 && (errno == ECONNRESET || errno == EINTR));
  return got == sizeof status ? status : -1;
}

/* The status to give back. */
static int watch(wrapper *w, const pier__wrap *wrap) {
  struct pollfd fds[3];
  fds[0].fd = w->guard;
  fds[1].fd = w->signals;
  fds[2].fd = w->watched;
  fds[0].events = fds[1].events = POLLIN;
  fds[2].events = 0; /* its end only: the data is the program's */
  for (;;) {
    int status;
    if (poll(fds, 3, -1) < 0) continue;
    if (fds[0].revents) {
      status = read_status(w);
      return status < 0 ? clean_up(wrap) : status;
    }
    if (fds[1].revents) pass_on(w);
    if (fds[2].revents) {
      tell(w, PIER__HANG_UP);
      close(w->watched);
      fds[2].fd = -1;
    }
  }
}

void pier__keep_only(const int *kept, size_t count) {
  unsigned from = 3;
  size_t at;
  for (at = 0; at < count; at++) {
    if ((unsigned)kept[at] > from) close_range(from, (unsigned)kept[at] - 1, 0);
    from = (unsigned)kept[at] + 1;
  }
  close_range(from, ~0u, 0);
}

/* Moves `fd` above what the program may have been given, and above `low`. */
static int move_up(int fd, int low) {
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, low + 10);
  if (moved >= 0) close(fd);
  return moved;
}

/* Keeps of the port only what is watched: the end of a pipe is its last
 * holder's, and that shall be the program. */
static int take_hold(wrapper *w, const pier__wrap *wrap) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  int kept[3];
  w->watched = fcntl(wrap->watched, F_DUPFD_CLOEXEC, w->signals + 1);
  if (null < 0 || w->watched < 0) return -errno;
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  kept[0] = w->guard;
  kept[1] = w->signals;
  kept[2] = w->watched;
  pier__keep_only(kept, 3);
  return 0;
}

static int block_signals(sigset_t *before) {
  sigset_t mask;
  int at;
  signal(SIGCHLD, SIG_DFL); /* ignored, it would take the statuses away */
  sigemptyset(&mask);
  sigaddset(&mask, SIGCHLD);
  for (at = 0; at < PASSED_ON; at++)
    sigaddset(&mask, passed_on[at]);
  sigprocmask(SIG_BLOCK, &mask, before);
  return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int cannot(const char *what) {
  return pier__fail(PIER__WRAP, PIER__FAILED, "cannot %s: %s", what, strerror(errno));
}

int pier__wrap_run(pier__wrap *wrap) {
  wrapper w;
  int pair[2];
  pid_t guard;
  int status;
  if (pier__tree_adopt() < 0) return cannot("adopt processes");
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
    return cannot("make a socket");
  w.guard = move_up(pair[0], 0);
  w.signals = move_up(block_signals(&wrap->mask), w.guard);
  if (w.guard < 0 || w.signals < 0) return cannot("watch for signals");
  guard = fork();
  if (guard < 0) return cannot("make a process");
  if (guard == 0) {
    close(w.guard);
    close(w.signals);
    pier__guard(wrap, pair[1]);
  }
  close(pair[1]);
  if (take_hold(&w, wrap) < 0) return cannot("watch the port");
  status = watch(&w, wrap);
  waitpid(guard, NULL, 0);
  return status;
}

void pier__wrap_init(pier__wrap *wrap) {
  memset(wrap, 0, sizeof *wrap);
  wrap->grace_ms = GRACE_MS;
  wrap->signal = SIGTERM;
  wrap->watched = !has_an_end(STDIN_FILENO) && has_an_end(STDOUT_FILENO);
}

int pier__wrap_main(int argc, char **argv) {
  pier__wrap wrap;
  pier_buffer path = PIER_BUFFER_INIT;
  int first = 0;
  int status;
  pier__wrap_init(&wrap);
  status = pier__read_options(PIER__WRAP, argc, argv, options, set_option, &wrap, &first);
  if (status || wrap.path) return status;
  if (first >= argc)
    return pier__fail(PIER__WRAP, PIER__USAGE, "no program given (see %s --help)", PIER__WRAP);
  status = pier__find_program(PIER__WRAP, argv[first], &path);
  if (status == 0) {
    wrap.path = (const char *)path.data;
    wrap.argv = argv + first;
    status = pier__wrap_run(&wrap);
  }
  pier_buffer_free(&path);
  return status;
}
