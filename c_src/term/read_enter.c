#include "term/read.h"

extern inline int pier_reader_enter(pier_reader *reader, pier_reader *inner, int kind,
                                    const uint8_t *at, size_t count);
extern inline int pier_read_tuple(pier_reader *reader, pier_reader *inner, size_t arity);
extern inline int pier_read_list(pier_reader *reader, pier_reader *inner);
extern inline int pier_read_map(pier_reader *reader, pier_reader *inner);

/* A reader of nothing: what is at `term` has no parts, or (NULL) there was an error. */
static int nothing(pier_reader *reader, pier_reader *inner, int kind, const uint8_t *term) {
  memset(inner, 0, sizeof *inner);
  inner->up = reader;
  inner->kind = (uint8_t)kind;
  inner->term = term;
  inner->state = term ? PIER_READER_DONE : PIER_READER_FAILED;
  return term != NULL;
}

static int enter(pier_reader *reader, pier_reader *inner, int kind, const pier__view *view,
                 size_t count) {
  const uint8_t *term = reader->at;
  if (count > 0) return pier_reader_enter(reader, inner, kind, view->next, count);
  pier__read_pass(reader, view->next);
  return nothing(reader, inner, kind, term);
}

/* ---- Tuples ------------------------------------------------------------------- */

int pier_read_any_tuple(pier_reader *reader, pier_reader *inner) {
  pier__view view;
  if (!pier__read_view(reader, &view, PIER__TUPLE, "tuple"))
    return nothing(reader, inner, PIER_READER_TUPLE, NULL);
  return enter(reader, inner, PIER_READER_TUPLE, &view, view.count);
}

int pier_read_tuple_general(pier_reader *reader, pier_reader *inner, size_t arity) {
  pier__view view;
  if (!pier__read_view(reader, &view, PIER__TUPLE, "tuple"))
    return nothing(reader, inner, PIER_READER_TUPLE, NULL);
  if (view.count == arity) return enter(reader, inner, PIER_READER_TUPLE, &view, arity);
  pier__read_fail(reader, PIER_EMATCH, reader->at,
                  view.count < arity ? "bigger tuple" : "smaller tuple");
  return nothing(reader, inner, PIER_READER_TUPLE, NULL);
}

/* ---- Lists -------------------------------------------------------------------- */

static int enter_list(pier_reader *reader, pier_reader *inner, int kind) {
  const uint8_t *at = pier__read_next(reader);
  pier__view view;
  if (!at) return nothing(reader, inner, kind, NULL);
  pier__view_at(&view, at);
  switch (view.kind) {
  case PIER__NIL:
  case PIER__LIST:
    return enter(reader, inner, kind, &view, view.count);
  case PIER__STRING:
    if (view.size == 0) return enter(reader, inner, kind, &view, 0);
    pier_reader_enter(reader, inner, PIER_READER_STRING, view.data, 0);
    inner->more.end = view.next;
    return 1;
  default:
    pier__read_fail(reader, PIER_EMATCH, at, "list");
    return nothing(reader, inner, kind, NULL);
  }
}

int pier_read_list_general(pier_reader *reader, pier_reader *inner) {
  return enter_list(reader, inner, PIER_READER_LIST);
}

int pier_read_improper_list(pier_reader *reader, pier_reader *inner) {
  return enter_list(reader, inner, PIER_READER_IMPROPER);
}

int pier_read_tail(pier_reader *list) {
  if (list->state != PIER_READER_AT_TAIL) return 0;
  list->kind = PIER_READER_TAIL;
  list->state = PIER_READER_READY;
  list->left = 1;
  return 1;
}

/* ---- Maps --------------------------------------------------------------------- */

int pier_read_map_general(pier_reader *reader, pier_reader *inner) {
  const uint8_t *at = pier__read_next(reader);
  if (at && at[0] == ERL_MAP_EXT && pier__load32(at + 1) > 0)
    return pier_reader_enter(reader, inner, PIER_READER_MAP, at + 5,
                             2 * (size_t)pier__load32(at + 1));
  if (at && at[0] == ERL_MAP_EXT) {
    pier__read_pass(reader, at + 5);
    return nothing(reader, inner, PIER_READER_MAP, at);
  }
  if (at) pier__read_fail(reader, PIER_EMATCH, at, "map");
  return nothing(reader, inner, PIER_READER_MAP, NULL);
}
