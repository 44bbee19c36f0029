/* What a port costs that does nothing: bytes, and nothing else however many there are. */
#include "../support/cmocka_all.h"
#include "../support/mail.h"

#include <stdlib.h>
#include <string.h>

/* Between two times that the tables double. */
enum { FEW = 48, MANY = 96, MOST_BYTES = 512 };

static size_t held;

/* Each block knows its size. */
static void *count_bytes(void *context, void *old, size_t size) {
  size_t *block = old ? (size_t *)old - 2 : NULL;
  (void)context;
  if (block) held -= block[0];
  if (size == 0) {
    free(block);
    return NULL;
  }
  block = realloc(block, size + 2 * sizeof *block);
  if (!block) return NULL;
  block[0] = size;
  held += size;
  return block + 2;
}

static void open_some(struct scene *scene, size_t count) {
  size_t i;
  for (i = 0; i < count; i++)
    scene_sh(scene, "exec cat", "bp");
}

/* One that was talked to holds no more than one that was not. */
static void talk(struct scene *scene) {
  static uint8_t big[300000];
  pier_message message;
  assert_int_equal(pier_command(scene->me, scene->port, pier_span_of(big, sizeof big)), 0);
  assert_int_equal(pier_receive(scene->me, &message, 20000), 1);
  assert_int_equal(message.data.size, sizeof big);
}

static void an_idle_port_costs_half_a_kib(void **state) {
  pier_allocator allocator = {count_bytes, NULL};
  struct scene scene;
  size_t before, each;
  (void)state;
  pier_set_allocator(&allocator);
  scene_open(&scene);
  open_some(&scene, FEW);
  talk(&scene);
  before = held;
  open_some(&scene, MANY - FEW);
  each = (held - before) / (MANY - FEW);
  print_message("# %zu bytes each\n", each);
  assert_in_range(each, 1, MOST_BYTES);
  before = held;
  talk(&scene);
  assert_in_range(held, 0, before);
  scene_close(&scene);
  assert_int_equal(held, 0);
  pier_set_allocator(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(an_idle_port_costs_half_a_kib)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
