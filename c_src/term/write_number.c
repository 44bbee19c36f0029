/* Numbers as the BEAM writes them. ei makes bignums of the integers between
 * 28 and 31 bits, and writes Inf and NaN. */
#include "term/write.h"

#include <math.h>
#include <string.h>

enum { SMALL_BIG_BYTES = 255 };

static int write_small(pier_buffer *out, uint8_t value) {
  uint8_t *to = pier_buffer_reserve(out, 2);
  if (!to) return out->error;
  to[0] = PIER__TAG_SMALL_INTEGER;
  to[1] = value;
  out->size += 2;
  return 0;
}

static int write_int32(pier_buffer *out, int32_t value) {
  uint8_t *to;
  if (value >= 0 && value <= UINT8_MAX) return write_small(out, (uint8_t)value);
  to = pier_buffer_reserve(out, 5);
  if (!to) return out->error;
  to[0] = PIER__TAG_INTEGER;
  pier__store32(to + 1, (uint32_t)value);
  out->size += 5;
  return 0;
}

static int write_magnitude(pier_buffer *out, int negative, uint64_t magnitude) {
  size_t size = 0;
  uint8_t *to = pier_buffer_reserve(out, 3 + sizeof magnitude);
  if (!to) return out->error;
  for (; magnitude > 0; magnitude >>= 8)
    to[3 + size++] = (uint8_t)magnitude;
  to[0] = PIER__TAG_SMALL_BIG;
  to[1] = (uint8_t)size;
  to[2] = negative ? 1 : 0;
  out->size += 3 + size;
  return 0;
}

int pier_write_int64(pier_buffer *out, int64_t value) {
  if (value >= INT32_MIN && value <= INT32_MAX) return write_int32(out, (int32_t)value);
  return write_magnitude(out, value < 0, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

int pier_write_uint64(pier_buffer *out, uint64_t value) {
  if (value <= INT32_MAX) return write_int32(out, (int32_t)value);
  return write_magnitude(out, 0, value);
}

static int write_digits(pier_buffer *out, int negative, const uint8_t *digits, size_t size) {
  size_t head = size <= SMALL_BIG_BYTES ? 3 : 6;
  uint8_t *to = pier_buffer_reserve(out, head + size);
  if (!to) return out->error;
  if (size <= SMALL_BIG_BYTES) {
    to[0] = PIER__TAG_SMALL_BIG;
    to[1] = (uint8_t)size;
  } else {
    to[0] = PIER__TAG_LARGE_BIG;
    pier__store32(to + 1, (uint32_t)size);
  }
  to[head - 1] = negative ? 1 : 0;
  memcpy(to + head, digits, size);
  out->size += head + size;
  return 0;
}

int pier_write_bigint(pier_buffer *out, int negative, const uint8_t *digits, size_t size) {
  uint64_t magnitude = 0;
  size_t i;
  while (size > 0 && digits[size - 1] == 0)
    size--;
  if (size > PIER__BIG_BYTES) return pier__write_fail(out, PIER_ERANGE);
  if (size > sizeof magnitude) return write_digits(out, negative, digits, size);
  for (i = size; i > 0; i--)
    magnitude = magnitude << 8 | digits[i - 1];
  if (!negative) return pier_write_uint64(out, magnitude);
  if (magnitude <= (uint64_t)INT32_MAX + 1)
    return write_int32(out, (int32_t) - (int64_t)magnitude);
  return write_magnitude(out, negative, magnitude);
}

int pier_write_double(pier_buffer *out, double value) {
  enum { SIZE = 9 };
  int index = 0;
  uint8_t *to;
  if (!isfinite(value)) return pier__write_fail(out, PIER_ERANGE);
  to = pier_buffer_reserve(out, SIZE);
  if (!to) return out->error;
  if (ei_encode_double((char *)to, &index, value) < 0)
    return pier__write_fail(out, PIER_ERANGE);
  out->size += (size_t)index;
  return 0;
}
