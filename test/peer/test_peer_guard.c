/* What becomes of descriptors and signals: each case in a process of its own,
 * whose status is the line that failed, or 0. */
#include <errno.h>
#include <fcntl.h>
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

#include "../support/child.h"

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

static void says_what_is_closed(void **state) {
  struct child child;
  char said[512];
  (void)state;
  child_start(&child, CHILD_ON_3_AND_4, without_4, NULL);
  assert_int_equal(child_end(&child, said, sizeof said), 1);
  assert_non_null(strstr(said, ": descriptor 4, the owner's end, can not be used: "));
  assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

static void in_a_process(void **state) {
  struct child child;
  char said[512];
  int (*program)(void *) = (int (*)(void *))(uintptr_t)*state;
  child_start(&child, program == moves_3_and_4 ? CHILD_ON_3_AND_4 : 0, program, NULL);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
}

int main(void) {
#define CASE(program)                                                                          \
  { #program, in_a_process, NULL, NULL, (void *)(uintptr_t)(program) }
  static struct CMUnitTest tests[] = {
      CASE(moves_0_and_1),
      CASE(moves_3_and_4),
      CASE(leaves_them_alone),
      CASE(stderr_is_the_owners_pipe),
      CASE(stdin_is_closed),
      CASE(stdout_is_closed),
      CASE(stderr_is_closed),
      CASE(ignores_broken_pipes),
      CASE(keeps_the_programs_own_handler),
      CASE(runs_without_descriptors),
      {"says_what_is_closed", says_what_is_closed, NULL, NULL, NULL},
  };
#undef CASE
  return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
