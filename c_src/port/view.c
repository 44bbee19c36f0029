#include "port/view.h"

#include "port/reason.h"
#include "term/skip.h"

#include <string.h>

enum { VERSION_BYTE = 131 };

static uint32_t u32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void set_body(struct pier__view *view, enum pier__view_kind kind, size_t header) {
  view->kind = kind;
  view->bytes = pier_span_of(view->term.data + header, view->term.size - header);
}

static void set_children(struct pier__view *view, enum pier__view_kind kind, size_t header,
                         uint32_t count) {
  set_body(view, kind, header);
  view->inside = view->bytes;
  view->count = count;
}

static void set_integer(struct pier__view *view) {
  int index = 0;
  if (ei_decode_longlong((const char *)view->term.data, &index, &view->integer) == 0)
    view->kind = PIER__VIEW_INTEGER;
}

static void set_pid(struct pier__view *view) {
  erlang_pid pid;
  int index = 0;
  if (ei_decode_pid((const char *)view->term.data, &index, &pid) != 0) return;
  if (strcmp(pid.node, "nonode@nohost") != 0 || pid.serial != 0) return;
  view->kind = PIER__VIEW_PID;
  view->integer = pid.num;
}

static void classify(struct pier__view *view) {
  const uint8_t *at = view->term.data;
  switch (at[0]) {
  case ERL_ATOM_EXT:
  case ERL_ATOM_UTF8_EXT:
    set_body(view, PIER__VIEW_ATOM, 3);
    break;
  case ERL_SMALL_ATOM_EXT:
  case ERL_SMALL_ATOM_UTF8_EXT:
    set_body(view, PIER__VIEW_ATOM, 2);
    break;
  case ERL_BINARY_EXT:
    set_body(view, PIER__VIEW_BINARY, 5);
    break;
  case ERL_STRING_EXT:
    set_body(view, view->term.size > 3 ? PIER__VIEW_STRING : PIER__VIEW_NIL, 3);
    break;
  case ERL_NIL_EXT:
    view->kind = PIER__VIEW_NIL;
    break;
  case ERL_LIST_EXT:
    set_children(view, PIER__VIEW_LIST, 5, u32(at + 1));
    break;
  case ERL_SMALL_TUPLE_EXT:
    set_children(view, PIER__VIEW_TUPLE, 2, at[1]);
    break;
  case ERL_LARGE_TUPLE_EXT:
    set_children(view, PIER__VIEW_TUPLE, 5, u32(at + 1));
    break;
  case ERL_SMALL_INTEGER_EXT:
  case ERL_INTEGER_EXT:
  case ERL_SMALL_BIG_EXT:
    set_integer(view);
    break;
  case ERL_PID_EXT:
  case ERL_NEW_PID_EXT:
    set_pid(view);
    break;
  default:
    break;
  }
}

void pier__view(struct pier__view *view, pier_span terms, pier_span *rest) {
  memset(view, 0, sizeof *view);
  view->kind = PIER__VIEW_OTHER;
  if (terms.size > 0 && terms.data[0] == VERSION_BYTE)
    terms = pier_span_of(terms.data + 1, terms.size - 1);
  view->term = pier_span_of(terms.data, pier__term_size(terms.data));
  if (rest) {
    size_t used = view->term.size;
    *rest = pier_span_of(terms.data + used, terms.size - used);
  }
  classify(view);
}

void pier__view_head(struct pier__view *view, pier_span terms, pier_span *rest) {
  const uint8_t *from;
  memset(view, 0, sizeof *view);
  view->kind = PIER__VIEW_OTHER;
  view->term = terms;
  if (terms.data[0] == ERL_LIST_EXT || terms.data[0] == ERL_SMALL_TUPLE_EXT ||
      terms.data[0] == ERL_LARGE_TUPLE_EXT) {
    classify(view);
    from = view->inside.data;
  } else {
    view->term.size = pier__term_size(terms.data);
    classify(view);
    from = terms.data + view->term.size;
  }
  *rest = pier_span_of(from, (size_t)(terms.data + terms.size - from));
}

int pier__view_is_atom(const struct pier__view *view, const char *name) {
  return view->kind == PIER__VIEW_ATOM && pier__is_atom(view->term, name);
}
