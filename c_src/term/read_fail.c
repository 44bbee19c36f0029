#include "term/read.h"
#include "term/words.h"

static pier_reader *whole_of(pier_reader *reader) {
  while (reader->up)
    reader = reader->up;
  return reader;
}

int pier_reader_error(const pier_reader *reader) {
  while (reader->up)
    reader = reader->up;
  return reader->error;
}

/* The bytes of strings have no terms of their own: they are where the string is
 * read. */
static const uint8_t *place_of(const pier_reader *reader, const uint8_t *at) {
  bool byte = reader->kind == PIER_READER_STRING && at != reader->term;
  return byte ? reader->at : at;
}

static void say_path(pier__words *words, const pier_reader *reader, const uint8_t *term,
                     const uint8_t *place, const uint8_t *at) {
  const uint8_t *end = pier__view_skip(term + (term[0] == PIER__VERSION));
  pier_buffer path = PIER_BUFFER_INIT;
  bool byte = place != at && reader->term[0] == ERL_STRING_EXT;
  bool found = pier_term_path(&path, pier_span_of(term, (size_t)(end - term)),
                              (size_t)(place - term)) > 0;
  if (found) pier__words_say(words, "%.*s", (int)path.size, (const char *)path.data);
  if (byte) pier__words_element(words, (size_t)(place - reader->term) - 2, true, !found);
  if (found || byte) pier__words_say(words, ": ");
  pier_buffer_free(&path);
}

static void tell(pier_diag *diag, const pier_reader *reader, const uint8_t *term, int error,
                 const uint8_t *at, const char *expected) {
  const uint8_t *place = place_of(reader, at);
  pier__words words;
  pier_diag_set(diag, error, (size_t)(place - term), "%s", "");
  pier__words_begin(&words, diag);
  say_path(&words, reader, term, place, at);
  if (!expected) {
    pier__words_say(&words, "%s", pier_strerror(error));
    return;
  }
  if (error == PIER_ETRAILING)
    pier__words_say(&words, "not read to its end: ");
  else
    pier__words_say(&words, "expected %s, got ", expected);
  pier__words_got(&words, at);
}

int pier__read_fail(pier_reader *reader, int error, const uint8_t *at, const char *expected) {
  pier_reader *whole = whole_of(reader);
  if (!whole->error) {
    whole->error = error;
    if (whole->more.diag) tell(whole->more.diag, reader, whole->term, error, at, expected);
  }
  for (; reader; reader = reader->up) {
    reader->left = 0;
    reader->state = PIER_READER_FAILED;
  }
  return whole->error;
}

int pier__read_fail_whole(pier_reader *reader, int error, const char *expected) {
  const uint8_t *at = reader->term;
  if (!at || reader->state == PIER_READER_FAILED) return pier_reader_error(reader);
  return pier__read_fail(reader, error, at + (at[0] == PIER__VERSION), expected);
}

int pier_reader_fail(pier_reader *reader, const char *expected) {
  const uint8_t *at = pier__read_next(reader);
  return at ? pier__read_fail(reader, PIER_EMATCH, at, expected) : pier_reader_error(reader);
}
