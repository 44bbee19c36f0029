/* Atoms, binaries, bit strings and lists of bytes. */
#include "term/utf8.h"
#include "term/write.h"

#include <string.h>

static const char too_long[] = "an atom of more than 255 characters";
static const char too_many[] = "more bytes than a head can count";

/* In UTF-8 whatever its characters, as OTP 26 and later write atoms, and OTP 25
 * with minor_version 2. */
static int write_atom(pier_buffer *out, pier_span name) {
  size_t head = name.size <= UINT8_MAX ? 2 : 3;
  uint8_t *to = pier_buffer_reserve(out, head + name.size);
  if (!to) return out->error;
  if (head == 2) {
    to[0] = PIER__TAG_SMALL_ATOM_UTF8;
    to[1] = (uint8_t)name.size;
  } else {
    to[0] = PIER__TAG_ATOM_UTF8;
    pier__store16(to + 1, (uint32_t)name.size);
  }
  if (name.size > 0) memcpy(to + head, name.data, name.size);
  out->size += head + name.size;
  return 0;
}

int pier_write_atom_span(pier_buffer *out, pier_span name) {
  size_t characters, good;
  if (name.size > 4 * PIER__ATOM_CHARACTERS) return pier__write_fail(out, PIER_EARG, too_long);
  good = pier__utf8_check(name.data, name.size, &characters);
  if (good != name.size)
    return pier__write_fail(out, PIER_EARG, "the name of an atom is not UTF-8");
  if (characters > PIER__ATOM_CHARACTERS) return pier__write_fail(out, PIER_EARG, too_long);
  return write_atom(out, name);
}

int pier_write_atom(pier_buffer *out, const char *name) {
  return pier_write_atom_span(out, pier_span_text(name));
}

/* The data behind a head of so many bytes, which the caller fills in where it is told. NULL:
 * an error, which `out` has. */
static inline uint8_t *write_bytes(pier_buffer *out, size_t head, const void *data,
                                   size_t size) {
  uint8_t *to;
  if (size > UINT32_MAX || size > SIZE_MAX - head) {
    pier__write_fail(out, PIER_ERANGE, too_many);
    return NULL;
  }
  to = pier_buffer_reserve(out, head + size);
  if (!to) return NULL;
  if (size > 0) memcpy(to + head, data, size);
  out->size += head + size;
  return to;
}

int pier_write_binary(pier_buffer *out, const void *data, size_t size) {
  uint8_t *head = write_bytes(out, 5, data, size);
  if (!head) return out->error;
  head[0] = PIER__TAG_BINARY;
  pier__store32(head + 1, (uint32_t)size);
  return 0;
}

int pier_write_bitstring(pier_buffer *out, const void *data, size_t bits) {
  size_t used = bits % 8, size = bits / 8 + (used > 0);
  uint8_t *head;
  if (used == 0) return pier_write_binary(out, data, size);
  head = write_bytes(out, 6, data, size);
  if (!head) return out->error;
  head[0] = PIER__TAG_BIT_BINARY;
  pier__store32(head + 1, (uint32_t)size);
  head[5] = (uint8_t)used;
  out->data[out->size - 1] &= (uint8_t)(0xff << (8 - used));
  return 0;
}

/* More bytes than tag 107 can count: a list like any other. */
static int write_long_string(pier_buffer *out, const uint8_t *data, size_t size) {
  size_t i;
  uint8_t *to;
  if (size > (SIZE_MAX - 1) / 2) return pier__write_fail(out, PIER_ERANGE, too_many);
  if (pier_write_list(out, size)) return out->error;
  to = pier_buffer_reserve(out, 2 * size + 1);
  if (!to) return out->error;
  for (i = 0; i < size; i++) {
    *to++ = PIER__TAG_SMALL_INTEGER;
    *to++ = data[i];
  }
  *to = PIER__TAG_NIL;
  out->size += 2 * size + 1;
  return 0;
}

int pier_write_string(pier_buffer *out, const void *data, size_t size) {
  uint8_t *head;
  if (size == 0) return pier_write_nil(out);
  if (size > PIER__STRING_BYTES) return write_long_string(out, data, size);
  head = write_bytes(out, 3, data, size);
  if (!head) return out->error;
  head[0] = PIER__TAG_STRING;
  pier__store16(head + 1, (uint32_t)size);
  return 0;
}
