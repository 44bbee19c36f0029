#include "port/reason.h"

#include "port/shape.h"

#include <string.h>

pier_span pier__atom(struct pier__atom *atom, const char *name) {
  size_t size = strlen(name);
  if (size > 255) size = 255;
  atom->bytes[0] = ERL_ATOM_EXT;
  atom->bytes[1] = 0;
  atom->bytes[2] = (uint8_t)size;
  memcpy(atom->bytes + 3, name, size);
  return pier_span_of(atom->bytes, 3 + size);
}

int pier__is_atom(pier_span term, const char *name) {
  pier__view view;
  if (term.size == 0) return 0;
  pier__view_at(&view, pier__view_start(term));
  return pier__shape_is_atom(&view, name);
}

int pier__reason_read(pier_buffer *out, const char *text) {
  size_t start = out->size;
  int error;
  if (!text) text = "normal";
  error = pier_term_read(out, pier_span_text(text), NULL, NULL, NULL);
  if (error < 0) return error;
  /* A reason travels inside other terms: without the version byte. */
  memmove(out->data + start, out->data + start + 1, out->size - start - 1);
  out->size--;
  return 0;
}
