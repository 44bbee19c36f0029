#include "term/number.h"

#include "term/radix.h"
#include "term/tags.h"

#include <string.h>

/* Limbs of 32 bits, least first; chunks of as many digits as fit one. That is
 * quadratic; very long numbers go through radix.c, with limbs of 16 bits, and
 * where a digit is a whole number of bits, nothing is multiplied at all. */

enum { LONG_DIGITS = 5000, LONG_BYTES = 2000, BYTES_RADIX = 65536, TEXT_RADIX = 10000 };

static unsigned digit_value(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 32U) - 'a' + 10U;
}

/* The bits that a digit is surely worth: exact where `base` is a power of 2. */
static unsigned bits_of(unsigned base) {
  unsigned bits = 0;
  for (; base > 1; base /= 2)
    bits++;
  return bits;
}

/* Whether the digits, the first of them not 0, are more than the BEAM takes,
 * whatever they are. It costs nothing, to convert them would. */
static bool is_too_long(const uint8_t *digits, size_t size, unsigned base) {
  size_t most = 8 * (size_t)PIER__BIG_BYTES / bits_of(base) + 1, count = 0, i;
  for (i = 0; i < size && count <= most; i++)
    count += digits[i] != '_';
  return count > most;
}

static int parse_bits(pier_buffer *out, const uint8_t *digits, size_t size, unsigned base) {
  unsigned bits = bits_of(base), held = 0;
  uint32_t value = 0;
  size_t used = 0, i;
  uint8_t *to = pier_buffer_reserve(out, size * bits / 8 + 1);
  if (!to) return out->error;
  for (i = size; i > 0; i--) {
    if (digits[i - 1] == '_') continue;
    value |= digit_value(digits[i - 1]) << held;
    held += bits;
    if (held < 8) continue;
    to[used++] = (uint8_t)value;
    value >>= 8;
    held -= 8;
  }
  if (held > 0) to[used++] = (uint8_t)value;
  while (used > 0 && to[used - 1] == 0)
    used--;
  out->size += used;
  return 0;
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

/* Digits, from the least, in limbs of as many as fit 16 bits. */
static size_t gather_digits(const uint8_t *digits, size_t size, unsigned base, uint32_t radix,
                            uint16_t *limbs) {
  uint32_t place = 1, limb = 0;
  size_t count = 0, i;
  for (i = size; i > 0; i--) {
    if (digits[i - 1] == '_') continue;
    limb += digit_value(digits[i - 1]) * place;
    place *= base;
    if (place < radix) continue;
    limbs[count++] = (uint16_t)limb;
    place = 1;
    limb = 0;
  }
  limbs[count++] = (uint16_t)limb;
  return count;
}

static int parse_long(pier_buffer *out, const uint8_t *digits, size_t size, unsigned base) {
  uint16_t *limbs = pier_alloc((size + 1) * sizeof *limbs), *bytes;
  uint32_t radix = base;
  size_t count, i;
  uint8_t *to;
  int error;
  if (!limbs) return PIER_ENOMEM;
  while (radix <= BYTES_RADIX / base)
    radix *= base;
  count = gather_digits(digits, size, base, radix, limbs);
  error = pier__radix(limbs, count, radix, BYTES_RADIX, &bytes, &count);
  pier_free(limbs);
  if (error) return error;
  to = pier_buffer_reserve(out, 2 * count);
  for (i = 0; to && i < 2 * count; i++)
    to[i] = (uint8_t)(bytes[i / 2] >> (8 * (i % 2)));
  pier_free(bytes);
  if (!to) return out->error;
  for (i = 2 * count; i > 0 && to[i - 1] == 0;)
    i--;
  out->size += i;
  return 0;
}

int pier__integer_parse(pier_buffer *out, const uint8_t *digits, size_t size, unsigned base) {
  uint32_t *limbs;
  uint32_t chunk = 0, factor = 1;
  size_t count = 0, i;
  for (; size > 0 && (*digits == '0' || *digits == '_'); size--)
    digits++;
  if (is_too_long(digits, size, base)) return PIER_ELIMIT;
  if ((base & (base - 1)) == 0) return parse_bits(out, digits, size, base);
  if (size > LONG_DIGITS) return parse_long(out, digits, size, base);
  limbs = pier_alloc((size * 6 / 32 + 2) * sizeof *limbs); /* a digit is under 6 bits */
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

/* Four digits a limb, but no zeros before the first digit that counts. */
static size_t put_limbs(uint8_t *to, const uint16_t *limbs, size_t count) {
  size_t used = 0;
  while (count > 0) {
    uint32_t limb = limbs[--count], place;
    for (place = TEXT_RADIX / 10; place > 0; place /= 10)
      if (used > 0 || limb >= place) to[used++] = (uint8_t)('0' + limb / place % 10);
  }
  return used;
}

static int print_long(pier_buffer *out, const uint8_t *magnitude, size_t size) {
  uint16_t *limbs = pier_alloc((size + 1) * sizeof *limbs), *text;
  size_t count = (size + 1) / 2, i;
  uint8_t *to;
  int error;
  if (!limbs) return PIER_ENOMEM;
  memset(limbs, 0, count * sizeof *limbs);
  for (i = 0; i < size; i++)
    limbs[i / 2] = (uint16_t)(limbs[i / 2] | magnitude[i] << (8 * (i % 2)));
  error = pier__radix(limbs, count, BYTES_RADIX, TEXT_RADIX, &text, &count);
  pier_free(limbs);
  if (error) return error;
  while (count > 1 && text[count - 1] == 0)
    count--;
  to = pier_buffer_reserve(out, 4 * count);
  if (to) out->size += put_limbs(to, text, count);
  pier_free(text);
  return out->error;
}

int pier__integer_text(pier_buffer *out, const uint8_t *magnitude, size_t size) {
  const uint32_t billion = 1000000000;
  size_t count = (size + 3) / 4, room = size * 5 / 2 + 16, at = room, i;
  uint32_t *limbs;
  char *text;
  if (size > LONG_BYTES) return print_long(out, magnitude, size);
  limbs = pier_alloc(count * sizeof *limbs);
  text = limbs ? pier_alloc(room) : NULL;
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
