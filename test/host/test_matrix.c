/* Every combination of the options that decide how a port ends, over and over, ended
 * in every way: no descriptor, no memory and no program is left. PIER_OPENS says how
 * often each (`make matrix` and `make valgrind`: 1000). */
#include "../support/cmocka_all.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include <pier/host.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>

enum { FEW_OPENS = 40, HIGHEST = 256, PATIENCE_MS = 10000 };

struct combination {
  const char *name;
  unsigned flags;
};
#define E PIER_PORT_EOF
#define X PIER_PORT_EXIT_STATUS
static struct combination combinations[] = {
    {"both", 0},
    {"both, eof", E},
    {"both, exit_status", X},
    {"both, exit_status, eof", X | E},
    {"in", PIER_PORT_IN},
    {"in, eof", PIER_PORT_IN | E},
    {"in, exit_status", PIER_PORT_IN | X},
    {"in, exit_status, eof", PIER_PORT_IN | X | E},
    {"out", PIER_PORT_OUT},
    {"out, eof", PIER_PORT_OUT | E},
    {"out, exit_status", PIER_PORT_OUT | X},
    {"out, exit_status, eof", PIER_PORT_OUT | X | E},
};

static unsigned count_descriptors(void) {
  unsigned fd, count = 0;
  for (fd = 0; fd < HIGHEST; fd++)
    count += fcntl((int)fd, F_GETFD) >= 0;
  return count;
}

static unsigned how_often(void) {
  const char *text = getenv("PIER_OPENS");
  return text ? (unsigned)strtoul(text, NULL, 10) : FEW_OPENS;
}

/* ---- Ends ------------------------------------------------------------------------ */

typedef void an_end(pier_process *me, pier_port port);

static void close_by_call(pier_process *me, pier_port port) {
  assert_int_equal(pier_close(me, port), 0);
}
static void close_by_message(pier_process *me, pier_port port) {
  assert_int_equal(pier_send_close(me, port, pier_self(me)), 0);
}
static void exit_port(pier_process *me, pier_port port) {
  assert_int_equal(pier_exit_port(me, port, "{some,reason}"), 0);
}
static void kill_port(pier_process *me, pier_port port) {
  assert_int_equal(pier_exit_port(me, port, "kill"), 0);
}
static void write_and_close(pier_process *me, pier_port port) {
  pier_command(me, port, pier_span_text("some bytes"));
  pier_close(me, port); /* is badarg where the command was the end */
}
static void leave(pier_process *me, pier_port port) {
  (void)me;
  (void)port;
}

static an_end *const ends[] = {close_by_call, close_by_message, exit_port,
                               kill_port,     write_and_close,  leave};
enum { ENDS = sizeof ends / sizeof ends[0] };

/* Until EXIT. A port that is left alone ends by itself unless it has eof, or out only:
 * then it is closed once it has said all it will. */
static void await_end(pier_process *me, pier_port port, unsigned flags) {
  pier_message message;
  int closed = 0;
  for (;;) {
    int wait = closed || !(flags & PIER_PORT_OUT) ? PATIENCE_MS : 0;
    int got = pier_receive(me, &message, wait);
    if (got == 1 && message.kind == PIER_MESSAGE_EXIT && message.port.number == port.number)
      return;
    if (got == 1 && message.kind != PIER_MESSAGE_EOF) continue;
    assert_false(closed);
    assert_int_equal(pier_close(me, port), 0);
    closed = 1;
  }
}

static void open_and_end(pier_process *me, unsigned flags, unsigned round) {
  const pier_framing framings[] = {pier_framing_stream(), pier_framing_packet(4),
                                   pier_framing_line(80)};
  pier_port_options options;
  pier_port port;
  pier_port_options_init(&options, PIER_SPAWN_EXECUTABLE, "/bin/true");
  options.flags = flags | (round & 1 ? PIER_PORT_BINARY : 0);
  options.framing = framings[round % 3];
  assert_int_equal(pier_open(me, &port, &options, NULL), 0);
  ends[round % ENDS](me, port);
  await_end(me, port, flags);
}

static void leaves_nothing(void **state) {
  const struct combination *row = *state;
  unsigned round, rounds = how_often(), before = count_descriptors(), open;
  pier_host *host;
  pier_process *me;
  pier_message message;
  size_t live;
  memory_begin(0);
  assert_int_equal(pier_host_new(&host, NULL), 0);
  assert_int_equal(pier_process_new(host, &me), 0);
  assert_int_equal(pier_trap_exit(me, 1), 0);
  for (round = 0; round < ENDS; round++)
    open_and_end(me, row->flags, round);
  while (pier_receive(me, &message, 0) == 1)
    ;
  open = count_descriptors();
  live = memory_counted.live;
  for (round = 0; round < rounds; round++)
    open_and_end(me, row->flags, round);
  while (pier_receive(me, &message, 0) == 1)
    ;
  /* Programs that have not been reaped yet have a descriptor and a little memory. */
  while (count_descriptors() > open || memory_counted.live > live)
    assert_int_equal(pier_host_run_once(host, PATIENCE_MS), 1);
  pier_host_free(host);
  memory_end();
  assert_int_equal(memory_counted.live, 0);
  assert_int_equal(count_descriptors(), before);
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
  assert_int_equal(errno, ECHILD);
}

int main(void) {
  return RUN_ROWS(combinations, leaves_nothing);
}
