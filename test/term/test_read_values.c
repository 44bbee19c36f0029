/* Terms read by type: what is got, what is said if it is of another type, and
 * that neither the encoding of lists nor the end of the memory makes a difference. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/rows.h"

#include "term/view.h"

#include <pier/read.h>

#include <inttypes.h>
#include <string.h>

static pier_buffer term_of(const char *text) {
  pier_buffer term = PIER_BUFFER_INIT;
  assert_int_equal(pier_term_read(&term, pier_span_text(text), NULL, NULL, NULL), 0);
  return term;
}

/* The same term with every string as a list of small integers. */
static pier_buffer without_strings(pier_span term) {
  pier_buffer out = PIER_BUFFER_INIT;
  const uint8_t *at = term.data + 1, *end = term.data + term.size;
  pier_write_version(&out);
  while (at < end) {
    pier__view view;
    size_t i;
    pier__view_at(&view, at);
    if (view.kind == PIER__STRING) {
      pier_write_list(&out, view.size);
      for (i = 0; i < view.size; i++)
        pier_write_int64(&out, view.data[i]);
      pier_write_nil(&out);
    } else {
      pier_buffer_append(&out, at, (size_t)(view.next - at));
    }
    at = view.next;
  }
  return out;
}

/* ---- Readers: each says what it got ------------------------------------------- */

typedef void reading(pier_reader *r, pier_buffer *said);

static void say_bytes(pier_buffer *said, pier_span bytes) {
  pier_buffer_append(said, bytes.data, bytes.size);
}

static void int64(pier_reader *r, pier_buffer *said) {
  pier_buffer_append_format(said, "%" PRId64, pier_read_int64(r));
}

static void uint64(pier_reader *r, pier_buffer *said) {
  pier_buffer_append_format(said, "%" PRIu64, pier_read_uint64(r));
}

static void byte(pier_reader *r, pier_buffer *said) {
  pier_buffer_append_format(said, "%" PRId64, pier_read_integer_in(r, -5, 255));
}

static void real(pier_reader *r, pier_buffer *said) {
  pier_buffer_append_format(said, "%g", pier_read_double(r));
}

static void number(pier_reader *r, pier_buffer *said) {
  pier_buffer_append_format(said, "%.17g", pier_read_number(r));
}

static void boolean(pier_reader *r, pier_buffer *said) {
  pier_buffer_append_format(said, "%d", pier_read_bool(r));
}

static void atom(pier_reader *r, pier_buffer *said) {
  pier_read_atom(r, said);
}

static void atom_span(pier_reader *r, pier_buffer *said) {
  say_bytes(said, pier_read_atom_span(r));
}

static void binary(pier_reader *r, pier_buffer *said) {
  say_bytes(said, pier_read_binary(r));
}

static void bits(pier_reader *r, pier_buffer *said) {
  size_t count;
  pier_span bytes = pier_read_bitstring(r, &count);
  pier_buffer_append_format(said, "%zu/%zu", count, bytes.size);
}

static void iodata(pier_reader *r, pier_buffer *said) {
  pier_read_iodata(r, said);
}

static void text(pier_reader *r, pier_buffer *said) {
  pier_read_text(r, said);
}

static void string(pier_reader *r, pier_buffer *said) {
  char room[8];
  size_t size = pier_read_string(r, room, sizeof room);
  assert_int_equal(strlen(room), size);
  pier_buffer_append_text(said, room);
}

static void digits(pier_reader *r, pier_buffer *said) {
  pier_buffer magnitude = PIER_BUFFER_INIT;
  int negative;
  size_t i, size = pier_read_bigint(r, &negative, &magnitude);
  assert_int_equal(size, magnitude.size);
  pier_buffer_append_text(said, negative ? "-" : "+");
  for (i = 0; i < size; i++)
    pier_buffer_append_format(said, "%02x", magnitude.data[i]);
  pier_buffer_free(&magnitude);
}

static void add(pier_reader *r, pier_buffer *said) {
  pier_reader call;
  int64_t a, b;
  pier_read_tuple(r, &call, 3);
  pier_read_this_atom(&call, "add");
  a = pier_read_int64(&call);
  b = pier_read_int64(&call);
  pier_buffer_append_format(said, "%" PRId64, a + b);
}

static void numbers(pier_reader *r, pier_buffer *said) {
  pier_reader list;
  pier_read_list(r, &list);
  while (pier_read_more(&list))
    pier_buffer_append_format(said, "%" PRId64 " ", pier_read_int64(&list));
}

static void atoms(pier_reader *r, pier_buffer *said) {
  pier_reader list;
  for (pier_read_list(r, &list); pier_read_more(&list); pier_buffer_append_text(said, " "))
    atom(&list, said);
}

static void first_of_list(pier_reader *r, pier_buffer *said) {
  pier_reader list;
  pier_read_list(r, &list);
  int64(&list, said);
}

static void third_of_list(pier_reader *r, pier_buffer *said) {
  pier_reader list;
  int i;
  pier_read_list(r, &list);
  for (i = 0; i < 3; i++)
    int64(&list, said);
}

static void pair_of_lists(pier_reader *r, pier_buffer *said) {
  pier_reader pair;
  pier_read_tuple(r, &pair, 2);
  numbers(&pair, said);
  pier_buffer_append_text(said, "; ");
  numbers(&pair, said);
}

static void improper(pier_reader *r, pier_buffer *said) {
  pier_reader list;
  pier_read_improper_list(r, &list);
  while (pier_read_more(&list))
    pier_buffer_append_format(said, "%" PRId64 " ", pier_read_int64(&list));
  if (!pier_read_tail(&list)) return;
  pier_buffer_append_text(said, "| ");
  int64(&list, said);
}

static void improper_without_tail(pier_reader *r, pier_buffer *said) {
  pier_reader list;
  pier_read_improper_list(r, &list);
  while (pier_read_more(&list))
    pier_buffer_append_format(said, "%" PRId64 " ", pier_read_int64(&list));
}

static void leave_all(pier_reader *r, pier_buffer *said) {
  pier_reader outer, inner, last;
  pier_read_tuple(r, &outer, 3);
  pier_read_list(&outer, &inner);
  pier_read_leave(&inner);
  pier_read_leave(&inner);
  int64(&outer, said);
  pier_read_list(&outer, &last);
  pier_read_skip(&last);
  pier_read_leave(&outer);
}

static void server(pier_reader *r, pier_buffer *said) {
  pier_reader options;
  pier_read_map(r, &options);
  pier_read_key(&options, "port");
  int64(&options, said);
  pier_buffer_append_text(said, " ");
  if (pier_read_find(&options, "host")) text(&options, said);
}

static void pairs(pier_reader *r, pier_buffer *said) {
  pier_reader map;
  for (pier_read_map(r, &map); pier_read_more(&map); pier_buffer_append_text(said, " ")) {
    atom(&map, said);
    int64(&map, said);
  }
}

static void choice(pier_reader *r, pier_buffer *said) {
  if (pier_read_if_atom(r, "yes"))
    pier_buffer_append_text(said, "y");
  else if (pier_read_if_atom(r, "no"))
    pier_buffer_append_text(said, "n");
  else
    pier_reader_fail(r, "yes or no");
}

static void same(pier_reader *r, pier_buffer *said) {
  pier_span term = pier_read_term(r);
  if (term.size > 0) assert_int_equal(pier_term_print(said, term, PIER_TEXT_W, 0), 0);
}

static void terms(pier_reader *r, pier_buffer *said) {
  pier_reader list;
  for (pier_read_list(r, &list); pier_read_more(&list); pier_buffer_append_text(said, " "))
    same(&list, said);
}

static void nothing(pier_reader *r, pier_buffer *said) {
  (void)r;
  (void)said;
}

static void type(pier_reader *r, pier_buffer *said) {
  pier_buffer_append_format(said, "%d", (int)pier_read_peek(r));
  pier_read_skip(r);
}

/* ---- Rows ---------------------------------------------------------------------- */

static struct row {
  const char *name; /* the term */
  reading *read;
  const char *said; /* what was got, until the error if there is one */
  int error;
  const char *text;
} rows[] = {
    {"0", int64, "0", 0, NULL},
    {"255", int64, "255", 0, NULL},
    {"-1", int64, "-1", 0, NULL},
    {"2147483648", int64, "2147483648", 0, NULL},
    {"9223372036854775807", int64, "9223372036854775807", 0, NULL},
    {"-9223372036854775808", int64, "-9223372036854775808", 0, NULL},
    {"9223372036854775808", int64, "0", PIER_ERANGE,
     "expected integer of 64 bits, got integer 9223372036854775808"},
    {"-9223372036854775809", int64, "0", PIER_ERANGE,
     "expected integer of 64 bits, got integer -9223372036854775809"},
    {"1.0", int64, "0", PIER_EMATCH, "expected integer, got float"},
    {"18446744073709551615", uint64, "18446744073709551615", 0, NULL},
    {"18446744073709551616", uint64, "0", PIER_ERANGE,
     "expected integer of 64 bits without sign, got integer of 9 bytes"},
    {"-1", uint64, "0", PIER_ERANGE,
     "expected integer of 64 bits without sign, got integer -1"},
    {"a", uint64, "0", PIER_EMATCH, "expected integer, got atom a"},
    {"255", byte, "255", 0, NULL},
    {"-5", byte, "-5", 0, NULL},
    {"256", byte, "0", PIER_ERANGE, "expected integer from -5 to 255, got integer 256"},
    {"-6", byte, "0", PIER_ERANGE, "expected integer from -5 to 255, got integer -6"},
    {"[]", byte, "0", PIER_EMATCH, "expected integer from -5 to 255, got []"},
    {"1.5", real, "1.5", 0, NULL},
    {"1", real, "0", PIER_EMATCH, "expected float, got integer 1"},
    {"-1.5", number, "-1.5", 0, NULL},
    {"-3", number, "-3", 0, NULL},
    {"9007199254740992", number, "9007199254740992", 0, NULL},
    {"9007199254740993", number, "0", PIER_ERANGE,
     "expected number that a double holds, got integer 9007199254740993"},
    {"#{}", number, "0", PIER_EMATCH, "expected number, got map of 0"},
    {"true", boolean, "1", 0, NULL},
    {"false", boolean, "0", 0, NULL},
    {"maybe", boolean, "0", PIER_EMATCH, "expected true or false, got atom maybe"},
    {"'Ωå'", atom, "Ωå", 0, NULL},
    {"''", atom, "", 0, NULL},
    {"1", atom, "", PIER_EMATCH, "expected atom, got integer 1"},
    {"'foo bar'", atom_span, "foo bar", 0, NULL},
    {"<<\"foo\">>", atom_span, "", PIER_EMATCH, "expected atom, got binary of 3 bytes"},
    {"<<\"abc\">>", binary, "abc", 0, NULL},
    {"<<>>", binary, "", 0, NULL},
    {"<<1:1>>", binary, "", PIER_EMATCH, "expected binary, got bit string"},
    {"\"abc\"", binary, "", PIER_EMATCH, "expected binary, got list of 3"},
    {"<<>>", bits, "0/0", 0, NULL},
    {"<<1>>", bits, "8/1", 0, NULL},
    {"<<1,2:3>>", bits, "11/2", 0, NULL},
    {"a", bits, "0/0", PIER_EMATCH, "expected bit string, got atom a"},
    {"0", digits, "+", 0, NULL},
    {"1", digits, "+01", 0, NULL},
    {"-256", digits, "-0001", 0, NULL},
    {"18446744073709551615", digits, "+ffffffffffffffff", 0, NULL},
    {"-18446744073709551616", digits, "-000000000000000001", 0, NULL},
    {"1.0", digits, "+", PIER_EMATCH, "expected integer, got float"},
    {"{add,1,2}", add, "3", 0, NULL},
    {"{add,1,70000}", add, "70001", 0, NULL},
    {"{add,1,foo}", add, "1", PIER_EMATCH,
     "element 3 of tuple: expected integer, got atom foo"},
    {"{sub,1,2}", add, "0", PIER_EMATCH, "element 1 of tuple: expected atom add, got atom sub"},
    {"{add,1}", add, "0", PIER_EMATCH, "expected bigger tuple, got tuple of 2"},
    {"{add,1,2,3}", add, "0", PIER_EMATCH, "expected smaller tuple, got tuple of 4"},
    {"{}", add, "0", PIER_EMATCH, "expected bigger tuple, got tuple of 0"},
    {"[add,1,2]", add, "0", PIER_EMATCH, "expected tuple, got list of 3"},
    {"[]", numbers, "", 0, NULL},
    {"[1,2,3]", numbers, "1 2 3 ", 0, NULL},
    {"[1,300]", numbers, "1 300 ", 0, NULL},
    {"\"ab\"", numbers, "97 98 ", 0, NULL},
    {"[1,a]", numbers, "1 0 ", PIER_EMATCH, "element 2 of list: expected integer, got atom a"},
    {"[1|2]", numbers, "1 ", PIER_EMATCH, "tail of list: expected [], got integer 2"},
    {"{1}", numbers, "", PIER_EMATCH, "expected list, got tuple of 1"},
    {"[1,2]", atoms, " ", PIER_EMATCH, "element 1 of list: expected atom, got integer 1"},
    {"[1,2,3]", first_of_list, "1", PIER_ETRAILING, "not read to its end: list of 3"},
    {"[1]", first_of_list, "1", 0, NULL},
    {"[]", first_of_list, "0", PIER_EMATCH, "expected longer list, got []"},
    {"[1,2,3]", third_of_list, "123", 0, NULL},
    {"[1,2]", third_of_list, "120", PIER_EMATCH, "expected longer list, got list of 2"},
    {"{[1,2],\"a\"}", pair_of_lists, "1 2 ; 97 ", 0, NULL},
    {"{[],[]}", pair_of_lists, "; ", 0, NULL},
    {"{\"ab\",[x]}", pair_of_lists, "97 98 ; 0 ", PIER_EMATCH,
     "element 2 of tuple, element 1 of list: expected integer, got atom x"},
    {"{[1|\"ab\"],[2|3]}", pair_of_lists, "1 97 98 ; 2 ", PIER_EMATCH,
     "element 2 of tuple, tail of list: expected [], got integer 3"},
    {"[1,2|3]", improper, "1 2 | 3", 0, NULL},
    {"[1,2]", improper, "1 2 ", 0, NULL},
    {"[300,1]", improper, "300 1 ", 0, NULL},
    {"[]", improper, "", 0, NULL},
    {"[1|a]", improper, "1 | 0", PIER_EMATCH, "tail of list: expected integer, got atom a"},
    {"[1|a]", improper_without_tail, "1 ", PIER_ETRAILING, "not read to its end: list of 1"},
    {"{[1,2,{3}],4,[{},5,6|7]}", leave_all, "4", 0, NULL},
    {"{\"abc\",4,\"de\"}", leave_all, "4", 0, NULL},
    {"{[],4,[5]}", leave_all, "4", 0, NULL},
    {"#{port=>80,host=>\"x\"}", server, "80 x", 0, NULL},
    {"#{port=>80}", server, "80 ", 0, NULL},
    {"#{port=>80,a=>{},b=>[1],z=>#{}}", server, "80 ", 0, NULL},
    {"#{host=>\"x\"}", server, "0 ", PIER_EMATCH, "expected map with key port, got map of 1"},
    {"#{}", server, "0 ", PIER_EMATCH, "expected map with key port, got map of 0"},
    {"#{port=>x}", server, "0 ", PIER_EMATCH,
     "value of key port: expected integer, got atom x"},
    {"#{port=>1,host=>[[a]]}", server, "1 ", PIER_EMATCH,
     "value of key host, element 1 of list, element 1 of list: expected text, got atom a"},
    {"#{a=>1,b=>2}", pairs, "a1 b2 ", 0, NULL},
    {"#{}", pairs, "", 0, NULL},
    {"#{a=>1,b=>c}", pairs, "a1 b0 ", PIER_EMATCH,
     "value of key b: expected integer, got atom c"},
    {"#{a=>1,\"b\"=>2}", pairs, "a1 0 ", PIER_EMATCH,
     "key 2 of map: expected atom, got list of 1"},
    {"yes", choice, "y", 0, NULL},
    {"no", choice, "n", 0, NULL},
    {"1", choice, "", PIER_EMATCH, "expected yes or no, got integer 1"},
    {"{a,[#{b=><<1>>}]}", same, "{a,[#{b => <<1>>}]}", 0, NULL},
    {"[1,[2,300],{}]", terms, "1 [2,300] {} ", 0, NULL},
    {"\"ab\"", terms, "97 98 ", 0, NULL},
    {"{1}", nothing, "", PIER_ETRAILING, "not read to its end: tuple of 1"},
    {"1", type, "1", 0, NULL},
    {"1.0", type, "2", 0, NULL},
    {"a", type, "3", 0, NULL},
    {"<<>>", type, "4", 0, NULL},
    {"<<1:1>>", type, "5", 0, NULL},
    {"{}", type, "6", 0, NULL},
    {"[a]", type, "7", 0, NULL},
    {"\"a\"", type, "7", 0, NULL},
    {"[]", type, "8", 0, NULL},
    {"#{}", type, "9", 0, NULL},
    {"fun m:f/1", type, "14", 0, NULL},
    {"1180591620717411303424", type, "1", 0, NULL},
    {"<<\"ab\">>", iodata, "ab", 0, NULL},
    {"[]", iodata, "", 0, NULL},
    {"\"ab\"", iodata, "ab", 0, NULL},
    {"[97,<<\"b\">>,[[<<>>]|\"c\"]|<<\"d\">>]", iodata, "abcd", 0, NULL},
    {"97", iodata, "", PIER_EMATCH, "expected iodata, got integer 97"},
    {"[a]", iodata, "", PIER_EMATCH, "element 1 of list: expected iodata, got atom a"},
    {"[97,256]", iodata, "", PIER_EMATCH,
     "element 2 of list: expected iodata, got integer 256"},
    {"[[\"ab\",-1]]", iodata, "", PIER_EMATCH,
     "element 1 of list, element 2 of list: expected iodata, got integer -1"},
    {"[97|98]", iodata, "", PIER_EMATCH, "tail of list: expected iodata, got integer 98"},
    {"[<<1:7>>]", iodata, "", PIER_EMATCH,
     "element 1 of list: expected iodata, got bit string"},
    {"[[{<<>>}]]", iodata, "", PIER_EMATCH,
     "element 1 of list, element 1 of list: expected iodata, got tuple of 1"},
    {"<<\"å\"/utf8>>", text, "å", 0, NULL},
    {"\"å\"", text, "å", 0, NULL},
    {"[$x,\"å\",[937],<<\"日\"/utf8>>|<<\"!\">>]", text, "xåΩ日!", 0, NULL},
    {"[<<195>>|<<165>>]", text, "å", 0, NULL},
    {"[<<195>>,[],[[]],<<165>>]", text, "å", 0, NULL},
    {"[]", text, "", 0, NULL},
    {"<<>>", text, "", 0, NULL},
    {"<<255>>", text, "", PIER_EMATCH, "expected text in UTF-8, got binary of 1 bytes"},
    {"[<<195>>,97]", text, "", PIER_EMATCH, "expected text in UTF-8, got list of 2"},
    {"[97,[55296]]", text, "", PIER_EMATCH,
     "element 2 of list, element 1 of list: expected text, got integer 55296"},
    {"[1114112]", text, "", PIER_EMATCH,
     "element 1 of list: expected text, got integer 1114112"},
    {"[1114111]", text, "\xf4\x8f\xbf\xbf", 0, NULL},
    {"abc", text, "", PIER_EMATCH, "expected text, got atom abc"},
    {"\"abcdefg\"", string, "abcdefg", 0, NULL},
    {"\"abcdefgh\"", string, "", PIER_ERANGE,
     "expected text of less than 8 bytes without NUL, got list of 8"},
    {"\"ååå\"", string, "ååå", 0, NULL},
    {"\"åååå\"", string, "", PIER_ERANGE,
     "expected text of less than 8 bytes without NUL, got list of 4"},
    {"<<\"a\",0>>", string, "", PIER_ERANGE,
     "expected text of less than 8 bytes without NUL, got binary of 2 bytes"},
    {"<<255>>", string, "", PIER_EMATCH, "expected text in UTF-8, got binary of 1 bytes"},
    {"[]", string, "", 0, NULL},
    {"x", string, "", PIER_EMATCH, "expected text, got atom x"},
};

static void check_row(const struct row *row, pier_span term) {
  uint8_t *copy = guard_copy(term.data, term.size);
  pier_buffer said = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  pier_reader r = pier_reader_of(pier_span_of(copy, term.size), &diag);
  row->read(&r, &said);
  if (pier_reader_end(&r) != row->error)
    fail_msg("%s: %s", pier_error_name(pier_reader_error(&r)), diag.text);
  pier_buffer_append_byte(&said, 0);
  assert_string_equal((const char *)said.data, row->said);
  assert_int_equal(diag.error, row->error);
  assert_string_equal(diag.text, row->text ? row->text : "");
  assert_true(diag.offset < term.size);
  assert_int_equal(pier_reader_end(&r), row->error);
  assert_false(pier_read_more(&r));
  pier_buffer_free(&said);
  guard_free(copy, term.size);
}

static void row_is_read(void **state) {
  const struct row *row = *state;
  pier_buffer term = term_of(row->name), lists = without_strings(pier_buffer_span(&term));
  pier_buffer old = PIER_BUFFER_INIT;
  pier_span bare = pier_span_of(term.data + 1, term.size - 1);
  assert_int_equal(pier_term_atoms(&old, pier_buffer_span(&term), PIER_ATOMS_LATIN1), 0);
  check_row(row, pier_buffer_span(&term));
  check_row(row, pier_buffer_span(&lists));
  check_row(row, pier_buffer_span(&old));
  check_row(row, bare);
  pier_buffer_free(&term);
  pier_buffer_free(&lists);
  pier_buffer_free(&old);
}

int main(void) {
  return RUN_ROWS(rows, row_is_read);
}
