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

static int flatten(const pier__view *list, pier_buffer *out) {
  struct pier__deep deep;
  pier__view leaf;
  int is_tail, error = 0, more = 1;
  pier__deep_begin(&deep, list);
  while (error == 0 && (more = pier__deep_next(&deep, &leaf, &is_tail)) == 1)
    error = append_leaf(out, &leaf, is_tail);
  pier__deep_end(&deep);
  return error != 0 ? error : more;
}

int pier__iodata(pier_span term, pier_buffer *scratch, pier_span *bytes) {
  pier__view view;
  size_t start = scratch->size;
  int error;
  pier__view_at(&view, pier__view_start(term));
  if (view.kind == PIER__LIST) {
    error = flatten(&view, scratch);
    *bytes = pier_span_of(scratch->data + start, scratch->size - start);
    return error;
  }
  if (view.kind != PIER__STRING && view.kind != PIER__NIL && !is_binary(&view))
    return PIER_EBADARG;
  *bytes = pier_span_of(view.data, view.size);
  return 0;
}
