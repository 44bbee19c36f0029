#include "port/iodata.h"

#include "term/deep.h"

int pier__iodata(pier_span term, pier_buffer *scratch, pier_span *bytes) {
  pier__view view;
  size_t start = scratch->size;
  int error;
  pier__view_at(&view, pier__view_start(term));
  if (view.kind == PIER__LIST) {
    error = pier__deep(&view, scratch, pier__iodata_leaf, NULL);
    *bytes = pier_span_of(scratch->data + start, scratch->size - start);
    return error == PIER_EMATCH ? PIER_EBADARG : error;
  }
  if (view.kind != PIER__STRING && view.kind != PIER__NIL &&
      (view.kind != PIER__BITS || (view.bits != 8 && view.bits != 0)))
    return PIER_EBADARG;
  *bytes = pier_span_of(view.data, view.size);
  return 0;
}
