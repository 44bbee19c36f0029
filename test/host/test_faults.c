/* What the system refuses, and programs that stop or die at any moment: the call
 * fails or the port ends with a reason, and the host goes on with its others. */
#include "../support/mail.h"

#include "../support/cmocka_all.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BIG = 300000, FEW_DESCRIPTORS = 40, NOBODY = 65534 };

static uint8_t zeros[BIG];

static void lower_limit(int resource, rlim_t limit, struct rlimit *before) {
  struct rlimit lower;
  assert_int_equal(getrlimit(resource, before), 0);
  lower = *before;
  lower.rlim_cur = limit;
  assert_int_equal(setrlimit(resource, &lower), 0);
}

/* A close sets free what an open needs for itself, once the program has ended. */
static int reopen(struct scene *scene) {
  int i, error = -EMFILE;
  for (i = 0; i < 500 && error == -EMFILE; i++) {
    pier_host_run_once(scene->host, 20);
    error = pier_open_port(scene->me, &scene->port, "{spawn,\"cat\"}", "[binary]");
  }
  return error;
}

/* The port that could not be opened has used up a number; the others go on. */
static void descriptors_run_out(void **state) {
  struct scene scene;
  struct rlimit before;
  pier_port ports[FEW_DESCRIPTORS], port;
  int error, count = 0;
  (void)state;
  scene_open(&scene);
  lower_limit(RLIMIT_NOFILE, FEW_DESCRIPTORS, &before);
  while ((error = pier_open_port(scene.me, &port, "{spawn,\"cat\"}", "[binary]")) == 0) {
    ports[count++] = port;
  }
  assert_int_equal(error, -EMFILE);
  assert_true(count > 3);
  assert_int_equal(pier_ports(scene.host, NULL, 0), count);
  assert_int_equal(pier_close(scene.me, ports[0]), 0);
  assert_int_equal(pier_close(scene.me, ports[1]), 0);
  assert_int_equal(reopen(&scene), 0);
  assert_true(scene.port.number > ports[count - 1].number + 1);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',#Port<0.1>,normal}");
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',#Port<0.2>,normal}");
  scene.port = ports[2];
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("on")), 0);
  EXPECT_MAIL(&scene, "{P,{data,<<\"on\">>}}");
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
  scene_close(&scene);
}

/* The limit on ports, unlike that on descriptors, uses up no number. */
static void ports_run_out(void **state) {
  struct scene scene;
  pier_host_config config;
  pier_port first, second;
  (void)state;
  pier_host_config_init(&config);
  config.port_limit = 1;
  assert_int_equal(pier_host_new(&scene.host, &config), 0);
  assert_int_equal(pier_process_new(scene.host, &scene.me), 0);
  assert_int_equal(pier_open_port(scene.me, &first, "{spawn,\"cat\"}", "[]"), 0);
  assert_int_equal(pier_open_port(scene.me, &second, "{spawn,\"cat\"}", "[foo]"), PIER_EBADOPT);
  assert_int_equal(pier_open_port(scene.me, &second, "{spawn,\"cat\"}", "[]"), PIER_ESYSLIMIT);
  assert_int_equal(pier_close(scene.me, first), 0);
  assert_int_equal(pier_open_port(scene.me, &second, "{spawn,\"cat\"}", "[]"), 0);
  assert_int_equal(second.number, first.number + 1);
  scene_close(&scene);
}

/* In a process of its own: root may start programs whatever the limit. */
static int open_without_processes(void) {
  struct scene scene;
  struct rlimit before;
  if (geteuid() == 0 && setuid(NOBODY) < 0) return 77;
  lower_limit(RLIMIT_NPROC, 0, &before);
  scene_open(&scene);
  if (pier_open_port(scene.me, &scene.port, "{spawn,\"cat\"}", "[]") != -EAGAIN) return 1;
  if (pier_ports(scene.host, NULL, 0) != 0) return 2;
  scene_close(&scene);
  return 0;
}

static void processes_run_out(void **state) {
  int status;
  pid_t pid = fork();
  (void)state;
  assert_true(pid >= 0);
  if (pid == 0) _exit(open_without_processes());
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) skip();
  assert_int_equal(WEXITSTATUS(status), 0);
}

static int os_pid(const struct scene *scene) {
  pier_port_info info;
  assert_int_equal(pier_port_info_get(scene->host, scene->port, &info), 0);
  return info.os_pid;
}

/* Its caller waits as long as it is stopped, and no longer. */
static void a_stopped_program_suspends_its_caller(void **state) {
  struct scene scene;
  int error;
  (void)state;
  scene_open(&scene);
  scene_port(&scene, "{spawn,\"cat >/dev/null\"}", "[out,binary]");
  assert_int_equal(kill(os_pid(&scene), SIGSTOP), 0);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(zeros, BIG)), 0);
  assert_int_equal(pier_command_with(scene.me, scene.port, pier_span_text("x"), PIER_NOSUSPEND),
                   PIER_EBUSY);
  assert_int_equal(pier_command_with(scene.me, scene.port, pier_span_text("x"), PIER_LATER), 1);
  assert_int_equal(pier_await(scene.me, &error, 50), 0);
  assert_int_equal(kill(os_pid(&scene), SIGCONT), 0);
  assert_int_equal(pier_await(scene.me, &error, 10000), 1);
  assert_int_equal(error, 0);
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,normal}");
  scene_close(&scene);
}

/* What the port does when its program is killed. */
enum step { IDLE, IN_A_FRAME, QUEUED, CLOSING, STEPS };

static const char *const commands[STEPS] = {
    "exec cat >/dev/null", "printf '\\000\\000\\000\\011half'; exec cat >/dev/null",
    "exec sleep 100", "exec sleep 100"};

static void reach(struct scene *scene, enum step step) {
  scene_sh(scene, commands[step], "bpx");
  if (step == IN_A_FRAME) assert_int_equal(pier_host_run_once(scene->host, 10000), 1);
  if (step >= QUEUED)
    assert_int_equal(pier_command(scene->me, scene->port, pier_span_of(zeros, BIG)), 0);
  if (step == CLOSING)
    assert_int_equal(pier_send_close(scene->me, scene->port, pier_self(scene->me)), 0);
}

/* With a queue both what it was killed by and the write that failed may be first. */
static void expect_end(struct scene *scene, enum step step) {
  const char *first = next_mail(scene, scene->me);
  if (step == CLOSING) {
    assert_string_equal(first, "{'EXIT',P,normal}");
    first = next_mail(scene, scene->me);
    if (strcmp(first, "{P,{exit_status,137}}") == 0) first = next_mail(scene, scene->me);
    assert_string_equal(first, "{P,closed}");
    return;
  }
  if (step == QUEUED && strcmp(first, "{'EXIT',P,epipe}") == 0) return;
  assert_string_equal(first, "{P,{exit_status,137}}");
  assert_string_equal(next_mail(scene, scene->me), "{'EXIT',P,normal}");
}

static void killed_at_any_step(void **state) {
  struct scene scene;
  pier_port other;
  int step;
  (void)state;
  scene_open(&scene);
  scene_port(&scene, "{spawn,\"cat\"}", "[binary]");
  other = scene.port;
  for (step = IDLE; step < STEPS; step++) {
    reach(&scene, (enum step)step);
    assert_int_equal(kill(os_pid(&scene), SIGKILL), 0);
    expect_end(&scene, (enum step)step);
    expect_silence(&scene, 0);
  }
  scene.port = other;
  assert_int_equal(pier_command(scene.me, other, pier_span_text("on")), 0);
  EXPECT_MAIL(&scene, "{P,{data,<<\"on\">>}}");
  scene_close(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(descriptors_run_out),
      cmocka_unit_test(ports_run_out),
      cmocka_unit_test(processes_run_out),
      cmocka_unit_test(a_stopped_program_suspends_its_caller),
      cmocka_unit_test(killed_at_any_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
