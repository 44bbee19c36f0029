/* Lent bytes with programs at the other end: released once on every path. */
#include "../support/cmocka_all.h"
#include "../support/lent.h"
#include "../support/rows.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { BIG = 400000, LITTLE = 10, PATIENCE_MS = 20000 };

static size_t queued(const struct scene *scene) {
  pier_port_info info;
  assert_int_equal(pier_port_info_get(scene->host, scene->port, &info), 0);
  return info.queue_size;
}

/* ---- The paths: each lends once ---------------------------------------------------- */

static void written_at_once(struct scene *scene) {
  assert_int_equal(lent_command(scene, scene->me, LITTLE, 0), 0);
  assert_int_equal(lent_released, 1);
  lent_expect_frame(scene, LITTLE);
}

static void written_by_and_by(struct scene *scene) {
  assert_int_equal(lent_command(scene, scene->me, BIG, 0), 0);
  assert_int_equal(lent_released, 0);
  assert_int_equal(queued(scene), BIG + 4 - 65536);
  lent_expect_frame(scene, BIG);
}

static void corked(struct scene *scene) {
  assert_int_equal(pier_cork(scene->me, scene->port), 0);
  assert_int_equal(lent_command(scene, scene->me, 6000, 0), 0);
  assert_int_equal(lent_released, 0);
  assert_int_equal(queued(scene), 6004);
  lent_expect_frame(scene, 6000);
}

static void to_no_port(struct scene *scene) {
  assert_int_equal(pier_close(scene->me, scene->port), 0);
  assert_int_equal(lent_command(scene, scene->me, BIG, 0), PIER_EBADARG);
}

static void with_a_flag_that_is_refused(struct scene *scene) {
  assert_int_equal(lent_command(scene, scene->me, BIG, PIER_FORCE), PIER_ENOTSUP);
}

static void by_the_dead(struct scene *scene) {
  pier_process *other;
  assert_int_equal(pier_process_new(scene->host, &other), 0);
  assert_int_equal(pier_exit_process(scene->me, pier_self(other), "kill"), 0);
  assert_int_equal(lent_command(scene, other, BIG, 0), PIER_ENOPROC);
}

static void to_a_busy_port(struct scene *scene) {
  lent_fill(scene);
  assert_int_equal(lent_command(scene, scene->me, BIG, PIER_NOSUSPEND), PIER_EBUSY);
}

static void by_the_suspended(struct scene *scene) {
  lent_fill(scene);
  assert_int_equal(pier_command_with(scene->me, scene->port, pier_span_text("x"), PIER_LATER),
                   1);
  assert_int_equal(lent_command(scene, scene->me, BIG, 0), PIER_ESUSPENDED);
}

static void later(struct scene *scene) {
  int error = -1;
  lent_fill(scene);
  assert_int_equal(lent_command(scene, scene->me, BIG, PIER_LATER), 1);
  assert_int_equal(lent_released, 0);
  assert_int_equal(pier_await(scene->me, &error, PATIENCE_MS), 1);
  assert_int_equal(error, 0);
  assert_int_equal(pier_process_suspended(scene->me), 0);
  while (lent_released == 0)
    assert_int_equal(pier_host_run_once(scene->host, PATIENCE_MS), 1);
}

/* Nobody asks for the result: it is over when the command is. */
static void later_and_little(struct scene *scene) {
  lent_fill(scene);
  assert_int_equal(lent_command(scene, scene->me, LITTLE, PIER_LATER), 1);
  assert_int_equal(lent_released, 0);
  while (pier_process_suspended(scene->me))
    assert_int_equal(pier_host_run_once(scene->host, PATIENCE_MS), 1);
}

static void in_a_call_that_waits(struct scene *scene) {
  lent_fill(scene);
  assert_int_equal(lent_command(scene, scene->me, LITTLE, 0), 0);
}

static void later_and_the_port_ends(struct scene *scene) {
  int error = 0;
  lent_fill(scene);
  assert_int_equal(lent_command(scene, scene->me, BIG, PIER_LATER), 1);
  assert_int_equal(pier_await(scene->me, &error, PATIENCE_MS), 1);
  assert_int_equal(error, PIER_EBADARG);
}

static void later_and_the_caller_dies(struct scene *scene) {
  pier_process *other;
  assert_int_equal(pier_process_new(scene->host, &other), 0);
  lent_fill(scene);
  assert_int_equal(lent_command(scene, other, BIG, PIER_LATER), 1);
  assert_int_equal(lent_released, 0);
  pier_process_exit(other, "kill");
}

static void later_and_the_host_ends(struct scene *scene) {
  lent_fill(scene);
  assert_int_equal(lent_command(scene, scene->me, BIG, PIER_LATER), 1);
}

static void the_port_is_closed(struct scene *scene) {
  assert_int_equal(lent_command(scene, scene->me, BIG, 0), 0);
  assert_int_equal(pier_send_close(scene->me, scene->port, pier_self(scene->me)), 0);
  assert_int_equal(lent_released, 0);
  EXPECT_MAIL(scene, "{'EXIT',P,normal}", "{P,closed}");
}

static void the_port_is_killed(struct scene *scene) {
  assert_int_equal(lent_command(scene, scene->me, BIG, 0), 0);
  assert_int_equal(pier_exit_port(scene->me, scene->port, "kill"), 0);
}

static void the_program_ends(struct scene *scene) {
  assert_int_equal(lent_command(scene, scene->me, BIG, 0), 0);
  while (lent_released == 0)
    assert_int_equal(pier_host_run_once(scene->host, PATIENCE_MS), 1);
}

static void the_host_ends(struct scene *scene) {
  assert_int_equal(lent_command(scene, scene->me, BIG, 0), 0);
}

/* `releases` is what there is before the end of the host. */
static struct path {
  const char *name;
  void (*take)(struct scene *scene);
  const char *program;
  int releases;
} paths[] = {
    {"written at once", written_at_once, "exec cat 2>/dev/null", 1},
    {"written by and by", written_by_and_by, "exec cat 2>/dev/null", 1},
    {"corked", corked, "exec cat 2>/dev/null", 1},
    {"to no port", to_no_port, "exec cat 2>/dev/null", 1},
    {"with a flag that is refused", with_a_flag_that_is_refused, "exec cat 2>/dev/null", 1},
    {"by a dead process", by_the_dead, "exec cat 2>/dev/null", 1},
    {"to a busy port", to_a_busy_port, "exec sleep 10 2>/dev/null", 1},
    {"by a suspended process", by_the_suspended, "exec sleep 10 2>/dev/null", 1},
    {"later", later, "exec cat 2>/dev/null", 1},
    {"later, little", later_and_little, "exec cat 2>/dev/null", 1},
    {"in a call that waits", in_a_call_that_waits, "exec cat 2>/dev/null", 1},
    {"later, and the port ends", later_and_the_port_ends, "sleep 0.1", 1},
    {"later, and the caller dies", later_and_the_caller_dies, "exec sleep 10 2>/dev/null", 1},
    {"later, and the host ends", later_and_the_host_ends, "exec sleep 10 2>/dev/null", 0},
    {"the port is closed", the_port_is_closed, "sleep 0.1; exec cat", 1},
    {"the port is killed", the_port_is_killed, "exec sleep 10 2>/dev/null", 1},
    {"the program ends", the_program_ends, "sleep 0.1", 1},
    {"the host ends", the_host_ends, "exec sleep 10 2>/dev/null", 0},
};

static void each_path_releases_once(void **state) {
  const struct path *path = *state;
  struct scene scene;
  lent_released = 0;
  lent_scene(&scene);
  scene_sh(&scene, path->program, "bp");
  path->take(&scene);
  assert_int_equal(lent_released, path->releases);
  scene_close(&scene);
  assert_int_equal(lent_released, 1);
}

/* ---- Other ports, other bytes ----------------------------------------------------- */

/* They are copied, and over when the call is. */
static void descriptors_get_copies(void **state) {
  struct scene scene;
  char name[40];
  int fd = open("/dev/null", O_RDWR);
  (void)state;
  assert_true(fd >= 0);
  lent_released = 0;
  lent_scene(&scene);
  snprintf(name, sizeof name, "{fd,%d,%d}", fd, fd);
  scene_port(&scene, name, "[out,binary]");
  assert_int_equal(lent_command(&scene, scene.me, BIG, 0), 0);
  assert_int_equal(lent_released, 1);
  assert_int_equal(queued(&scene), BIG);
  scene_close(&scene);
  close(fd);
  assert_int_equal(lent_released, 1);
}

static void bytes_may_stay_for_ever(void **state) {
  static const uint8_t zeros[BIG];
  const pier_lent lent = {.data = {zeros, BIG}};
  struct scene scene;
  pier_message message;
  (void)state;
  lent_scene(&scene);
  scene_sh(&scene, "exec cat 2>/dev/null", "bp");
  assert_int_equal(pier_command_lent(scene.me, scene.port, &lent, 0), 0);
  assert_int_equal(pier_receive(scene.me, &message, PATIENCE_MS), 1);
  assert_int_equal(message.data.size, BIG);
  assert_memory_equal(message.data.data, zeros, BIG);
  scene_close(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(descriptors_get_copies),
      cmocka_unit_test(bytes_may_stay_for_ever),
  };
  int failed = RUN_ROWS(paths, each_path_releases_once);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
