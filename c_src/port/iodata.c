#include "port/iodata.h"

#include "port/deep.h"

static int append_leaf(pier_buffer *out, const struct pier__view *leaf, int is_tail) {
  switch (leaf->kind) {
  case PIER__VIEW_NIL:
    return 0;
  case PIER__VIEW_BINARY:
  case PIER__VIEW_STRING:
    return pier_buffer_append(out, leaf->bytes.data, leaf->bytes.size);
  case PIER__VIEW_INTEGER:
    if (is_tail || leaf->integer < 0 || leaf->integer > 255) return PIER_EBADARG;
    return pier_buffer_append_byte(out, (uint8_t)leaf->integer);
  default:
    return PIER_EBADARG;
  }
}

static int flatten(const struct pier__view *list, pier_buffer *out) {
  struct pier__deep deep;
  struct pier__view leaf;
  int is_tail, error = 0, more = 1;
  pier__deep_begin(&deep, list);
  while (error == 0 && (more = pier__deep_next(&deep, &leaf, &is_tail)) == 1)
    error = append_leaf(out, &leaf, is_tail);
  pier__deep_end(&deep);
  return error != 0 ? error : more;
}

int pier__iodata(pier_span term, pier_buffer *scratch, pier_span *bytes) {
  struct pier__view view;
  size_t start = scratch->size;
  int error;
  pier__view(&view, term, NULL);
  switch (view.kind) {
  case PIER__VIEW_BINARY:
  case PIER__VIEW_STRING:
  case PIER__VIEW_NIL:
    *bytes = view.bytes;
    return 0;
  case PIER__VIEW_LIST:
    break;
  default:
    return PIER_EBADARG;
  }
  error = flatten(&view, scratch);
  if (error < 0) return error;
  *bytes = pier_span_of(scratch->data + start, scratch->size - start);
  return 0;
}
