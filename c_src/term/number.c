#include "term/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* strtod and printf write the locale's decimal point. Neither does so in a
 * number without one, so text goes in as digits and an exponent (12345e-3),
 * and comes out by picking the digits from what printf made. */

enum { SHORT_FLOAT = 64, EXPONENT_CAP = 100000000 };

/* Exponents beyond any double only need to stay beyond it. */
static long read_exponent(const uint8_t *text, size_t size) {
  long value = 0;
  bool negative = false;
  size_t i;
  for (i = 0; i < size; i++) {
    if (text[i] == '-') negative = true;
    if (text[i] >= '0' && text[i] <= '9' && value < EXPONENT_CAP)
      value = value * 10 + (text[i] - '0');
  }
  return negative ? -value : value;
}

/* Copies the digits of the mantissa; how far the point moves is added up in
 * *shift. Zeros before the first digit that counts are left out. */
static size_t copy_mantissa(char *to, const uint8_t *text, size_t size, long *shift) {
  size_t used = 0, i;
  bool fraction = false;
  for (i = 0; i < size; i++) {
    if (text[i] == '.') fraction = true;
    if (text[i] < '0' || text[i] > '9') continue;
    if (fraction) *shift -= 1;
    if (used > 0 || text[i] != '0') to[used++] = (char)text[i];
  }
  if (used == 0) to[used++] = '0';
  return used;
}

static size_t find_exponent(const uint8_t *text, size_t size) {
  size_t i;
  for (i = 0; i < size; i++)
    if (text[i] == 'e' || text[i] == 'E') return i;
  return size;
}

int pier__float_parse(const uint8_t *text, size_t size, double *value) {
  char few[SHORT_FLOAT + 32];
  char *digits = few;
  size_t mantissa = find_exponent(text, size), used;
  long shift = 0;
  if (mantissa > SHORT_FLOAT) digits = pier_alloc(mantissa + 32);
  if (!digits) return PIER_ENOMEM;
  used = copy_mantissa(digits, text, mantissa, &shift);
  shift += read_exponent(text + mantissa, size - mantissa);
  snprintf(digits + used, 32, "e%ld", shift);
  *value = strtod(digits, NULL);
  if (digits != few) pier_free(digits);
  if (size > 0 && text[0] == '-') *value = -*value;
  return isfinite(*value) ? 0 : PIER_ERANGE;
}

/* value = 0.d1d2d3... * 10^point */
struct decimal {
  char digits[20];
  int count;
  int point;
};

static void split(struct decimal *decimal, double value, int precision) {
  char text[48];
  const char *p;
  snprintf(text, sizeof text, "%.*e", precision - 1, value);
  decimal->count = 0;
  for (p = text; *p && *p != 'e'; p++)
    if (*p >= '0' && *p <= '9') decimal->digits[decimal->count++] = *p;
  decimal->point = (*p ? atoi(p + 1) : 0) + 1;
  while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0')
    decimal->count--;
}

static bool reads_back(const struct decimal *decimal, double value) {
  char text[48];
  snprintf(text, sizeof text, "%.*se%d", decimal->count, decimal->digits,
           decimal->point - decimal->count);
  return strtod(text, NULL) == value;
}

/* The next decimal of the same length upwards. */
static void step_up(struct decimal *decimal, int precision) {
  int i = precision - 1;
  while (decimal->count < precision)
    decimal->digits[decimal->count++] = '0';
  while (i >= 0 && decimal->digits[i] == '9')
    decimal->digits[i--] = '0';
  if (i >= 0) {
    decimal->digits[i]++;
  } else {
    decimal->digits[0] = '1';
    decimal->point++;
  }
}

/* 15 digits always survive the way to a double and back, so if 15 read back,
 * they hold the shortest form, with zeros after it; except below the normal
 * numbers, which have fewer bits. Above a power of two the gap to the next
 * double is twice the gap below, so there the nearest decimal may miss where
 * the next one up hits. */
static void find_shortest(struct decimal *decimal, double value) {
  int exponent;
  bool power = frexp(value, &exponent) == 0.5;
  int precision = isnormal(value) ? 15 : 1;
  for (; precision < 17; precision++) {
    split(decimal, value, precision);
    if (reads_back(decimal, value)) return;
    if (!power) continue;
    step_up(decimal, precision);
    if (reads_back(decimal, value)) return;
  }
  split(decimal, value, 17);
}

static char *put(char *to, const char *digits, int count) {
  memcpy(to, digits, (size_t)count);
  return to + count;
}

static char *put_zeros(char *to, int count) {
  memset(to, '0', (size_t)count);
  return to + count;
}

/* Numbers such as 1.5, which are an integer of at most 15 digits divided by a
 * power of ten. Both are exact as doubles and a quotient is rounded as reading
 * its text would be; and no two numbers of so few digits read as the same
 * double, so there is no shorter one. */
static bool find_short(struct decimal *decimal, double value) {
  enum { PLACES = 8 };
  const double most = 1e15;
  double power = 1;
  uint64_t digits;
  int places = 0, i;
  while (value * power < most && (double)(uint64_t)(value * power + 0.5) / power != value) {
    if (places++ == PLACES) return false;
    power *= 10;
  }
  if (value * power >= most) return false;
  digits = (uint64_t)(value * power + 0.5);
  for (; digits % 10 == 0; places--)
    digits /= 10;
  for (i = 20; digits > 0; digits /= 10)
    decimal->digits[--i] = (char)('0' + digits % 10);
  decimal->count = 20 - i;
  memmove(decimal->digits, decimal->digits + i, (size_t)decimal->count);
  decimal->point = decimal->count - places;
  return true;
}

static size_t write_scientific(const struct decimal *decimal, char *text, size_t room) {
  return (size_t)snprintf(text, room, "%c.%.*se%d", decimal->digits[0],
                          decimal->count > 1 ? decimal->count - 1 : 1,
                          decimal->count > 1 ? decimal->digits + 1 : "0", decimal->point - 1);
}

static size_t write_positional(const struct decimal *decimal, char *text) {
  int count = decimal->count, point = decimal->point;
  char *to = text;
  if (point <= 0) {
    to = put_zeros(put(to, "0.", 2), -point);
    to = put(to, decimal->digits, count);
  } else if (point >= count) {
    to = put_zeros(put(to, decimal->digits, count), point - count);
    to = put(to, ".0", 2);
  } else {
    to = put(put(to, decimal->digits, point), ".", 1);
    to = put(to, decimal->digits + point, count - point);
  }
  *to = '\0';
  return (size_t)(to - text);
}

/* What write_positional would write. */
static int positional_length(const struct decimal *decimal) {
  if (decimal->point <= 0) return 2 - decimal->point + decimal->count;
  if (decimal->point >= decimal->count) return decimal->point + 2;
  return decimal->count + 1;
}

/* What write_scientific would write. */
static int scientific_length(const struct decimal *decimal) {
  int exponent = decimal->point - 1, length = (decimal->count > 1 ? decimal->count : 2) + 3;
  if (exponent < 0) {
    exponent = -exponent;
    length++;
  }
  return length + (exponent >= 10) + (exponent >= 100);
}

size_t pier__float_text(double value, char text[PIER__FLOAT_TEXT]) {
  const double exact_integers = 9007199254740992.0; /* 2^53 */
  struct decimal decimal;
  size_t sign = 0, size;
  if (signbit(value)) {
    text[sign++] = '-';
    value = -value;
  }
  if (value == 0.0) {
    memcpy(text + sign, "0.0", 4);
    return sign + 3;
  }
  if (!find_short(&decimal, value)) find_shortest(&decimal, value);
  if (value < exact_integers && positional_length(&decimal) <= scientific_length(&decimal))
    size = write_positional(&decimal, text + sign);
  else
    size = write_scientific(&decimal, text + sign, PIER__FLOAT_TEXT - sign);
  return sign + size;
}
