/* term/read.h - what the files of the typed reader share: one step at a time. */
#ifndef PIER_TERM_READ_H
#define PIER_TERM_READ_H

#include "term/view.h"

#include <pier/read.h>

/* The term that is next, past the heads of lists of no elements; of a string, its
 * byte as a term. NULL if nothing is next: that has been told as an error. */
const uint8_t *pier__read_settle(pier_reader *reader);
static inline const uint8_t *pier__read_next(pier_reader *reader) {
  if (reader->left > 0 && reader->at[0] != ERL_LIST_EXT) return reader->at;
  return pier__read_settle(reader);
}

/* What begins at `at`. */
pier_type pier__read_type(const uint8_t *at);

/* The end of the terms in `reader`, at `at`: goes on in a list into what its tail
 * is, and else in the outer readers that have more. */
void pier__read_done(pier_reader *reader, const uint8_t *at);

/* Over a term that ends before `after`, of a string the next byte. */
void pier__read_pass_last(pier_reader *reader, const uint8_t *after);
static inline void pier__read_pass(pier_reader *reader, const uint8_t *after) {
  if (reader->left < 2) {
    pier__read_pass_last(reader, after);
    return;
  }
  reader->at = after;
  reader->left--;
}

/* The first error of the whole, with "expected `expected`, got" the term at `at`
 * (where `expected` is NULL, only the error's own text). Ends `reader` and those
 * around it. Returns the first error. */
int pier__read_fail(pier_reader *reader, int error, const uint8_t *at, const char *expected);

/* The same for the whole container that `reader` reads. */
int pier__read_fail_whole(pier_reader *reader, int error, const char *expected);

/* A view of what is next if it is of this kind; else false, and told. */
bool pier__read_view(pier_reader *reader, pier__view *view, pier__kind kind,
                     const char *expected);

/* read_deep.c: pier_read_text and pier_read_string of any chardata. */
void pier__read_text_deep(pier_reader *reader, pier_buffer *out);
size_t pier__read_string_deep(pier_reader *reader, char *text, size_t room);

#endif
