/* base: buffers, errors, diagnostics, spans, limits, the allocator. */
#include "../support/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/base.h>

/* ---- An allocator that counts and can be made to fail ------------------- */

struct meter {
  size_t live;  /* blocks */
  size_t calls; /* that wanted memory */
  size_t fail;  /* the call that fails, from 1; 0 = none */
};

static void *metered(void *context, void *old, size_t size) {
  struct meter *meter = context;
  void *block;
  if (size == 0) {
    meter->live--;
    free(old);
    return NULL;
  }
  meter->calls++;
  if (meter->calls == meter->fail) return NULL;
  block = realloc(old, size);
  if (!old && block) meter->live++;
  return block;
}

static void meter_start(struct meter *meter, size_t fail) {
  pier_allocator allocator;
  memset(meter, 0, sizeof *meter);
  meter->fail = fail;
  allocator.reallocate = metered;
  allocator.context = meter;
  pier_set_allocator(&allocator);
}

static int meter_stop(void **state) {
  (void)state;
  pier_set_allocator(NULL);
  return 0;
}

/* ---- Buffers --------------------------------------------------------------- */

static void appends_what_it_is_given(void **state) {
  pier_buffer buffer = PIER_BUFFER_INIT;
  (void)state;
  assert_int_equal(pier_buffer_append(&buffer, "ab", 2), 0);
  assert_int_equal(pier_buffer_append_byte(&buffer, 'c'), 0);
  assert_int_equal(pier_buffer_append_text(&buffer, "de"), 0);
  assert_int_equal(pier_buffer_append_format(&buffer, "%d-%s", 12, "x"), 0);
  assert_int_equal(pier_buffer_append(&buffer, NULL, 0), 0);
  assert_int_equal(buffer.size, 9);
  assert_memory_equal(buffer.data, "abcde12-x", 9);
  assert_ptr_equal(pier_buffer_span(&buffer).data, buffer.data);
  assert_int_equal(pier_buffer_span(&buffer).size, 9);
  pier_buffer_free(&buffer);
  assert_null(buffer.data);
  assert_int_equal(buffer.capacity, 0);
}

static void keeps_its_bytes_while_it_grows(void **state) {
  pier_buffer buffer = PIER_BUFFER_INIT;
  size_t i;
  (void)state;
  for (i = 0; i < 100000; i++)
    assert_int_equal(pier_buffer_append_byte(&buffer, (uint8_t)(i % 251)), 0);
  for (i = 0; i < 100000; i++)
    assert_int_equal(buffer.data[i], i % 251);
  pier_buffer_free(&buffer);
}

static void grows_by_doubling(void **state) {
  pier_buffer buffer = PIER_BUFFER_INIT;
  struct meter meter;
  size_t i;
  (void)state;
  meter_start(&meter, 0);
  for (i = 0; i < 1 << 20; i++)
    assert_int_equal(pier_buffer_append_byte(&buffer, 0), 0);
  assert_true(meter.calls <= 16);
  pier_buffer_free(&buffer);
  assert_int_equal(meter.live, 0);
}

static void reserve_adds_nothing(void **state) {
  pier_buffer buffer = PIER_BUFFER_INIT;
  uint8_t *place;
  (void)state;
  assert_non_null(pier_buffer_reserve(&buffer, 0));
  place = pier_buffer_reserve(&buffer, 300);
  assert_non_null(place);
  memset(place, 7, 300);
  assert_int_equal(buffer.size, 0);
  assert_true(buffer.capacity >= 300);
  pier_buffer_free(&buffer);
}

static void fills_up_to_its_limit_and_no_further(void **state) {
  pier_buffer buffer = PIER_BUFFER_INIT;
  (void)state;
  buffer.limit = 5;
  assert_int_equal(pier_buffer_append(&buffer, "12345", 5), 0);
  assert_true(buffer.capacity <= 5);
  assert_int_equal(pier_buffer_append_byte(&buffer, '6'), PIER_ELIMIT);
  assert_int_equal(buffer.error, PIER_ELIMIT);
  assert_int_equal(buffer.size, 5);
  pier_buffer_free(&buffer);
}

static void the_first_error_sticks(void **state) {
  pier_buffer buffer = PIER_BUFFER_INIT;
  (void)state;
  buffer.limit = 3;
  assert_int_equal(pier_buffer_append_text(&buffer, "1234"), PIER_ELIMIT);
  assert_int_equal(pier_buffer_append_byte(&buffer, '1'), PIER_ELIMIT);
  assert_int_equal(pier_buffer_append_format(&buffer, "%d", 1), PIER_ELIMIT);
  assert_int_equal(pier_buffer_append(&buffer, "", 0), PIER_ELIMIT);
  assert_null(pier_buffer_reserve(&buffer, 0));
  assert_int_equal(buffer.size, 0);
  pier_buffer_clear(&buffer);
  assert_int_equal(pier_buffer_append_text(&buffer, "123"), 0);
  pier_buffer_free(&buffer);
}

static void a_size_that_wraps_is_out_of_memory(void **state) {
  pier_buffer buffer = PIER_BUFFER_INIT;
  (void)state;
  assert_int_equal(pier_buffer_append_byte(&buffer, 1), 0);
  assert_null(pier_buffer_reserve(&buffer, SIZE_MAX));
  assert_int_equal(buffer.error, PIER_ENOMEM);
  assert_int_equal(buffer.size, 1);
  pier_buffer_free(&buffer);
}

static void out_of_memory_leaves_what_was_there(void **state) {
  pier_buffer buffer = PIER_BUFFER_INIT;
  struct meter meter;
  (void)state;
  meter_start(&meter, 2);
  assert_int_equal(pier_buffer_append_text(&buffer, "first"), 0);
  assert_null(pier_buffer_reserve(&buffer, 1000));
  assert_int_equal(buffer.error, PIER_ENOMEM);
  assert_int_equal(buffer.size, 5);
  assert_memory_equal(buffer.data, "first", 5);
  pier_buffer_free(&buffer);
  assert_int_equal(meter.live, 0);
}

static void consume_moves_the_rest_down(void **state) {
  pier_buffer buffer = PIER_BUFFER_INIT;
  (void)state;
  assert_int_equal(pier_buffer_append_text(&buffer, "abcdef"), 0);
  pier_buffer_consume(&buffer, 0);
  pier_buffer_consume(&buffer, 2);
  assert_int_equal(buffer.size, 4);
  assert_memory_equal(buffer.data, "cdef", 4);
  pier_buffer_consume(&buffer, 1000);
  assert_int_equal(buffer.size, 0);
  pier_buffer_free(&buffer);
}

static void an_empty_buffer_can_be_freed_and_consumed(void **state) {
  pier_buffer buffer = PIER_BUFFER_INIT;
  (void)state;
  pier_buffer_consume(&buffer, 3);
  pier_buffer_clear(&buffer);
  pier_buffer_free(&buffer);
  pier_buffer_free(&buffer);
  assert_int_equal(pier_buffer_span(&buffer).size, 0);
}

/* ---- Memory ------------------------------------------------------------------ */

static void size_zero_is_one_byte(void **state) {
  struct meter meter;
  void *block;
  (void)state;
  meter_start(&meter, 0);
  block = pier_alloc(0);
  assert_non_null(block);
  pier_free(block);
  pier_free(NULL);
  assert_int_equal(meter.live, 0);
}

static void a_failed_realloc_keeps_the_old_block(void **state) {
  struct meter meter;
  char *block;
  (void)state;
  meter_start(&meter, 2);
  block = pier_alloc(2);
  assert_non_null(block);
  block[0] = 'k';
  assert_null(pier_realloc(block, 1000));
  assert_int_equal(block[0], 'k');
  pier_free(block);
  assert_int_equal(meter.live, 0);
}

/* ---- Errors -------------------------------------------------------------------- */

static const struct {
  int number;
  const char *name;
  const char *text;
} ours[] = {
#define ROW(name, number, text) {number, #name, text},
    PIER_ERRORS(ROW)
#undef ROW
};

static void every_error_has_its_name_and_text(void **state) {
  size_t i, j;
  (void)state;
  for (i = 0; i < sizeof ours / sizeof ours[0]; i++) {
    assert_string_equal(pier_error_name(ours[i].number), ours[i].name);
    assert_string_equal(pier_strerror(ours[i].number), ours[i].text);
    assert_true(ours[i].number <= -10001);
    for (j = 0; j < i; j++)
      assert_int_not_equal(ours[i].number, ours[j].number);
  }
}

static void errors_of_the_system_pass_through(void **state) {
  (void)state;
  assert_string_equal(pier_strerror(-ENOENT), "No such file or directory");
  assert_string_equal(pier_error_name(-ENOENT), "ENOENT");
  assert_string_equal(pier_error_name(-4095), "EOF");
  assert_string_equal(pier_strerror(-4095), "end of file");
  assert_string_equal(pier_strerror(0), "no error");
  assert_string_equal(pier_error_name(0), "PIER_OK");
}

static void a_number_that_is_nobodys_is_named_as_such(void **state) {
  (void)state;
  assert_string_equal(pier_strerror(-99999), "unknown error -99999");
  assert_null(pier_error_name(-99999));
  assert_null(pier_error_name(-3999));
  assert_null(pier_error_name(7));
}

static void the_beam_has_its_own_names(void **state) {
  (void)state;
  assert_string_equal(pier_errno_id(ENOENT), "enoent");
  assert_string_equal(pier_errno_id(EACCES), "eacces");
  assert_string_equal(pier_errno_id(EMFILE), "emfile");
  assert_string_equal(pier_errno_id(0), "unknown");
  assert_string_equal(pier_errno_id(99999), "unknown");
}

/* ---- The rest ---------------------------------------------------------------------- */

static void a_diag_says_where_and_what(void **state) {
  pier_diag diag;
  (void)state;
  memset(&diag, 0xff, sizeof diag);
  assert_int_equal(pier_diag_set(&diag, PIER_ETERM, 12, "tag %d", 99), PIER_ETERM);
  assert_int_equal(diag.error, PIER_ETERM);
  assert_int_equal(diag.offset, 12);
  assert_int_equal(diag.line, 0);
  assert_int_equal(diag.column, 0);
  assert_string_equal(diag.text, "tag 99");
  assert_int_equal(pier_diag_set(NULL, PIER_ETERM, 12, "x"), PIER_ETERM);
}

static void a_long_text_is_cut(void **state) {
  pier_diag diag;
  (void)state;
  assert_int_equal(pier_diag_set(&diag, -1, 0, "%0500d", 1), -1);
  assert_int_equal(strlen(diag.text), sizeof diag.text - 1);
}

static void a_span_of_a_text_has_no_nul(void **state) {
  (void)state;
  assert_int_equal(pier_span_text("abc").size, 3);
  assert_int_equal(pier_span_text("").size, 0);
  assert_int_equal(pier_span_text(NULL).size, 0);
}

static void every_limit_has_a_default(void **state) {
  pier_limits limits;
  (void)state;
  memset(&limits, 0, sizeof limits);
  pier_limits_init(&limits);
  assert_int_equal(limits.frame, 64 << 20);
  assert_int_equal(limits.depth, 10000000);
  assert_int_equal(limits.nodes, 64 << 20);
  assert_int_equal(limits.inflated, 64 << 20);
  assert_int_equal(limits.text, 1 << 30);
}

static void the_version_is_that_of_the_header(void **state) {
  char text[32];
  (void)state;
  snprintf(text, sizeof text, "%d.%d.%d", PIER_VERSION_MAJOR, PIER_VERSION_MINOR,
           PIER_VERSION_PATCH);
  assert_string_equal(pier_version(), PIER_VERSION);
  assert_string_equal(text, PIER_VERSION);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(appends_what_it_is_given),
      cmocka_unit_test(keeps_its_bytes_while_it_grows),
      cmocka_unit_test_teardown(grows_by_doubling, meter_stop),
      cmocka_unit_test(reserve_adds_nothing),
      cmocka_unit_test(fills_up_to_its_limit_and_no_further),
      cmocka_unit_test(the_first_error_sticks),
      cmocka_unit_test(a_size_that_wraps_is_out_of_memory),
      cmocka_unit_test_teardown(out_of_memory_leaves_what_was_there, meter_stop),
      cmocka_unit_test(consume_moves_the_rest_down),
      cmocka_unit_test(an_empty_buffer_can_be_freed_and_consumed),
      cmocka_unit_test_teardown(size_zero_is_one_byte, meter_stop),
      cmocka_unit_test_teardown(a_failed_realloc_keeps_the_old_block, meter_stop),
      cmocka_unit_test(every_error_has_its_name_and_text),
      cmocka_unit_test(errors_of_the_system_pass_through),
      cmocka_unit_test(a_number_that_is_nobodys_is_named_as_such),
      cmocka_unit_test(the_beam_has_its_own_names),
      cmocka_unit_test(a_diag_says_where_and_what),
      cmocka_unit_test(a_long_text_is_cut),
      cmocka_unit_test(a_span_of_a_text_has_no_nul),
      cmocka_unit_test(every_limit_has_a_default),
      cmocka_unit_test(the_version_is_that_of_the_header),
  };
  return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
