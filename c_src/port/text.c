#include "port/text.h"

#include "port/shape.h"
#include "term/deep.h"
#include "term/text.h"

#include <string.h>

static int append_code_point(pier_buffer *out, long long code) {
  uint8_t bytes[4];
  if (code <= 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return PIER_EBADARG;
  return pier_buffer_append(out, bytes, pier__utf8_encode(bytes, (uint32_t)code));
}

static int append_latin1(pier_buffer *out, const pier__view *view) {
  size_t i;
  int error = 0;
  for (i = 0; i < view->size && error == 0; i++)
    error = append_code_point(out, view->data[i]);
  return error;
}

static int append_leaf(pier_buffer *out, const pier__view *leaf, int is_tail) {
  long long code;
  if (leaf->kind == PIER__NIL) return 0;
  if (leaf->kind == PIER__STRING) return append_latin1(out, leaf);
  if (is_tail || !pier__shape_integer(leaf, &code)) return PIER_EBADARG;
  return append_code_point(out, code);
}

static const uint8_t *find_nul(const pier__view *view) {
  return view->size > 0 ? memchr(view->data, 0, view->size) : NULL;
}

static int append_binary(pier_buffer *out, const pier__view *view) {
  const uint8_t *nul = find_nul(view);
  if (view->bits != 8 && view->bits != 0) return PIER_EBADARG;
  return pier_buffer_append(out, view->data, nul ? (size_t)(nul - view->data) : view->size);
}

static int append_atom(pier_buffer *out, const pier__view *atom) {
  if (find_nul(atom)) return PIER_EBADARG;
  return atom->latin1 ? append_latin1(out, atom)
                      : pier_buffer_append(out, atom->data, atom->size);
}

int pier__text_list(const pier__view *term, pier_buffer *out) {
  int error = PIER_EBADARG;
  if (term->kind == PIER__LIST)
    error = pier__deep(term, out, append_leaf, NULL);
  else if (pier__shape_is_list(term))
    error = append_leaf(out, term, 0);
  return error != 0 ? error : pier_buffer_append_byte(out, 0);
}

int pier__text(const pier__view *term, pier_buffer *out) {
  int error;
  switch (term->kind) {
  case PIER__BITS:
    error = append_binary(out, term);
    break;
  case PIER__ATOM:
    error = append_atom(out, term);
    break;
  default:
    return pier__text_list(term, out);
  }
  return error != 0 ? error : pier_buffer_append_byte(out, 0);
}
