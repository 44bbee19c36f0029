/* Numbers as the BEAM writes them. ei makes bignums of the integers between
 * 28 and 31 bits, and writes Inf and NaN. */
#include "term/number.h"
#include "term/write.h"

#include <math.h>
#include <string.h>

enum { SMALL_BIG_BYTES = 255 };

static const char too_big[] = "an integer too big for Erlang";

extern inline int pier_write_int64(pier_buffer *out, int64_t value);
extern inline int pier_write_uint64(pier_buffer *out, uint64_t value);

/* Sign and magnitude of what does not fit 32 bits. */
static int write_long(pier_buffer *out, int negative, uint64_t magnitude) {
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

int pier_write_magnitude(pier_buffer *out, int negative, uint64_t magnitude) {
  if (magnitude > (uint64_t)INT32_MAX + (negative != 0))
    return write_long(out, negative, magnitude);
  return pier_write_int64(out, negative ? -(int64_t)magnitude : (int64_t)magnitude);
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
  if (size > PIER__BIG_BYTES) return pier__write_fail(out, PIER_ERANGE, too_big);
  if (size > sizeof magnitude) return write_digits(out, negative, digits, size);
  for (i = size; i > 0; i--)
    magnitude = magnitude << 8 | digits[i - 1];
  return pier_write_magnitude(out, negative, magnitude);
}

static bool are_digits(const uint8_t *text, size_t size, unsigned base) {
  size_t i;
  for (i = 0; i < size; i++) {
    unsigned c = text[i], letter = c | 32U;
    unsigned value = c >= '0' && c <= '9'             ? c - '0'
                     : letter >= 'a' && letter <= 'z' ? letter - 'a' + 10
                                                      : base;
    if (value >= base) return false;
  }
  return size > 0;
}

int pier_write_integer_text(pier_buffer *out, pier_span text, unsigned base) {
  pier_buffer magnitude = PIER_BUFFER_INIT;
  size_t sign = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
  int error;
  if (base < 2 || base > 36 || !are_digits(text.data + sign, text.size - sign, base))
    return pier__write_fail(out, PIER_EARG, "not the digits of an integer");
  error = pier__integer_parse(&magnitude, text.data + sign, text.size - sign, base);
  if (error == PIER_ELIMIT)
    pier__write_fail(out, PIER_ERANGE, too_big);
  else if (error)
    pier__write_fail(out, error, pier_strerror(error));
  else
    pier_write_bigint(out, sign && text.data[0] == '-', magnitude.data, magnitude.size);
  pier_buffer_free(&magnitude);
  return out->error;
}

int pier_write_double(pier_buffer *out, double value) {
  enum { SIZE = 9 };
  uint8_t *to;
  uint64_t bits;
  if (!isfinite(value))
    return pier__write_fail(out, PIER_ERANGE, "a float that is infinite or not a number");
  to = pier_buffer_reserve(out, SIZE);
  if (!to) return out->error;
  memcpy(&bits, &value, sizeof bits);
  to[0] = PIER__TAG_NEW_FLOAT;
  pier__store32(to + 1, (uint32_t)(bits >> 32));
  pier__store32(to + 5, (uint32_t)bits);
  out->size += SIZE;
  return 0;
}
