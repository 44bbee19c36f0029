#include "term/number.h"

#include <stdio.h>
#include <string.h>

/* Limbs of 32 bits, least first; chunks of as many digits as fit one. */

static unsigned digit_value(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 32U) - 'a' + 10U;
}

static size_t multiply_add(uint32_t *limbs, size_t count, uint32_t factor, uint32_t carry) {
  uint64_t sum = carry;
  size_t i;
  for (i = 0; i < count; i++) {
    sum += (uint64_t)limbs[i] * factor;
    limbs[i] = (uint32_t)sum;
    sum >>= 32;
  }
  if (sum) limbs[count++] = (uint32_t)sum;
  return count;
}

static void append_limbs(pier_buffer *out, const uint32_t *limbs, size_t count) {
  size_t size = count * 4, i;
  uint8_t *to = pier_buffer_reserve(out, size);
  if (!to) return;
  for (i = 0; i < size; i++)
    to[i] = (uint8_t)(limbs[i / 4] >> (8 * (i % 4)));
  while (size > 0 && to[size - 1] == 0)
    size--;
  out->size += size;
}

int pier__integer_parse(pier_buffer *out, const uint8_t *digits, size_t size, unsigned base) {
  uint32_t *limbs =
      pier_alloc((size * 6 / 32 + 2) * sizeof *limbs); /* a digit is under 6 bits */
  uint32_t chunk = 0, factor = 1;
  size_t count = 0, i;
  if (!limbs) return PIER_ENOMEM;
  for (i = 0; i < size; i++) {
    if (digits[i] == '_') continue;
    chunk = chunk * base + digit_value(digits[i]);
    factor *= base;
    if (factor < UINT32_MAX / base) continue;
    count = multiply_add(limbs, count, factor, chunk);
    chunk = 0;
    factor = 1;
  }
  if (factor > 1) count = multiply_add(limbs, count, factor, chunk);
  append_limbs(out, limbs, count);
  pier_free(limbs);
  return out->error;
}

static uint32_t divide(uint32_t *limbs, size_t count, uint32_t divisor) {
  uint64_t rest = 0;
  while (count > 0) {
    count--;
    rest = rest << 32 | limbs[count];
    limbs[count] = (uint32_t)(rest / divisor);
    rest %= divisor;
  }
  return (uint32_t)rest;
}

int pier__integer_text(pier_buffer *out, const uint8_t *magnitude, size_t size) {
  const uint32_t billion = 1000000000;
  size_t count = (size + 3) / 4, room = size * 5 / 2 + 16, at = room, i;
  uint32_t *limbs = pier_alloc(count * sizeof *limbs);
  char *text = limbs ? pier_alloc(room) : NULL;
  if (!text) {
    pier_free(limbs);
    return PIER_ENOMEM;
  }
  memset(limbs, 0, count * sizeof *limbs);
  for (i = 0; i < size; i++)
    limbs[i / 4] |= (uint32_t)magnitude[i] << (8 * (i % 4));
  while (count > 0) {
    uint32_t rest = divide(limbs, count, billion);
    for (i = 0; i < 9; i++, rest /= 10)
      text[--at] = (char)('0' + rest % 10);
    while (count > 0 && limbs[count - 1] == 0)
      count--;
  }
  while (at < room - 1 && text[at] == '0')
    at++;
  pier_buffer_append(out, text + at, room - at);
  pier_free(text);
  pier_free(limbs);
  return out->error;
}
