/* Children that do not outlive the program: its side. */
#include "peer/spawn.h"
#include "peer/core.h"
#include "peer/life.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = -1, LOST = -2 };

struct pier_child {
  struct pier_child *next;
  struct pier__life *life;
  int socket;
  int pid;
  int status; /* or RUNS, or LOST with its guard */
};

void pier_spawn_config_init(pier_spawn_config *config) {
  memset(config, 0, sizeof *config);
  config->in = config->out = config->err = -1;
  config->signal = SIGTERM;
  config->grace_ms = 1000;
}

/* ---- Finding it ------------------------------------------------------------- */

static int is_program(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

/* The first of PATH, with its NUL. */
static int look_up(const char *name, pier_buffer *path) {
  const char *list = getenv("PATH");
  if (strchr(name, '/')) return pier_buffer_append(path, name, strlen(name) + 1);
  for (list = list ? list : "/bin:/usr/bin"; list; list = strchr(list, ':')) {
    if (*list == ':') list++;
    pier_buffer_clear(path);
    pier_buffer_append(path, list, strcspn(list, ":"));
    if (path->size == 0) pier_buffer_append_byte(path, '.');
    pier_buffer_append_byte(path, '/');
    if (pier_buffer_append(path, name, strlen(name) + 1) < 0) return path->error;
    if (is_program((const char *)path->data)) return 0;
  }
  return -ENOENT;
}

/* ---- Starting it -------------------------------------------------------------- */

static int tell(const pier_child *child, int order) {
  uint8_t byte = (uint8_t)order;
  return send(child->socket, &byte, 1, MSG_NOSIGNAL) == 1 ? 0 : PIER_ECLOSED;
}

/* The guard is nobody's child: no SIGCHLD, nothing to wait for. */
static void fork_guard(const struct pier__start *start) {
  struct pier__report report = {PIER__NOT_STARTED, 0};
  pid_t guard = fork();
  if (guard == 0) pier__guard_child(start);
  report.value = errno;
  if (guard < 0) send(start->socket, &report, sizeof report, MSG_NOSIGNAL);
  _exit(0);
}

static int fork_twice(const struct pier__start *start) {
  sigset_t all, before;
  pid_t between;
  int error = 0;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  between = fork();
  if (between == 0) fork_guard(start);
  if (between < 0) error = -errno;
  while (between > 0 && waitpid(between, NULL, 0) < 0 && errno == EINTR) {
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

/* 1 if there is a report, 0 at the end of the guard. */
static int receive(const pier_child *child, struct pier__report *report) {
  ssize_t got;
  do {
    got = recv(child->socket, report, sizeof *report, 0);
  } while (got < 0 && errno == EINTR);
  return got == sizeof *report;
}

static int start(pier_child *child, struct pier__start *start) {
  struct pier__report report;
  int pair[2], error;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
  child->socket = pair[0];
  start->socket = pair[1];
  start->program = (int)syscall(SYS_pidfd_open, getpid(), 0);
  error = fork_twice(start);
  if (start->program >= 0) close(start->program);
  close(start->socket);
  if (!error && !receive(child, &report)) error = -EAGAIN;
  if (!error && report.kind == PIER__NOT_STARTED) error = -report.value;
  if (error) {
    close(child->socket);
    return error;
  }
  child->pid = report.value;
  return 0;
}

static void link_to(pier_child *child, struct pier__life *life) {
  pthread_mutex_lock(&life->lock);
  child->life = life;
  child->next = life->children;
  life->children = child;
  /* Too late for the round that asked the others. */
  if (atomic_load(&life->gone)) tell(child, PIER__ASK_TO_END);
  pthread_mutex_unlock(&life->lock);
}

int pier_spawn(pier_peer *peer, pier_child **made, const char *const *argv,
               const pier_spawn_config *given) {
  pier_buffer path = PIER_BUFFER_INIT;
  pier_spawn_config config;
  struct pier__start what;
  pier_child *child;
  int error;
  *made = NULL;
  pier_spawn_config_init(&config);
  if (given) config = *given;
  if (!peer || !argv || !argv[0] || config.signal < 1 || config.signal >= PIER__ASK_TO_END)
    return PIER_EARG;
  child = pier_alloc(sizeof *child);
  if (!child) return PIER_ENOMEM;
  memset(child, 0, sizeof *child);
  child->status = RUNS;
  error = look_up(argv[0], &path);
  if (!error) error = pier__life_share(peer->life);
  what.path = (const char *)path.data;
  what.argv = (char *const *)(uintptr_t)argv;
  what.env = config.env ? (char *const *)(uintptr_t)config.env : environ;
  what.folder = config.folder;
  what.fds[0] = config.in;
  what.fds[1] = config.out;
  what.fds[2] = config.err;
  what.signal = config.signal;
  what.grace_ms = (long)config.grace_ms;
  if (!error) error = start(child, &what);
  pier_buffer_free(&path);
  if (error) {
    pier_free(child);
    return error;
  }
  link_to(child, peer->life);
  *made = child;
  return 0;
}

/* ---- Its life ------------------------------------------------------------------ */

int pier_child_pid(const pier_child *child) {
  return child->pid;
}

int pier_child_fd(const pier_child *child) {
  return child->socket;
}

int pier_child_wait(pier_child *child, int timeout_ms, int *status) {
  struct pollfd ready = {child->socket, POLLIN, 0};
  struct pier__report report;
  int count;
  if (child->status == RUNS) {
    count = poll(&ready, 1, timeout_ms);
    if (count < 0 && errno != EINTR) return -errno;
    if (count <= 0) return 0;
    child->status = receive(child, &report) ? report.value : LOST;
  }
  if (child->status == LOST) return PIER_ECLOSED;
  *status = child->status;
  return 1;
}

int pier_child_signal(pier_child *child, int signal) {
  if (signal < 1 || signal >= PIER__ASK_TO_END) return PIER_EARG;
  return child->status == RUNS ? tell(child, signal) : PIER_ECLOSED;
}

void pier_child_end(pier_child *child) {
  tell(child, PIER__ASK_TO_END);
}

void pier_child_free(pier_child *child) {
  struct pier_child **link;
  if (!child) return;
  pthread_mutex_lock(&child->life->lock);
  for (link = &child->life->children; *link != child;)
    link = &(*link)->next;
  *link = child->next;
  pthread_mutex_unlock(&child->life->lock);
  pier_child_end(child);
  close(child->socket);
  pier_free(child);
}

void pier__spawned_end(struct pier__life *life) {
  const struct pier_child *child;
  for (child = life->children; child; child = child->next)
    tell(child, PIER__ASK_TO_END);
}

void pier__spawned_free(struct pier__life *life) {
  while (life->children)
    pier_child_free(life->children);
}
