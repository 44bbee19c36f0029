/* What becomes of descriptors and signals: each case in a process of its own,
 * whose status is the line that failed, or 0. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <pier.h>
#include <uv.h>

#include "../support/child.h"
#include "../support/rows.h"

#define CHECK(what)                                                                            \
  do {                                                                                         \
    if (!(what)) return __LINE__ & 0xff ? __LINE__ & 0xff : 1;                                 \
  } while (0)

static int is_open(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

static int same(const struct stat *a, int fd) {
  struct stat b;
  return fstat(fd, &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

static int is_null(int fd) {
  struct stat null;
  return stat("/dev/null", &null) == 0 && same(&null, fd);
}

/* Descriptors that a child would inherit of what `pipe` is. */
static int inherited(const struct stat *pipe) {
  int fd, count = 0;
  for (fd = 0; fd < 64; fd++)
    if (same(pipe, fd) && !(fcntl(fd, F_GETFD) & FD_CLOEXEC)) count++;
  return count;
}

static int moves_0_and_1(void *state) {
  struct stat in, out, err;
  pier_peer *peer;
  (void)state;
  CHECK(fstat(0, &in) == 0 && fstat(1, &out) == 0 && fstat(2, &err) == 0);
  CHECK(inherited(&in) == 1 && inherited(&out) == 1);
  CHECK(pier_peer_new(&peer, NULL) == 0);
  CHECK(is_null(0));
  CHECK(same(&err, 1));
  CHECK(inherited(&in) == 0 && inherited(&out) == 0);
  pier_peer_free(peer);
  return 0;
}

static int moves_3_and_4(void *state) {
  struct stat in, out;
  pier_peer_config config;
  pier_peer *peer;
  (void)state;
  pier_peer_config_init(&config);
  config.in = 3;
  config.out = 4;
  CHECK(fstat(3, &in) == 0 && fstat(4, &out) == 0);
  CHECK(pier_peer_new(&peer, &config) == 0);
  CHECK(!is_open(3) && !is_open(4));
  CHECK(inherited(&in) == 0 && inherited(&out) == 0);
  CHECK(is_open(0) && is_open(1));
  pier_peer_free(peer);
  return 0;
}

static int leaves_them_alone(void *state) {
  struct stat in, out;
  pier_peer_config config;
  pier_peer *peer;
  (void)state;
  pier_peer_config_init(&config);
  config.guard = 0;
  CHECK(fstat(0, &in) == 0 && fstat(1, &out) == 0);
  CHECK(pier_peer_new(&peer, &config) == 0);
  CHECK(same(&in, 0) && same(&out, 1));
  pier_peer_free(peer);
  CHECK(is_open(0) && is_open(1));
  return 0;
}

static int stderr_is_the_owners_pipe(void *state) {
  pier_peer *peer;
  (void)state;
  CHECK(dup2(1, 2) == 2);
  CHECK(pier_peer_new(&peer, NULL) == 0);
  CHECK(is_null(1));
  pier_peer_free(peer);
  return 0;
}

static int stdin_is_closed(void *state) {
  pier_peer *peer;
  (void)state;
  close(0);
  CHECK(pier_peer_new(&peer, NULL) == -EBADF);
  CHECK(peer == NULL);
  CHECK(is_open(1));
  return 0;
}

static int stdout_is_closed(void *state) {
  pier_peer *peer;
  (void)state;
  close(1);
  CHECK(pier_peer_new(&peer, NULL) == -EBADF);
  CHECK(!is_null(0));
  return 0;
}

static int stderr_is_closed(void *state) {
  pier_peer *peer;
  (void)state;
  close(2);
  CHECK(pier_peer_new(&peer, NULL) == 0);
  CHECK(is_null(0) && is_null(1) && is_null(2));
  CHECK(!(fcntl(2, F_GETFD) & FD_CLOEXEC));
  pier_peer_free(peer);
  return 0;
}

static void own_handler(int number) {
  (void)number;
}

static int ignores_broken_pipes(void *state) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  pier_peer *peer;
  (void)state;
  sigaction(SIGPIPE, &action, NULL);
  CHECK(pier_peer_new(&peer, NULL) == 0);
  CHECK(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_IGN);
  pier_peer_free(peer);
  return 0;
}

static int keeps_the_programs_own_handler(void *state) {
  struct sigaction action = {.sa_handler = own_handler};
  pier_peer *peer;
  (void)state;
  sigaction(SIGPIPE, &action, NULL);
  CHECK(pier_peer_new(&peer, NULL) == 0);
  CHECK(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == own_handler);
  pier_peer_free(peer);
  return 0;
}

static int runs_without_descriptors(void *state) {
  pier_peer_config config;
  pier_peer *peer;
  (void)state;
  pier_peer_config_init(&config);
  config.in = config.out = -1;
  CHECK(pier_peer_new(&peer, &config) == 0);
  CHECK(pier_peer_run(peer) == 1);
  return 0;
}

static int without_4(void *state) {
  pier_peer_config config;
  pier_peer *peer;
  (void)state;
  pier_peer_config_init(&config);
  config.in = 3;
  config.out = 4;
  close(4);
  return pier_peer_new(&peer, &config) == -EBADF ? 1 : 0;
}

/* ---- The watch has descriptors of its own ---------------------------------------- */

static int start(pier_peer **peer, unsigned grace_ms) {
  static uv_loop_t loop;
  pier_peer_config config;
  pier_peer_config_init(&config);
  config.grace_ms = grace_ms;
  CHECK(pier_peer_new(peer, &config) == 0);
  CHECK(uv_loop_init(&loop) == 0);
  CHECK(pier_peer_start_uv(*peer, &loop, NULL, NULL) == 0);
  return 0;
}

/* What the program closes is closed. */
static int the_watch_holds_nothing(void *state) {
  struct pollfd gone = {-1, 0, 0};
  pier_peer *peer;
  int ends[2];
  (void)state;
  CHECK(pipe(ends) == 0);
  CHECK(start(&peer, 60000) == 0);
  close(ends[1]);
  gone.fd = ends[0];
  CHECK(poll(&gone, 1, 20000) == 1 && gone.revents == POLLHUP);
  return 0;
}

static int later = -1; /* a descriptor that was not there when the watch began */

static void write_there(pier_ending ending, void *state) {
  (void)state;
  if (ending == PIER_ENDING_FORCED && write(later, "cleaned up\n", 11) < 0) _exit(98);
}

/* Clean-ups and children that come later have all that the program has. */
static int cleans_up_with_what_came_later(void *state) {
  static const char *const argv[] = {"sleep", "60", NULL};
  pier_peer *peer;
  pier_child *child;
  (void)state;
  CHECK(start(&peer, 400) == 0);
  later = dup(2);
  CHECK(later >= 0);
  CHECK(pier_peer_at_end(peer, write_there, NULL) == 0);
  CHECK(pier_spawn(peer, &child, argv, NULL) == 0);
  for (;;)
    pause();
}

/* Also when the owner was gone before they came. */
static int cleans_up_for_who_is_gone(void *state) {
  pier_peer *peer;
  (void)state;
  CHECK(start(&peer, 2000) == 0);
  while (!pier_peer_gone(peer))
    usleep(1000);
  later = dup(2);
  CHECK(pier_peer_at_end(peer, write_there, NULL) == 0);
  for (;;)
    pause();
}

static struct row {
  const char *name;
  int (*program)(void *state);
  int flags;
  int status;
  const char *said; /* a part of it, or "" for nothing */
} rows[] = {
    {"0 and 1 move", moves_0_and_1, 0, 0, ""},
    {"3 and 4 move", moves_3_and_4, CHILD_ON_3_AND_4, 0, ""},
    {"without the guard they stay", leaves_them_alone, 0, 0, ""},
    {"2 is the owner's pipe", stderr_is_the_owners_pipe, 0, 0, ""},
    {"0 is closed", stdin_is_closed, 0, 0, ": descriptor 0, the owner's end, "},
    {"1 is closed", stdout_is_closed, 0, 0, ": descriptor 1, the owner's end, "},
    {"2 is closed", stderr_is_closed, 0, 0, ""},
    {"4 is closed", without_4, CHILD_ON_3_AND_4, 1,
     ": descriptor 4, the owner's end, can not be used: "},
    {"broken pipes are ignored", ignores_broken_pipes, 0, 0, ""},
    {"the program's own handler stays", keeps_the_programs_own_handler, 0, 0, ""},
    {"no descriptors", runs_without_descriptors, 0, 0, "a peer without descriptors"},
    {"the watch holds nothing open", the_watch_holds_nothing, 0, 0, ""},
    {"clean-ups and children after the start", cleans_up_with_what_came_later, 0,
     PIER_EXIT_GRACE, "cleaned up\n"},
    {"clean-ups after the loss", cleans_up_for_who_is_gone, 0, PIER_EXIT_GRACE, "cleaned up\n"},
};

static void in_a_process(void **state) {
  const struct row *row = *state;
  struct child child;
  char said[512];
  const char *found, *line;
  child_start(&child, row->flags, row->program, NULL);
  assert_int_equal(child_end(&child, said, sizeof said), row->status);
  found = strstr(said, row->said);
  line = strchr(said, '\n');
  if (!found || (*row->said == 0 && *said)) fail_msg("said \"%s\"", said);
  if (*said && (!line || line[1])) fail_msg("not one line: \"%s\"", said);
}

int main(void) {
  return RUN_ROWS(rows, in_a_process);
}
