#include "term/emit.h"

#include <string.h>

int pier__emit_big(pier_buffer *out, bool negative, const uint8_t *magnitude, size_t size) {
  while (size > 0 && magnitude[size - 1] == 0)
    size--;
  if (size > PIER__BIG_BYTES) return PIER_ELIMIT;
  return pier_write_bigint(out, negative, magnitude, size);
}

void pier__emit_integer(pier_buffer *out, bool negative, uint64_t magnitude) {
  uint8_t digits[8];
  size_t i;
  if (!negative) {
    pier_write_uint64(out, magnitude);
    return;
  }
  for (i = 0; i < sizeof digits; i++)
    digits[i] = (uint8_t)(magnitude >> (8 * i));
  pier_write_bigint(out, true, digits, sizeof digits);
}

void pier__emit_bits(pier_buffer *out, const uint8_t *data, size_t size, unsigned last_bits) {
  pier_write_bitstring(out, data, size == 0 ? 0 : (size - 1) * 8 + last_bits);
}
