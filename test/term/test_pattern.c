/* Compiled patterns, the directives beyond numbers and spans, and what is said
 * of arguments that do not belong to their directives. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include <pier/term.h>

#include <limits.h>
#include <string.h>

static pier_buffer term_of(const char *text) {
  pier_buffer term = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  return term;
}

static pier_pattern *pattern_of(const char *text) {
  pier_pattern *pattern;
  assert_int_equal(pier_pattern_new(&pattern, text, NULL), 0);
  return pattern;
}

/* ---- Compiled ------------------------------------------------------------ */

static struct lean {
  const char *name, *term;
} leans[] = {{"{add, [_|_], \"text\", <<\"binary\">>, 1.5, 123456789012345678901234567890}",
              "{add, [x], \"text\", <<\"binary\">>, 1.5, 123456789012345678901234567890}"},
             {"#{a => #{b => [1,2|_]}, {k,[1]} => _, #{x => 1, \"y\" => z} => v}",
              "#{z => 1, a => #{b => [1,2,3]}, {k,[1]} => {}, #{\"y\" => z, x => 1} => v}"},
             {"#{a => 1, b => _ | #{}}", "#{b => [], a => 1}"},
             {"fun m:f/1", "fun m:f/1"},
             {"[{[{[{[a]}]}]}|_]", "[{[{[{[a]}]}]}, b]"}};

static void a_compiled_match_needs_no_memory(void **state) {
  const struct lean *row = *state;
  pier_buffer term = term_of(row->term);
  pier_pattern *pattern = pattern_of(row->name);
  memory_begin(1);
  assert_int_equal(pier_pattern_match(pattern, pier_buffer_span(&term), NULL), 0);
  assert_int_equal(memory_counted.calls, 0);
  memory_end();
  pier_pattern_free(pattern);
  pier_buffer_free(&term);
}

static void values_need_no_memory(void **state) {
  pier_buffer term = term_of("{7,-7,70,0.5,atom,<<1>>,[x],\"Ωa\",true,9,#{k=>{name,other}}}");
  pier_pattern *pattern = pattern_of("{~u,~i,~L,~d,~a,~b,~t,~z,~B,~n,#{k=>{~A,~E}}}");
  pier_buffer other = term_of("other");
  pier_span a, b, t;
  unsigned u;
  int i;
  unsigned long long l;
  double d;
  char z[4];
  bool yes = false;
  size_t n;
  (void)state;
  memory_begin(1);
  assert_int_equal(pier_pattern_match(pattern, pier_buffer_span(&term), NULL, &u, &i, &l, &d,
                                      &a, &b, &t, z, sizeof z, &yes, &n, pier_span_text("name"),
                                      pier_buffer_span(&other)),
                   0);
  assert_int_equal(memory_counted.calls, 0);
  memory_end();
  assert_true(u == 7 && i == -7 && l == 70 && d == 0.5 && n == 9 && yes);
  assert_true(a.size == 4 && b.size == 1 && memcmp(a.data, "atom", 4) == 0);
  assert_string_equal(z, "Ωa");
  assert_int_equal(pier_match(t, "[x]"), 0);
  pier_buffer_free(&term);
  pier_buffer_free(&other);
  pier_pattern_free(pattern);
}

/* Its text may go, many terms may come, and a mismatch leaves nothing behind. */
static void a_pattern_is_used_again(void **state) {
  char text[] = "{add, ~l, ~l}";
  pier_buffer term = term_of("{add, 1, 2}"), other = term_of("{add, 1, x}");
  pier_pattern *pattern = pattern_of(text);
  pier_diag diag;
  long long a = 0, b = 0;
  int i;
  (void)state;
  memset(text, '~', sizeof text - 1);
  for (i = 0; i < 3; i++) {
    assert_int_equal(pier_pattern_match(pattern, pier_buffer_span(&term), NULL, &a, &b), 0);
    assert_true(a == 1 && b == 2);
    a = b = 0;
    assert_int_equal(pier_pattern_match(pattern, pier_buffer_span(&other), &diag, &a, &b),
                     PIER_EMATCH);
    assert_string_equal(diag.text, "element 3 of tuple: expected integer, got atom x");
    assert_int_equal(diag.offset, 10);
    assert_true(a == 0 && b == 0);
  }
  pier_pattern_free(pattern);
  pier_pattern_free(NULL);
  pier_buffer_free(&term);
  pier_buffer_free(&other);
}

static void compiling_survives_without_memory(void **state) {
  static const char text[] =
      "{#{{a} => ~i, \"b\" => [1,2,3,4|_]}, \"text\", <<\"a binary\">>, 1.5, 'a\\x20b',"
      " [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z], <<0:4000>>}";
  pier_pattern *pattern;
  size_t fail_at = 0;
  int error;
  (void)state;
  do {
    memory_begin(++fail_at);
    error = pier_pattern_new(&pattern, text, NULL);
    assert_true(error == 0 || (error == PIER_ENOMEM && !pattern));
    pier_pattern_free(pattern);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  } while (error);
  assert_true(fail_at > 5);
}

/* ---- Sizes --------------------------------------------------------------- */

static void repeat(pier_buffer *text, const char *part, size_t times) {
  for (; times > 0; times--)
    pier_buffer_append_text(text, part);
}

static struct size {
  const char *name;
  const char *before, *part, *after, *part_after;
  size_t times;
  int error;
  const char *text;
} sizes[] = {
    {"64 levels", "", "{", "x", "}", 64, 0, NULL},
    {"65 levels", "", "[", "x", "]", 65, PIER_EPATTERN, "the pattern is nested too deep"},
    {"keys are levels", "", "#{[", "", "]=>1}", 22, PIER_EPATTERN,
     "the pattern is nested too deep"},
    {"deep parentheses", "", "(", "1", ")", 65, PIER_EPATTERN, "nested deeper than the limit"},
    {"255 directives", "{", "~i,", "x}", "", 255, 0, NULL},
    {"256 directives", "{", "~i,", "x}", "", 256, PIER_EPATTERN,
     "more than 255 directives in a pattern"},
    {"long", "'", " ", "'", "", 65534, PIER_EPATTERN, "a pattern of more than 65535 bytes"},
    {"big literals", "{", "<<0:4000000>>,", "x}", "", 3, PIER_EPATTERN,
     "literals of more than 1 MiB"},
    {"many literals", "{", "<<0:400000>>,", "x}", "", 20, 0, NULL},
    {"a long bracket", "[", "x,", "x]", "", 30000, 0, NULL}};

static void sizes_are_bounded(void **state) {
  const struct size *row = *state;
  pier_buffer text = PIER_BUFFER_INIT;
  pier_pattern *pattern;
  pier_diag diag;
  pier_buffer_append_text(&text, row->before);
  repeat(&text, row->part, row->times);
  pier_buffer_append_text(&text, row->after);
  repeat(&text, row->part_after, row->times);
  pier_buffer_append_byte(&text, '\0');
  assert_int_equal(pier_pattern_new(&pattern, (const char *)text.data, &diag), row->error);
  if (row->text) assert_string_equal(diag.text, row->text);
  assert_true((row->error != 0) == !pattern);
  pier_pattern_free(pattern);
  pier_buffer_free(&text);
}

static void many_keys_without_others(void **state) {
  pier_buffer text = PIER_BUFFER_INIT;
  pier_pattern *pattern;
  pier_diag diag;
  int i, most;
  (void)state;
  for (most = 255; most <= 256; most++) {
    pier_buffer_clear(&text);
    pier_buffer_append_text(&text, "#{");
    for (i = 0; i < most; i++)
      pier_buffer_append_format(&text, "%s%d => _", i > 0 ? "," : "", i);
    pier_buffer_append_text(&text, " | #{}}");
    pier_buffer_append_byte(&text, '\0');
    assert_int_equal(pier_pattern_new(&pattern, (const char *)text.data, &diag),
                     most == 255 ? 0 : PIER_EPATTERN);
    pier_pattern_free(pattern);
  }
  assert_string_equal(diag.text, "more than 255 keys in this map");
  pier_buffer_free(&text);
}

/* ---- Maps ------------------------------------------------------------------ */

static struct map {
  const char *name, *term;
  int error;
  const char *text;
} maps[] = {
    {"#{a => 1 | #{}}", "#{a => 1}", 0, NULL},
    {"#{a => 1 | #{}}", "#{a => 1, b => 2}", PIER_EMATCH, "expected map of 1, got map of 2"},
    {"#{a => 1 | _}", "#{a => 1, b => 2}", 0, NULL},
    {"#{|#{}}", "#{}", 0, NULL},
    {"#{|#{}}", "#{a => 1}", PIER_EMATCH, "expected map of 0, got map of 1"},
    {"#{a => 1, a => _}", "#{a => 1}", 0, NULL},
    {"#{a => 1, b => 2, 'a' => _ | #{}}", "#{a => 1}", PIER_EPATTERN,
     "a key comes twice in this map"},
    {"#{a => 1 | x}", "#{a => 1}", PIER_EPATTERN, "after the | of a map comes #{} or _"},
    {"#{a => 1 | #{b => 1}}", "#{a => 1}", PIER_EPATTERN,
     "after the | of a map comes #{} or _"},
    {"#{a => 1 | #{} | _}", "#{a => 1}", PIER_EPATTERN,
     "} is expected after what follows the | of a map"},
    {"#{a => 1 |}", "#{a => 1}", PIER_EPATTERN, "after the | of a map comes #{} or _"},
    {"#{_ => 1}", "#{a => 1}", PIER_EPATTERN,
     "the key in a pattern is a term without directives"},
    {"#{[_] => 1}", "#{a => 1}", PIER_EPATTERN,
     "the key in a pattern is a term without directives"},
    {"#{c => 3, b => 2, a => 1}", "#{a => 1, b => 2, c => 3}", 0, NULL},
    {"#{c => 3, a => 1, c => _}", "#{a => 1, b => {}, c => 3}", 0, NULL},
    {"{#{b => _}, x}", "{#{a => {1}, b => [2], c => \"3\"}, x}", 0, NULL},
    {"#{#{#{1 => 2} => 3} => v}", "#{#{} => u, #{#{1 => 3} => 3} => w, #{#{1 => 2} => 3} => v}",
     0, NULL},
    {"#{#{#{1 => 2} => 3} => v}", "#{#{} => u, #{#{1 => 3} => 3} => w}", PIER_EMATCH,
     "expected map with key #{#{1 => 2} => 3}, got map of 2"},
    {"#{#{a => 1} => v}", "#{#{a => 1, b => 2} => v}", PIER_EMATCH,
     "expected map with key #{a => 1}, got map of 1"},
    {"#{a => {x, [_, #{b => [1|c]}]}}", "#{a => {x, [y, #{b => [1|d]}]}}", PIER_EMATCH,
     "value of key a, element 2 of tuple, element 2 of list, value of key b, tail of list: "
     "expected c, got atom d"},
    {"#{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa => 1}",
     "#{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa => 2}", PIER_EMATCH,
     "value of key aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...: expected 1, got integer 2"},
    {"{{{{{{{{{{{{a}}}}}}}}}}}}",
     "{{{{{{{{{{{{'1234567890123456789012345678901234567890'}}}}}}}}}}}}", PIER_EMATCH,
     "..., element 1 of tuple, element 1 of tuple, element 1 of tuple, element 1 of tuple, "
     "element 1 of tuple, element 1 of tuple: "
     "expected a, got atom 1234567890123456789012345678901234567890"}};

static void maps_by_key(void **state) {
  const struct map *row = *state;
  pier_buffer term = term_of(row->term);
  pier_diag diag;
  assert_int_equal(pier_match_diag(pier_buffer_span(&term), &diag, row->name), row->error);
  if (row->text) assert_string_equal(diag.text, row->text);
  pier_buffer_free(&term);
}

/* Where in the bytes: elements of a string too. */
static void offsets(void **state) {
  pier_buffer term = term_of("{a, \"xyz\", <<>>}");
  pier_diag diag;
  (void)state;
  assert_int_equal(pier_match_diag(pier_buffer_span(&term), &diag, "{_, [_, $z|_], _}"),
                   PIER_EMATCH);
  assert_string_equal(diag.text, "element 2 of tuple, element 2 of list: expected $z, got "
                                 "integer 121");
  assert_int_equal(term.data[diag.offset], 'y');
  assert_int_equal(pier_match_diag(pier_buffer_span(&term), &diag, "{_, _, [_]}"), PIER_EMATCH);
  assert_int_equal(diag.offset, term.size - 5);
  pier_buffer_free(&term);
}

/* ---- Text, identifiers, given values --------------------------------------- */

static struct text {
  const char *name, *text; /* the term; NULL: not text */
  int error;
} texts[] = {{"\"abc\"", "abc", 0},
             {"[]", "", 0},
             {"<<>>", "", 0},
             {"<<\"Ω\"/utf8>>", "Ω", 0},
             {"[937,97]", "Ωa", 0},
             {"[1114111]", "\xf4\x8f\xbf\xbf", 0},
             {"[97|b]", NULL, PIER_EMATCH},
             {"[55296]", NULL, PIER_EMATCH},
             {"[-1]", NULL, PIER_EMATCH},
             {"[1114112]", NULL, PIER_EMATCH},
             {"<<255>>", NULL, PIER_EMATCH},
             {"<<1:3>>", NULL, PIER_EMATCH},
             {"abc", NULL, PIER_EMATCH},
             {"[[97]]", NULL, PIER_EMATCH}};

static void text_in_utf8(void **state) {
  const struct text *row = *state;
  pier_buffer term = term_of(row->name), text = PIER_BUFFER_INIT;
  char fixed[8] = "before";
  pier_buffer_append_text(&text, "<");
  assert_int_equal(pier_match(pier_buffer_span(&term), "~s", &text), row->error);
  assert_int_equal(pier_match(pier_buffer_span(&term), "~z", fixed, sizeof fixed), row->error);
  assert_string_equal(fixed, row->text ? row->text : "before");
  assert_int_equal(text.size, 1 + (row->text ? strlen(row->text) : 0));
  if (row->text) assert_string_equal((const char *)text.data + 1, row->text);
  pier_buffer_free(&term);
  pier_buffer_free(&text);
}

static void text_has_to_fit(void **state) {
  pier_buffer term = term_of("\"1234\""), nul = term_of("<<0>>");
  char room[5] = "abcd";
  pier_diag diag;
  (void)state;
  assert_int_equal(pier_match_diag(pier_buffer_span(&term), &diag, "~z", room, (size_t)4),
                   PIER_ERANGE);
  assert_string_equal(diag.text, "expected text that fits, got list of 4");
  assert_string_equal(room, "abcd");
  assert_int_equal(pier_match(pier_buffer_span(&nul), "~z", room, sizeof room), PIER_ERANGE);
  assert_int_equal(pier_match(pier_buffer_span(&term), "~z", room, sizeof room), 0);
  assert_string_equal(room, "1234");
  pier_buffer_free(&term);
  pier_buffer_free(&nul);
}

static void identifiers(void **state) {
  erlang_pid pid = {"a@b", 1, 2, 3}, pid2;
  erlang_port port = {"a@b", 77, 3}, port2;
  erlang_ref ref = {"a@b", 3, {1, 2, 3}, 9}, ref2;
  pier_buffer term = PIER_BUFFER_INIT;
  (void)state;
  assert_int_equal(pier_format(&term, "{~p, ~P, ~r}", &pid, &port, &ref), 0);
  assert_int_equal(pier_match(pier_buffer_span(&term), "{~p, ~P, ~r}", &pid2, &port2, &ref2),
                   0);
  assert_int_equal(ei_cmp_pids(&pid, &pid2), 0);
  assert_int_equal(ei_cmp_ports(&port, &port2), 0);
  assert_int_equal(ei_cmp_refs(&ref, &ref2), 0);
  assert_int_equal(pier_match(pier_buffer_span(&term), "{~P, _, _}", &port2), PIER_EMATCH);
  pier_buffer_free(&term);
}

static void given_values(void **state) {
  pier_buffer term = term_of("{'Ω', #{a => [1,2], b => 3}}");
  pier_buffer given = term_of("#{b => 3, a => [1,2]}"), other = term_of("#{b => 3}");
  pier_diag diag;
  (void)state;
  assert_int_equal(pier_match(pier_buffer_span(&term), "{~A, ~E}", pier_span_text("Ω"),
                              pier_buffer_span(&given)),
                   0);
  assert_int_equal(
      pier_match_diag(pier_buffer_span(&term), &diag, "{~A, _}", pier_span_text("x")),
      PIER_EMATCH);
  assert_string_equal(diag.text, "element 1 of tuple: expected atom of the given name, got "
                                 "atom Ω");
  assert_int_equal(
      pier_match_diag(pier_buffer_span(&term), &diag, "{_, ~E}", pier_buffer_span(&other)),
      PIER_EMATCH);
  assert_string_equal(diag.text, "element 2 of tuple: expected the given term, got map of 2");
  pier_buffer_free(&term);
  pier_buffer_free(&given);
  pier_buffer_free(&other);
}

/* ---- Arguments that do not belong ------------------------------------------- */

static void wrong_types(void **state) {
  pier_buffer term = term_of("{1, 2}"), out = PIER_BUFFER_INIT;
  pier_pattern *pattern = pattern_of("{~l, ~l}");
  pier_span span = pier_buffer_span(&term);
  pier_diag diag;
  long long a = 5, b = 5;
  int i = 5;
  (void)state;
  assert_int_equal(pier_match_diag(span, &diag, "{~l, ~l}", &a, &i), PIER_EPATTERN);
  assert_string_equal(diag.text, "directive 2, ~l, wants long long *, got int *");
  assert_int_equal(pier_match_diag(span, &diag, "{~l, ~l}", &a), PIER_EPATTERN);
  assert_string_equal(diag.text,
                      "directive 2, ~l, wants long long *, but there is no argument left");
  assert_int_equal(pier_match_diag(span, &diag, "{~l, _}", &a, &b), PIER_EPATTERN);
  assert_string_equal(diag.text, "more arguments than the 1 directive takes: long long *");
  assert_int_equal(pier_match_diag(span, &diag, "{~l, ~l}", &a, (long long *)NULL), PIER_EARG);
  assert_string_equal(diag.text, "directive 2, ~l, got NULL");
  assert_int_equal(pier_pattern_match(pattern, span, &diag, &a, &i), PIER_EPATTERN);
  assert_int_equal(pier_pattern_match(pattern, span, &diag, &a), PIER_EPATTERN);
  assert_int_equal(pier_match(span, "{~l, ~l}", &i, &i), PIER_EPATTERN);
  assert_true(a == 5 && b == 5 && i == 5);
  assert_int_equal(pier_format(&out, "{~l}", 1), PIER_EPATTERN);
  assert_int_equal(pier_format(&out, "{~i}", 1LL), PIER_EPATTERN);
  assert_int_equal(pier_format(&out, "{~b}", "abc", 3), PIER_EPATTERN);
  assert_int_equal(pier_format(&out, "{~i}"), PIER_EPATTERN);
  assert_int_equal(pier_format(&out, "{ok}", 1), PIER_EPATTERN);
  assert_int_equal(pier_format(&out, "~a", (char *)NULL), PIER_EARG);
  assert_int_equal(pier_format(&out, "~T", (pier_buffer *)NULL), PIER_EARG);
  assert_true(out.size == 0 && out.error == 0);
  pier_pattern_free(pattern);
  pier_buffer_free(&term);
  pier_buffer_free(&out);
}

/* A compressed term has passed the gate, but has no parts to look at. */
static void compressed_terms_are_refused(void **state) {
  pier_buffer term = term_of("<<0:8000>>"), packed = PIER_BUFFER_INIT;
  pier_diag diag;
  (void)state;
  assert_int_equal(pier_term_compress(&packed, pier_buffer_span(&term), 9), 0);
  assert_int_equal(pier_match_diag(pier_buffer_span(&packed), &diag, "_"), PIER_EARG);
  assert_string_equal(diag.text, "the term is compressed: pier_term_plain first");
  assert_int_equal(pier_match(pier_span_of("\203", 1), "_"), PIER_EARG);
  assert_int_equal(pier_match(pier_span_of(NULL, 0), "_"), PIER_EARG);
  pier_buffer_free(&term);
  pier_buffer_free(&packed);
}

/* What is the same to the callee is the same to the check. */
static void right_types(void **state) {
  pier_buffer term = term_of("{1, 2, 3, true}"), out = PIER_BUFFER_INIT;
  int64_t a = 0;
  uint64_t b = 0;
  size_t c = 0;
  bool yes = false;
  const char *name = "x";
  uint8_t byte = 4;
  (void)state;
  assert_int_equal(pier_match(pier_buffer_span(&term), "{~l, ~L, ~n, ~B}", &a, &b, &c, &yes),
                   0);
  assert_true(a == 1 && b == 2 && c == 3 && yes);
  assert_int_equal(pier_format(&out, "{~l,~L,~n,~B,~a,~i,~b,~d}", a, b, c, yes, name, byte,
                               &byte, sizeof byte, 1.5F),
                   0);
  assert_int_equal(pier_match(pier_buffer_span(&out), "{1,2,3,true,x,4,<<4>>,1.5}"), 0);
  pier_buffer_free(&term);
  pier_buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(values_need_no_memory),
                                     cmocka_unit_test(a_pattern_is_used_again),
                                     cmocka_unit_test(compiling_survives_without_memory),
                                     cmocka_unit_test(many_keys_without_others),
                                     cmocka_unit_test(offsets),
                                     cmocka_unit_test(text_has_to_fit),
                                     cmocka_unit_test(identifiers),
                                     cmocka_unit_test(given_values),
                                     cmocka_unit_test(wrong_types),
                                     cmocka_unit_test(right_types),
                                     cmocka_unit_test(compressed_terms_are_refused)};
  int round, failed = 0;
  /* Patterns are remembered (test_known.c): all must be so again. */
  for (round = 0; round < 3; round++) {
    failed += RUN_ROWS(leans, a_compiled_match_needs_no_memory);
    failed += RUN_ROWS(sizes, sizes_are_bounded);
    failed += RUN_ROWS(maps, maps_by_key);
    failed += RUN_ROWS(texts, text_in_utf8);
    failed += cmocka_run_group_tests(tests, NULL, NULL);
  }
  return failed;
}
