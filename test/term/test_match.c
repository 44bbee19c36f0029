/* Patterns against terms: what matches, what is stored, what is said if not. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include <pier/term.h>

#include <string.h>

static pier_buffer term_of(const char *text) {
  pier_buffer term = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  return term;
}

static int match_with(pier_span term, pier_diag *diag, const char *pattern, ...) {
  va_list arguments;
  int error;
  va_start(arguments, pattern);
  error = pier_vmatch(term, pattern, arguments, diag);
  va_end(arguments);
  return error;
}

/* ---- Without values ------------------------------------------------------ */

static struct row {
  const char *name; /* the pattern */
  const char *term;
  int error;
  const char *text; /* what the diag says */
} rows[] = {
    {"ok", "ok", 0, NULL},
    {"'ok'", "ok", 0, NULL},
    {"'a b'", "'a b'", 0, NULL},
    {"'a\\x20b'", "'a b'", 0, NULL},
    {"'Ω'", "'Ω'", 0, NULL},
    {"å", "å", 0, NULL},
    {"ok", "okay", PIER_EMATCH, "expected ok, got atom okay"},
    {"ok", "1", PIER_EMATCH, "expected ok, got integer 1"},
    {"_", "[{1,2},#{}]", 0, NULL},
    {"_Anything", "1", 0, NULL},
    {"17", "17", 0, NULL},
    {"1_7", "17", 0, NULL},
    {"17", "18", PIER_EMATCH, "expected 17, got integer 18"},
    {"17", "17.0", PIER_EMATCH, "expected 17, got float"},
    {"-17", "-17", 0, NULL},
    {"16#ff", "255", 0, NULL},
    {"$a", "97", 0, NULL},
    {"123456789012345678901234567890", "123456789012345678901234567890", 0, NULL},
    {"123456789012345678901234567890", "123456789012345678901234567891", PIER_EMATCH,
     "expected 123456789012345678901234567890, got integer of 13 bytes"},
    {"1.5", "1.5", 0, NULL},
    {"1.5", "2.5", PIER_EMATCH, "expected 1.5, got float"},
    {"<<\"abc\">>", "<<97,98,99>>", 0, NULL},
    {"<<1:3>>", "<<1:3>>", 0, NULL},
    {"<<>>", "<<1>>", PIER_EMATCH, "expected <<>>, got binary of 1 bytes"},
    {"fun m:f/1", "fun m:f/1", 0, NULL},
    {"\"abc\"", "[97,98,99]", 0, NULL},
    {"\"abc\"", "\"abd\"", PIER_EMATCH, "expected \"abc\", got list of 3"},
    {"{}", "{}", 0, NULL},
    {"{}", "{a}", PIER_EMATCH, "expected tuple of 0, got tuple of 1"},
    {"{a}", "{}", PIER_EMATCH, "expected tuple of 1, got tuple of 0"},
    {"{a,b}", "{a,b}", 0, NULL},
    {"{a,_}", "{a,{b}}", 0, NULL},
    {"{_,{_},_}", "{{x},{[a|b]},#{}}", 0, NULL},
    {"{a,{b,c}}", "{a,{b,d}}", PIER_EMATCH,
     "element 2 of tuple, element 2 of tuple: expected c, got atom d"},
    {"{a}", "[a]", PIER_EMATCH, "expected tuple of 1, got list of 1"},
    {"[]", "[]", 0, NULL},
    {"[]", "[a]", PIER_EMATCH, "expected shorter list, got list of 1"},
    {"[]", "{}", PIER_EMATCH, "expected list, got tuple of 0"},
    {"[1,2,3]", "[1,2,3]", 0, NULL},
    {"[1,2,3]", "[1,2]", PIER_EMATCH, "expected longer list, got list of 2"},
    {"[1,2]", "[1,2,3]", PIER_EMATCH, "expected shorter list, got list of 3"},
    {"[1,300]", "[1,300]", 0, NULL},
    {"[1|_]", "[1,2,3]", 0, NULL},
    {"[1|_]", "[1|a]", 0, NULL},
    {"[1|[2|[3]]]", "[1,2,3]", 0, NULL},
    {"[1|[2,3]]", "[1,2,3]", 0, NULL},
    {"[1|[]]", "[1]", 0, NULL},
    {"[1|[]]", "[1,2]", PIER_EMATCH, "expected shorter list, got list of 2"},
    {"[a|b]", "[a|b]", 0, NULL},
    {"[a|b]", "[a|c]", PIER_EMATCH, "tail of list: expected b, got atom c"},
    {"[a]", "[a|b]", PIER_EMATCH, "expected proper list, got list of 1"},
    {"[a|b]", "[a,b]", PIER_EMATCH, "expected shorter list, got list of 2"},
    {"[{a,1}|_]", "[{a,1},{b,2}]", 0, NULL},
    {"[_,[x]]", "[1,[y]]", PIER_EMATCH,
     "element 2 of list, element 1 of list: expected x, got atom y"},
    {"#{}", "#{a=>1}", 0, NULL},
    {"#{}", "{}", PIER_EMATCH, "expected map, got tuple of 0"},
    {"#{a=>1}", "#{a=>1,b=>2}", 0, NULL},
    {"#{b=>2,a=>1}", "#{a=>1,b=>2}", 0, NULL},
    {"#{a=>2}", "#{a=>1}", PIER_EMATCH, "value of key a: expected 2, got integer 1"},
    {"#{c=>_}", "#{a=>1}", PIER_EMATCH, "expected map with key c, got map of 1"},
    {"#{\"k\"=>_,<<\"b\">>=>_,{x,1}=>_}", "#{\"k\"=>1,<<\"b\">>=>2,{x,1}=>3}", 0, NULL},
    {"#{1=>_}", "#{1.0=>a}", PIER_EMATCH, "expected map with key 1, got map of 1"},
    {"{#{a=>[1,2]},x}", "{#{z=>{},a=>[1,2]},x}", 0, NULL},
    {" ok . % comment", "ok", 0, NULL},
    {"ok ok", "ok", PIER_EPATTERN, "there is more text after the pattern"},
    {"", "ok", PIER_EPATTERN, NULL},
    {"{a", "{a}", PIER_EPATTERN, "a comma or } is expected in this tuple"},
    {"{a b}", "{a,b}", PIER_EPATTERN, "a comma or } is expected in this tuple"},
    {"[a b]", "[a,b]", PIER_EPATTERN, "a comma, | or ] is expected in this list"},
    {"[a|b,c]", "[a|b]", PIER_EPATTERN, "] is expected after the tail"},
    {"[a|~t]", "[a,b]", PIER_EPATTERN, "the rest of a list is taken with ~T"},
    {"[a|\"b\"]", "\"ab\"", PIER_EPATTERN, "a string cannot be a tail in a pattern"},
    {"X", "a", PIER_EPATTERN, "a variable; what is ignored begins with _"},
    {"~q", "a", PIER_EPATTERN, "there is no such directive in a pattern"},
    {"~", "a", PIER_EPATTERN, "~ needs the letter of a directive"},
    {"#{~a=>1}", "#{a=>1}", PIER_EPATTERN, "the key in a pattern is a term without directives"},
    {"#{a}", "#{a=>1}", PIER_EPATTERN, "=> is expected after the key"},
    {"end", "'end'", PIER_EPATTERN, "a reserved word: as an atom it needs quotes"},
};

/* The same pattern, compiled once, says the same. */
static void fits_compiled(const struct row *row, pier_span term) {
  pier_pattern *pattern;
  pier_diag diag = {0};
  int error = pier_pattern_new(&pattern, row->name, &diag);
  if (!error) error = pier_pattern_match(pattern, term, &diag);
  assert_int_equal(error, row->error);
  if (row->text) assert_string_equal(diag.text, row->text);
  pier_pattern_free(pattern);
}

static void fits(void **state) {
  const struct row *row = *state;
  pier_buffer term = term_of(row->term);
  uint8_t *copy = guard_copy(term.data, term.size);
  pier_diag diag;
  memset(&diag, 0, sizeof diag);
  assert_int_equal(match_with(pier_span_of(copy, term.size), &diag, row->name), row->error);
  if (row->error) assert_int_equal(diag.error, row->error);
  if (row->text) assert_string_equal(diag.text, row->text);
  fits_compiled(row, pier_span_of(copy, term.size));
  guard_free(copy, term.size);
  pier_buffer_free(&term);
}

/* ---- Values -------------------------------------------------------------- */

static void stores_numbers(void **state) {
  pier_buffer term = term_of("{-5,7,-9223372036854775808,18446744073709551615,2.5,3}");
  int i;
  unsigned u;
  long long l;
  unsigned long long L;
  double d, e;
  (void)state;
  assert_int_equal(
      pier_match(pier_buffer_span(&term), "{~i, ~u, ~l, ~L, ~d, ~d}", &i, &u, &l, &L, &d, &e),
      0);
  assert_int_equal(i, -5);
  assert_int_equal(u, 7);
  assert_true(l == INT64_MIN);
  assert_true(L == UINT64_MAX);
  assert_true(d == 2.5 && e == 3.0);
  pier_buffer_free(&term);
}

static struct range {
  const char *name, *pattern;
  int error;
} ranges[] = {{"2147483647", "~i", 0},
              {"2147483648", "~i", PIER_ERANGE},
              {"-2147483648", "~i", 0},
              {"-2147483649", "~i", PIER_ERANGE},
              {"4294967295", "~u", 0},
              {"4294967296", "~u", PIER_ERANGE},
              {"-1", "~u", PIER_ERANGE},
              {"9223372036854775807", "~l", 0},
              {"9223372036854775808", "~l", PIER_ERANGE},
              {"-9223372036854775809", "~l", PIER_ERANGE},
              {"18446744073709551615", "~L", 0},
              {"18446744073709551616", "~L", PIER_ERANGE},
              {"-1", "~L", PIER_ERANGE},
              {"9007199254740992", "~d", 0},
              {"9007199254740993", "~d", PIER_ERANGE},
              {"18446744073709551615", "~d", PIER_ERANGE},
              {"18446744073709551616", "~d", PIER_ERANGE},
              {"a", "~d", PIER_EMATCH},
              {"1.5", "~l", PIER_EMATCH},
              {"[]", "~a", PIER_EMATCH},
              {"<<1:1>>", "~b", PIER_EMATCH},
              {"\"a\"", "~b", PIER_EMATCH}};

static void keeps_ranges(void **state) {
  const struct range *row = *state;
  pier_buffer term = term_of(row->name);
  uint64_t room[4] = {7, 7, 7, 7};
  assert_int_equal((pier_match)(pier_buffer_span(&term), row->pattern, room), row->error);
  if (row->error) assert_true(room[0] == 7);
  assert_true(room[2] == 7);
  pier_buffer_free(&term);
}

static void stores_spans(void **state) {
  pier_buffer term = term_of("{'foo bar',<<\"abc\">>,{x,[1]},[7,8]}");
  pier_span a, b, t, e;
  (void)state;
  assert_int_equal(pier_match(pier_buffer_span(&term), "{~a, ~b, ~t, [_,~t]}", &a, &b, &t, &e),
                   0);
  assert_int_equal(a.size, 7);
  assert_memory_equal(a.data, "foo bar", 7);
  assert_int_equal(b.size, 3);
  assert_memory_equal(b.data, "abc", 3);
  assert_int_equal(pier_match(t, "{x, [1]}"), 0);
  assert_int_equal(pier_match(e, "8"), 0);
  pier_buffer_free(&term);
}

static void stores_nothing_unless_all_fits(void **state) {
  pier_buffer term = term_of("{1,2,x}"), copy = PIER_BUFFER_INIT;
  long long a = -1;
  (void)state;
  assert_int_equal(pier_match(pier_buffer_span(&term), "{~l, ~T, y}", &a, &copy), PIER_EMATCH);
  assert_true(a == -1 && copy.size == 0);
  assert_int_equal(pier_match(pier_buffer_span(&term), "{~l, ~T, y", &a, &copy), PIER_EPATTERN);
  assert_int_equal(pier_match(pier_buffer_span(&term), "{~l, ~T, x", &a, &copy), PIER_EPATTERN);
  assert_true(a == -1 && copy.size == 0);
  pier_buffer_free(&term);
}

static struct rest {
  const char *name, *pattern, *rest;
} rests[] = {{"[1,2,3]", "[1|~T]", "[2,3]"}, {"[1,2,3]", "[1,2,3|~T]", "[]"},
             {"[a,b,c]", "[a|~T]", "[b,c]"}, {"[a,b|c]", "[a|~T]", "[b|c]"},
             {"[a,b|c]", "[a,b|~T]", "c"},   {"[a,1,2]", "[a|~T]", "[1,2]"},
             {"[a,b]", "[a,b|~T]", "[]"},    {"{[],x}", "~T", "{[],x}"},
             {"[a,#{}]", "[_|[~T]]", "#{}"}};

static void copies_the_rest(void **state) {
  const struct rest *row = *state;
  pier_buffer term = term_of(row->name), rest = PIER_BUFFER_INIT, expected = term_of(row->rest);
  assert_int_equal(pier_match(pier_buffer_span(&term), row->pattern, &rest), 0);
  assert_int_equal(rest.size, expected.size);
  assert_memory_equal(rest.data, expected.data, rest.size);
  pier_buffer_free(&term);
  pier_buffer_free(&rest);
  pier_buffer_free(&expected);
}

/* Other encodings of the same values, as other programs write them. */
static struct form {
  const char *name; /* the pattern */
  const char *bytes;
  size_t size;
} forms[] = {{"abc", "\203d\0\3abc", 7},
             {"abc", "\203s\3abc", 6},
             {"\xc3\xa9", "\203d\0\1\xe9", 5},
             {"[1,2]", "\203l\0\0\0\2a\1a\2j", 11},
             {"\"\1\2\"", "\203l\0\0\0\2a\1a\2j", 11},
             {"[1,2]", "\203l\0\0\0\1a\1k\0\1\2", 12},
             {"{a}", "\203i\0\0\0\1w\1a", 9},
             {"5", "\203n\1\0\5", 5},
             {"5", "\203b\0\0\0\5", 6},
             {"-5", "\203o\0\0\0\1\1\5", 8},
             {"<<1:1>>", "\203M\0\0\0\1\1\xff", 8},
             {"{1,[]}", "\203h\2a\1k\0\0", 8},
             /* Maps as keys: their pairs come in any order. */
             {"#{#{a=>1,b=>2}=>x}", "\203t\0\0\0\1t\0\0\0\2w\1ba\2w\1aa\1w\1x", 24},
             {"#{#{b=>2,a=>1}=>x}", "\203t\0\0\0\1t\0\0\0\2w\1aa\1w\1ba\2w\1x", 24},
             {"#{[#{#{a=>1,b=>2}=>[]}]=>x}",
              "\203t\0\0\0\1l\0\0\0\1t\0\0\0\1t\0\0\0\2w\1ba\2w\1aa\1jjw\1x", 36}};

static void takes_every_encoding(void **state) {
  const struct form *row = *state;
  uint8_t *copy = guard_copy(row->bytes, row->size);
  pier_span term = pier_span_of(copy, row->size);
  assert_int_equal(pier_term_scan(term, NULL, NULL, NULL), 0);
  assert_int_equal(pier_match(term, row->name), 0);
  guard_free(copy, row->size);
}

static void common_patterns_need_no_memory(void **state) {
  pier_buffer term = term_of("{add,1,[a,{2.5,<<\"x\">>}]}");
  long long l;
  double d;
  pier_span b;
  (void)state;
  memory_begin(0);
  assert_int_equal(pier_match(pier_buffer_span(&term), "{add, ~l, [a|[{~d, ~b}]]}", &l, &d, &b),
                   0);
  assert_int_equal(memory_counted.calls, 0);
  memory_end();
  pier_buffer_free(&term);
}

static void many_values(void **state) {
  pier_buffer term =
      term_of("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26]");
  int n[26], i;
  (void)state;
  assert_int_equal(
      pier_match(
          pier_buffer_span(&term),
          "[~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i,~i]",
          &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8], &n[9], &n[10], &n[11],
          &n[12], &n[13], &n[14], &n[15], &n[16], &n[17], &n[18], &n[19], &n[20], &n[21],
          &n[22], &n[23], &n[24], &n[25]),
      0);
  for (i = 0; i < 26; i++)
    assert_int_equal(n[i], i + 1);
  pier_buffer_free(&term);
}

static void survives_without_memory(void **state) {
  pier_buffer term = term_of("{#{{a}=>1},[1,2|x],<<1,2,3>>}");
  size_t fail_at = 0;
  int error;
  (void)state;
  do {
    pier_buffer rest = PIER_BUFFER_INIT;
    int i = 0;
    memory_begin(++fail_at);
    error = pier_match(pier_buffer_span(&term), "{#{{a} => ~i}, [1|~T], <<1,2,3>>}", &i, &rest);
    assert_true(error == 0 || error == PIER_ENOMEM);
    if (error) assert_true(i == 0 && rest.size == 0);
    pier_buffer_free(&rest);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  } while (error);
  assert_true(fail_at > 3);
  pier_buffer_free(&term);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(stores_numbers),
                                     cmocka_unit_test(stores_spans),
                                     cmocka_unit_test(stores_nothing_unless_all_fits),
                                     cmocka_unit_test(common_patterns_need_no_memory),
                                     cmocka_unit_test(many_values),
                                     cmocka_unit_test(survives_without_memory)};
  int round, failed = 0;
  /* Patterns are remembered (test_known.c): all must be so again. */
  for (round = 0; round < 3; round++) {
    failed += RUN_ROWS(rows, fits);
    failed += RUN_ROWS(ranges, keeps_ranges);
    failed += RUN_ROWS(rests, copies_the_rest);
    failed += RUN_ROWS(forms, takes_every_encoding);
    failed += cmocka_run_group_tests(tests, NULL, NULL);
  }
  return failed;
}
