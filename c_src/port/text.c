#include "port/text.h"

#include "port/deep.h"

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

static int append_latin1(pier_buffer *out, pier_span bytes) {
  size_t i;
  int error = 0;
  for (i = 0; i < bytes.size && error == 0; i++)
    error = append_code_point(out, bytes.data[i]);
  return error;
}

static int append_leaf(pier_buffer *out, const struct pier__view *leaf, int is_tail) {
  switch (leaf->kind) {
  case PIER__VIEW_NIL:
    return 0;
  case PIER__VIEW_STRING:
    return append_latin1(out, leaf->bytes);
  case PIER__VIEW_INTEGER:
    return is_tail ? PIER_EBADARG : append_code_point(out, leaf->integer);
  default:
    return PIER_EBADARG;
  }
}

static int append_deep(pier_buffer *out, const struct pier__view *list) {
  struct pier__deep deep;
  struct pier__view leaf;
  int is_tail, error = 0, more = 1;
  pier__deep_begin(&deep, list);
  while (error == 0 && (more = pier__deep_next(&deep, &leaf, &is_tail)) == 1)
    error = append_leaf(out, &leaf, is_tail);
  pier__deep_end(&deep);
  return error != 0 ? error : more;
}

static int append_binary(pier_buffer *out, pier_span bytes) {
  const uint8_t *nul = bytes.size > 0 ? memchr(bytes.data, 0, bytes.size) : NULL;
  return pier_buffer_append(out, bytes.data, nul ? (size_t)(nul - bytes.data) : bytes.size);
}

static int append_atom(pier_buffer *out, const struct pier__view *atom) {
  int latin1 = atom->term.data[0] == ERL_ATOM_EXT || atom->term.data[0] == ERL_SMALL_ATOM_EXT;
  if (atom->bytes.size > 0 && memchr(atom->bytes.data, 0, atom->bytes.size))
    return PIER_EBADARG;
  return latin1 ? append_latin1(out, atom->bytes) : append_binary(out, atom->bytes);
}

int pier__text_list(const struct pier__view *term, pier_buffer *out) {
  int error = term->kind == PIER__VIEW_LIST
                  ? append_deep(out, term)
                  : append_leaf(out, term, term->kind != PIER__VIEW_NIL);
  return error != 0 ? error : pier_buffer_append_byte(out, 0);
}

int pier__text(const struct pier__view *term, pier_buffer *out) {
  int error;
  switch (term->kind) {
  case PIER__VIEW_BINARY:
    error = append_binary(out, term->bytes);
    break;
  case PIER__VIEW_ATOM:
    error = append_atom(out, term);
    break;
  default:
    return pier__text_list(term, out);
  }
  return error != 0 ? error : pier_buffer_append_byte(out, 0);
}
