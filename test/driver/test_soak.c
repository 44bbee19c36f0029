/* Much of everything, nothing lost, nothing left. PIER_SOAK=1: as much as `make
 * driver-soak` does; else little of it. */
#include "../support/cmocka_all.h"

#include <dirent.h>
#include <pier/driver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "build/drivers"

enum { PATIENCE_MS = 60000, CHUNK = 100, MOST_THREADS = 64 };

static int all_of_it;

static uint32_t much(uint32_t little, uint32_t much_of_it) {
  return all_of_it ? much_of_it : little;
}

/* ---- A host that looks for misuse ------------------------------------------------------- */

static void note(pier_port port, const pier_diag *fault, void *state) {
  (void)port;
  (void)state;
  fail_msg("%s", fault->text);
}

struct scene {
  pier_host *host;
  pier_process *me;
  int descriptors; /* before */
};

static int open_descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  int count = 0;
  assert_non_null(folder);
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

static void begin(struct scene *scene, int check) {
  pier_host_config config;
  pier_host_config_init(&config);
  config.log = note;
  config.check_drivers = check;
  config.driver_limit_ms = 0;
  scene->descriptors = open_descriptors();
  assert_int_equal(pier_host_new(&scene->host, &config), 0);
  assert_int_equal(pier_process_new(scene->host, &scene->me), 0);
  assert_int_equal(pier_trap_exit(scene->me, 1), 0);
  assert_int_equal(pier_driver_load(scene->me, FOLDER, "soak_drv", NULL), 0);
}

static void end(struct scene *scene) {
  pier_host_free(scene->host);
  assert_int_equal(open_descriptors(), scene->descriptors);
}

static pier_port open_one(const struct scene *scene) {
  pier_port port;
  assert_int_equal(pier_open_port(scene->me, &port, "{spawn_driver, soak_drv}", "[binary]"), 0);
  return port;
}

/* Two numbers, or one if the second is not wanted. */
static void control(const struct scene *scene, pier_port port, char operation,
                    const uint32_t *number, size_t count, pier_buffer *answer) {
  uint8_t bytes[8];
  size_t i;
  for (i = 0; i < count * 4; i++)
    bytes[i] = (uint8_t)(number[i / 4] >> (24 - i % 4 * 8));
  assert_int_equal(pier_port_control(scene->me, port, (uint8_t)operation,
                                     pier_span_of(bytes, count * 4), answer),
                   0);
}

static uint64_t number_at(const uint8_t *bytes, size_t size) {
  uint64_t value = 0;
  while (size-- > 0)
    value = value << 8 | *bytes++;
  return value;
}

/* ---- The rows -----------------------------------------------------------------------------
 */

static void finishes_every_job(void **state) {
  const uint32_t jobs = much(100, 10000), ports = much(10, 100);
  pier_buffer answer = PIER_BUFFER_INIT;
  struct scene scene;
  pier_message message;
  uint32_t i;
  (void)state;
  begin(&scene, 1);
  for (i = 0; i < ports; i++) {
    pier_buffer_clear(&answer);
    control(&scene, open_one(&scene), 'j', &jobs, 1, &answer);
  }
  for (i = 0; i < ports; i++) {
    assert_int_equal(pier_receive(scene.me, &message, PATIENCE_MS), 1);
    assert_int_equal(message.kind, PIER_MESSAGE_DATA);
    assert_int_equal(number_at(message.data.data, 4), jobs);
    assert_int_equal(number_at(message.data.data + 4, 8), (uint64_t)jobs * (jobs + 1) / 2);
  }
  assert_int_equal(pier_receive(scene.me, &message, 0), 0);
  pier_buffer_free(&answer);
  end(&scene);
}

static void gets_every_term(void **state) {
  const uint32_t numbers[2] = {much(8, 32), much(200, 10000)};
  long long next[MOST_THREADS] = {0}, thread, sent;
  pier_buffer answer = PIER_BUFFER_INIT;
  struct scene scene;
  pier_message message;
  uint32_t i;
  (void)state;
  begin(&scene, 1);
  control(&scene, open_one(&scene), 't', numbers, 2, &answer);
  for (i = 0; i < numbers[0] * numbers[1]; i++) {
    assert_int_equal(pier_receive(scene.me, &message, PATIENCE_MS), 1);
    assert_int_equal(message.kind, PIER_MESSAGE_TERM);
    assert_int_equal(pier_match(message.term, "{~l, ~l}", &thread, &sent), 0);
    assert_in_range(thread, 0, numbers[0] - 1);
    assert_int_equal(sent, next[thread]++);
  }
  for (i = 0; i < numbers[0]; i++)
    assert_int_equal(next[i], numbers[1]);
  assert_int_equal(pier_receive(scene.me, &message, 0), 0);
  pier_buffer_free(&answer);
  end(&scene);
}

static void selects_at_random(void **state) {
  const uint32_t rounds = much(2000, 100000) / CHUNK;
  uint32_t numbers[2] = {CHUNK, 1};
  pier_buffer answer = PIER_BUFFER_INIT;
  pier_span bytes;
  struct scene scene;
  pier_port port;
  (void)state;
  begin(&scene, 1);
  port = open_one(&scene);
  for (; numbers[1] <= rounds; numbers[1]++) {
    pier_buffer_clear(&answer);
    control(&scene, port, 's', numbers, 2, &answer);
    assert_in_range(pier_host_run_once(scene.host, 0), 0, 1);
  }
  pier_buffer_clear(&answer);
  control(&scene, port, 'd', NULL, 0, &answer);
  assert_int_equal(pier_match(pier_buffer_span(&answer), "~b", &bytes), 0);
  assert_int_equal(bytes.size, 16);
  assert_true(number_at(bytes.data, 8) > rounds);
  assert_int_equal(number_at(bytes.data, 8), number_at(bytes.data + 8, 8));
  assert_int_equal(pier_send_close(scene.me, port, pier_self(scene.me)), 0);
  pier_buffer_free(&answer);
  end(&scene);
}

static void comes_and_goes(void **state) {
  const uint32_t times = much(50, 1000), jobs = 3;
  struct scene scene;
  uint32_t i;
  (void)state;
  begin(&scene, 1);
  for (i = 0; i < times; i++) {
    pier_buffer answer = PIER_BUFFER_INIT;
    pier_port port = open_one(&scene);
    control(&scene, port, 'j', &jobs, 1, &answer);
    pier_buffer_free(&answer);
    assert_int_equal(pier_driver_unload(scene.me, "soak_drv", 1), 0);
    while (pier_driver_loaded(scene.host, "soak_drv"))
      assert_in_range(pier_host_run_once(scene.host, PATIENCE_MS), 0, 1);
    assert_int_equal(pier_driver_load(scene.me, FOLDER, "soak_drv", NULL), 0);
  }
  end(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finishes_every_job), cmocka_unit_test(gets_every_term),
      cmocka_unit_test(selects_at_random), cmocka_unit_test(comes_and_goes)};
  all_of_it = getenv("PIER_SOAK") != NULL;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
