/* Formats: the term that Erlang would have written with the values in place. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include <pier/term.h>

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static void assert_term(pier_buffer *got, const char *text) {
  pier_buffer expected = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_read(&expected, pier_span_text(text), NULL, NULL, NULL), 0);
  assert_int_equal(got->size, expected.size);
  assert_memory_equal(got->data, expected.data, got->size);
  pier_buffer_free(&expected);
  pier_buffer_free(got);
}

#define ASSERT_FORMAT(text, ...)                                                               \
  do {                                                                                         \
    pier_buffer built = PIER_BUFFER_INIT;                                                      \
    assert_int_equal(pier_format(&built, __VA_ARGS__), 0);                                     \
    assert_term(&built, text);                                                                 \
  } while (0)

static void integers(void **state) {
  (void)state;
  ASSERT_FORMAT("{-1,2147483647,-2147483648}", "{~i, ~i, ~i}", -1, INT_MAX, INT_MIN);
  ASSERT_FORMAT("[4294967295]", "[~u]", UINT_MAX);
  ASSERT_FORMAT("[255,-9223372036854775808]", "[~l, ~l]", 255LL, LLONG_MIN);
  ASSERT_FORMAT("[18446744073709551615]", "[~L]", ULLONG_MAX);
}

static void floats(void **state) {
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  ASSERT_FORMAT("{0.1,-0.0}", "{~d, ~d}", 0.1, -0.0);
  assert_int_equal(pier_format(&out, "~d", (double)NAN), PIER_ERANGE);
  assert_int_equal(pier_format(&out, "{~d}", (double)INFINITY), PIER_ERANGE);
  assert_int_equal(out.size, 0);
  pier_buffer_free(&out);
}

static void atoms(void **state) {
  char name[257];
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  ASSERT_FORMAT("{ok,'Hello you','Ω'}", "{~a, ~a, ~a}", "ok", "Hello you", "Ω");
  ASSERT_FORMAT("'a\\000b'", "~A", pier_span_of("a\0b", 3));
  memset(name, 'x', 256);
  name[256] = '\0';
  assert_int_equal(pier_format(&out, "~a", name), PIER_ERANGE);
  assert_int_equal(pier_format(&out, "~a", "\xff"), PIER_ERANGE);
  name[255] = '\0';
  assert_int_equal(pier_format(&out, "~a", name), 0);
  pier_buffer_free(&out);
}

static void text(void **state) {
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  ASSERT_FORMAT("{\"abc\",[],\"Ωa\"}", "{~s, ~s, ~s}", "abc", "", "Ωa");
  ASSERT_FORMAT("{<<\"abc\">>,<<>>}", "{~z, ~z}", "abc", "");
  ASSERT_FORMAT("<<0,255>>", "~b", "\0\xff", (size_t)2);
  ASSERT_FORMAT("<<>>", "~b", (void *)NULL, (size_t)0);
  assert_int_equal(pier_format(&out, "~s", "\xff"), PIER_ERANGE);
  pier_buffer_free(&out);
}

static void terms(void **state) {
  pier_buffer part = PIER_BUFFER_INIT;
  (void)state;
  assert_int_equal(pier_format(&part, "[3, ~i]", 4), 0);
  ASSERT_FORMAT("{[3,4],[3,4]}", "{~t, ~T}", pier_buffer_span(&part), &part);
  ASSERT_FORMAT("[1,2,3,4]", "[1,2|~t]", pier_buffer_span(&part));
  ASSERT_FORMAT("[a|[3,4]]", "[a|~T]", &part);
  ASSERT_FORMAT("#{[3,4]=>1,z=>2}", "#{z => 2, ~t => 1}", pier_buffer_span(&part));
  pier_buffer_free(&part);
}

/* A term from another program, in another form, becomes as the BEAM has it. */
static void foreign_terms(void **state) {
  static const uint8_t list[] = {131, ERL_LIST_EXT, 0, 0, 0, 1, ERL_SMALL_INTEGER_EXT, 1, 106};
  static const uint8_t atom[] = {ERL_ATOM_EXT, 0, 1, 0xe9};
  (void)state;
  ASSERT_FORMAT("[1]", "~t", pier_span_of(list, sizeof list));
  ASSERT_FORMAT("{'é'}", "{~t}", pier_span_of(atom, sizeof atom));
}

static void maps(void **state) {
  (void)state;
  ASSERT_FORMAT("#{a=>1,b=>2}", "#{b => ~i, a => ~i}", 2, 1);
  ASSERT_FORMAT("#{k=>#{v=>[]}}", "#{~a => #{~a => []}}", "k", "v");
}

static void only_text(void **state) {
  (void)state;
  ASSERT_FORMAT("{ok,[1,2|x],<<5:3>>}", "{ok, [1,2|x], <<5:3>>} .");
}

static struct fault {
  const char *name; /* the format */
  int error;
  unsigned column;
} faults[] = {{"", PIER_EPATTERN, 1},
              {"{ok", PIER_EPATTERN, 4},
              {"{~q}", PIER_EPATTERN, 2},
              {"{ok} x", PIER_EPATTERN, 6},
              {"{~}", PIER_EPATTERN, 2},
              {"[a|b|c]", PIER_EPATTERN, 5},
              {"{_}", PIER_EPATTERN, 2},
              {"'abc", PIER_EPATTERN, 1},
              {"<<1:99999999999>>", PIER_ELIMIT, 16}};

static int format_with(pier_buffer *out, pier_diag *diag, const char *format, ...) {
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = pier_vformat(out, format, arguments, diag);
  va_end(arguments);
  return error;
}

static void says_where(void **state) {
  const struct fault *row = *state;
  pier_buffer out = PIER_BUFFER_INIT;
  pier_diag diag;
  pier_buffer_append_text(&out, "x");
  assert_int_equal(format_with(&out, &diag, row->name), row->error);
  assert_int_equal(diag.error, row->error);
  assert_int_equal(diag.line, 1);
  assert_int_equal(diag.column, row->column);
  assert_int_equal(out.size, 1);
  pier_buffer_free(&out);
}

/* A reply into a buffer with room allocates nothing. */
static void common_formats_need_no_memory(void **state) {
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  memory_begin(0);
  assert_non_null(pier_buffer_reserve(&out, 256));
  assert_int_equal(pier_format(&out, "{ok, [~l, {~a, ~b}], 7}", 5LL, "x", "abc", (size_t)3), 0);
  assert_int_equal(memory_counted.calls, 1);
  pier_buffer_free(&out);
  memory_end();
}

static void survives_without_memory(void **state) {
  size_t fail_at = 0;
  int error;
  (void)state;
  do {
    pier_buffer out = PIER_BUFFER_INIT;
    memory_begin(++fail_at);
    error = pier_format(&out, "{~s, #{b => ~i, a => {~z, 123456789012345678901234567890}}}",
                        "abc", 1, "x");
    assert_true(error == 0 || error == PIER_ENOMEM);
    pier_buffer_free(&out);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  } while (error);
  assert_true(fail_at > 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(integers),
                                     cmocka_unit_test(floats),
                                     cmocka_unit_test(atoms),
                                     cmocka_unit_test(text),
                                     cmocka_unit_test(terms),
                                     cmocka_unit_test(foreign_terms),
                                     cmocka_unit_test(maps),
                                     cmocka_unit_test(only_text),
                                     cmocka_unit_test(common_formats_need_no_memory),
                                     cmocka_unit_test(survives_without_memory)};
  int round, failed = 0;
  /* Formats are remembered (test_known.c): all must be so again. */
  for (round = 0; round < 3; round++)
    failed += RUN_ROWS(faults, says_where) + cmocka_run_group_tests(tests, NULL, NULL);
  return failed;
}
