#include "term/emit.h"

#include <string.h>

enum { BIG_MAX = 4194296 }; /* bytes: the BEAM's own limit */

void pier__put_be32(uint8_t *to, size_t value) {
  to[0] = (uint8_t)(value >> 24);
  to[1] = (uint8_t)(value >> 16);
  to[2] = (uint8_t)(value >> 8);
  to[3] = (uint8_t)value;
}

void pier__emit_head(pier_buffer *out, uint8_t tag, size_t count) {
  uint8_t *to = pier_buffer_reserve(out, PIER__HEAD);
  if (!to) return;
  to[0] = tag;
  pier__put_be32(to + 1, count);
  out->size += PIER__HEAD;
}

void pier__emit_tuple_head(pier_buffer *out, size_t count) {
  uint8_t small[2] = {ERL_SMALL_TUPLE_EXT, (uint8_t)count};
  if (count <= UINT8_MAX)
    pier_buffer_append(out, small, sizeof small);
  else
    pier__emit_head(out, ERL_LARGE_TUPLE_EXT, count);
}

int pier__emit_big(pier_buffer *out, bool negative, const uint8_t *magnitude, size_t size) {
  uint64_t value = 0;
  size_t i;
  while (size > 0 && magnitude[size - 1] == 0)
    size--;
  if (size <= 8) {
    for (i = size; i > 0; i--)
      value = value << 8 | magnitude[i - 1];
    pier__emit_integer(out, negative, value);
    return out->error;
  }
  if (size > BIG_MAX) return PIER_ELIMIT;
  if (size <= UINT8_MAX) {
    pier_buffer_append_byte(out, ERL_SMALL_BIG_EXT);
    pier_buffer_append_byte(out, (uint8_t)size);
  } else {
    pier__emit_head(out, ERL_LARGE_BIG_EXT, size);
  }
  pier_buffer_append_byte(out, negative);
  return pier_buffer_append(out, magnitude, size);
}

void pier__emit_integer(pier_buffer *out, bool negative, uint64_t magnitude) {
  const uint64_t most = negative ? (uint64_t)INT32_MAX + 1 : INT32_MAX;
  uint8_t *to = pier_buffer_reserve(out, 11);
  uint8_t size = 0;
  if (!to) return;
  if (magnitude <= UINT8_MAX && (!negative || magnitude == 0)) {
    to[0] = ERL_SMALL_INTEGER_EXT;
    to[1] = (uint8_t)magnitude;
    out->size += 2;
  } else if (magnitude <= most) {
    to[0] = ERL_INTEGER_EXT;
    pier__put_be32(to + 1, (uint32_t)(negative ? 0 - magnitude : magnitude));
    out->size += 5;
  } else {
    for (; magnitude > 0; magnitude >>= 8)
      to[3 + size++] = (uint8_t)magnitude;
    to[0] = ERL_SMALL_BIG_EXT;
    to[1] = size;
    to[2] = negative;
    out->size += 3U + size;
  }
}

void pier__emit_float(pier_buffer *out, double value) {
  uint8_t *to = pier_buffer_reserve(out, 9);
  uint64_t bits;
  if (!to) return;
  memcpy(&bits, &value, sizeof bits);
  to[0] = NEW_FLOAT_EXT;
  pier__put_be32(to + 1, bits >> 32);
  pier__put_be32(to + 5, (uint32_t)bits);
  out->size += 9;
}

void pier__emit_atom(pier_buffer *out, const uint8_t *name, size_t size) {
  uint8_t *to = pier_buffer_reserve(out, size + 3);
  size_t head = size <= UINT8_MAX ? 2 : 3;
  if (!to) return;
  to[0] = head == 2 ? ERL_SMALL_ATOM_UTF8_EXT : ERL_ATOM_UTF8_EXT;
  if (head == 3) to[1] = (uint8_t)(size >> 8);
  to[head - 1] = (uint8_t)size;
  if (size > 0) memcpy(to + head, name, size);
  out->size += head + size;
}

void pier__emit_binary(pier_buffer *out, const uint8_t *data, size_t size, unsigned last_bits) {
  bool whole = last_bits == 8 || size == 0;
  pier__emit_head(out, whole ? ERL_BINARY_EXT : ERL_BIT_BINARY_EXT, size);
  if (!whole) pier_buffer_append_byte(out, (uint8_t)last_bits);
  pier_buffer_append(out, data, size);
}
