#include "lent.h"

#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 20000, FULL = 400000 };

int lent_released;

static void release(void *block) {
  free(block);
  lent_released++;
}

pier_lent lent_make(size_t size) {
  pier_lent lent = {.release = release};
  uint8_t *block = malloc(size);
  size_t i;
  assert_non_null(block);
  for (i = 0; i < size; i++)
    block[i] = (uint8_t)(i * 7 + i / 251);
  lent.data = pier_span_of(block, size);
  lent.state = block;
  return lent;
}

int lent_command(const struct scene *scene, pier_process *caller, size_t size, unsigned flags) {
  const pier_lent lent = lent_make(size);
  return pier_command_lent(caller, scene->port, &lent, flags);
}

void lent_scene(struct scene *scene) {
  pier_host_config config;
  pier_host_config_init(&config);
  config.linger_ms = 20;
  assert_int_equal(pier_host_new(&scene->host, &config), 0);
  assert_int_equal(pier_process_new(scene->host, &scene->me), 0);
  assert_int_equal(pier_trap_exit(scene->me, 1), 0);
}

void lent_expect(pier_span got, size_t size) {
  pier_lent same = lent_make(size);
  assert_int_equal(got.size, size);
  assert_memory_equal(got.data, same.data.data, size);
  free(same.state);
}

void lent_expect_frame(struct scene *scene, size_t size) {
  pier_message message;
  assert_int_equal(pier_receive(scene->me, &message, PATIENCE_MS), 1);
  assert_int_equal(message.kind, PIER_MESSAGE_DATA);
  lent_expect(message.data, size);
}

void lent_fill(const struct scene *scene) {
  static const uint8_t zeros[FULL];
  assert_int_equal(pier_command(scene->me, scene->port, pier_span_of(zeros, FULL)), 0);
}
