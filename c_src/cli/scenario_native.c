/* The native host: each scenario in a process of its own, several at a time. */
#include "cli/driver.h"
#include "cli/scenario.h"
#include "cli/wrap.h"

#include "scenario/run.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  STUCK_MS = 120000, /* a process that says nothing for so long is ended */
  MOST_JOBS = 64
};

/* ---- Inside such a process --------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw) {
  (void)info;
  (void)type;
  (void)ftw;
  remove(path);
  return 0;
}

/* Ends what a run has left behind: programs that a port never kills, and their
 * children, which this process has adopted. */
static void end_leftovers(void) {
  pier__tree none;
  memset(&none, 0, sizeof none);
  while (pier__tree_reap(&none)) {
    siginfo_t info;
    if (pier__tree_kill(&none) > 0) return;
    waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
  }
}

/* One run in a fresh working directory. */
static int run_once(const pier__scenario *scenario, const pier__scenario_options *options,
                    pier_buffer *text) {
  const char *tmp = getenv("TMPDIR");
  pier_buffer outcomes = PIER_BUFFER_INIT;
  pier__run_settings settings;
  char folder[256];
  int error;
  snprintf(folder, sizeof folder, "%s/pier-scenario.XXXXXX",
           tmp && tmp[0] == '/' ? tmp : "/tmp");
  if (!mkdtemp(folder) || chdir(folder) < 0) return -errno;
  settings.command = options->command;
  settings.drivers = options->drivers;
  settings.enable = pier__drivers_enable;
  settings.folder = folder;
  settings.poll_us = options->poll_us;
  error = pier__scenario_run(scenario, &settings, text, &outcomes);
  pier_buffer_append(text, outcomes.data, outcomes.size);
  pier_buffer_free(&outcomes);
  end_leftovers();
  if (chdir("/") == 0) nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  return error == PIER_EMATCH ? text->error : error;
}

/* Standard input and output are nobody's business, transcripts go to `out`. */
static int work(const pier__case *one, const pier__scenario_options *options, int out) {
  pier_buffer text = PIER_BUFFER_INIT;
  unsigned at;
  int error = 0;
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0 || dup2(nothing, 2) < 0)
    return 1;
  close(nothing);
  pier__tree_adopt();
  srandom((unsigned)getpid());
  for (at = 0; error == 0 && at < one->repeat; at++) {
    pier_buffer_clear(&text);
    error = run_once(one->scenario, options, &text);
    if (error == 0) error = pier__write_all(out, pier_buffer_span(&text));
  }
  pier_buffer_free(&text);
  return error ? 1 : 0;
}

/* ---- Outside ------------------------------------------------------------------------ */

typedef struct job {
  pier__case *of; /* NULL: free */
  pid_t pid;
  int fd;
  int64_t heard_ms; /* of it last */
  pier__stream stream;
} job;

typedef struct pool {
  pier__cases *cases;
  const pier__scenario_options *options;
  pier__progress *progress;
  job jobs[MOST_JOBS];
  unsigned width;
  size_t begun, done;
} pool;

static int begin(pool *p, job *j, pier__case *one) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  fflush(NULL);
  j->pid = fork();
  if (j->pid < 0) {
    int error = -errno;
    close(ends[0]);
    close(ends[1]);
    return error;
  }
  if (j->pid == 0) {
    int status;
    close(ends[0]);
    status = work(one, p->options, ends[1]);
    exit(status); /* not _exit: a sanitizer looks for leaks then */
  }
  close(ends[1]);
  j->of = one;
  j->fd = ends[0];
  j->heard_ms = pier__clock_ms();
  memset(&j->stream, 0, sizeof j->stream);
  j->stream.cases = p->cases;
  j->stream.host = PIER__HOST_NATIVE;
  return 0;
}

/* The process has ended, or is made to: a run that did not tell its end is a
 * transcript of its own. */
static int end(pool *p, job *j, const char *why) {
  int status = 0;
  int error = 0;
  if (why) kill(j->pid, SIGKILL);
  while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
    ;
  if (!why && status != 0) why = WIFSIGNALED(status) ? "crashed" : "failed";
  if (why) {
    char head[300];
    snprintf(head, sizeof head, "{scenario,%s}.\n", j->of->scenario->name);
    error = pier__stream_feed(&j->stream, pier_span_text(head));
    if (error == 0) error = pier__stream_break(&j->stream, why);
  }
  close(j->fd);
  pier__stream_free(&j->stream);
  p->done++;
  if (p->progress) p->progress("native", j->of->scenario->name, p->done, p->cases->count);
  j->of = NULL;
  return error;
}

static int hear(pool *p, job *j) {
  uint8_t bytes[65536];
  ssize_t got = read(j->fd, bytes, sizeof bytes);
  if (got < 0) return errno == EINTR ? 0 : -errno;
  if (got == 0) return end(p, j, NULL);
  j->heard_ms = pier__clock_ms();
  return pier__stream_feed(&j->stream, pier_span_of(bytes, (size_t)got));
}

static int wait_for_any(pool *p) {
  struct pollfd watch[MOST_JOBS];
  unsigned at;
  int error = 0;
  for (at = 0; at < p->width; at++) {
    watch[at].fd = p->jobs[at].of ? p->jobs[at].fd : -1;
    watch[at].events = POLLIN;
    watch[at].revents = 0;
  }
  if (poll(watch, p->width, 1000) < 0 && errno != EINTR) return -errno;
  for (at = 0; at < p->width && error == 0; at++) {
    job *j = &p->jobs[at];
    if (!j->of) continue;
    if (watch[at].revents)
      error = hear(p, j);
    else if (pier__clock_ms() - j->heard_ms > STUCK_MS)
      error = end(p, j, "stuck");
  }
  return error;
}

static int fill(pool *p) {
  unsigned at;
  int error = 0;
  for (at = 0; at < p->width && error == 0; at++)
    if (!p->jobs[at].of && p->begun < p->cases->count)
      error = begin(p, &p->jobs[at], &p->cases->list[p->begun++]);
  return error;
}

int pier__scenario_native(pier__cases *cases, const pier__scenario_options *options,
                          pier__progress *progress) {
  pool *p = pier_alloc(sizeof *p);
  unsigned at;
  int error = p ? 0 : PIER_ENOMEM;
  if (p) {
    memset(p, 0, sizeof *p);
    p->cases = cases;
    p->options = options;
    p->progress = progress;
    p->width = options->jobs < MOST_JOBS ? options->jobs : MOST_JOBS;
  }
  pier__tree_adopt(); /* what a process leaves that is ended */
  while (error == 0 && p->done < cases->count) {
    error = fill(p);
    if (error == 0) error = wait_for_any(p);
  }
  for (at = 0; p && at < p->width; at++)
    if (p->jobs[at].of) end(p, &p->jobs[at], "stopped");
  pier_free(p);
  end_leftovers();
  return error ? pier__fail(PIER__SCENARIO, PIER__FAILED, "%s", pier_strerror(error)) : 0;
}
