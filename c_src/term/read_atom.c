#include "term/read.h"

#include "term/atom.h"
#include "term/deep.h"

#include <stdio.h>

extern inline int pier_read_is_ascii(const char *name, size_t size);
extern inline int pier_read_atom_head(const uint8_t *at, const char *name, size_t size);
extern inline int pier_read_if_atom(pier_reader *reader, const char *name);
extern inline int pier_read_bool(pier_reader *reader);
extern inline int pier_read_this_atom(pier_reader *reader, const char *name);

/* True if the term at `at` is the atom, and then it has been read. */
static bool take(pier_reader *reader, const uint8_t *at, const char *name, size_t size) {
  const uint8_t *after = pier__atom_pass(at, pier_span_of(name, size));
  if (after) pier__read_pass(reader, after);
  return after != NULL;
}

int pier_read_if_atom_general(pier_reader *reader, const char *name, size_t size) {
  const uint8_t *at = pier_read_more(reader) ? pier__read_next(reader) : NULL;
  return at && take(reader, at, name, size);
}

int pier_read_this_atom_general(pier_reader *reader, const char *name, size_t size) {
  char expected[64];
  const uint8_t *at = pier__read_next(reader);
  if (!at) return 0;
  if (take(reader, at, name, size)) return 1;
  snprintf(expected, sizeof expected, "atom %s", name);
  pier__read_fail(reader, PIER_EMATCH, at, expected);
  return 0;
}

int pier_read_bool_general(pier_reader *reader) {
  const uint8_t *at = pier__read_next(reader);
  if (!at) return 0;
  if (take(reader, at, "true", 4)) return 1;
  if (!take(reader, at, "false", 5)) pier__read_fail(reader, PIER_EMATCH, at, "true or false");
  return 0;
}

void pier_read_atom(pier_reader *reader, pier_buffer *name) {
  pier__view view;
  int error;
  if (!pier__read_view(reader, &view, PIER__ATOM, "atom")) return;
  error = view.latin1 ? pier__latin1_append(name, view.data, view.size)
                      : pier_buffer_append(name, view.data, view.size);
  if (error)
    pier__read_fail(reader, error, reader->at, NULL);
  else
    pier__read_pass(reader, view.next);
}

pier_span pier_read_atom_span(pier_reader *reader) {
  pier__view view;
  pier_span name = {NULL, 0};
  if (!pier__read_view(reader, &view, PIER__ATOM, "atom")) return name;
  if (pier__atom_span(&view, &name))
    pier__read_pass(reader, view.next);
  else
    pier__read_fail(reader, PIER_ERANGE, reader->at, "atom in UTF-8");
  return name;
}
