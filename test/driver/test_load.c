/* Drivers from C: who has loaded them, many at once, those of Erlang. */
#include "../support/cmocka_all.h"
#include "../support/mail.h"

#include <glob.h>
#include <pier/driver.h>
#include <string.h>

#define FOLDER "build/drivers"

enum { PATIENCE_MS = 10000 };

static void names_what_is_missing(void **state) {
  struct scene scene;
  pier_diag diag;
  (void)state;
  scene_open(&scene);
  assert_int_equal(pier_driver_load(scene.me, FOLDER, "missing_drv", &diag), PIER_EDRVOPEN);
  assert_non_null(strstr(diag.text, "driver_that_is_not_there"));
  assert_int_equal(pier_driver_loaded(scene.host, "missing_drv"), 0);
  scene_close(&scene);
}

static void belongs_to_who_loaded_it(void **state) {
  struct scene scene;
  pier_process *other;
  (void)state;
  scene_open(&scene);
  assert_int_equal(pier_process_new(scene.host, &other), 0);
  assert_int_equal(pier_driver_load(other, FOLDER, "arith_drv", NULL), 0);
  assert_int_equal(pier_driver_unload(scene.me, "arith_drv", 0), PIER_EDRVNOTYOURS);
  assert_int_equal(pier_driver_loaded(scene.host, "arith_drv"), 1);
  pier_process_exit(other, NULL);
  assert_int_equal(pier_driver_loaded(scene.host, "arith_drv"), 1);
  assert_int_equal(pier_host_run_once(scene.host, PATIENCE_MS), 1);
  assert_int_equal(pier_driver_loaded(scene.host, "arith_drv"), 0);
  scene_close(&scene);
}

static void loads_a_thousand_times(void **state) {
  struct scene scene;
  pier_port port;
  int i;
  (void)state;
  scene_open(&scene);
  for (i = 0; i < 1000; i++) {
    assert_int_equal(pier_driver_load(scene.me, FOLDER, "later_drv", NULL), 0);
    assert_int_equal(pier_open_port(scene.me, &port, "{spawn_driver, later_drv}", "[]"), 0);
    assert_int_equal(pier_command(scene.me, port, pier_span_text("p")), 0);
    assert_int_equal(pier_driver_unload(scene.me, "later_drv", 1), 0);
    assert_int_equal(pier_driver_loaded(scene.host, "later_drv"), 0);
  }
  scene_close(&scene);
}

enum { PORTS = 20, JOBS = 50 };

/* Jobs, threads and pipes of many ports at once: nothing is lost. */
static void works_for_many(void **state) {
  struct scene scene;
  pier_port ports[PORTS];
  pier_message message;
  int i, got = 0;
  (void)state;
  scene_open(&scene);
  assert_int_equal(pier_driver_load(scene.me, FOLDER, "later_drv", NULL), 0);
  for (i = 0; i < PORTS; i++)
    assert_int_equal(pier_open_port(scene.me, &ports[i], "{spawn, later_drv}", "[binary]"), 0);
  for (i = 0; i < PORTS * JOBS; i++)
    assert_int_equal(pier_command(scene.me, ports[i % PORTS], pier_span_text("a")), 0);
  for (i = 0; i < PORTS; i++)
    assert_int_equal(pier_command(scene.me, ports[i], pier_span_text("T")), 0);
  while (got < PORTS * (JOBS + 3) && pier_receive(scene.me, &message, PATIENCE_MS) == 1)
    got += message.kind == PIER_MESSAGE_DATA || message.kind == PIER_MESSAGE_TERM;
  assert_int_equal(got, PORTS * (JOBS + 3));
  scene_close(&scene);
}

/* What Erlang itself comes with, as it was built for the BEAM. */
static void loads_those_of_erlang(void **state) {
  struct scene scene;
  glob_t found;
  size_t i;
  (void)state;
  if (glob("/usr/lib/erlang/lib/*/priv/lib/*_drv*.so", 0, NULL, &found) != 0) {
    print_message("no drivers of Erlang here\n");
    skip();
  }
  scene_open(&scene);
  for (i = 0; i < found.gl_pathc; i++) {
    char *folder = found.gl_pathv[i], *name = strrchr(folder, '/');
    *name++ = '\0';
    *strrchr(name, '.') = '\0';
    assert_int_equal(pier_driver_load(scene.me, folder, name, NULL), 0);
    assert_int_equal(pier_driver_loaded(scene.host, name), 1);
    assert_int_equal(pier_driver_unload(scene.me, name, 0), 0);
    assert_int_equal(pier_driver_loaded(scene.host, name), 0);
  }
  globfree(&found);
  scene_close(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_what_is_missing), cmocka_unit_test(belongs_to_who_loaded_it),
      cmocka_unit_test(works_for_many), cmocka_unit_test(loads_those_of_erlang),
      cmocka_unit_test(loads_a_thousand_times)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
