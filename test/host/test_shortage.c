/* Descriptors or memory run out at any point of any conversation: a call fails
 * cleanly, or the port or the process ends; nothing hangs, nothing is left, and a port
 * that has nothing to do with it goes on. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include <pier/host.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000, HIGHEST = 256, TABLE = 64, MOST_ROOM = 16, MOST_CALLS = 1000 };
enum { BIG = 200000 };

static int count_descriptors(void) {
  int fd, count = 0;
  for (fd = 0; fd < HIGHEST; fd++)
    if (fcntl(fd, F_GETFD) >= 0) count++;
  return count;
}

/* ---- A host with a port that goes on ---------------------------------------------- */

struct stage {
  pier_host *host;
  pier_process *me, *other;
  pier_port echo; /* of `other` */
};

static void ask_echo(struct stage *stage) {
  pier_message message;
  pier_span data = pier_span_text("still there");
  assert_int_equal(pier_command(stage->other, stage->echo, data), 0);
  assert_int_equal(pier_receive(stage->other, &message, PATIENCE_MS), 1);
  assert_int_equal(message.kind, PIER_MESSAGE_DATA);
  assert_int_equal(message.data.size, data.size);
}

static void set_up(struct stage *stage) {
  assert_int_equal(pier_host_new(&stage->host, NULL), 0);
  assert_int_equal(pier_process_new(stage->host, &stage->me), 0);
  assert_int_equal(pier_process_new(stage->host, &stage->other), 0);
  assert_int_equal(pier_trap_exit(stage->me, 1), 0);
  assert_int_equal(
      pier_open_port(stage->other, &stage->echo, "{spawn,\"cat\"}", "[binary,{packet,4}]"), 0);
  ask_echo(stage);
}

/* ---- Descriptors ------------------------------------------------------------------- */

struct opening {
  const char *name, *port, *options;
};
static struct opening openings[] = {
    {"both ways", "{spawn,\"cat\"}", "[]"},
    {"in", "{spawn,\"cat\"}", "[in]"},
    {"out", "{spawn,\"cat\"}", "[out]"},
    {"nouse_stdio", "{spawn,\"cat <&3\"}", "[nouse_stdio]"},
    {"stderr_to_stdout", "{spawn_executable,\"/bin/cat\"}", "[stderr_to_stdout]"},
    {"descriptors", "{fd,0,1}", "[out]"},
    {"a file", "\"/dev/null\"", "[in]"},
    {"a file both ways", "\"/dev/zero\"", "[out]"},
};

/* Leaves `room` descriptors; returns how many it took. */
static int fill(int taken[TABLE], int room) {
  int count = 0;
  while (count < TABLE && (taken[count] = dup(STDERR_FILENO)) >= 0)
    count++;
  while (room-- > 0 && count > 0)
    close(taken[--count]);
  return count;
}

static void give_back(const int taken[TABLE], int count) {
  while (count-- > 0)
    close(taken[count]);
}

static void descriptors_may_run_out(void **state) {
  const struct opening *row = *state;
  struct rlimit before, few;
  struct stage stage;
  pier_port port, last = {0};
  int taken[TABLE], room, count, error = -EMFILE, refused = 0;
  set_up(&stage);
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  few = before;
  few.rlim_cur = TABLE;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
  for (room = 0; room < MOST_ROOM && error != 0; room++) {
    int used = count_descriptors();
    count = fill(taken, room);
    error = pier_open_port(stage.me, &port, row->port, row->options);
    ask_echo(&stage);
    give_back(taken, count);
    if (error == 0) break;
    refused++;
    /* Of a file whatever fails is einval. */
    assert_true(error == -EMFILE || (row->port[0] == '"' && error == -EINVAL));
    assert_int_equal(count_descriptors(), used);
    assert_int_equal(pier_mailbox_size(stage.me), 0);
    assert_int_equal(pier_ports(stage.host, NULL, 0), 1);
  }
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
  assert_int_equal(error, 0);
  assert_true(refused > 0);
  /* Each of them has used up a number, as in the BEAM. */
  last.number = stage.echo.number + (uint64_t)refused + 1;
  assert_int_equal(port.number, last.number);
  pier_host_free(stage.host);
}

static void a_host_needs_descriptors_too(void **unused) {
  struct rlimit before, few;
  int taken[TABLE], room, count, error = -EMFILE, used = count_descriptors();
  (void)unused;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  few = before;
  few.rlim_cur = TABLE;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
  for (room = 0; error != 0; room++) {
    pier_host *host;
    assert_true(room < MOST_ROOM);
    count = fill(taken, room);
    error = pier_host_new(&host, NULL);
    pier_host_free(host);
    give_back(taken, count);
    assert_true(error == 0 || error == -EMFILE);
    assert_int_equal(count_descriptors(), used);
  }
  assert_true(room > 1);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* ---- Memory ------------------------------------------------------------------------ */

/* 1 when all of it worked, 0 when something was refused; a wait that ends by its
 * time-out fails the test. */
typedef int conversation(struct stage *stage);

static int next(struct stage *stage, pier_message_kind kind) {
  pier_message message;
  int got = pier_receive(stage->me, &message, PATIENCE_MS);
  if (got == 0)
    fail_msg("nothing came in %d ms, allocation %zu of %zu", PATIENCE_MS,
             memory_counted.fail_at, memory_counted.calls);
  return got == 1 && message.kind == kind;
}

static int lines_status_and_eof(struct stage *stage) {
  pier_port port;
  return pier_open_port(stage->me, &port, "{spawn_executable,\"/bin/sh\"}",
                        "[{args,[\"-c\",\"printf 'a\\nbc'; exit 3\"]},binary,{line,80},"
                        "exit_status,eof]") == 0 &&
         next(stage, PIER_MESSAGE_DATA) && next(stage, PIER_MESSAGE_EXIT_STATUS) &&
         next(stage, PIER_MESSAGE_DATA) && next(stage, PIER_MESSAGE_EOF) &&
         pier_close(stage->me, port) == 0 && next(stage, PIER_MESSAGE_EXIT);
}

static int a_big_frame_back(struct stage *stage) {
  static uint8_t big[BIG];
  pier_port port;
  return pier_open_port(stage->me, &port, "{spawn,\"cat\"}", "[binary,{packet,4}]") == 0 &&
         pier_command(stage->me, port, pier_span_of(big, BIG)) == 0 &&
         next(stage, PIER_MESSAGE_DATA);
}

static int a_suspended_caller_and_a_close(struct stage *stage) {
  static uint8_t big[BIG];
  pier_port port;
  int error;
  if (pier_open_port(stage->me, &port, "{spawn,\"cat >/dev/null\"}", "[out,{packet,4}]") < 0 ||
      pier_command(stage->me, port, pier_span_of(big, BIG)) < 0)
    return 0;
  error = pier_command_with(stage->me, port, pier_span_of(big, BIG), PIER_LATER);
  if (error == 1) {
    int got = pier_await(stage->me, &error, PATIENCE_MS);
    if (got == 0) fail_msg("suspended for ever");
    if (got < 0) return 0;
  }
  return error == 0 && pier_send_close(stage->me, port, pier_self(stage->me)) == 0 &&
         next(stage, PIER_MESSAGE_EXIT) && next(stage, PIER_MESSAGE_CLOSED);
}

static int transfer_links_and_monitors(struct stage *stage) {
  pier_process *fresh;
  pier_port port;
  uint64_t reference;
  int done;
  if (pier_process_new(stage->host, &fresh) < 0) return 0;
  done = pier_open_port(stage->me, &port, "{spawn,\"cat\"}", "[]") == 0 &&
         pier_link(fresh, port) == 0 && pier_monitor(stage->me, port, &reference) == 0 &&
         pier_register(stage->me, "cat", pier_object_port(port)) == 0 &&
         pier_send_connect(stage->me, port, pier_self(stage->me), pier_self(fresh)) == 0 &&
         next(stage, PIER_MESSAGE_CONNECTED) &&
         pier_exit_process(stage->me, pier_self(fresh), "{some,\"reason\"}") == 0 &&
         next(stage, PIER_MESSAGE_EXIT) && next(stage, PIER_MESSAGE_DOWN);
  pier_process_exit(fresh, NULL);
  return done;
}

static int on_descriptors(struct stage *stage) {
  char name[64];
  pier_port port;
  int ends[2], done;
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  snprintf(name, sizeof name, "{fd,%d,%d}", ends[0], ends[0]);
  done = pier_open_port(stage->me, &port, name, "[binary,{packet,2},eof]") == 0 &&
         pier_command(stage->me, port, pier_span_text("out")) == 0 &&
         write(ends[1], "\0\2in", 4) == 4 && next(stage, PIER_MESSAGE_DATA) &&
         read(ends[1], name, sizeof name) == 5;
  close(ends[1]);
  done = done && next(stage, PIER_MESSAGE_EOF);
  if (done) pier_close(stage->me, port);
  done = done && next(stage, PIER_MESSAGE_EXIT);
  close(ends[0]);
  return done;
}

static int on_files(struct stage *stage) {
  pier_port port;
  return pier_open_port(stage->me, &port, "\"/dev/null\"", "[out]") == 0 &&
         pier_command(stage->me, port, pier_span_text("lost")) == 0 &&
         pier_close(stage->me, port) == 0 && next(stage, PIER_MESSAGE_EXIT) &&
         pier_open_port(stage->me, &port, "\"/etc/passwd\"", "[in,{line,10}]") == 0 &&
         next(stage, PIER_MESSAGE_DATA);
}

struct talk {
  const char *name;
  conversation *have;
};
static struct talk talks[] = {
    {"lines, status and eof", lines_status_and_eof},
    {"a big frame there and back", a_big_frame_back},
    {"a suspended caller, a close", a_suspended_caller_and_a_close},
    {"a transfer, links, monitors, names", transfer_links_and_monitors},
    {"descriptors", on_descriptors},
    {"files", on_files},
};

static void memory_may_run_out(void **state) {
  const struct talk *row = *state;
  int before = count_descriptors(), done;
  size_t n = 0, calls;
  do {
    struct stage stage;
    memory_begin(0);
    set_up(&stage);
    memory_counted.fail_at = memory_counted.calls + ++n;
    done = row->have(&stage);
    calls = memory_counted.calls;
    if (memory_counted.fail_at > calls) n = 0;
    memory_counted.fail_at = 0;
    ask_echo(&stage);
    pier_host_free(stage.host);
    memory_end();
    assert_int_equal(memory_counted.live, 0);
    assert_int_equal(count_descriptors(), before);
    assert_true(n < MOST_CALLS);
  } while (n > 0);
  assert_true(done); /* nothing failed in the last one */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_host_needs_descriptors_too)};
  return RUN_ROWS(openings, descriptors_may_run_out) + RUN_ROWS(talks, memory_may_run_out) +
         cmocka_run_group_tests(tests, NULL, NULL);
}
