#include "term/read.h"

extern inline int pier_read_more(pier_reader *reader);

extern inline pier_reader pier_reader_of(pier_span term, pier_diag *diag);

int pier_reader_empty(pier_diag *diag) {
  return pier_diag_set(diag, PIER_EARG, 0, "there is no term");
}

int pier_reader_end(pier_reader *reader) {
  if (reader->state == PIER_READER_READY || reader->state == PIER_READER_OPEN)
    pier__read_fail(reader, PIER_ETRAILING, reader->at, "");
  return pier_reader_error(reader);
}

/* ---- Behind the last term ---------------------------------------------------- */

/* Behind the elements of a list comes its tail, which may be another list. True
 * if it was []. */
static bool end_list(pier_reader *list) {
  const uint8_t *at = list->at;
  while (at[0] == ERL_LIST_EXT && pier__load32(at + 1) == 0)
    at += 5;
  list->at = at;
  if (at[0] == ERL_NIL_EXT) {
    list->at = at + 1;
    return true;
  }
  if (at[0] == ERL_LIST_EXT) {
    list->left = pier__load32(at + 1);
    list->at = at + 5;
    return false;
  }
  if (at[0] == ERL_STRING_EXT) {
    list->at = at + 3;
    list->more.end = list->at + pier__load16(at + 1);
    if (list->more.end == list->at) return true;
    list->kind = PIER_READER_STRING;
    return false;
  }
  if (list->kind == PIER_READER_IMPROPER)
    list->state = PIER_READER_AT_TAIL;
  else
    pier__read_fail(list, PIER_EMATCH, at, "[]");
  return false;
}

/* Whether nothing is left behind *at either, which moves over the tail of a list. */
static bool has_ended(pier_reader *reader, const uint8_t **at) {
  bool ended = true;
  reader->at = *at;
  if (reader->kind == PIER_READER_LIST || reader->kind == PIER_READER_IMPROPER)
    ended = end_list(reader);
  else if (reader->kind == PIER_READER_SEARCHED)
    ended = reader->more.pairs == 0;
  *at = reader->at;
  return ended;
}

/* An outer reader that went on without this one stands elsewhere. */
static bool is_open(const pier_reader *up, const uint8_t *term) {
  return up && (up->state == PIER_READER_OPEN || up->state == PIER_READER_PASSED) &&
         up->at == term;
}

void pier__read_done(pier_reader *reader, const uint8_t *at) {
  pier_reader *up;
  size_t left;
  reader->left = 0;
  while (reader->kind <= PIER_READER_TAIL || has_ended(reader, &at)) {
    reader->state = PIER_READER_DONE;
    up = reader->up;
    if (!is_open(up, reader->term)) return;
    left = up->held;
    up->left = left;
    up->state = PIER_READER_READY;
    if (left > 0) {
      up->at = at;
      return;
    }
    reader = up;
  }
}

void pier__read_pass_last(pier_reader *reader, const uint8_t *after) {
  if (reader->kind != PIER_READER_STRING)
    pier__read_done(reader, after);
  else if (++reader->at == reader->more.end)
    pier__read_done(reader, reader->at);
}

/* ---- The next term ------------------------------------------------------------ */

/* Over a map in which keys were looked up. */
static void pass_inner(pier_reader *reader) {
  const uint8_t *after = reader->reach;
  for (; reader->behind > 0; reader->behind--)
    after = pier__view_skip(after);
  reader->left = reader->held;
  reader->state = PIER_READER_READY;
  reader->at = after;
  if (reader->left == 0) pier__read_done(reader, after);
}

/* False if nothing is next. */
static bool settle(pier_reader *reader) {
  if (reader->state == PIER_READER_PASSED) pass_inner(reader);
  if (reader->state != PIER_READER_READY) return false;
  return reader->left > 0 || reader->kind == PIER_READER_STRING;
}

int pier_read_more_general(pier_reader *reader) {
  if (settle(reader)) return 1;
  if (reader->state == PIER_READER_OPEN)
    pier__read_fail(reader, PIER_ETRAILING, reader->at, "");
  return 0;
}

static void fail_end(pier_reader *reader) {
  static const char *const longer[] = {
      [PIER_READER_TUPLE] = "bigger tuple",  [PIER_READER_MAP] = "bigger map",
      [PIER_READER_WHOLE] = "one more term", [PIER_READER_TAIL] = "longer list",
      [PIER_READER_LIST] = "longer list",    [PIER_READER_IMPROPER] = "longer list",
      [PIER_READER_STRING] = "longer list",  [PIER_READER_SEARCHED] = "bigger map"};
  if (reader->state == PIER_READER_OPEN)
    pier__read_fail(reader, PIER_ETRAILING, reader->at, "");
  else
    pier__read_fail_whole(reader, PIER_EMATCH, longer[reader->kind]);
}

const uint8_t *pier__read_settle(pier_reader *reader) {
  const uint8_t *at;
  if (reader->left == 0 && !settle(reader)) {
    fail_end(reader);
    return NULL;
  }
  at = reader->at;
  if (reader->kind == PIER_READER_STRING) return pier__byte_term(*at);
  while (at[0] == ERL_LIST_EXT && pier__load32(at + 1) == 0)
    at += 5;
  reader->at = at;
  return at;
}

bool pier__read_view(pier_reader *reader, pier__view *view, pier__kind kind,
                     const char *expected) {
  const uint8_t *at = pier__read_next(reader);
  if (!at) return false;
  pier__view_at(view, at);
  if (view->kind == kind) return true;
  pier__read_fail(reader, PIER_EMATCH, at, expected);
  return false;
}

pier_type pier__read_type(const uint8_t *at) {
  static const uint8_t types[256] = {[ERL_SMALL_INTEGER_EXT] = PIER_TYPE_INTEGER,
                                     [ERL_INTEGER_EXT] = PIER_TYPE_INTEGER,
                                     [ERL_SMALL_BIG_EXT] = PIER_TYPE_INTEGER,
                                     [ERL_LARGE_BIG_EXT] = PIER_TYPE_INTEGER,
                                     [NEW_FLOAT_EXT] = PIER_TYPE_FLOAT,
                                     [ERL_FLOAT_EXT] = PIER_TYPE_FLOAT,
                                     [ERL_ATOM_EXT] = PIER_TYPE_ATOM,
                                     [ERL_SMALL_ATOM_EXT] = PIER_TYPE_ATOM,
                                     [ERL_ATOM_UTF8_EXT] = PIER_TYPE_ATOM,
                                     [ERL_SMALL_ATOM_UTF8_EXT] = PIER_TYPE_ATOM,
                                     [ERL_BINARY_EXT] = PIER_TYPE_BINARY,
                                     [ERL_BIT_BINARY_EXT] = PIER_TYPE_BITSTRING,
                                     [ERL_SMALL_TUPLE_EXT] = PIER_TYPE_TUPLE,
                                     [ERL_LARGE_TUPLE_EXT] = PIER_TYPE_TUPLE,
                                     [ERL_LIST_EXT] = PIER_TYPE_LIST,
                                     [ERL_STRING_EXT] = PIER_TYPE_LIST,
                                     [ERL_NIL_EXT] = PIER_TYPE_NIL,
                                     [ERL_MAP_EXT] = PIER_TYPE_MAP,
                                     [ERL_PID_EXT] = PIER_TYPE_PID,
                                     [ERL_NEW_PID_EXT] = PIER_TYPE_PID,
                                     [ERL_PORT_EXT] = PIER_TYPE_PORT,
                                     [ERL_NEW_PORT_EXT] = PIER_TYPE_PORT,
                                     [ERL_V4_PORT_EXT] = PIER_TYPE_PORT,
                                     [ERL_REFERENCE_EXT] = PIER_TYPE_REF,
                                     [ERL_NEW_REFERENCE_EXT] = PIER_TYPE_REF,
                                     [ERL_NEWER_REFERENCE_EXT] = PIER_TYPE_REF,
                                     [ERL_NEW_FUN_EXT] = PIER_TYPE_FUN,
                                     [ERL_EXPORT_EXT] = PIER_TYPE_EXPORT};
  if (at[0] == ERL_STRING_EXT && pier__load16(at + 1) == 0) return PIER_TYPE_NIL;
  if (at[0] == ERL_BIT_BINARY_EXT && (pier__load32(at + 1) == 0 || at[5] == 8))
    return PIER_TYPE_BINARY;
  return (pier_type)types[at[0]];
}

pier_type pier_read_peek(pier_reader *reader) {
  if (!pier_read_more(reader)) return PIER_TYPE_NONE;
  return pier__read_type(pier__read_next(reader));
}

size_t pier_reader_left(const pier_reader *reader) {
  switch (reader->state) {
  case PIER_READER_OPEN:
  case PIER_READER_PASSED:
    return reader->held;
  case PIER_READER_READY:
    if (reader->kind == PIER_READER_STRING) return (size_t)(reader->more.end - reader->at);
    return reader->left;
  default:
    return 0;
  }
}

/* ---- Over terms ----------------------------------------------------------------- */

void pier_read_skip(pier_reader *reader) {
  const uint8_t *at = pier__read_next(reader);
  if (at) pier__read_pass(reader, pier__view_skip(at));
}

pier_span pier_read_term(pier_reader *reader) {
  const uint8_t *at = pier__read_next(reader), *after;
  if (!at) return pier_span_of(NULL, 0);
  after = pier__view_skip(at);
  pier__read_pass(reader, after);
  return pier_span_of(at, (size_t)(after - at));
}

/* Behind what is left of a container, by its parts, as an inner reader may be open. */
static const uint8_t *skip_rest(const pier_reader *reader) {
  const uint8_t *at = reader->at;
  size_t count = reader->left;
  if (reader->kind == PIER_READER_STRING) return reader->more.end;
  if (reader->kind == PIER_READER_SEARCHED) return pier__view_skip(reader->term);
  if (reader->state == PIER_READER_OPEN || reader->state == PIER_READER_PASSED)
    count = reader->held + 1;
  if (reader->kind == PIER_READER_LIST || reader->kind == PIER_READER_IMPROPER) count++;
  for (; count > 0; count--)
    at = pier__view_skip(at);
  return at;
}

void pier_read_leave(pier_reader *reader) {
  const uint8_t *after;
  if (reader->state == PIER_READER_DONE || reader->state == PIER_READER_FAILED) return;
  after = skip_rest(reader);
  reader->kind = PIER_READER_WHOLE; /* nothing comes after it */
  pier__read_done(reader, after);
}
