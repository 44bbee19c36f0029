/* The printer's short way needs room beyond the text; without, the long way goes
 * on. Where the one takes over from the other must not show. */
#include "../support/memory.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>

enum { HEX, TEXT, ROOM = 1 << 16, MOST_LIMITS = 300 };

static pier_span plain_of(const vector_row *row, pier_buffer *scratch) {
  pier_span term, bytes = row->bytes;
  size_t used;
  assert_int_equal(pier_term_scan(bytes, NULL, &used, NULL), 0);
  bytes.size = used;
  assert_int_equal(pier_term_plain(bytes, NULL, scratch, &term, NULL), 0);
  return term;
}

static void check_text(const pier_buffer *out, const char *text, size_t size) {
  assert_int_equal(out->size, size);
  assert_memory_equal(out->data, text, size);
}

/* Exactly as much as the text needs is enough; less is not, and leaves nothing. */
static void check_limits(pier_span term, const pier_buffer *text) {
  size_t most = text->size < MOST_LIMITS ? text->size : MOST_LIMITS, short_by;
  for (short_by = 0; short_by < most; short_by++) {
    pier_buffer out = PIER_BUFFER_INIT;
    int error;
    out.limit = text->size - short_by;
    error = pier_term_print(&out, term, PIER_TEXT_W, 0);
    assert_int_equal(error, short_by > 0 ? PIER_ELIMIT : 0);
    if (error)
      assert_int_equal(out.size, 0);
    else
      check_text(&out, (const char *)text->data, text->size);
    pier_buffer_free(&out);
  }
}

/* With room for all, behind other text, and with room for less and less. */
static void same_with_any_room(void **state) {
  const vector_row *row = *state;
  pier_buffer scratch = PIER_BUFFER_INIT, roomy = PIER_BUFFER_INIT, out = PIER_BUFFER_INIT;
  pier_span term = plain_of(row, &scratch);
  assert_non_null(pier_buffer_reserve(&roomy, ROOM + 8 * term.size));
  assert_int_equal(pier_term_print(&roomy, term, PIER_TEXT_W, 0), 0);
  check_limits(term, &roomy);
  pier_buffer_append_text(&out, "text: ");
  assert_int_equal(pier_term_print(&out, term, PIER_TEXT_W, 0), 0);
  pier_buffer_consume(&out, 6);
  check_text(&out, (const char *)roomy.data, roomy.size);
  pier_buffer_free(&out);
  pier_buffer_free(&roomy);
  pier_buffer_free(&scratch);
}

static void is_erlangs_text(void **state) {
  const vector_row *row = *state;
  pier_buffer scratch = PIER_BUFFER_INIT, out = PIER_BUFFER_INIT;
  pier_span term = plain_of(row, &scratch);
  assert_int_equal(pier_term_print(&out, term, PIER_TEXT_W, 0), 0);
  check_text(&out, row->field[TEXT], strlen(row->field[TEXT]));
  pier_buffer_free(&out);
  pier_buffer_free(&scratch);
}

/* Keys out of order are put in order, and each map in the map too; one that is
 * in order but for the innermost level is taken back and printed the long way. */
static void maps_out_of_order(void **state) {
  static const char inner[] = "\x83\x74\0\0\0\2a\1\x74\0\0\0\2a\2a\2a\1a\1a\0a\0";
  static const char text[] = "#{0 => 0,1 => #{1 => 1,2 => 2}}";
  pier_buffer out = PIER_BUFFER_INIT;
  pier_span term = pier_span_of(inner, sizeof inner - 1);
  (void)state;
  assert_int_equal(pier_term_scan(term, NULL, NULL, NULL), 0);
  assert_int_equal(pier_term_print(&out, term, PIER_TEXT_W, 0), 0);
  check_text(&out, text, sizeof text - 1);
  pier_buffer_free(&out);
}

/* One list in the next, with each time more behind it: what is printed again
 * because of its depth stays within few times. */
static void deep_and_wide(void **state) {
  enum { DEEP = 500, WIDE = 20 };
  pier_buffer term = PIER_BUFFER_INIT, out = PIER_BUFFER_INIT, read = PIER_BUFFER_INIT;
  size_t i, j;
  (void)state;
  pier_write_version(&term);
  for (i = 0; i < DEEP; i++) {
    pier_write_tuple(&term, WIDE + 1);
    for (j = 0; j < WIDE; j++)
      pier_write_int64(&term, (int64_t)(i * j));
  }
  pier_write_atom(&term, "end");
  assert_int_equal(pier_write_done(&term, 0), 0);
  assert_int_equal(pier_term_print(&out, pier_buffer_span(&term), PIER_TEXT_W, 0), 0);
  assert_int_equal(pier_term_read(&read, pier_buffer_span(&out), NULL, NULL, NULL), 0);
  assert_int_equal(read.size, term.size);
  assert_memory_equal(read.data, term.data, term.size);
  pier_buffer_free(&term);
  pier_buffer_free(&out);
  pier_buffer_free(&read);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(maps_out_of_order),
      cmocka_unit_test(deep_and_wide),
  };
  size_t few, many;
  vector_row *own = vectors_load("test/vectors/print.tsv", &few);
  vector_row *all = vectors_load("test/vectors/terms_valid.tsv", &many);
  int failed = run_rows("text", own, sizeof own[0], few, is_erlangs_text);
  failed += run_rows("room", own, sizeof own[0], few, same_with_any_room);
  failed += run_rows("room for all", all, sizeof all[0], many, same_with_any_room);
  failed += cmocka_run_group_tests_name("print run", tests, NULL, NULL);
  vectors_free(own, few);
  vectors_free(all, many);
  return failed;
}
