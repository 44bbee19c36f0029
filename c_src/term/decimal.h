/* term/decimal.h - numbers of up to 64 bits in decimal digits, without printf. */
#ifndef PIER_TERM_DECIMAL_H
#define PIER_TERM_DECIMAL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { PIER__DIGITS = 20 }; /* the most that 64 bits have */

/* "00" to "99", one after the other. */
extern const char pier__two_digits[200];

/* Writes the digits of a number below 1000; how many. */
static inline size_t pier__put_few(uint8_t *to, unsigned value) {
  if (value < 10) {
    to[0] = (uint8_t)('0' + value);
    return 1;
  }
  if (value < 100) {
    memcpy(to, pier__two_digits + 2 * value, 2);
    return 2;
  }
  to[0] = (uint8_t)('0' + value / 100);
  memcpy(to + 1, pier__two_digits + 2 * (value % 100), 2);
  return 3;
}

/* Of any number. */
size_t pier__put_many(uint8_t *to, uint64_t value);

static inline size_t pier__put_decimal(uint8_t *to, uint64_t value) {
  if (value < 1000) return pier__put_few(to, (unsigned)value);
  if (value >= 10000) return pier__put_many(to, value);
  memcpy(to, pier__two_digits + 2 * (value / 100), 2);
  memcpy(to + 2, pier__two_digits + 2 * (value % 100), 2);
  return 4;
}

/* 1,2,255: the address after it; at most four characters a byte. */
static inline uint8_t *pier__put_bytes(uint8_t *to, const uint8_t *data, size_t size) {
  size_t i;
  for (i = 0; i < size; i++) {
    if (i > 0) *to++ = ',';
    to += pier__put_few(to, data[i]);
  }
  return to;
}

#endif
