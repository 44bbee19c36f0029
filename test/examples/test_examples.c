/* The examples, as programs: a term in, a term out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include <pier.h>

#include "../support/child.h"

#define E30 "123456789012345678901234567890"
#define SEVENS64                                                                               \
  "77777777777777777777777777777777"                                                           \
  "77777777777777777777777777777777"

static const struct row {
  const char *program;
  const char *request;
  const char *answer;
} rows[] = {
    {"adder", "{add, 1, 2}", "{ok,3}"},
    {"adder", "{add, a, 2}", "{error,badarg}"},
    {"adder", "{add, 1}", "{error,{undef,add,1}}"},
    {"calc", "{add, 1, 2}", "{ok,3}"},
    {"calc", "{add, -1, 1}", "{ok,0}"},
    {"calc", "{add, 4294967295, 1}", "{ok,4294967296}"},
    {"calc", "{add, 9223372036854775807, 1}", "{ok,9223372036854775808}"},
    {"calc", "{add, 18446744073709551615, 18446744073709551615}", "{ok,36893488147419103230}"},
    {"calc", "{add, " E30 ", -" E30 "}", "{ok,0}"},
    {"calc", "{add, -" E30 ", 1}", "{ok,-123456789012345678901234567889}"},
    {"calc", "{sub, 0, 9223372036854775808}", "{ok,-9223372036854775808}"},
    {"calc", "{sub, 1, -" E30 "}", "{ok,123456789012345678901234567891}"},
    {"calc", "{mul, " E30 ", 3}", "{ok,370370367037037036703703703670}"},
    {"calc", "{mul, -" E30 ", 0}", "{ok,0}"},
    {"calc", "{mul, -4294967296, 4294967296}", "{ok,-18446744073709551616}"},
    {"calc", "{'div', " E30 ", 7}", "{ok,17636684144620811271604938270}"},
    {"calc", "{'rem', " E30 ", 7}", "{ok,0}"},
    {"calc", "{'div', -7, 2}", "{ok,-3}"},
    {"calc", "{'rem', -7, 2}", "{ok,-1}"},
    {"calc", "{'rem', 7, -2}", "{ok,1}"},
    {"calc", "{'div', " SEVENS64 ", " SEVENS64 "}", "{ok,1}"},
    {"calc", "{'div', 1, " SEVENS64 "}", "{ok,0}"},
    {"calc", "{add, 1.5, 2}", "{ok,3.5}"},
    {"calc", "{sub, 1, 0.25}", "{ok,0.75}"},
    {"calc", "{mul, -2.0, 0.5}", "{ok,-1.0}"},
    {"calc", "{divide, 1, 4}", "{ok,0.25}"},
    {"calc", "{divide, " E30 ", 1.0e30}", "{ok,0.12345678901234568}"},
    {"calc", "{divide, 1, 0}", "{error,badarith}"},
    {"calc", "{'div', 1, 0}", "{error,badarith}"},
    {"calc", "{'rem', 1, 0}", "{error,badarith}"},
    {"calc", "{'div', 1.0, 2}", "{error,badarith}"},
    {"calc", "{mul, 1.0e300, 1.0e300}", "{error,badarith}"},
    {"calc", "{add, one, 2}", "{error,badarith}"},
    {"calc", "{add, 1, []}", "{error,badarith}"},
    {"calc", "{power, 2, 3}", "{error,{undef,power,2}}"},
    {"calc", "{add, 1, 2, 3}", "{error,{undef,add,3}}"},
    {"calc", "nonsense", "{error,{undef,nonsense,0}}"},
    {"calc", "[1,2]", "{error,badarg}"},
    {"poll", "{add, 1, 2}", "{ok,3}"},
    {"poll", "{sum, [1, 2, 300]}", "{ok,303}"},
    {"jobs", "{call, me, {sum, [1, 2.5]}}", "{reply,me,{ok,3.5}}"},
    {"jobs", "{call, me, {sleep, 60000}, 10}", "{reply,me,{error,timeout}}"},
    {"jobs", "{call, me, {sleep, 1}}", "{reply,me,{ok,slept}}"},
    {"jobs", "{call, me, {count, 0}}", "{reply,me,{ok,0}}"},
    {"watch", "{call, me, {watch, <<\"test/examples\">>}}", "{reply,me,ok}"},
    {"watch", "{call, me, {watch, <<\"/no/such/folder\">>}}", "{reply,me,{error,enoent}}"},
    {"watch", "{call, me, {watch, <<\"a\", 0>>}}", "{reply,me,{error,badarg}}"},
    {"watch", "{call, me, {unwatch, <<\"test/examples\">>}}", "{reply,me,{error,enoent}}"},
    {"deflate", "{deflate, <<>>}", "{ok,<<120,156,3,0,0,0,0,1>>}"},
    {"deflate", "{inflate, <<120,156,3,0,0,0,0,1>>}", "{ok,<<>>}"},
    {"deflate", "{inflate, <<120,156,3,0,0,0,0,1,0>>}", "{error,data_error}"},
    {"deflate", "{inflate, <<120,156,3,0>>}", "{error,data_error}"},
    {"deflate", "{inflate, <<>>}", "{error,data_error}"},
    {"deflate", "{inflate, <<\"junk\">>}", "{error,data_error}"},
    {"deflate", "{inflate, junk}", "{error,badarg}"},
    {"deflate", "{deflate, <<>>, 9}", "{ok,<<120,218,3,0,0,0,0,1>>}"},
    {"deflate", "{deflate, <<>>, 10}", "{error,badarg}"},
    {"deflate", "{deflate, \"list\"}", "{error,badarg}"},
};

/* Where the examples were built. */
static const char *path_of(const char *program) {
  static char path[256];
  const char *build = getenv("PIER_BUILD");
  snprintf(path, sizeof path, "%s/examples/%s", build ? build : "build/check", program);
  return path;
}

/* One frame in, one out; the program ends with 0 and in silence. The caller
 * frees the answer, which still has its header. */
static pier_buffer ask(const char *program, pier_span request) {
  pier_framing framing = pier_framing_packet(4);
  pier_buffer input = PIER_BUFFER_INIT, output = PIER_BUFFER_INIT;
  struct child child;
  char said[256];
  size_t size;
  assert_int_equal(pier_frame_append(&input, &framing, request), 0);
  child_exec(&child, 0, path_of(program));
  child_exchange(&child, pier_buffer_span(&input), SIZE_MAX, &output, 4);
  assert_true(output.size >= 4);
  size = (size_t)output.data[0] << 24 | output.data[1] << 16 | output.data[2] << 8 |
         output.data[3];
  child_exchange(&child, pier_span_of(NULL, 0), 1, &output, 4 + size);
  assert_int_equal(child_end(&child, said, sizeof said), 0);
  assert_string_equal(said, "");
  assert_int_equal(output.size, 4 + size);
  pier_buffer_free(&input);
  return output;
}

static pier_span payload(const pier_buffer *answer) {
  return pier_span_of(answer->data + 4, answer->size - 4);
}

static void check_row(void **state) {
  const struct row *row = *state;
  pier_buffer request = PIER_BUFFER_INIT, text = PIER_BUFFER_INIT, answer;
  assert_int_equal(pier_term_read(&request, pier_span_text(row->request), NULL, NULL, NULL), 0);
  answer = ask(row->program, pier_buffer_span(&request));
  assert_int_equal(pier_term_scan(payload(&answer), NULL, NULL, NULL), 0);
  assert_int_equal(pier_term_print(&text, payload(&answer), PIER_TEXT_W, 0), 0);
  pier_buffer_append_byte(&text, 0);
  assert_string_equal((const char *)text.data, row->answer);
  pier_buffer_free(&request);
  pier_buffer_free(&text);
  pier_buffer_free(&answer);
}

/* 4 MiB that compress a little. */
static pier_buffer make_data(void) {
  pier_buffer data = PIER_BUFFER_INIT;
  size_t i, size = 4 << 20;
  uint32_t random = 1;
  uint8_t *bytes = pier_buffer_reserve(&data, size);
  assert_non_null(bytes);
  for (i = 0; i < size; i++) {
    random = random * 1103515245 + 12345;
    bytes[i] = random >> 16 & 63;
  }
  data.size = size;
  return data;
}

static void megabytes_through_deflate(void **state) {
  pier_buffer data = make_data(), request = PIER_BUFFER_INIT, packed, plain;
  pier_span bytes;
  (void)state;
  assert_int_equal(pier_format(&request, "{deflate, ~b}", data.data, data.size), 0);
  packed = ask("deflate", pier_buffer_span(&request));
  assert_int_equal(pier_match(payload(&packed), "{ok, ~b}", &bytes), 0);
  assert_true(bytes.size < data.size && bytes.size > 1 << 20);
  pier_buffer_clear(&request);
  assert_int_equal(pier_format(&request, "{inflate, ~b}", bytes.data, bytes.size), 0);
  plain = ask("deflate", pier_buffer_span(&request));
  assert_int_equal(pier_match(payload(&plain), "{ok, ~b}", &bytes), 0);
  assert_int_equal(bytes.size, data.size);
  assert_memory_equal(bytes.data, data.data, data.size);
  pier_buffer_free(&data);
  pier_buffer_free(&request);
  pier_buffer_free(&packed);
  pier_buffer_free(&plain);
}

/* 65 MiB of zeros are 64 KiB on the way in. */
static void a_bomb_is_refused(void **state) {
  uLong size = 65 << 20;
  uLongf packed_size = compressBound(size);
  uint8_t *zeros = calloc(1, size), *packed = malloc(packed_size);
  pier_buffer request = PIER_BUFFER_INIT, answer;
  (void)state;
  assert_non_null(zeros);
  assert_non_null(packed);
  assert_int_equal(compress(packed, &packed_size, zeros, size), Z_OK);
  assert_int_equal(pier_format(&request, "{inflate, ~b}", packed, (size_t)packed_size), 0);
  answer = ask("deflate", pier_buffer_span(&request));
  assert_int_equal(pier_match(payload(&answer), "{error, {too_big, 67108864}}"), 0);
  free(zeros);
  free(packed);
  pier_buffer_free(&request);
  pier_buffer_free(&answer);
}

static void echo_of(const void *data, size_t size) {
  pier_buffer answer = ask("echo", pier_span_of(data, size));
  assert_int_equal(answer.size, size + 4);
  if (size > 0) assert_memory_equal(answer.data + 4, data, size);
  pier_buffer_free(&answer);
}

static void echo_sends_anything_back(void **state) {
  pier_buffer data = make_data();
  (void)state;
  echo_of(NULL, 0);
  echo_of("no term", 7);
  echo_of(data.data, data.size);
  pier_buffer_free(&data);
}

static void too_big_a_number_is_refused(void **state) {
  static uint8_t digits[20000];
  pier_buffer big = PIER_BUFFER_INIT, request = PIER_BUFFER_INIT, answer;
  (void)state;
  memset(digits, 255, sizeof digits);
  assert_int_equal(pier_write_bigint(&big, 0, digits, sizeof digits), 0);
  assert_int_equal(pier_format(&request, "{add, ~T, 1}", &big), 0);
  answer = ask("calc", pier_buffer_span(&request));
  assert_int_equal(pier_match(payload(&answer), "{error, system_limit}"), 0);
  pier_buffer_free(&big);
  pier_buffer_free(&request);
  pier_buffer_free(&answer);
}

int main(void) {
  enum { ROWS = sizeof rows / sizeof rows[0] };
  static const struct CMUnitTest others[] = {
      cmocka_unit_test(megabytes_through_deflate),
      cmocka_unit_test(a_bomb_is_refused),
      cmocka_unit_test(echo_sends_anything_back),
      cmocka_unit_test(too_big_a_number_is_refused),
  };
  static struct CMUnitTest tests[ROWS + sizeof others / sizeof others[0]];
  static char names[ROWS][200];
  size_t i;
  for (i = 0; i < ROWS; i++) {
    snprintf(names[i], sizeof names[i], "%s: %s", rows[i].program, rows[i].request);
    tests[i].name = names[i];
    tests[i].test_func = check_row;
    tests[i].initial_state = (void *)(uintptr_t)&rows[i];
  }
  memcpy(tests + ROWS, others, sizeof others);
  return cmocka_run_group_tests_name("examples", tests, NULL, NULL);
}
