/* How programs end: each row is a program in a process of its own, which is busy
 * with its first frame while something happens to its owner. That nothing is left
 * of it shows in its standard error, which all its processes hold: it ends. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include <pier.h>

#include "../support/child.h"
#include "../support/loops.h"

enum happening { ALL_CLOSED, INPUT_CLOSED, OUTPUT_CLOSED, KILLED, NOTHING };
enum { LINGERS = 1, NO_HALF_CLOSE = 2, NO_WATCH = 4, LEADER = 8, TERMS = 16 };

struct row {
  const char *name;
  pier_handler *handler;
  enum happening happening; /* once it is busy */
  int flags;
  unsigned grace_ms;
  int status;
  const char *said;
  pier_peer_clean_up *clean_up;
  const char *const *children; /* a shell's line each */
};

/* ---- The programs ------------------------------------------------------------- */

static void say(const char *text) {
  if (write(2, text, strlen(text)) < 0) _exit(77);
}

static void note(pier_ending ending, void *state) {
  say(ending == PIER_ENDING_FORCED ? "forced " : "orderly ");
  say(state);
}

static void hang(pier_ending ending, void *state) {
  note(ending, state);
  for (;;)
    pause();
}

struct program {
  pier_peer *peer;
  const struct row *row;
  int uv;
  pid_t child; /* the last one */
};

/* Once: the frames that came with the first are served too. */
static void say_busy(void) {
  static int said;
  if (!said) say("busy\n");
  said = 1;
}

/* Until the world ends, but for what the watch does. */
static int stay(pier_call *call, void *state) {
  (void)call;
  (void)state;
  say_busy();
  while (pause() < 0)
    continue;
  return 0;
}

static int look(pier_call *call, void *state) {
  struct program *program = state;
  say_busy();
  while (!pier_peer_gone(program->peer))
    usleep(1000);
  return pier_reply_frame(call, pier_call_request(call));
}

static int wait_in_poll(pier_call *call, void *state) {
  struct program *program = state;
  struct pollfd ready = {pier_peer_gone_fd(program->peer), POLLIN, 0};
  say_busy();
  if (poll(&ready, 1, -1) != 1) say("poll failed\n");
  return pier_reply_frame(call, pier_call_request(call));
}

static int look_at_call(pier_call *call, void *state) {
  (void)state;
  say_busy();
  while (!pier_call_cancelled(call))
    usleep(1000);
  return pier_reply(call, "late");
}

static int work_and_look(pier_call *call, void *state) {
  return pier_call_work(call, look_at_call, state);
}

static int work_and_stay(pier_call *call, void *state) {
  return pier_call_work(call, stay, state);
}

/* Longer than the owner lives, less than the grace. */
static int work(pier_call *call, void *state) {
  static int calls;
  (void)state;
  if (calls++ == 0) {
    say_busy();
    usleep(300000);
    say("worked\n");
  }
  return pier_reply_frame(call, pier_call_request(call));
}

static int eat(pier_call *call, void *state) {
  (void)state;
  if (pier_call_request(call).size == 0) {
    say_busy();
    usleep(300000);
    say("ate the first\n");
  } else if (pier_call_request(call).data[0] == 'z') {
    say("ate the last\n");
  }
  return 0;
}

static int stop(pier_call *call, void *state) {
  struct program *program = state;
  (void)call;
  say_busy();
  pier_peer_stop(program->peer);
  return 0;
}

static int fork_and_stay(pier_call *call, void *state) {
  if (fork() == 0) {
    char *const argv[] = {(char *)(uintptr_t) "sleep", (char *)(uintptr_t) "1000", NULL};
    execvp(argv[0], argv);
  }
  return stay(call, state);
}

/* How often the watch has woken up. */
static long wakes_of_watch(void) {
  DIR *folder = opendir("/proc/self/task");
  const struct dirent *entry;
  long wakes = -1;
  while (folder && wakes < 0 && (entry = readdir(folder)) != NULL) {
    char path[64], line[128];
    int is_watch = 0;
    FILE *file;
    snprintf(path, sizeof path, "/proc/self/task/%.16s/status", entry->d_name);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
      if (strcmp(line, "Name:\tpier-watch\n") == 0) is_watch = 1;
      if (is_watch) sscanf(line, "voluntary_ctxt_switches: %ld", &wakes);
    }
    if (file) fclose(file);
  }
  if (folder) closedir(folder);
  return wakes;
}

static int count_wakes(pier_call *call, void *state) {
  static int calls;
  long wakes;
  (void)state;
  if (calls++ == 0) {
    say_busy();
    usleep(300000);
    wakes = wakes_of_watch();
    say(wakes >= 0 && wakes < 10 ? "it sleeps\n" : "it spins\n");
  }
  return pier_reply_frame(call, pier_call_request(call));
}

/* A copy of the program that holds all its descriptors, as long as the child lives. */
static int copy_and_stay(pier_call *call, void *state) {
  const struct program *program = state;
  if (fork() == 0) {
    while (kill(program->child, 0) == 0)
      usleep(1000);
    _exit(0);
  }
  return stay(call, state);
}

static void start_children(struct program *program) {
  const char *const *line;
  for (line = program->row->children; line && *line; line++) {
    const char *const argv[] = {"sh", "-c", *line, NULL};
    pier_child *child;
    if (pier_spawn(program->peer, &child, argv, NULL) < 0)
      say("cannot spawn\n");
    else
      program->child = pier_child_pid(child);
  }
}

static int run_program(void *state) {
  static char first[] = "first\n", last[] = "last\n";
  struct program *program = state;
  const struct row *row = program->row;
  pier_peer_config config;
  int status;
  if (row->flags & LEADER) setsid();
  pier_peer_config_init(&config);
  config.grace_ms = row->grace_ms;
  if (row->flags & NO_HALF_CLOSE) config.half_close = 0;
  if (row->flags & NO_WATCH) config.watch = 0;
  if (pier_peer_new(&program->peer, &config) < 0) return 99;
  if (row->flags & TERMS)
    pier_peer_on_any(program->peer, row->handler, program);
  else
    pier_peer_on_frame(program->peer, row->handler, program);
  if (row->clean_up) {
    pier_peer_at_end(program->peer, row->clean_up, first);
    pier_peer_at_end(program->peer, note, last);
  }
  start_children(program);
  status = run_peer(program->peer, program->uv);
  while (row->flags & LINGERS)
    pause();
  return status;
}

/* ---- The rows ------------------------------------------------------------------ */

enum { LONG = 60000, SHORT = 200, LAST_QUARTER = 3000 };

static const char *const sleeper[] = {"exec sleep 1000", NULL};
static const char *const all_kinds[] = {"trap '' TERM HUP INT; while :; do sleep 0.1; done",
                                        "exec yes >/dev/null",
                                        "kill -STOP $$",
                                        "exec setsid -w sleep 1000",
                                        "(setsid sleep 1000 &) ; sleep 1000",
                                        "sleep 1000 & (sleep 1000 & sleep 1000) & wait",
                                        "sleep 1000 & exit 3",
                                        NULL};

#define CLEAN(how) how " last\n" how " first\n"

static const struct row rows[] = {
    {"a handler that never returns", stay, ALL_CLOSED, 0, SHORT, 124, "", NULL, NULL},
    {"a grace of nothing", stay, ALL_CLOSED, 0, 0, 124, "", NULL, NULL},
    {"a handler that asks", look, ALL_CLOSED, 0, LONG, 0, "", NULL, NULL},
    {"a handler that waits in poll", wait_in_poll, ALL_CLOSED, 0, LONG, 0, "", NULL, NULL},
    {"a handler that asks its call", look_at_call, ALL_CLOSED, TERMS, LONG, 0, "", NULL, NULL},
    {"work that asks its call", work_and_look, ALL_CLOSED, TERMS, LONG, 0, "", NULL, NULL},
    {"work that never returns", work_and_stay, ALL_CLOSED, TERMS, SHORT, 124, "", NULL, NULL},
    {"a handler that returns in time", work, ALL_CLOSED, 0, LONG, 0, "worked\n", NULL, NULL},
    {"casts are served within the grace", eat, ALL_CLOSED, 0, LONG, 0,
     "ate the first\nate the last\n", NULL, NULL},
    {"input closed: all is served", work, INPUT_CLOSED, 0, 0, 0, "worked\n", NULL, NULL},
    {"input closed: the watch sleeps", count_wakes, INPUT_CLOSED, 0, 0, 0, "it sleeps\n", NULL,
     NULL},
    {"input closed, no half-close", stay, INPUT_CLOSED, NO_HALF_CLOSE, SHORT, 124, "", NULL,
     NULL},
    {"output closed", stay, OUTPUT_CLOSED, 0, SHORT, 124, "", NULL, NULL},
    {"no watch", work, ALL_CLOSED, NO_WATCH, 0, 0, "worked\n", NULL, NULL},
    {"busy after pier_peer_run", look, ALL_CLOSED, LINGERS, SHORT, 124, "", NULL, NULL},
    {"a session's leader", fork_and_stay, ALL_CLOSED, LEADER, SHORT, 137, "", NULL, NULL},
    {"a stop", stop, NOTHING, 0, LONG, 0, "", NULL, NULL},

    {"clean-up, the owner is gone", look, ALL_CLOSED, 0, LONG, 0, CLEAN("orderly"), note, NULL},
    {"clean-up after a stop", stop, NOTHING, 0, LONG, 0, CLEAN("orderly"), note, NULL},
    {"clean-up beside a busy handler", stay, ALL_CLOSED, 0, LAST_QUARTER, 124, CLEAN("forced"),
     note, NULL},
    {"clean-up that hangs beside a busy handler", stay, ALL_CLOSED, 0, LAST_QUARTER, 124,
     CLEAN("forced"), hang, NULL},
    {"clean-up that hangs", look, ALL_CLOSED, 0, LAST_QUARTER, 124, CLEAN("orderly"), hang,
     NULL},

    {"a child, the program is killed", stay, KILLED, 0, LONG, 137, "", NULL, sleeper},
    {"a child, the owner is gone", stay, ALL_CLOSED, 0, SHORT, 124, "", NULL, sleeper},
    {"a child, an orderly end", look, ALL_CLOSED, 0, LONG, 0, "", NULL, sleeper},
    {"a child, a stop", stop, NOTHING, 0, LONG, 0, "", NULL, sleeper},
    {"a child and a fork, the program is killed", copy_and_stay, KILLED, 0, LONG, 137, "", NULL,
     sleeper},
    {"a child and a fork, the owner is gone", copy_and_stay, ALL_CLOSED, 0, SHORT, 124, "",
     NULL, sleeper},
    {"all kinds of children, the program is killed", stay, KILLED, 0, LONG, 137, "", NULL,
     all_kinds},
    {"all kinds of children, the owner is gone", stay, ALL_CLOSED, 0, SHORT, 124, "", NULL,
     all_kinds},
    {"all kinds of children, a stop", stop, NOTHING, 0, LONG, 0, "", NULL, all_kinds},
};

/* ---- The owner -------------------------------------------------------------------- */

/* More than a read takes and a pipe holds: the program is busy with the first
 * frame, has some more, and the rest is unread when the owner goes. */
static void append_frames(pier_buffer *input) {
  enum { FRAMES = 120, SIZE = 1000 };
  static uint8_t frame[4 + SIZE] = {0, 0, SIZE >> 8, SIZE & 255};
  size_t at;
  pier_buffer_append(input, "\0\0\0", 4);
  for (at = 0; at < FRAMES; at++)
    pier_buffer_append(input, frame, sizeof frame);
  assert_int_equal(pier_buffer_append(input, "\0\0\0\1z", 5), 0);
}

static void wait_until_busy(const struct child *child) {
  char got[6] = "";
  size_t size = 0;
  ssize_t count;
  while (size < 5 && (count = read(child->err, got + size, 5 - size)) > 0)
    size += (size_t)count;
  assert_string_equal(got, "busy\n");
}

static void happen(struct child *child, enum happening what) {
  if (what == INPUT_CLOSED || what == ALL_CLOSED) child_close(&child->to);
  if (what == OUTPUT_CLOSED || what == ALL_CLOSED) child_close(&child->from);
  if (what == KILLED) kill(child->pid, SIGKILL);
}

/* What the owner still holds stays open until the program is gone. */
/* Not in old systems, nor below valgrind: a fork then hides that the program is dead. */
static int has_pidfds(void) {
  int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

static void check_row(const void *row, int uv) {
  struct program program = {NULL, row, uv, 0};
  pier_buffer input = PIER_BUFFER_INIT, output = PIER_BUFFER_INIT;
  struct child child;
  char said[256];
  int to, from;
  if (program.row->handler == copy_and_stay && !has_pidfds()) skip();
  if (program.row->flags & TERMS)
    pier_buffer_append(&input, "\0\0\0\2\203j", 6);
  else
    append_frames(&input);
  child_start(&child, 0, run_program, &program);
  child_exchange(&child, pier_buffer_span(&input), SIZE_MAX, &output, 0);
  wait_until_busy(&child);
  happen(&child, program.row->happening);
  if (program.row->happening == INPUT_CLOSED && program.row->status == 0) {
    child_exchange(&child, pier_span_of(NULL, 0), 1, &output, SIZE_MAX);
    assert_int_equal(output.size, input.size);
  }
  to = child.to;
  from = child.from;
  child.to = child.from = -1;
  assert_int_equal(child_end(&child, said, sizeof said), program.row->status);
  assert_string_equal(said, program.row->said);
  child_close(&to);
  child_close(&from);
  pier_buffer_free(&input);
  pier_buffer_free(&output);
}

int main(void) {
  return RUN_LOOPS("the end of a program", rows, check_row);
}
