#include "port/iodata.h"

#include "port/deep.h"
#include "port/shape.h"

static int is_binary(const pier__view *view) {
  return view->kind == PIER__BITS && (view->bits == 8 || view->bits == 0);
}

static int append_byte(pier_buffer *out, const pier__view *leaf) {
  long long byte;
  if (!pier__shape_integer(leaf, &byte) || byte < 0 || byte > 255) return PIER_EBADARG;
  return pier_buffer_append_byte(out, (uint8_t)byte);
}

static int append_leaf(pier_buffer *out, const pier__view *leaf, int is_tail) {
  if (leaf->kind == PIER__NIL) return 0;
  if (leaf->kind == PIER__STRING || is_binary(leaf))
    return pier_buffer_append(out, leaf->data, leaf->size);
  return is_tail ? PIER_EBADARG : append_byte(out, leaf);
}

int pier__iodata(pier_span term, pier_buffer *scratch, pier_span *bytes) {
  pier__view view;
  size_t start = scratch->size;
  int error;
  pier__view_at(&view, pier__view_start(term));
  if (view.kind == PIER__LIST) {
    error = pier__deep(&view, scratch, append_leaf);
    *bytes = pier_span_of(scratch->data + start, scratch->size - start);
    return error;
  }
  if (view.kind != PIER__STRING && view.kind != PIER__NIL && !is_binary(&view))
    return PIER_EBADARG;
  *bytes = pier_span_of(view.data, view.size);
  return 0;
}
