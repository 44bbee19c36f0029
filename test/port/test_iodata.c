/* Iodata and text from terms, as a port takes them. */
#include "../support/rows.h"

#include "port/iodata.h"
#include "port/text.h"

#include <string.h>

struct row {
  const char *name;
  const char *term;
  const char *expected; /* NULL: refused */
};

static struct row iodata[] = {
    {"binary", "<<\"ab\">>", "ab"},
    {"empty binary", "<<>>", ""},
    {"empty list", "[]", ""},
    {"string", "\"ab\"", "ab"},
    {"list of bytes and binaries", "[97,<<\"b\">>,[99]]", "abc"},
    {"deep", "[[[[97]]],[[98|<<\"c\">>]]]", "abc"},
    {"nothing but depth", "[[[[]]],[[]]]", ""},
    {"binary tail", "[97|<<\"b\">>]", "ab"},
    {"string in the middle", "[<<\"a\">>,\"bc\",<<\"d\">>]", "abcd"},
    {"byte as tail", "[97|98]", NULL},
    {"256", "[256]", NULL},
    {"negative", "[-1]", NULL},
    {"bignum", "[100000000000000000000]", NULL},
    {"atom", "a", NULL},
    {"atom inside", "[97,a]", NULL},
    {"tuple", "{97}", NULL},
    {"float", "[1.0]", NULL},
    {"bits", "<<1,2:3>>", NULL},
    {"less than a byte", "<<1:3>>", ""},
    {"less than a byte inside", "[97,<<1:3>>]", "a"},
};

static struct row texts[] = {
    {"list", "\"ab\"", "ab"},
    {"atom", "ab", "ab"},
    {"Latin-1 atom", "'\xc3\xa5'", "\xc3\xa5"},
    {"binary as it is", "<<229,98>>",
     "\xe5"
     "b"},
    {"binary to the first NUL", "<<\"a\",0,\"b\">>", "a"},
    {"code points", "[229,8364,128512]", "\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"bytes of a string are code points", "[229]", "\xc3\xa5"},
    {"deep list", "[\"a\",[[98]],\"c\"]", "abc"},
    {"empty", "[]", ""},
    {"NUL", "[97,0]", NULL},
    {"surrogate", "[55296]", NULL},
    {"beyond Unicode", "[1114112]", NULL},
    {"binary inside", "[<<\"a\">>]", NULL},
    {"improper", "[97|98]", NULL},
    {"integer", "97", NULL},
};

static void read_term(pier_buffer *term, const char *text) {
  assert_int_equal(pier_term_read(term, pier_span_text(text), NULL, NULL, NULL), 0);
  assert_int_equal(pier_term_scan(pier_buffer_span(term), NULL, NULL, NULL), 0);
}

static void is_iodata(void **state) {
  const struct row *row = *state;
  pier_buffer term = PIER_BUFFER_INIT, scratch = PIER_BUFFER_INIT;
  pier_span bytes;
  int error;
  read_term(&term, row->term);
  error = pier__iodata(pier_buffer_span(&term), &scratch, &bytes);
  if (row->expected) {
    assert_int_equal(error, 0);
    assert_int_equal(bytes.size, strlen(row->expected));
    if (bytes.size > 0) assert_memory_equal(bytes.data, row->expected, bytes.size);
  } else {
    assert_int_equal(error, PIER_EBADARG);
  }
  pier_buffer_free(&scratch);
  pier_buffer_free(&term);
}

static void is_text(void **state) {
  const struct row *row = *state;
  pier_buffer term = PIER_BUFFER_INIT, text = PIER_BUFFER_INIT;
  pier__view view;
  int error;
  read_term(&term, row->term);
  pier__view_at(&view, pier__view_start(pier_buffer_span(&term)));
  error = pier__text(&view, &text);
  if (row->expected) {
    assert_int_equal(error, 0);
    assert_string_equal((char *)text.data, row->expected);
  } else {
    assert_int_equal(error, PIER_EBADARG);
  }
  pier_buffer_free(&text);
  pier_buffer_free(&term);
}

/* A list a million deep is no deeper on our stack. */
static void depth_costs_no_stack(void **state) {
  enum { DEPTH = 1000000 };
  pier_buffer term = PIER_BUFFER_INIT, scratch = PIER_BUFFER_INIT;
  pier_span bytes;
  int i;
  (void)state;
  for (i = 0; i < DEPTH; i++)
    pier_buffer_append(&term, "l\0\0\0\1", 5);
  pier_buffer_append(&term, "aA", 2);
  for (i = 0; i < DEPTH; i++)
    pier_buffer_append(&term, "j", 1);
  assert_int_equal(term.error, 0);
  assert_int_equal(pier__iodata(pier_buffer_span(&term), &scratch, &bytes), 0);
  assert_int_equal(bytes.size, 1);
  pier_buffer_free(&scratch);
  pier_buffer_free(&term);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(depth_costs_no_stack)};
  int failed = RUN_ROWS(iodata, is_iodata);
  failed += RUN_ROWS(texts, is_text);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
