#include "term/read.h"

extern inline pier_reader pier_read_tuple(pier_reader *reader, size_t arity);
extern inline pier_reader pier_read_list(pier_reader *reader);
extern inline pier_reader pier_reader_inner(pier_reader *reader, int kind, const uint8_t *term,
                                            const uint8_t *at, size_t count);

/* A reader of nothing, because there is nothing or because of an error. */
static pier_reader nothing(pier_reader *reader, int kind, const uint8_t *term) {
  pier_reader inner;
  memset(&inner, 0, sizeof inner);
  inner.up = reader;
  inner.kind = (uint8_t)kind;
  inner.term = term;
  inner.state = term ? PIER_READER_DONE : PIER_READER_FAILED;
  return inner;
}

static pier_reader enter(pier_reader *reader, int kind, const pier__view *view, size_t count) {
  const uint8_t *term = reader->at;
  if (count == 0) {
    pier__read_pass(reader, view->next);
    return nothing(reader, kind, term);
  }
  return pier_reader_inner(reader, kind, term, view->next, count);
}

/* ---- Tuples ------------------------------------------------------------------- */

pier_reader pier_read_any_tuple(pier_reader *reader, size_t *arity) {
  pier__view view;
  *arity = 0;
  if (!pier__read_view(reader, &view, PIER__TUPLE, "tuple"))
    return nothing(reader, PIER_READER_TUPLE, NULL);
  *arity = view.count;
  return enter(reader, PIER_READER_TUPLE, &view, view.count);
}

pier_reader pier_read_tuple_general(pier_reader *reader, size_t arity) {
  pier__view view;
  if (!pier__read_view(reader, &view, PIER__TUPLE, "tuple"))
    return nothing(reader, PIER_READER_TUPLE, NULL);
  if (view.count != arity) {
    pier__read_fail(reader, PIER_EMATCH, reader->at,
                    view.count < arity ? "bigger tuple" : "smaller tuple");
    return nothing(reader, PIER_READER_TUPLE, NULL);
  }
  return enter(reader, PIER_READER_TUPLE, &view, arity);
}

/* ---- Lists -------------------------------------------------------------------- */

static pier_reader enter_list(pier_reader *reader, int kind) {
  const uint8_t *at = pier__read_next(reader);
  pier_reader inner;
  pier__view view;
  if (!at) return nothing(reader, kind, NULL);
  pier__view_at(&view, at);
  switch (view.kind) {
  case PIER__NIL:
  case PIER__LIST:
    return enter(reader, kind, &view, view.count);
  case PIER__STRING:
    inner = enter(reader, PIER_READER_STRING, &view, view.size);
    if (view.size == 0) return inner;
    inner.at = view.data;
    inner.left = 0;
    inner.more.end = view.next;
    return inner;
  default:
    pier__read_fail(reader, PIER_EMATCH, at, "list");
    return nothing(reader, kind, NULL);
  }
}

pier_reader pier_read_list_general(pier_reader *reader) {
  return enter_list(reader, PIER_READER_LIST);
}

pier_reader pier_read_improper_list(pier_reader *reader) {
  return enter_list(reader, PIER_READER_IMPROPER);
}

int pier_read_tail(pier_reader *list) {
  if (list->state != PIER_READER_AT_TAIL) return 0;
  list->kind = PIER_READER_TAIL;
  list->state = PIER_READER_READY;
  list->left = 1;
  return 1;
}

/* ---- Maps --------------------------------------------------------------------- */

pier_reader pier_read_map(pier_reader *reader) {
  pier__view view;
  if (!pier__read_view(reader, &view, PIER__MAP, "map"))
    return nothing(reader, PIER_READER_MAP, NULL);
  return enter(reader, PIER_READER_MAP, &view, view.children);
}
