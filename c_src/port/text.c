#include "port/text.h"

#include "port/deep.h"
#include "port/shape.h"

#include <string.h>

static int append_code_point(pier_buffer *out, long long code) {
  uint8_t bytes[4];
  size_t size;
  if (code <= 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return PIER_EBADARG;
  if (code < 0x80) {
    bytes[0] = (uint8_t)code;
    size = 1;
  } else if (code < 0x800) {
    bytes[0] = (uint8_t)(0xc0 | code >> 6);
    bytes[1] = (uint8_t)(0x80 | (code & 0x3f));
    size = 2;
  } else if (code < 0x10000) {
    bytes[0] = (uint8_t)(0xe0 | code >> 12);
    bytes[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    bytes[2] = (uint8_t)(0x80 | (code & 0x3f));
    size = 3;
  } else {
    bytes[0] = (uint8_t)(0xf0 | code >> 18);
    bytes[1] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
    bytes[2] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    bytes[3] = (uint8_t)(0x80 | (code & 0x3f));
    size = 4;
  }
  return pier_buffer_append(out, bytes, size);
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
    error = pier__deep(term, out, append_leaf);
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
