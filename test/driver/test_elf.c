/* The tables of libraries, as the command reads them: whole, cut and damaged. */
#include "../../c_src/cli/driver.h"
#include "../support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#define WHOLE "build/drivers/arith_drv.so"

enum { DAMAGES = 20000, CUTS_IN_FULL = 4096, CUT_STEP = 61 };
/* The table of sections comes last; this is about its size. */
enum { SECTIONS = 64 * 36 };

static uint8_t *whole;
static size_t whole_size;

static int read_whole(void **state) {
  FILE *file = fopen(WHOLE, "rb");
  (void)state;
  if (!file || fseek(file, 0, SEEK_END) != 0) return -1;
  whole_size = (size_t)ftell(file);
  rewind(file);
  whole = pier_alloc(whole_size);
  if (!whole || fread(whole, 1, whole_size, file) != whole_size) return -1;
  return fclose(file);
}

static int free_whole(void **state) {
  (void)state;
  pier_free(whole);
  return 0;
}

/* In a block of just that size, so that a byte more is seen. */
static void parse(pier__elf *elf, const uint8_t *bytes, size_t size) {
  memset(elf, 0, sizeof *elf);
  elf->file.data = pier_alloc(size > 0 ? size : 1);
  assert_non_null(elf->file.data);
  memcpy(elf->file.data, bytes, size);
  elf->file.size = elf->file.capacity = size;
  assert_int_equal(pier__elf_parse(elf), 0);
}

static int has(const pier_buffer *names, const char *name) {
  size_t at;
  for (at = 0; at < pier__elf_count(names); at++)
    if (strcmp(pier__elf_name(names, at), name) == 0) return 1;
  return 0;
}

static void reads_what_is_wanted(void **state) {
  pier__elf elf;
  (void)state;
  parse(&elf, whole, whole_size);
  assert_string_equal(elf.trouble, "");
  assert_true(has(&elf.wanted, "driver_output"));
  assert_true(has(&elf.wanted, "erl_drv_output_term"));
  assert_false(has(&elf.wanted, "driver_init"));
  assert_true(has(&elf.needed, "libc.so.6"));
  pier__elf_free(&elf);
}

/* All names are read once more, to the end. */
static size_t read_names(const pier__elf *elf) {
  size_t at, sum = 0;
  for (at = 0; at < pier__elf_count(&elf->wanted); at++)
    sum += strlen(pier__elf_name(&elf->wanted, at));
  for (at = 0; at < pier__elf_count(&elf->needed); at++)
    sum += strlen(pier__elf_name(&elf->needed, at));
  return sum;
}

static void stands_every_cut(void **state) {
  size_t size;
  pier__elf elf;
  (void)state;
  for (size = 0; size < whole_size; size += size < CUTS_IN_FULL ? 1 : CUT_STEP) {
    parse(&elf, whole, size);
    read_names(&elf);
    if (size <= whole_size - SECTIONS - 64) assert_string_not_equal(elf.trouble, "");
    pier__elf_free(&elf);
  }
}

/* Numbers that are the same in every run. */
static uint32_t next(uint32_t *seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 8;
}

static void stands_damage(void **state) {
  static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
  uint8_t *damaged = pier_alloc(whole_size);
  uint32_t seed = 7;
  int i, j;
  (void)state;
  assert_non_null(damaged);
  for (i = 0; i < DAMAGES; i++) {
    pier__elf elf;
    memcpy(damaged, whole, whole_size);
    for (j = 0; j < 3; j++) { /* in the header and in the table of sections, mostly */
      size_t from = next(&seed) % 2 ? 0 : whole_size - SECTIONS;
      size_t at = from + next(&seed) % (from > 0 ? SECTIONS : 64);
      damaged[at] = values[next(&seed) % sizeof values];
    }
    parse(&elf, damaged, whole_size);
    read_names(&elf);
    pier__elf_free(&elf);
  }
  pier_free(damaged);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(reads_what_is_wanted),
                                     cmocka_unit_test(stands_every_cut),
                                     cmocka_unit_test(stands_damage)};
  return cmocka_run_group_tests(tests, read_whole, free_whole);
}
