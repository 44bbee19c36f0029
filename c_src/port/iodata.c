#include "port/iodata.h"

#include "term/deep.h"

/* A bitstring of less than a byte counts as empty, as in the BEAM. */
static int is_empty(const pier__view *view) {
  return view->kind == PIER__BITS && view->bits != 8 && view->size <= 1;
}

static int append_leaf(pier_buffer *out, const pier__view *leaf, int is_tail) {
  return is_empty(leaf) ? 0 : pier__iodata_leaf(out, leaf, is_tail);
}

int pier__iodata(pier_span term, pier_buffer *scratch, pier_span *bytes) {
  pier__view view;
  size_t start = scratch->size;
  int error;
  pier__view_at(&view, pier__view_start(term));
  if (view.kind == PIER__LIST) {
    error = pier__deep(&view, scratch, append_leaf, NULL);
    *bytes = pier_span_of(scratch->data + start, scratch->size - start);
    return error == PIER_EMATCH ? PIER_EBADARG : error;
  }
  *bytes = pier_span_of(view.data, is_empty(&view) ? 0 : view.size);
  if (view.kind == PIER__STRING || view.kind == PIER__NIL || is_empty(&view)) return 0;
  return view.kind == PIER__BITS && view.bits == 8 ? 0 : PIER_EBADARG;
}
