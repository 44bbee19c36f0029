/* The BEAM: one erl for all files, whose standard output is the transcripts. */
#include "cli/scenario.h"

#include "scenario/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STUCK_MS = 180000, MOST_NUMBER = 24 };

/* The folder of the Erlang side's modules, NUL-ended, into `path`: 0 or -ENOENT. */
static int find_modules(pier_buffer *path, const char *command) {
  static const char *const places[] = {"/ebin", "/../ebin", "/../lib/pier/ebin"};
  const char *given = getenv("PIER_EBIN");
  size_t folder = (size_t)(strrchr(command, '/') - command);
  size_t at;
  if (given) return pier_buffer_append(path, given, strlen(given) + 1);
  for (at = 0; at < sizeof places / sizeof places[0]; at++) {
    size_t size;
    pier_buffer_clear(path);
    pier_buffer_append(path, command, folder);
    pier_buffer_append_text(path, places[at]);
    size = path->size;
    pier_buffer_append(path, "/pier_scenario.beam", sizeof "/pier_scenario.beam");
    if (path->error) return PIER_ENOMEM;
    if (access((const char *)path->data, R_OK) == 0) {
      path->data[size] = 0;
      return 0;
    }
  }
  return -ENOENT;
}

/* The arguments; the array is freed by the caller. */
static const char **arguments(const pier__cases *cases, const pier__scenario_options *options,
                              pier__hosts host, const char *modules,
                              char numbers[2][MOST_NUMBER]) {
  static const char *const fixed[] = {"erl", "-noshell", "-noinput", "+Bd", "-pa"};
  int all = options->only_count == 0 && !options->rule;
  size_t room = 23 + 2 * cases->count + options->file_count;
  const char **list = pier_alloc(room * sizeof *list);
  size_t count = sizeof fixed / sizeof fixed[0];
  size_t at;
  if (!list) return NULL;
  memcpy(list, fixed, sizeof fixed);
  list[count++] = modules;
  list[count++] = "-s";
  list[count++] = "pier_scenario";
  list[count++] = "main";
  list[count++] = "-extra";
  if (host == PIER__HOST_SERVE) list[count++] = "--native";
  list[count++] = "--peer";
  list[count++] = options->command;
  list[count++] = "--drivers";
  list[count++] = options->drivers;
  list[count++] = "--jobs";
  snprintf(numbers[0], MOST_NUMBER, "%u", options->jobs);
  list[count++] = numbers[0];
  snprintf(numbers[1], MOST_NUMBER, "%u", options->repeat);
  if (options->repeat) list[count++] = "--repeat";
  if (options->repeat) list[count++] = numbers[1];
  for (at = 0; at < cases->count && !all; at++) {
    list[count++] = "--only";
    list[count++] = (const char *)cases->list[at].scenario->id->data.data; /* NUL-ended */
  }
  for (at = 0; at < options->file_count; at++)
    list[count++] = options->files[at];
  list[count] = NULL;
  return list;
}

/* In the child. Not posix_spawn, which leaves a signal ignored that the programs
 * of the BEAM's ports would report. */
static void become(const char *erl, const char **list, int out) {
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0 && dup2(nothing, 0) >= 0 && dup2(out, 1) >= 0)
    execv(erl, (char *const *)list);
  _exit(127);
}

/* Starts it: *out is what it writes. */
static int start(const char *erl, const char **list, pid_t *pid, int *out) {
  int ends[2];
  int error = 0;
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  fflush(NULL);
  *pid = fork();
  if (*pid == 0) become(erl, list, ends[1]);
  if (*pid < 0) error = -errno;
  close(ends[1]);
  *out = ends[0];
  if (error) close(ends[0]);
  return error;
}

/* How many cases have had all their runs. */
static size_t complete(const pier__cases *cases, pier__hosts host) {
  size_t count = 0;
  size_t at;
  for (at = 0; at < cases->count; at++)
    count +=
        pier__result_runs(pier__case_result(&cases->list[at], host)) >= cases->list[at].repeat;
  return count;
}

/* Reads until the end: 0, or an error; -ETIMEDOUT if nothing came for long. */
static int listen_to(pier__stream *stream, int out, pier__progress *progress) {
  uint8_t bytes[65536];
  for (;;) {
    struct pollfd watch = {out, POLLIN, 0};
    int ready = poll(&watch, 1, STUCK_MS);
    ssize_t got;
    int error;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return ready < 0 ? -errno : -ETIMEDOUT;
    got = read(out, bytes, sizeof bytes);
    if (got <= 0) return got < 0 ? -errno : 0;
    error = pier__stream_feed(stream, pier_span_of(bytes, (size_t)got));
    if (error) return error;
    if (progress)
      progress(pier__host_name(stream->host), stream->of ? stream->of->scenario->name : "",
               complete(stream->cases, stream->host), stream->cases->count);
  }
}

static int finish(pid_t pid, int error) {
  int status = 0;
  if (error) kill(pid, SIGTERM);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  if (error == -ETIMEDOUT)
    return -pier__fail(PIER__SCENARIO, PIER__FAILED, "erl said nothing for %d s",
                       STUCK_MS / 1000);
  if (error) return -pier__fail(PIER__SCENARIO, PIER__FAILED, "%s", pier_strerror(error));
  if (status == 0) return 0;
  return -pier__fail(PIER__SCENARIO, PIER__FAILED, "erl ended with status %d",
                     WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static int run(pier__stream *stream, const pier__scenario_options *options, const char *erl,
               const char *modules, pier__progress *progress) {
  char numbers[2][MOST_NUMBER];
  const char **list = arguments(stream->cases, options, stream->host, modules, numbers);
  int out = -1;
  int error = list ? 0 : PIER_ENOMEM;
  pid_t pid = 0;
  if (error == 0) error = start(erl, list, &pid, &out);
  pier_free(list);
  if (error) return -pier__fail(PIER__SCENARIO, PIER__FAILED, "erl: %s", pier_strerror(error));
  error = listen_to(stream, out, progress);
  close(out);
  return finish(pid, error);
}

int pier__scenario_beam(pier__cases *cases, const pier__scenario_options *options,
                        pier__hosts host, pier__progress *progress, unsigned *otp) {
  pier_buffer erl = PIER_BUFFER_INIT;
  pier_buffer modules = PIER_BUFFER_INIT;
  pier__stream stream;
  int status = 1;
  memset(&stream, 0, sizeof stream);
  stream.cases = cases;
  stream.host = host;
  if (pier__search_program(&erl, "erl") == 0) {
    if (find_modules(&modules, options->command) == 0)
      status =
          run(&stream, options, (const char *)erl.data, (const char *)modules.data, progress);
    else
      status =
          -pier__fail(PIER__SCENARIO, PIER__FAILED,
                      "pier_scenario.beam is not beside %s: run make with erlc in PATH, or "
                      "set PIER_EBIN",
                      options->command);
  }
  *otp = stream.otp;
  pier__stream_free(&stream);
  pier_buffer_free(&erl);
  pier_buffer_free(&modules);
  return status;
}
