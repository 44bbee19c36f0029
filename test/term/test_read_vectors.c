/* Every recorded term, read by the cursor from end to end where the memory ends:
 * it says what the printer says. */
#include "../support/cmocka_all.h"
#include "../support/guard.h"
#include "../support/reader_walk.h"
#include "../support/rows.h"
#include "../support/vectors.h"

#include <stdbool.h>
#include <string.h>

static void check_walk(pier_span term) {
  uint8_t *copy = guard_copy(term.data, term.size);
  pier_buffer read = PIER_BUFFER_INIT, printed = PIER_BUFFER_INIT;
  assert_int_equal(reader_walk(pier_span_of(copy, term.size), &read), 0);
  assert_int_equal(pier_term_print(&printed, term, PIER_TEXT_W, 0), 0);
  /* The printer puts keys in order. */
  if (memmem(printed.data, printed.size, "#{", 2) == NULL) {
    assert_int_equal(read.size, printed.size);
    assert_memory_equal(read.data, printed.data, read.size);
  }
  pier_buffer_free(&read);
  pier_buffer_free(&printed);
  guard_free(copy, term.size);
}

/* The printer says " => ", as Erlang does; and the keys are in order here. */
static void check_normal(pier_span term) {
  pier_buffer read = PIER_BUFFER_INIT, printed = PIER_BUFFER_INIT, normal = PIER_BUFFER_INIT;
  size_t at, size = 0;
  assert_int_equal(pier_term_normalize(&normal, term), 0);
  assert_int_equal(reader_walk(pier_buffer_span(&normal), &read), 0);
  assert_int_equal(pier_term_print(&printed, pier_buffer_span(&normal), PIER_TEXT_W, 0), 0);
  for (at = 0; at < printed.size; at++) {
    bool arrow = printed.size - at >= 4 && memcmp(printed.data + at, " => ", 4) == 0;
    if (arrow) at++;
    printed.data[size++] = printed.data[at];
    if (!arrow) continue;
    printed.data[size++] = '>';
    at += 2;
  }
  assert_int_equal(read.size, size);
  assert_memory_equal(read.data, printed.data, size);
  pier_buffer_free(&read);
  pier_buffer_free(&printed);
  pier_buffer_free(&normal);
}

static void row_is_read(void **state) {
  const vector_row *row = *state;
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span term, bytes = row->bytes;
  if (pier_term_scan(bytes, NULL, &bytes.size, NULL) < 0) return;
  assert_int_equal(pier_term_plain(bytes, NULL, &scratch, &term, NULL), 0);
  check_walk(term);
  check_normal(term);
  pier_buffer_free(&scratch);
}

static int run_file(const char *path) {
  size_t count;
  vector_row *rows = vectors_load(path, &count);
  int failed = run_rows(path, rows, sizeof rows[0], count, row_is_read);
  vectors_free(rows, count);
  return failed;
}

int main(void) {
  return run_file("test/vectors/terms_valid.tsv") +
         run_file("test/vectors/terms_malformed.tsv");
}
