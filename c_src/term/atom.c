#include "term/atom.h"

#include "term/text.h"

#include <string.h>

static bool equals(const uint8_t *data, size_t size, pier_span name) {
  return size == name.size && memcmp(data, name.data, size) == 0;
}

static bool equals_latin1(const uint8_t *data, size_t size, pier_span name) {
  size_t i, at = 0, length;
  uint32_t c;
  for (i = 0; i < size && at < name.size; i++, at += length) {
    length = 1;
    c = name.data[at];
    if (c >= 0x80) length = pier__utf8_decode(name.data + at, name.size - at, &c);
    if (length == 0 || c != data[i]) return false;
  }
  return i == size && at == name.size;
}

bool pier__atom_same(const pier__view *atom, pier_span name) {
  return atom->latin1 ? equals_latin1(atom->data, atom->size, name)
                      : equals(atom->data, atom->size, name);
}

const uint8_t *pier__atom_pass(const uint8_t *at, pier_span name) {
  bool wide = at[0] == ERL_ATOM_EXT || at[0] == ERL_ATOM_UTF8_EXT;
  bool latin1 = at[0] == ERL_ATOM_EXT || at[0] == ERL_SMALL_ATOM_EXT;
  size_t size;
  if (!wide && !latin1 && at[0] != ERL_SMALL_ATOM_UTF8_EXT) return NULL;
  size = wide ? pier__load16(at + 1) : at[1];
  at += wide ? 3 : 2;
  if (latin1 ? equals_latin1(at, size, name) : equals(at, size, name)) return at + size;
  return NULL;
}

bool pier__atom_span(const pier__view *atom, pier_span *name) {
  size_t i;
  for (i = 0; atom->latin1 && i < atom->size; i++)
    if (atom->data[i] >= 0x80) return false;
  *name = pier_span_of(atom->data, atom->size);
  return true;
}
