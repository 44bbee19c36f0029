#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIME_LIMIT_MS = 60000, LINE_SIZE = 1024, FDS_PER_PORT = 3, FDS_SPARE = 128 };

void run_prepare(void) {
  struct rlimit limit;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

size_t run_port_limit(size_t want) {
  struct rlimit limit;
  size_t room = 0;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > FDS_SPARE)
    room = (size_t)(limit.rlim_cur - FDS_SPARE) / FDS_PER_PORT;
  return want < room ? want : room;
}

static void bind_to_last_cpu(void) {
  cpu_set_t allowed;
  int cpu;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  for (cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
    if (CPU_ISSET(cpu, &allowed)) {
      CPU_ZERO(&allowed);
      CPU_SET(cpu, &allowed);
      sched_setaffinity(0, sizeof allowed, &allowed);
      return;
    }
  }
}

static pid_t start_host(char *const argv[], int one_cpu, int out) {
  pid_t pid = fork();
  if (pid != 0) return pid;
  if (one_cpu) bind_to_last_cpu();
  dup2(out, 1);
  execvp(argv[0], argv);
  fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

/* Reads until the host closes its output; 0 if it took too long. */
static int read_line(int fd, char *line) {
  struct pollfd entry = {.fd = fd, .events = POLLIN};
  size_t used = 0;
  for (;;) {
    ssize_t got;
    if (poll(&entry, 1, TIME_LIMIT_MS) <= 0) return 0;
    got = read(fd, line + used, LINE_SIZE - 1 - used);
    if (got <= 0) break;
    used += (size_t)got;
  }
  line[used] = 0;
  return 1;
}

/* A run begins only when nothing of the one before is left on the CPUs. */
static void reap_all(pid_t host, int *status) {
  int any;
  pid_t pid;
  while ((pid = waitpid(-1, &any, 0)) > 0 || (pid < 0 && errno == EINTR))
    if (pid == host) *status = any;
}

json_t *run_host(char *const argv[], int one_cpu, char problem[RUN_PROBLEM]) {
  char line[LINE_SIZE];
  int ends[2];
  int status = 0;
  int in_time;
  json_t *sums;
  pid_t pid;
  if (pipe2(ends, O_CLOEXEC) != 0) {
    snprintf(problem, RUN_PROBLEM, "no pipe: %s", strerror(errno));
    return NULL;
  }
  pid = start_host(argv, one_cpu, ends[1]);
  close(ends[1]);
  in_time = pid > 0 && read_line(ends[0], line);
  close(ends[0]);
  if (pid > 0 && !in_time) kill(pid, SIGKILL);
  reap_all(pid, &status);
  if (!in_time) {
    snprintf(problem, RUN_PROBLEM, "%s: no answer in %d s", argv[0], TIME_LIMIT_MS / 1000);
    return NULL;
  }
  sums = status == 0 ? json_loads(line, 0, NULL) : NULL;
  if (!sums)
    snprintf(problem, RUN_PROBLEM, "%s: ended with status %#x", argv[0], (unsigned)status);
  return sums;
}
