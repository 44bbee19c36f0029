/* What a scripted program says about itself: one line each, the same under both
 * hosts if they treat it alike. */
#include "cli/peer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_FDS = 4096 };

static int is_open(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

static const char *kind_of(int fd) {
  struct stat info;
  if (fstat(fd, &info) < 0) return "unknown";
  if (S_ISFIFO(info.st_mode)) return "pipe";
  if (S_ISCHR(info.st_mode)) return "character";
  if (S_ISREG(info.st_mode)) return "file";
  if (S_ISDIR(info.st_mode)) return "directory";
  return S_ISSOCK(info.st_mode) ? "socket" : "other";
}

static void report_fds(pier_buffer *line, const pier__actor *actor) {
  int fd;
  (void)actor;
  for (fd = 0; fd < MOST_FDS; fd++)
    if (is_open(fd)) pier_buffer_append_format(line, " %d", fd);
}

static void report_kinds(pier_buffer *line, const pier__actor *actor) {
  int fd;
  (void)actor;
  for (fd = 0; fd < MOST_FDS; fd++)
    if (is_open(fd)) pier_buffer_append_format(line, " %d=%s", fd, kind_of(fd));
}

static void report_blocking(pier_buffer *line, const pier__actor *actor) {
  int fd;
  (void)actor;
  for (fd = 0; fd < MOST_FDS; fd++)
    if (is_open(fd) && !(fcntl(fd, F_GETFL) & O_NONBLOCK))
      pier_buffer_append_format(line, " %d", fd);
}

static void report_session(pier_buffer *line, const pier__actor *actor) {
  int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  (void)actor;
  pier_buffer_append_format(line, " %s %s %s", getsid(0) == getpid() ? "leader" : "-",
                            getpgrp() == getpid() ? "group-leader" : "-",
                            tty < 0 ? "no-tty" : "-");
  if (tty >= 0) close(tty);
}

/* The numbers of the signals in the mask that /proc has under `name`. 32 and 33 are the
 * C library's own: make's children find them ignored, those with threads do not. */
static void append_mask(pier_buffer *line, const char *name) {
  char text[256];
  FILE *status = fopen("/proc/self/status", "re");
  unsigned long long mask = 0;
  int number;
  while (status && fgets(text, sizeof text, status))
    if (strncmp(text, name, strlen(name)) == 0) mask = strtoull(text + strlen(name), NULL, 16);
  if (status) fclose(status);
  for (number = 1; number <= 64; number++)
    if (mask >> (number - 1) & 1 && number != 32 && number != 33)
      pier_buffer_append_format(line, " %d", number);
}

static void report_signals(pier_buffer *line, const pier__actor *actor) {
  (void)actor;
  pier_buffer_append_text(line, " ignored");
  append_mask(line, "SigIgn:");
  pier_buffer_append_text(line, " blocked");
  append_mask(line, "SigBlk:");
}

static void report_umask(pier_buffer *line, const pier__actor *actor) {
  mode_t mask = umask(0);
  (void)actor;
  umask(mask);
  pier_buffer_append_format(line, " %03o", (unsigned)mask);
}

/* The directory of a run has another name each time. */
static void report_cwd(pier_buffer *line, const pier__actor *actor) {
  char path[4096];
  const char *shown = getcwd(path, sizeof path) ? path : "?";
  const char *fresh = strstr(shown, "/pier-scenario.");
  (void)actor;
  if (fresh) {
    const char *below = strchr(fresh + 1, '/');
    pier_buffer_append_format(line, " ${TMP}%s", below ? below : "");
  } else {
    pier_buffer_append_format(line, " %s", shown);
  }
}

static void report_argv(pier_buffer *line, const pier__actor *actor) {
  char **argument;
  pier_buffer_append_format(line, " %s", program_invocation_name);
  for (argument = actor->rest; *argument; argument++)
    pier_buffer_append_format(line, " %s", *argument);
}

static int compare_texts(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted: the order of the environment is nobody's. */
static void report_environment(pier_buffer *line, const pier__actor *actor) {
  size_t count = 0, at;
  char **sorted;
  (void)actor;
  while (environ[count])
    count++;
  sorted = pier_alloc(count * sizeof *sorted + 1);
  if (!sorted) return;
  memcpy(sorted, environ, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, compare_texts);
  for (at = 0; at < count; at++)
    pier_buffer_append_format(line, "\n%s", sorted[at]);
  pier_free(sorted);
}

/* 1 if that process has ended and its parent, which is ours as well, has not looked. */
static int is_zombie(const char *number) {
  char state;
  pid_t parent;
  if (pier__process_stat(number, &state, &parent) < 0) return 0;
  return state == 'Z' && parent == getppid();
}

static void report_zombies(pier_buffer *line, const pier__actor *actor) {
  DIR *processes = opendir("/proc");
  const struct dirent *entry;
  int count = 0;
  (void)actor;
  while (processes && (entry = readdir(processes)))
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') count += is_zombie(entry->d_name);
  if (processes) closedir(processes);
  pier_buffer_append_format(line, " %d", count);
}

static const struct {
  const char *name;
  void (*report)(pier_buffer *line, const pier__actor *actor);
} reports[] = {
    {"fds", report_fds},
    {"kinds", report_kinds},
    {"blocking", report_blocking},
    {"session", report_session},
    {"signals", report_signals},
    {"umask", report_umask},
    {"cwd", report_cwd},
    {"argv", report_argv},
    {"environment", report_environment},
    {"zombies", report_zombies},
};

static void report_env(pier_buffer *line, const char *name) {
  const char *value = getenv(name);
  pier_buffer_append_format(line, value ? "env %s=%s" : "env %s", name, value);
}

static const struct {
  const char *name;
  int resource;
} limits[] = {{"nofile", RLIMIT_NOFILE}, {"core", RLIMIT_CORE},       {"stack", RLIMIT_STACK},
              {"nproc", RLIMIT_NPROC},   {"memlock", RLIMIT_MEMLOCK}, {"fsize", RLIMIT_FSIZE},
              {"cpu", RLIMIT_CPU},       {"data", RLIMIT_DATA},       {"as", RLIMIT_AS}};

static void append_limit(pier_buffer *line, rlim_t limit) {
  if (limit == RLIM_INFINITY)
    pier_buffer_append_text(line, " unlimited");
  else
    pier_buffer_append_format(line, " %llu", (unsigned long long)limit);
}

static void report_limit(pier_buffer *line, const pier__value *which) {
  struct rlimit limit;
  size_t at;
  for (at = 0; at < sizeof limits / sizeof limits[0]; at++)
    if (pier__value_is(which, limits[at].name) &&
        getrlimit((__rlimit_resource_t)limits[at].resource, &limit) == 0) {
      pier_buffer_append_format(line, "limit %s", limits[at].name);
      append_limit(line, limit.rlim_cur);
      append_limit(line, limit.rlim_max);
    }
}

int pier__act_report(pier__actor *actor, const pier__value *action) {
  const pier__value *what = action->last;
  pier_buffer line = PIER_BUFFER_INIT;
  const char *name = NULL;
  size_t at;
  for (at = 0; at < sizeof reports / sizeof reports[0]; at++)
    if (pier__value_is(what, reports[at].name)) {
      pier_buffer_append_text(&line, reports[at].name);
      reports[at].report(&line, actor);
    }
  if (pier__value_is_tuple(what, "env", 2)) name = pier__actor_text(actor, what->last);
  if (name) report_env(&line, name);
  if (pier__value_is_tuple(what, "limit", 2)) report_limit(&line, what->last);
  at = line.size;
  if (pier_buffer_append_byte(&line, '\n') == 0)
    pier__write_all(actor->out, pier_buffer_span(&line));
  pier_buffer_free(&line);
  return at ? 0 : pier__fail(PIER__PEER, PIER__USAGE, "no such report") + 1;
}
