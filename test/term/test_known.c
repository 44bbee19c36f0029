/* Formats and patterns that come again: the same terms, the same values, the same faults. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include <pier/term.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 4, THREADS = 4, TEXT = 2048 };

static pier_buffer term_of(const char *text) {
  pier_buffer term = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  return term;
}

static int same(const pier_buffer *got, const pier_buffer *expected) {
  return got->size == expected->size && memcmp(got->data, expected->data, got->size) == 0;
}

/* ---- What is around an argument may depend on it --------------------------------- */

/* `format` takes an integer, a term and an atom; a % in `text` stands for each of them in
 * Erlang's words. */
static struct row {
  const char *name; /* the format */
  const char *text;
} rows[] = {
    {"{~l, ~t, ~a}", "{%,%,%}"},
    {"[~l, ~t, ~a]", "[%,%,%]"},
    {"[~l, {~t, ~a}]", "[%,{%,%}]"},
    {"{[~l], [~t], [~a]}", "{[%],[%],[%]}"},
    {"{[1, ~l], [2, (~t)], [3, ~a]}", "{[1,%],[2,%],[3,%]}"},
    {"{[x, ~l], [1.5, ~t], [\"s\", ~a]}", "{[x,%],[1.5,%],[\"s\",%]}"},
    {"{[a|~l], [b|~t], [c|~a]}", "{[a|%],[b|%],[c|%]}"},
    {"{[1|~l], [2|~t], [3|~a]}", "{[1|%],[2|%],[3|%]}"},
    {"{[1|[~l]], [2|[~t]], [3|[~a]]}", "{[1|[%]],[2|[%]],[3|[%]]}"},
    {"{#{~l => a}, #{a => ~t}, ~a}", "{#{% => a},#{a => %},%}"},
    {"#{a => ~l, b => ~t, c => ~a}", "#{a => %,b => %,c => %}"},
    {"#{c => ~l, b => ~t, a => ~a}", "#{c => %,b => %,a => %}"},
    {"#{{k, ~l} => 1, {k, y} => ~t, z => ~a}", "#{{k,%} => 1,{k,y} => %,z => %}"},
    {"{<<1, 2>>, ~l, <<\"x\">>, ~t, [5, 6, 7], ~a}", "{<<1,2>>,%,<<\"x\">>,%,[5,6,7],%}"},
    {"{-7, 'A b', \"\\n\", ~l, 123456789012345678901, ~t, fun m:f/2, ~a}.",
     "{-7,'A b',\"\\n\",%,123456789012345678901,%,fun m:f/2,%}"},
    {"{ ~l ,  [], ~t, {{{{~a}}}}}", "{%,[],%,{{{{%}}}}}"},
};

static const struct values {
  long long number;
  const char *term, *atom, *number_text;
} values[] = {{1, "2", "x", "1"},
              {300, "[3,4]", "abc", "300"},
              {255, "\"text\"", "'Ω'", "255"},
              {-1, "[]", "y", "-1"},
              {1LL << 40, "#{b => 1,a => 2}", "z", "1099511627776"},
              {0, "[1|tail]", "'a b'", "0"},
              {7, "[x,{y},<<1:3>>]", "true", "7"}};

enum { VALUES = sizeof values / sizeof values[0] };

/* `text` with the values for %. */
static pier_buffer expected_of(const struct row *row, const struct values *value) {
  char text[TEXT];
  size_t size = 0, next = 0;
  const char *from, *parts[3] = {value->number_text, value->term, value->atom};
  for (from = row->text; *from; from++) {
    if (*from == '%')
      size += (size_t)snprintf(text + size, TEXT - size, "%s", parts[next++]);
    else
      text[size++] = *from;
  }
  text[size] = '\0';
  return term_of(text);
}

static pier_span atom_name(const pier_buffer *atom) {
  return pier_span_of(atom->data + 3, atom->size - 3);
}

/* Whether the format gives what it should. Without assertions, for threads. */
static int gives(const char *format, const pier_buffer *expected, const struct values *value,
                 const pier_buffer *term, const pier_buffer *atom) {
  char name[64];
  pier_buffer got = PIER_BUFFER_INIT;
  pier_span span = atom_name(atom);
  int good;
  snprintf(name, sizeof name, "%.*s", (int)span.size, (const char *)span.data);
  good = pier_format(&got, format, value->number, pier_buffer_span(term), (const char *)name) ==
             0 &&
         same(&got, expected);
  pier_buffer_free(&got);
  return good;
}

static void is_the_same_each_time(void **state) {
  const struct row *row = *state;
  size_t i;
  for (i = 0; i < (size_t)ROUNDS * VALUES; i++) {
    const struct values *value = &values[i % VALUES];
    pier_buffer expected = expected_of(row, value);
    pier_buffer term = term_of(value->term), atom = term_of(value->atom);
    assert_true(gives(row->name, &expected, value, &term, &atom));
    pier_buffer_free(&expected);
    pier_buffer_free(&term);
    pier_buffer_free(&atom);
  }
}

/* ---- Faults ---------------------------------------------------------------------- */

static int format_with(pier_buffer *out, pier_diag *diag, const uint8_t *types,
                       const char *format, ...) {
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = pier_vformat_typed(out, types, format, arguments, diag);
  va_end(arguments);
  return error;
}

static void faults_are_told_each_time(void **state) {
  static const uint8_t right[] = {PIER_ARGUMENT_INT, PIER_ARGUMENT_CONST_TEXT,
                                  PIER_ARGUMENT_END};
  static const uint8_t wrong[] = {PIER_ARGUMENT_INT, PIER_ARGUMENT_DOUBLE, PIER_ARGUMENT_END};
  static const uint8_t more[] = {PIER_ARGUMENT_INT, PIER_ARGUMENT_CONST_TEXT, PIER_ARGUMENT_INT,
                                 PIER_ARGUMENT_END};
  static const char format[] = "{ok, ~i, ~s}";
  pier_buffer out = PIER_BUFFER_INIT;
  pier_diag diag;
  int round;
  (void)state;
  for (round = 0; round < ROUNDS; round++) {
    assert_int_equal(format_with(&out, &diag, wrong, format, 1, 1.5), PIER_EPATTERN);
    assert_string_equal(diag.text, "directive 2, ~s, wants const char *, got double");
    assert_int_equal(diag.column, 10);
    assert_int_equal(format_with(&out, &diag, more, format, 1, "x", 1), PIER_EPATTERN);
    assert_string_equal(diag.text, "more arguments than the 2 directives take: int");
    assert_int_equal(format_with(&out, &diag, right, format, 1, "\xff"), PIER_ERANGE);
    assert_string_equal(diag.text, "text is UTF-8");
    assert_int_equal(diag.column, 10);
    assert_int_equal(out.size, 0);
    assert_int_equal(format_with(&out, &diag, right, format, 1, "x"), 0);
    pier_buffer_clear(&out);
  }
  pier_buffer_free(&out);
}

static void patterns_tell_faults_each_time(void **state) {
  pier_buffer term = term_of("{ok,1,[a,b]}");
  pier_span span = pier_buffer_span(&term);
  pier_diag diag;
  long long number;
  int round, small;
  (void)state;
  for (round = 0; round < ROUNDS; round++) {
    number = 0;
    assert_int_equal(pier_match_diag(span, &diag, "{ok, ~l, [a, b]}", &number), 0);
    assert_int_equal(number, 1);
    assert_int_equal(pier_match_diag(span, &diag, "{ok, ~l, [a, c]}", &number), PIER_EMATCH);
    assert_string_equal(diag.text,
                        "element 3 of tuple, element 2 of list: expected c, got atom b");
    assert_int_equal(pier_match_diag(span, &diag, "{ok, ~l, _}", &small), PIER_EPATTERN);
    assert_string_equal(diag.text, "directive 1, ~l, wants long long *, got int *");
    assert_int_equal(pier_match_diag(span, &diag, "{ok, ~l", &number), PIER_EPATTERN);
  }
  pier_buffer_free(&term);
}

/* ---- The store ------------------------------------------------------------------- */

static void a_text_is_known_by_its_characters(void **state) {
  char text[32];
  int round, i;
  (void)state;
  for (round = 0; round < 3 * ROUNDS; round++) {
    for (i = 0; i < 3; i++) {
      pier_buffer out = PIER_BUFFER_INIT, expected;
      long long number = 0;
      snprintf(text, sizeof text, "{%c, ~l}", 'a' + (round / ROUNDS + i) % 3);
      assert_int_equal(pier_format(&out, text, 5LL), 0);
      assert_int_equal(pier_match(pier_buffer_span(&out), text, &number), 0);
      assert_int_equal(number, 5);
      text[4] = '5';
      text[5] = '}';
      text[6] = '\0';
      expected = term_of(text);
      assert_true(same(&out, &expected));
      pier_buffer_free(&expected);
      pier_buffer_free(&out);
    }
  }
}

/* More texts than there is room for, long ones among them: each is right all the same. */
static void a_full_store_does_no_harm(void **state) {
  char text[TEXT];
  int i, round;
  (void)state;
  for (i = 0; i < 3000; i++) {
    char *copy;
    snprintf(text, TEXT, "{n%d, '%0*d', [~l, ~l], #{a => ~l}}", i, i % 600, i);
    copy = strdup(text);
    assert_non_null(copy);
    for (round = 0; round < 3; round++) {
      pier_buffer out = PIER_BUFFER_INIT;
      long long a = 0, b = 0, c = 0;
      int error = pier_format(&out, copy, 1LL, 2LL, 3LL);
      assert_int_equal(error, i % 600 > 255 ? PIER_EPATTERN : 0);
      if (!error) assert_int_equal(pier_match(pier_buffer_span(&out), copy, &a, &b, &c), 0);
      if (!error) assert_true(a == 1 && b == 2 && c == 3);
      pier_buffer_free(&out);
    }
    free(copy);
  }
}

/* What is learned may need memory; without it the format is written all the same. */
static void learns_without_memory(void **state) {
  size_t fail_at;
  (void)state;
  for (fail_at = 1; fail_at < 12; fail_at++) {
    static const char *const formats[] = {"{m, ~l, 1}", "{m, ~l, 2}", "{m, ~l, 3}",
                                          "{m, ~l, 4}", "{m, ~l, 5}", "{m, ~l, 6}"};
    const char *format = formats[fail_at / 2];
    pier_buffer out = PIER_BUFFER_INIT;
    memory_begin(fail_at);
    while (memory_counted.calls < fail_at) {
      pier_format(&out, format, 1LL);
      pier_buffer_free(&out);
      if (memory_counted.calls > 100) break;
    }
    assert_int_equal(pier_format(&out, format, 1LL), 0);
    assert_int_equal(out.size, 10);
    pier_buffer_free(&out);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  }
}

/* ---- Threads --------------------------------------------------------------------- */

static pier_buffer all_expected[sizeof rows / sizeof rows[0]][VALUES];
static pier_buffer all_terms[VALUES], all_atoms[VALUES];

static void *use_all(void *faults) {
  size_t round, r, v;
  for (round = 0; round < 8; round++)
    for (r = 0; r < sizeof rows / sizeof rows[0]; r++)
      for (v = 0; v < VALUES; v++) {
        char address[TEXT]; /* the same for all threads, or another */
        pier_span whole = pier_buffer_span(&all_expected[r][v]);
        long long number = 0;
        snprintf(address, TEXT, "%s", rows[r].name);
        if (!gives(rows[r].name, &all_expected[r][v], &values[v], &all_terms[v], &all_atoms[v]))
          ++*(int *)faults;
        if (!gives(address, &all_expected[r][v], &values[v], &all_terms[v], &all_atoms[v]))
          ++*(int *)faults;
        if (r == 0 &&
            (pier_match(whole, "{~l, _, _}", &number) < 0 || number != values[v].number))
          ++*(int *)faults;
      }
  return NULL;
}

static void threads_share_what_is_known(void **state) {
  pthread_t threads[THREADS];
  int faults[THREADS] = {0};
  size_t r, v, i;
  (void)state;
  for (v = 0; v < VALUES; v++) {
    all_terms[v] = term_of(values[v].term);
    all_atoms[v] = term_of(values[v].atom);
    for (r = 0; r < sizeof rows / sizeof rows[0]; r++)
      all_expected[r][v] = expected_of(&rows[r], &values[v]);
  }
  for (i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, use_all, &faults[i]), 0);
  for (i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(faults[i], 0);
  }
  for (v = 0; v < VALUES; v++) {
    pier_buffer_free(&all_terms[v]);
    pier_buffer_free(&all_atoms[v]);
    for (r = 0; r < sizeof rows / sizeof rows[0]; r++)
      pier_buffer_free(&all_expected[r][v]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(faults_are_told_each_time),
                                     cmocka_unit_test(patterns_tell_faults_each_time),
                                     cmocka_unit_test(learns_without_memory),
                                     cmocka_unit_test(a_text_is_known_by_its_characters),
                                     cmocka_unit_test(a_full_store_does_no_harm)};
  const struct CMUnitTest threads[] = {cmocka_unit_test(threads_share_what_is_known)};
  /* The threads first: later all is known. */
  return cmocka_run_group_tests(threads, NULL, NULL) + RUN_ROWS(rows, is_the_same_each_time) +
         cmocka_run_group_tests(tests, NULL, NULL);
}
