/* The gate on what is big, or says so: memory follows what is there, never what
 * is announced, and every allocation may fail. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MILLION = 1000 * 1000 };

static int counting(void **state) {
  (void)state;
  memory_begin(0);
  return 0;
}

static int not_counting(void **state) {
  (void)state;
  memory_end();
  return memory_counted.live == 0 ? 0 : -1;
}

/* `count` tuples or lists, one in the other, and [] in the innermost. */
static pier_buffer nested(size_t count, uint8_t tag) {
  pier_buffer out = PIER_BUFFER_INIT;
  size_t i;
  pier_write_version(&out);
  for (i = 0; i < count; i++) {
    if (tag == ERL_LIST_EXT)
      pier_write_list(&out, 1);
    else if (tag == ERL_MAP_EXT)
      pier_write_map(&out, 1);
    else
      pier_write_tuple(&out, 1);
  }
  pier_write_nil(&out);
  if (tag == ERL_LIST_EXT || tag == ERL_MAP_EXT)
    for (i = 0; i < count; i++)
      pier_write_nil(&out);
  assert_int_equal(out.error, 0);
  return out;
}

static void ten_million_tuples(void **state) {
  pier_buffer term = nested(10 * MILLION, ERL_SMALL_TUPLE_EXT);
  size_t used = 0;
  (void)state;
  assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, &used, NULL), 0);
  assert_int_equal(used, term.size);
  pier_buffer_free(&term);
}

static void one_tuple_more(void **state) {
  pier_buffer term = nested(10 * MILLION + 1, ERL_SMALL_TUPLE_EXT);
  pier_diag diag;
  (void)state;
  assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, NULL, &diag), PIER_EDEPTH);
  assert_int_equal(diag.offset, 1 + 2 * 10 * MILLION);
  pier_buffer_free(&term);
}

static void a_million_lists(void **state) {
  pier_buffer term = nested(MILLION, ERL_LIST_EXT);
  (void)state;
  assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, NULL, NULL), 0);
  pier_buffer_free(&term);
}

/* Each map is the only key of the one around it: hashing the inner ones anew
 * for every outer one would never end. */
static void a_million_maps_as_keys(void **state) {
  pier_buffer term = nested(MILLION, ERL_MAP_EXT);
  (void)state;
  assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, NULL, NULL), 0);
  pier_buffer_free(&term);
}

static pier_buffer map_of(size_t count, size_t repeat) {
  pier_buffer out = PIER_BUFFER_INIT;
  size_t i;
  pier_write_version(&out);
  pier_write_map(&out, count);
  for (i = 0; i < count; i++) {
    pier_write_int64(&out, (int64_t)(i == count - 1 ? repeat : i));
    pier_write_nil(&out);
  }
  assert_int_equal(out.error, 0);
  return out;
}

static void a_hundred_thousand_keys(void **state) {
  size_t count = 100 * 1000;
  pier_buffer good = map_of(count, count), bad = map_of(count, 4711);
  pier_diag diag;
  (void)state;
  assert_int_equal(pier_term_scan(pier_buffer_span(&good), NULL, NULL, NULL), 0);
  assert_int_equal(pier_term_scan(pier_buffer_span(&bad), NULL, NULL, &diag), PIER_ETERM);
  assert_int_equal(diag.offset, 1);
  assert_string_equal(diag.text, "map has the same key twice");
  pier_buffer_free(&good);
  pier_buffer_free(&bad);
}

/* Two bytes a pair: hashes of all the keys would be eight times the input. */
static void a_million_equal_keys(void **state) {
  pier_buffer term = PIER_BUFFER_INIT;
  size_t i;
  (void)state;
  pier_write_version(&term);
  pier_write_map(&term, MILLION);
  for (i = 0; i < 2 * MILLION; i++)
    pier_write_nil(&term);
  memory_begin(0);
  assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, NULL, NULL), PIER_ETERM);
  assert_true(memory_counted.biggest <= 65536);
  assert_int_equal(memory_counted.live, 0);
  memory_end();
  pier_buffer_free(&term);
}

static void announcements_cost_nothing(void **state) {
  static const struct {
    const char *bytes;
    size_t size;
  } terms[] = {
      {"\x83\x6c\x7f\xff\xff\xff\x6a", 7}, {"\x83\x69\xff\xff\xff\xff\x6a", 7},
      {"\x83\x74\x7f\xff\xff\xff\x6a", 7}, {"\x83\x6d\xff\xff\xff\xff\x6a", 7},
      {"\x83\x6f\x7f\xff\xff\xff\x00", 7}, {"\x83\x50\x03\xff\xff\xff\x78\x9c", 8},
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof terms / sizeof terms[0]; i++) {
    pier_span bytes = pier_span_of(terms[i].bytes, terms[i].size);
    assert_int_equal(pier_term_scan(bytes, NULL, NULL, NULL), PIER_ETERM);
  }
  assert_int_equal(memory_counted.calls, 0);
}

static pier_buffer compressed(const uint8_t *plain, size_t size, uint32_t announced) {
  pier_buffer out = PIER_BUFFER_INIT;
  uLongf room = compressBound(size);
  uint8_t *to;
  size_t i;
  pier_write_version(&out);
  pier_buffer_append_byte(&out, 80);
  for (i = 0; i < 4; i++)
    pier_buffer_append_byte(&out, (uint8_t)(announced >> (24 - 8 * i)));
  to = pier_buffer_reserve(&out, room);
  assert_non_null(to);
  assert_int_equal(compress2(to, &room, plain, size, 9), Z_OK);
  out.size += room;
  return out;
}

/* A frame of 300 KB that inflates to 300 MB: a binary of zeros. */
static void a_bomb_is_refused_before_it_is_inflated(void **state) {
  enum { SIZE = 300 * MILLION };
  uint8_t *plain = calloc(1, SIZE);
  pier_buffer term, scratch = PIER_BUFFER_INIT;
  pier_span got;
  pier_diag diag;
  (void)state;
  assert_non_null(plain);
  memcpy(plain, "\x6d\x11\xe1\xa2\xfb", 5); /* 300 million less 5 */
  term = compressed(plain, SIZE, SIZE);
  free(plain);
  assert_true(term.size < 310 * 1000);
  memory_begin(0);
  assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, NULL, &diag), PIER_EINFLATED);
  assert_int_equal(diag.offset, 2);
  assert_int_equal(pier_term_plain(pier_buffer_span(&term), NULL, &scratch, &got, &diag),
                   PIER_EINFLATED);
  assert_int_equal(memory_counted.calls, 0);
  memory_end();
  pier_buffer_free(&term);
}

/* The same stream with a lie in front: it ends where the lie is found out. */
static void a_bomb_that_lies(void **state) {
  enum { SIZE = 30 * MILLION };
  uint8_t *plain = calloc(1, SIZE);
  pier_buffer term;
  pier_diag diag;
  (void)state;
  assert_non_null(plain);
  term = compressed(plain, SIZE, 1000);
  free(plain);
  memory_begin(0);
  assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, NULL, &diag), PIER_ETERM);
  assert_true(memory_counted.biggest < 100 * 1000);
  memory_end();
  pier_buffer_free(&term);
}

/* A term that needs memory in every way the gate can. */
static pier_buffer demanding(void) {
  pier_buffer plain = nested(300, ERL_MAP_EXT), term;
  size_t i, begin = plain.size;
  plain.data[0] = ERL_SMALL_TUPLE_EXT; /* in place of the version byte */
  pier_buffer_append_byte(&plain, 0);
  memmove(plain.data + 2, plain.data + 1, begin - 1);
  plain.data[1] = 3;
  pier_write_map(&plain, 200);
  for (i = 0; i < 200; i++) {
    pier_write_tuple(&plain, 1);
    pier_write_int64(&plain, (int64_t)i);
    pier_write_double(&plain, (double)i);
  }
  for (i = 0; i < 300; i++)
    pier_write_tuple(&plain, 1);
  pier_write_binary(&plain, "0123456789", 10);
  term = compressed(plain.data, plain.size, (uint32_t)plain.size);
  pier_buffer_free(&plain);
  return term;
}

static void without_memory(void **state) {
  pier_buffer term = demanding();
  size_t n;
  int error = PIER_ENOMEM;
  (void)state;
  for (n = 1; error == PIER_ENOMEM; n++) {
    pier_buffer scratch = PIER_BUFFER_INIT;
    pier_span got = {NULL, 0};
    pier_diag diag = {0};
    memory_begin(n);
    error = pier_term_plain(pier_buffer_span(&term), NULL, &scratch, &got, &diag);
    assert_int_equal(diag.error, error);
    if (error) assert_null(got.data);
    pier_buffer_free(&scratch);
    assert_int_equal(memory_counted.live, 0);
    memory_begin(n);
    assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, NULL, NULL), error);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
    assert_true(n < 100);
  }
  assert_int_equal(error, 0);
  assert_true(n > 8);
  pier_buffer_free(&term);
}

static void text_float_without_memory(void **state) {
  static const char text[33] = "\x83\x63"
                               "123456789.0123456789e-250";
  pier_span bytes = pier_span_of(text, sizeof text);
  size_t n;
  int error = PIER_ENOMEM;
  (void)state;
  for (n = 1; error == PIER_ENOMEM; n++) {
    memory_begin(n);
    error = pier_term_scan(bytes, NULL, NULL, NULL);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
    assert_true(n < 100);
  }
  assert_int_equal(error, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(ten_million_tuples, counting, not_counting),
      cmocka_unit_test_setup_teardown(one_tuple_more, counting, not_counting),
      cmocka_unit_test_setup_teardown(a_million_lists, counting, not_counting),
      cmocka_unit_test_setup_teardown(a_million_maps_as_keys, counting, not_counting),
      cmocka_unit_test_setup_teardown(a_hundred_thousand_keys, counting, not_counting),
      cmocka_unit_test(a_million_equal_keys),
      cmocka_unit_test_setup_teardown(announcements_cost_nothing, counting, not_counting),
      cmocka_unit_test(a_bomb_is_refused_before_it_is_inflated),
      cmocka_unit_test(a_bomb_that_lies),
      cmocka_unit_test(without_memory),
      cmocka_unit_test(text_float_without_memory),
  };
  return cmocka_run_group_tests_name("big terms", tests, NULL, NULL);
}
