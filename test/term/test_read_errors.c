/* What the reader does besides reading: sticky errors, keys in any order, other
 * encodings, no memory, use that makes no sense. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include <pier/read.h>

#include <string.h>

static pier_buffer term_of(const char *text) {
  pier_buffer term = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  return term;
}

/* ---- Sticky ---------------------------------------------------------------------- */

/* Everything there is, on a reader that has failed. */
static void call_all(pier_reader *r) {
  pier_buffer out = PIER_BUFFER_INIT;
  pier_reader inner;
  erlang_pid pid;
  erlang_port port;
  erlang_ref ref;
  char text[4] = "xyz";
  size_t bits = 7;
  int negative = 7;
  assert_int_equal(pier_read_more(r), 0);
  assert_int_equal(pier_read_peek(r), PIER_TYPE_NONE);
  assert_int_equal(pier_reader_left(r), 0);
  pier_read_skip(r);
  pier_read_leave(r);
  assert_int_equal(pier_read_term(r).size, 0);
  assert_int_equal(pier_read_tuple(r, &inner, 2), 0);
  assert_int_equal(pier_read_int64(&inner), 0);
  assert_int_equal(pier_read_any_tuple(r, &inner), 0);
  assert_int_equal(pier_read_list(r, &inner), 0);
  assert_int_equal(pier_read_more(&inner), 0);
  assert_int_equal(pier_read_improper_list(r, &inner), 0);
  assert_int_equal(pier_read_tail(&inner), 0);
  assert_int_equal(pier_read_map(r, &inner), 0);
  assert_int_equal(pier_read_find(&inner, "a"), 0);
  assert_int_equal(pier_read_find_term(&inner, pier_span_of("j", 1)), 0);
  assert_int_equal(pier_read_key(&inner, "a"), 0);
  assert_int_equal(pier_read_int64(r), 0);
  assert_int_equal(pier_read_uint64(r), 0);
  assert_int_equal(pier_read_integer_in(r, 5, 6), 0);
  assert_int_equal(pier_read_bigint(r, &negative, &out), 0);
  assert_int_equal(negative, 0);
  assert_true(pier_read_double(r) == 0 && pier_read_number(r) == 0);
  assert_int_equal(pier_read_if_atom(r, "a"), 0);
  assert_int_equal(pier_read_this_atom(r, "a"), 0);
  assert_int_equal(pier_read_bool(r), 0);
  pier_read_atom(r, &out);
  assert_int_equal(pier_read_atom_span(r).size, 0);
  assert_int_equal(pier_read_binary(r).size, 0);
  assert_int_equal(pier_read_bitstring(r, &bits).size, 0);
  assert_int_equal(bits, 0);
  pier_read_iodata(r, &out);
  pier_read_text(r, &out);
  assert_int_equal(pier_read_string(r, text, sizeof text), 0);
  assert_string_equal(text, "");
  pier_read_pid(r, &pid);
  pier_read_port(r, &port);
  pier_read_ref(r, &ref);
  assert_int_equal(pid.num + port.creation + (unsigned)ref.len, 0);
  assert_true(out.size == 0 && out.data == NULL);
}

static void the_first_error_stays(void **state) {
  pier_buffer term = term_of("{[1,x,\"y\"],a}");
  pier_diag diag = {0};
  pier_reader r = pier_reader_of(pier_buffer_span(&term), &diag), pair, list;
  (void)state;
  pier_read_tuple(&r, &pair, 2);
  pier_read_list(&pair, &list);
  assert_int_equal(pier_read_int64(&list), 1);
  assert_int_equal(pier_read_int64(&list), 0);
  call_all(&list);
  call_all(&pair);
  call_all(&r);
  assert_int_equal(pier_reader_fail(&list, "luck"), PIER_EMATCH);
  assert_int_equal(pier_reader_error(&list), PIER_EMATCH);
  assert_int_equal(pier_reader_end(&r), PIER_EMATCH);
  assert_string_equal(diag.text,
                      "element 1 of tuple, element 2 of list: expected integer, got atom x");
  assert_int_equal(diag.offset, 10);
  pier_buffer_free(&term);
}

static void there_is_no_term(void **state) {
  pier_diag diag = {0};
  pier_reader r = pier_reader_of(pier_span_of(NULL, 0), &diag);
  (void)state;
  call_all(&r);
  assert_int_equal(pier_reader_end(&r), PIER_EARG);
  assert_int_equal(diag.error, PIER_EARG);
  r = pier_reader_of(pier_span_of(NULL, 0), NULL);
  assert_int_equal(pier_reader_end(&r), PIER_EARG);
}

/* An outer reader may not go on before the inner one is done. */
static void what_is_open_is_not_passed(void **state) {
  pier_buffer term = term_of("{[1,2],3}");
  pier_diag diag = {0};
  pier_reader r = pier_reader_of(pier_buffer_span(&term), &diag), pair, list;
  (void)state;
  pier_read_tuple(&r, &pair, 2);
  assert_int_equal(pier_reader_left(&pair), 2);
  pier_read_list(&pair, &list);
  assert_int_equal(pier_reader_left(&pair), 1);
  assert_int_equal(pier_reader_left(&list), 2);
  assert_int_equal(pier_read_int64(&list), 1);
  assert_int_equal(pier_read_int64(&pair), 0);
  assert_int_equal(pier_reader_end(&r), PIER_ETRAILING);
  assert_string_equal(diag.text, "element 1 of tuple: not read to its end: list of 2");
  /* What was open may be read on, it changes nothing. */
  assert_int_equal(pier_read_int64(&list), 2);
  assert_int_equal(pier_reader_end(&r), PIER_ETRAILING);
  pier_buffer_free(&term);
}

static void nothing_comes_after_the_term(void **state) {
  pier_buffer term = term_of("1");
  pier_diag diag = {0};
  pier_reader r = pier_reader_of(pier_buffer_span(&term), &diag);
  (void)state;
  assert_int_equal(pier_read_int64(&r), 1);
  assert_int_equal(pier_reader_end(&r), 0);
  assert_int_equal(pier_read_int64(&r), 0);
  assert_int_equal(pier_reader_end(&r), PIER_EMATCH);
  assert_string_equal(diag.text, "expected one more term, got integer 1");
  pier_buffer_free(&term);
}

/* ---- Keys ------------------------------------------------------------------------- */

static void keys_are_found_in_any_order(void **state) {
  pier_buffer term = term_of("{#{a=>1,b=>[x],c=>#{d=>4},e=>5},6}");
  pier_reader r = pier_reader_of(pier_buffer_span(&term), NULL), pair, map, inner;
  (void)state;
  pier_read_tuple(&r, &pair, 2);
  pier_read_map(&pair, &map);
  assert_int_equal(pier_read_find(&map, "e"), 1);
  assert_int_equal(pier_read_int64(&map), 5);
  assert_int_equal(pier_read_find(&map, "a"), 1);
  assert_int_equal(pier_read_find(&map, "nothing"), 0);
  assert_int_equal(pier_read_find(&map, "a"), 1);
  assert_int_equal(pier_read_int64(&map), 1);
  assert_int_equal(pier_read_key(&map, "c"), 1);
  pier_read_map(&map, &inner);
  assert_int_equal(pier_read_find(&inner, "x"), 0);
  assert_int_equal(pier_read_find(&map, "b"), 1);
  assert_int_equal(pier_read_find(&map, "e"), 1);
  assert_int_equal(pier_read_int64(&map), 5);
  assert_int_equal(pier_read_find(&map, "c"), 1);
  pier_read_map(&map, &inner);
  assert_int_equal(pier_read_key(&inner, "d"), 1);
  assert_int_equal(pier_read_int64(&inner), 4);
  assert_int_equal(pier_read_int64(&pair), 6);
  assert_int_equal(pier_reader_end(&r), 0);
  pier_buffer_free(&term);
}

/* Every order of four keys; the map may be all there is. */
static void every_order_of_keys(void **state) {
  static const char *const keys[] = {"a", "b", "c", "d"};
  pier_buffer term = term_of("#{a=>0,b=>1,c=>2,d=>3}");
  unsigned order, i;
  (void)state;
  for (order = 0; order < 256; order++) {
    pier_reader r = pier_reader_of(pier_buffer_span(&term), NULL), map;
    pier_read_map(&r, &map);
    for (i = 0; i < 4; i++) {
      unsigned key = order >> 2 * i & 3;
      assert_int_equal(pier_read_find(&map, keys[key]), 1);
      assert_int_equal(pier_read_int64(&map), key);
    }
    assert_int_equal(pier_read_find(&map, "e"), 0);
    assert_int_equal(pier_reader_end(&r), 0);
  }
  pier_buffer_free(&term);
}

static void pairs_first_then_keys(void **state) {
  pier_buffer term = term_of("[#{a=>0,b=>1,c=>2}|9]");
  pier_reader r = pier_reader_of(pier_buffer_span(&term), NULL), list, map;
  (void)state;
  pier_read_improper_list(&r, &list);
  pier_read_map(&list, &map);
  assert_int_equal(pier_reader_left(&map), 6);
  assert_int_equal(pier_read_this_atom(&map, "a"), 1);
  assert_int_equal(pier_read_find(&map, "a"), 1);
  assert_int_equal(pier_read_int64(&map), 0);
  assert_int_equal(pier_read_find(&map, "c"), 1);
  assert_int_equal(pier_read_more(&list), 0);
  assert_int_equal(pier_read_tail(&list), 1);
  assert_int_equal(pier_read_int64(&list), 9);
  assert_int_equal(pier_reader_end(&r), 0);
  /* The map is still there, the reader of it changes nothing outside. */
  assert_int_equal(pier_read_find(&map, "b"), 1);
  assert_int_equal(pier_read_int64(&map), 1);
  assert_int_equal(pier_reader_end(&r), 0);
  pier_buffer_free(&term);
}

/* A value that looks like the key, after a key whose value was not read. */
static void a_value_is_no_key(void **state) {
  pier_buffer term = term_of("#{a=>b,b=>1}");
  pier_reader r = pier_reader_of(pier_buffer_span(&term), NULL), map;
  (void)state;
  pier_read_map(&r, &map);
  assert_int_equal(pier_read_this_atom(&map, "a"), 1);
  assert_int_equal(pier_read_find(&map, "b"), 1);
  assert_int_equal(pier_read_int64(&map), 1);
  assert_int_equal(pier_reader_end(&r), 0);
  pier_buffer_free(&term);
}

/* A map that the outer reader has passed ends while that is in another term. */
static void a_passed_map_moves_nothing(void **state) {
  pier_buffer term = term_of("{#{a=>1,b=>2},[3,4],5}");
  pier_reader r = pier_reader_of(pier_buffer_span(&term), NULL), all, map, list;
  (void)state;
  pier_read_tuple(&r, &all, 3);
  pier_read_map(&all, &map);
  assert_int_equal(pier_read_find(&map, "a"), 1);
  pier_read_list(&all, &list);
  assert_int_equal(pier_read_find(&map, "b"), 1);
  assert_int_equal(pier_read_int64(&map), 2);
  assert_int_equal(pier_read_int64(&list), 3);
  assert_int_equal(pier_read_int64(&list), 4);
  assert_int_equal(pier_read_int64(&all), 5);
  assert_int_equal(pier_reader_end(&r), 0);
  pier_buffer_free(&term);
}

static void keys_may_be_any_term(void **state) {
  static const char *const keys[] = {"1", "1.0", "\"ab\"", "#{y=>2,x=>1}", "{}"};
  pier_buffer term = term_of("#{1=>0,1.0=>1,[97,98]=>2,#{x=>1,y=>2}=>3,{}=>4}");
  pier_reader r = pier_reader_of(pier_buffer_span(&term), NULL), map;
  size_t i;
  (void)state;
  pier_read_map(&r, &map);
  for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    pier_buffer key = term_of(keys[i]);
    assert_int_equal(pier_read_find_term(&map, pier_buffer_span(&key)), 1);
    assert_int_equal(pier_read_int64(&map), i);
    pier_buffer_free(&key);
  }
  assert_int_equal(pier_reader_end(&r), 0);
  assert_int_equal(pier_read_find_term(&map, pier_span_of(NULL, 0)), 0);
  assert_int_equal(pier_reader_end(&r), PIER_EARG);
  pier_buffer_free(&term);
}

static void keys_are_for_maps(void **state) {
  pier_buffer term = term_of("[a,1]");
  pier_diag diag = {0};
  pier_reader r = pier_reader_of(pier_buffer_span(&term), &diag), list;
  (void)state;
  pier_read_list(&r, &list);
  assert_int_equal(pier_read_find(&list, "a"), 0);
  assert_int_equal(pier_reader_end(&r), PIER_EARG);
  assert_string_equal(diag.text, "expected map to look for a key, got list of 2");
  pier_buffer_free(&term);
}

/* ---- Encodings --------------------------------------------------------------------- */

static struct form {
  const char *name; /* what is read, see below */
  const char *bytes;
  size_t size;
} forms[] = {{"abc", "\203d\0\3abc", 7},
             {"abc", "\203s\3abc", 6},
             {"abc", "\203v\0\3abc", 7},
             {"\xc3\xa9", "\203d\0\1\xe9", 5},
             {"\xc3\xa9", "s\1\xe9", 3},
             {"12", "\203l\0\0\0\2a\1a\2j", 11},
             {"12", "\203k\0\2\1\2", 6},
             {"12", "\203l\0\0\0\1a\1k\0\1\2", 12},
             {"12", "\203l\0\0\0\1a\1l\0\0\0\1a\2k\0\0", 18},
             {"12", "\203l\0\0\0\1a\1l\0\0\0\0l\0\0\0\1a\2j", 21},
             {"12", "\203l\0\0\0\0l\0\0\0\2a\1a\2l\0\0\0\0j", 21},
             {"12", "\203l\0\0\0\2l\0\0\0\0a\1l\0\0\0\0a\2j", 21},
             {"", "\203l\0\0\0\0j", 7},
             {"", "\203k\0\0", 4}};

static void every_encoding_is_read(void **state) {
  const struct form *row = *state;
  uint8_t *copy = guard_copy(row->bytes, row->size);
  pier_span term = pier_span_of(copy, row->size);
  pier_reader r = pier_reader_of(term, NULL), list;
  pier_buffer said = PIER_BUFFER_INIT;
  if (copy[0] == 131) assert_int_equal(pier_term_scan(term, NULL, NULL, NULL), 0);
  if (pier_read_peek(&r) == PIER_TYPE_ATOM) {
    assert_int_equal(pier_read_if_atom(&r, "abcd"), 0);
    assert_int_equal(pier_read_if_atom(&r, "ab"), 0);
    assert_int_equal(pier_read_this_atom(&r, row->name), 1);
  } else {
    pier_read_list(&r, &list);
    while (pier_read_more(&list))
      pier_buffer_append_format(&said, "%d", (int)pier_read_int64(&list));
    pier_buffer_append_byte(&said, 0);
    assert_string_equal((char *)said.data, row->name);
  }
  assert_int_equal(pier_reader_end(&r), 0);
  pier_buffer_free(&said);
  guard_free(copy, row->size);
}

/* Names in Latin-1 that are not ASCII: as text they are converted, as a span they
 * do not exist; and they are not what they would be if read as UTF-8. */
static void latin1_is_not_utf8(void **state) {
  static const char bytes[] = "\203d\0\2\xc3\xa9";
  pier_span term = pier_span_of(bytes, 6);
  pier_diag diag = {0};
  pier_reader r = pier_reader_of(term, &diag);
  pier_buffer name = PIER_BUFFER_INIT;
  (void)state;
  assert_int_equal(pier_read_if_atom(&r, "\xc3\xa9"), 0);
  assert_int_equal(pier_read_atom_span(&r).size, 0);
  assert_int_equal(pier_reader_end(&r), PIER_ERANGE);
  assert_string_equal(diag.text, "expected atom in UTF-8, got atom \xc3\x83\xc2\xa9");
  r = pier_reader_of(term, NULL);
  pier_read_atom(&r, &name);
  assert_int_equal(name.size, 4);
  assert_memory_equal(name.data, "\xc3\x83\xc2\xa9", 4);
  pier_buffer_free(&name);
}

static void identifiers_are_eis(void **state) {
  static const char bytes[] = "\203h\3"
                              "Xw\1n\0\0\0\5\0\0\0\6\0\0\0\7"
                              "xw\1n\1\2\3\4\5\6\7\10\0\0\0\7"
                              "Z\0\2w\1n\0\0\0\7\0\0\0\1\0\0\0\2";
  pier_span term = pier_span_of(bytes, sizeof bytes - 1);
  pier_reader r = pier_reader_of(term, NULL), all;
  erlang_pid pid;
  erlang_port port;
  erlang_ref ref;
  (void)state;
  assert_int_equal(pier_term_scan(term, NULL, NULL, NULL), 0);
  pier_read_tuple(&r, &all, 3);
  assert_int_equal(pier_read_peek(&all), PIER_TYPE_PID);
  pier_read_pid(&all, &pid);
  assert_int_equal(pier_read_peek(&all), PIER_TYPE_PORT);
  pier_read_port(&all, &port);
  assert_int_equal(pier_read_peek(&all), PIER_TYPE_REF);
  pier_read_ref(&all, &ref);
  assert_int_equal(pier_reader_end(&r), 0);
  assert_string_equal(pid.node, "n");
  assert_int_equal(pid.num, 5);
  assert_int_equal(pid.serial, 6);
  assert_int_equal(pid.creation, 7);
  assert_true(port.id == 0x0102030405060708);
  assert_int_equal(ref.len, 2);
  assert_int_equal(ref.n[0], 1);
  r = pier_reader_of(term, NULL);
  pier_read_pid(&r, &pid);
  assert_int_equal(pier_reader_end(&r), PIER_EMATCH);
  assert_string_equal(pid.node, "");
}

/* ---- Memory ------------------------------------------------------------------------ */

/* Everything that takes memory, and the same without: deep lists, maps as keys. */
static int read_all(pier_span term, pier_span key, pier_buffer *out) {
  pier_diag diag = {0};
  pier_reader r = pier_reader_of(term, &diag), all, map;
  pier_read_tuple(&r, &all, 6);
  pier_read_iodata(&all, out);
  pier_read_text(&all, out);
  pier_read_bigint(&all, NULL, out);
  pier_read_atom(&all, out);
  pier_read_text(&all, out);
  pier_read_map(&all, &map);
  pier_read_find_term(&map, key);
  pier_buffer_append_format(out, "%d", (int)pier_read_int64(&map));
  if (pier_reader_end(&r) < 0) assert_true(diag.text[0] != '\0');
  return pier_reader_end(&r);
}

static void every_allocation_fails(void **state) {
  pier_buffer term = term_of("{[[<<\"a\">>]],[[98]],99,d,\"e\",#{#{x=>1,y=>2}=>7}}");
  pier_buffer key = term_of("#{x=>1,y=>2}");
  size_t fail_at;
  int error = PIER_ENOMEM;
  (void)state;
  for (fail_at = 1; error; fail_at++) {
    pier_buffer out = PIER_BUFFER_INIT;
    memory_begin(fail_at);
    error = read_all(pier_buffer_span(&term), pier_buffer_span(&key), &out);
    if (!error) assert_memory_equal(out.data, "abcde7", 6);
    if (error) assert_int_equal(error, PIER_ENOMEM);
    pier_buffer_free(&out);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  }
  assert_true(fail_at > 4);
  pier_buffer_free(&term);
  pier_buffer_free(&key);
}

static void a_full_buffer_is_an_error(void **state) {
  pier_buffer term = term_of("[\"abc\",\"def\"]"), out = PIER_BUFFER_INIT;
  pier_reader r = pier_reader_of(pier_buffer_span(&term), NULL), list;
  (void)state;
  out.limit = 5;
  pier_read_list(&r, &list);
  pier_read_text(&list, &out);
  pier_read_text(&list, &out);
  assert_int_equal(pier_reader_end(&r), PIER_ELIMIT);
  assert_int_equal(out.size, 3);
  pier_buffer_free(&out);
  pier_buffer_free(&term);
}

static void reading_needs_no_memory(void **state) {
  pier_buffer term = term_of("{add,[1,2.5,<<\"x\">>],#{a=>\"b\"},\"text\"}");
  char text[8];
  pier_reader r, all, inner;
  (void)state;
  memory_begin(0);
  r = pier_reader_of(pier_buffer_span(&term), NULL);
  pier_read_tuple(&r, &all, 4);
  pier_read_this_atom(&all, "add");
  pier_read_list(&all, &inner);
  pier_read_int64(&inner);
  pier_read_double(&inner);
  pier_read_binary(&inner);
  pier_read_map(&all, &inner);
  pier_read_key(&inner, "a");
  pier_read_string(&all, text, sizeof text);
  assert_int_equal(pier_reader_end(&r), 0);
  assert_string_equal(text, "text");
  assert_int_equal(memory_counted.calls, 0);
  memory_end();
  pier_buffer_free(&term);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_error_stays),
      cmocka_unit_test(there_is_no_term),
      cmocka_unit_test(what_is_open_is_not_passed),
      cmocka_unit_test(nothing_comes_after_the_term),
      cmocka_unit_test(keys_are_found_in_any_order),
      cmocka_unit_test(every_order_of_keys),
      cmocka_unit_test(pairs_first_then_keys),
      cmocka_unit_test(a_value_is_no_key),
      cmocka_unit_test(a_passed_map_moves_nothing),
      cmocka_unit_test(keys_may_be_any_term),
      cmocka_unit_test(keys_are_for_maps),
      cmocka_unit_test(latin1_is_not_utf8),
      cmocka_unit_test(identifiers_are_eis),
      cmocka_unit_test(every_allocation_fails),
      cmocka_unit_test(a_full_buffer_is_an_error),
      cmocka_unit_test(reading_needs_no_memory),
  };
  return cmocka_run_group_tests_name("reader", tests, NULL, NULL) +
         RUN_ROWS(forms, every_encoding_is_read);
}
