/* Children: how they are started, what they get, how they are ended and waited for. */
#include <errno.h>
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <pier.h>

#include "../support/memory.h"

struct world {
  pier_peer *peer;
  pier_child *child;
  int pipe[2]; /* the child's 1 and 2 */
  pier_spawn_config config;
};

static int set_up(void **state) {
  struct world *world = calloc(1, sizeof *world);
  pier_peer_config config;
  pier_peer_config_init(&config);
  config.in = config.out = -1;
  if (!world || pier_peer_new(&world->peer, &config) < 0 || pipe2(world->pipe, O_CLOEXEC) < 0)
    return -1;
  pier_spawn_config_init(&world->config);
  world->config.out = world->config.err = world->pipe[1];
  *state = world;
  return 0;
}

static int tear_down(void **state) {
  struct world *world = *state;
  pier_child_free(world->child);
  pier_peer_free(world->peer);
  if (world->pipe[1] >= 0) close(world->pipe[1]);
  close(world->pipe[0]);
  free(world);
  return 0;
}

static void spawn(struct world *world, const char *line) {
  const char *const argv[] = {"sh", "-c", line, NULL};
  assert_int_equal(pier_spawn(world->peer, &world->child, argv, &world->config), 0);
  assert_true(pier_child_pid(world->child) > 0);
}

/* All that comes until every process with the pipe has ended. */
static const char *read_all(struct world *world) {
  static char text[512];
  size_t size = 0;
  ssize_t count;
  if (world->pipe[1] >= 0) close(world->pipe[1]);
  world->pipe[1] = -1;
  while ((count = read(world->pipe[0], text + size, sizeof text - 1 - size)) > 0)
    size += (size_t)count;
  text[size] = '\0';
  return text;
}

static void expect_line(struct world *world, const char *line) {
  char got[64] = "";
  size_t size = 0;
  while (size < sizeof got - 1 && !strchr(got, '\n'))
    if (read(world->pipe[0], got + size, 1) == 1) size++;
  assert_string_equal(got, line);
}

static void ends_with(struct world *world, int expected) {
  int status = -1;
  assert_int_equal(pier_child_wait(world->child, -1, &status), 1);
  assert_int_equal(status, expected);
}

/* ---- What it is given ------------------------------------------------------------ */

static void status_and_output(void **state) {
  struct world *world = *state;
  spawn(world, "echo hello; exit 7");
  ends_with(world, 7);
  ends_with(world, 7); /* as often as it is asked */
  assert_string_equal(read_all(world), "hello\n");
}

static void a_signal_is_a_status(void **state) {
  spawn(*state, "kill -9 $$");
  ends_with(*state, 137);
}

static void its_input_is_empty(void **state) {
  spawn(*state, "cat; echo end");
  ends_with(*state, 0);
  assert_string_equal(read_all(*state), "end\n");
}

static void input_that_is_given(void **state) {
  struct world *world = *state;
  int input[2];
  assert_int_equal(pipe2(input, O_CLOEXEC), 0);
  world->config.in = input[0];
  spawn(world, "cat");
  close(input[0]);
  assert_int_equal(write(input[1], "through", 7), 7);
  close(input[1]); /* nobody else holds it */
  ends_with(world, 0);
  assert_string_equal(read_all(world), "through");
}

static void environment_and_folder(void **state) {
  static const char *const env[] = {"WORD=given", "PATH=/bin:/usr/bin", NULL};
  struct world *world = *state;
  world->config.env = env;
  world->config.folder = "/";
  spawn(world, "echo $WORD $HOME; pwd");
  ends_with(world, 0);
  assert_string_equal(read_all(world), "given\n/\n");
}

static void no_descriptors_but_three(void **state) {
  struct world *world = *state;
  int other = open("/dev/null", O_RDONLY); /* not close-on-exec */
  spawn(world, "ls /proc/self/fd | wc -l");
  ends_with(world, 0);
  /* The fourth is the folder that ls has open. */
  assert_string_equal(read_all(world), "4\n");
  close(other);
}

/* Of the first 28: the C library and sanitizers have some for themselves. */
static void default_signals(void **state) {
  struct world *world = *state;
  sigset_t blocked, before;
  sigfillset(&blocked);
  sigprocmask(SIG_SETMASK, &blocked, &before);
  signal(SIGPIPE, SIG_IGN);
  spawn(world, "sed -nE 's/^(Sig(Blk|Ign)).*(.{7})$/\\1 \\3/p' /proc/self/status");
  sigprocmask(SIG_SETMASK, &before, NULL);
  ends_with(world, 0);
  assert_string_equal(read_all(world), "SigBlk 0000000\nSigIgn 0000000\n");
}

static void leads_its_group(void **state) {
  struct world *world = *state;
  spawn(world, "[ $(cut -d ' ' -f 5 /proc/$$/stat) = $$ ]");
  ends_with(world, 0);
}

/* ---- What can not be started ------------------------------------------------------ */

static void refused(struct world *world, const char *program, int error) {
  const char *const argv[] = {program, NULL};
  assert_int_equal(pier_spawn(world->peer, &world->child, argv, &world->config), error);
  assert_null(world->child);
  assert_string_equal(read_all(world), ""); /* no guard is left */
}

static void no_such_program(void **state) {
  refused(*state, "no-such-program", -ENOENT);
}

static void no_such_path(void **state) {
  refused(*state, "/no/such/program", -ENOENT);
}

static void a_folder(void **state) {
  refused(*state, "/etc", -EACCES);
}

static void not_executable(void **state) {
  refused(*state, "/etc/passwd", -EACCES);
}

static void no_such_folder(void **state) {
  struct world *world = *state;
  world->config.folder = "/no/such/folder";
  refused(world, "true", -ENOENT);
}

static void a_closed_descriptor(void **state) {
  struct world *world = *state;
  world->config.in = 999;
  refused(world, "true", -EBADF);
}

static void nothing_at_all(void **state) {
  struct world *world = *state;
  static const char *const none[] = {NULL};
  assert_int_equal(pier_spawn(world->peer, &world->child, none, NULL), PIER_EARG);
  world->config.signal = 0;
  refused(world, "true", PIER_EARG);
}

/* ---- Waiting and ending ------------------------------------------------------------- */

static void waiting_takes_as_long_as_it_may(void **state) {
  struct world *world = *state;
  struct pollfd ready;
  int status = -1;
  spawn(world, "read line; exit 5");
  ready.fd = pier_child_fd(world->child);
  ready.events = POLLIN;
  assert_int_equal(poll(&ready, 1, -1), 1);
  assert_int_equal(pier_child_wait(world->child, 0, &status), 1);
  assert_int_equal(status, 5);
  pier_child_free(world->child);
  spawn(world, "exec sleep 1000");
  assert_int_equal(pier_child_wait(world->child, 0, &status), 0);
  assert_int_equal(pier_child_wait(world->child, 10, &status), 0);
}

static void asked_to_end(void **state) {
  struct world *world = *state;
  spawn(world, "exec 2>/dev/null; trap 'echo asked; exit 3' TERM; echo up; while :; do sleep "
               "0.02; done");
  expect_line(world, "up\n");
  pier_child_end(world->child);
  ends_with(world, 3);
  assert_string_equal(read_all(world), "asked\n");
}

static void asked_with_a_signal_of_choice(void **state) {
  struct world *world = *state;
  world->config.signal = SIGINT;
  spawn(world, "exec 2>/dev/null; trap 'echo INT; exit 3' INT; trap '' TERM; echo up; while :; "
               "do sleep 0.02; done");
  expect_line(world, "up\n");
  pier_child_end(world->child);
  ends_with(world, 3);
  assert_string_equal(read_all(world), "INT\n");
}

static void killed_when_the_grace_is_over(void **state) {
  struct world *world = *state;
  world->config.grace_ms = 50;
  spawn(world, "trap '' TERM; echo up; while :; do sleep 0.02; done");
  expect_line(world, "up\n");
  pier_child_end(world->child);
  ends_with(world, 137);
  assert_string_equal(read_all(world), "");
}

static void freed_is_ended(void **state) {
  struct world *world = *state;
  spawn(world, "sleep 1000 & (setsid sleep 1000 &); echo up; sleep 1000");
  expect_line(world, "up\n");
  pier_child_free(world->child);
  world->child = NULL;
  assert_string_equal(read_all(world), "");
}

static void its_own_children_end_with_it(void **state) {
  struct world *world = *state;
  spawn(world, "(setsid sleep 1000 &); sleep 1000 & exit 4");
  ends_with(world, 4);
  assert_string_equal(read_all(world), "");
}

static void signals_reach_it(void **state) {
  struct world *world = *state;
  spawn(
      world,
      "exec 2>/dev/null; trap 'echo USR1; exit 6' USR1; echo up; while :; do sleep 0.02; done");
  expect_line(world, "up\n");
  assert_int_equal(pier_child_signal(world->child, 0), PIER_EARG);
  assert_int_equal(pier_child_signal(world->child, SIGUSR1), 0);
  ends_with(world, 6);
  assert_int_equal(pier_child_signal(world->child, SIGUSR1), PIER_ECLOSED);
}

/* The parent of the child in /proc. */
static pid_t guard_of(const pier_child *child) {
  char path[64], text[512] = "";
  FILE *file;
  size_t size;
  snprintf(path, sizeof path, "/proc/%d/stat", pier_child_pid(child));
  file = fopen(path, "re");
  assert_non_null(file);
  size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  assert_true(size > 0);
  return (pid_t)strtol(strrchr(text, ')') + 4, NULL, 10);
}

static void its_guard_is_killed(void **state) {
  struct world *world = *state;
  int status;
  spawn(world, "exec sleep 1000");
  kill(guard_of(world->child), SIGKILL);
  assert_int_equal(pier_child_wait(world->child, -1, &status), PIER_ECLOSED);
  assert_string_equal(read_all(world), ""); /* and it died as well */
}

static void nothing_to_wait_for(void **state) {
  struct world *world = *state;
  spawn(world, "exit 0");
  ends_with(world, 0);
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
  assert_int_equal(errno, ECHILD);
}

static void many_at_once(void **state) {
  enum { MANY = 20 };
  struct world *world = *state;
  const char *const argv[] = {"sh", "-c", "exec sleep 1000", NULL};
  pier_child *children[MANY];
  int at;
  for (at = 0; at < MANY; at++)
    assert_int_equal(pier_spawn(world->peer, &children[at], argv, &world->config), 0);
  for (at = 0; at < MANY; at += 2)
    pier_child_free(children[at]);
  pier_peer_free(world->peer); /* takes the others along */
  world->peer = NULL;
  assert_string_equal(read_all(world), "");
}

static void count(pier_ending ending, void *state) {
  assert_int_equal(ending, PIER_ENDING_ORDERLY);
  ++*(int *)state;
}

static int whole_life(int *cleaned) {
  static const char *const argv[] = {"true", NULL};
  pier_peer_config config;
  pier_peer *peer;
  pier_child *child = NULL;
  int error;
  pier_peer_config_init(&config);
  config.in = config.out = -1;
  error = pier_peer_new(&peer, &config);
  if (!error) error = pier_peer_at_end(peer, count, cleaned);
  if (!error) error = pier_spawn(peer, &child, argv, NULL);
  pier_child_free(child);
  pier_peer_free(peer);
  return error;
}

static void every_allocation_fails_once(void **state) {
  size_t at;
  int error = PIER_ENOMEM;
  (void)state;
  for (at = 1; error; at++) {
    int cleaned = 0;
    memory_begin(at);
    error = whole_life(&cleaned);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
    assert_true(error == 0 || error == PIER_ENOMEM);
    if (!error) assert_int_equal(cleaned, 1);
  }
  assert_true(at > 5);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  static const struct CMUnitTest tests[] = {
      TEST(status_and_output),
      TEST(a_signal_is_a_status),
      TEST(its_input_is_empty),
      TEST(input_that_is_given),
      TEST(environment_and_folder),
      TEST(no_descriptors_but_three),
      TEST(default_signals),
      TEST(leads_its_group),
      TEST(no_such_program),
      TEST(no_such_path),
      TEST(a_folder),
      TEST(not_executable),
      TEST(no_such_folder),
      TEST(a_closed_descriptor),
      TEST(nothing_at_all),
      TEST(waiting_takes_as_long_as_it_may),
      TEST(asked_to_end),
      TEST(asked_with_a_signal_of_choice),
      TEST(killed_when_the_grace_is_over),
      TEST(freed_is_ended),
      TEST(its_own_children_end_with_it),
      TEST(signals_reach_it),
      TEST(its_guard_is_killed),
      TEST(nothing_to_wait_for),
      TEST(many_at_once),
      TEST(every_allocation_fails_once),
  };
#undef TEST
  return cmocka_run_group_tests_name("children", tests, NULL, NULL);
}
