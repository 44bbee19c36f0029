#include "term/order.h"

#include <float.h>
#include <math.h>
#include <string.h>

static int sign_of(bool less) {
  return less ? -1 : 1;
}

static int compare_magnitudes(const pier__view *a, const pier__view *b) {
  size_t i;
  if (a->size != b->size) return sign_of(a->size < b->size);
  if (a->size == 0) return (a->magnitude > b->magnitude) - (a->magnitude < b->magnitude);
  for (i = a->size; i > 0; i--)
    if (a->data[i - 1] != b->data[i - 1]) return sign_of(a->data[i - 1] < b->data[i - 1]);
  return 0;
}

int pier__order_integers(const pier__view *a, const pier__view *b) {
  if (a->negative != b->negative) return sign_of(a->negative);
  return a->negative ? compare_magnitudes(b, a) : compare_magnitudes(a, b);
}

/* Beyond 64 bits a float is an integer: its bytes, least first. */
enum { MANTISSA = 53, FLOAT_BYTES = DBL_MAX_EXP / 8 + 1 };

static size_t spread(double real, uint8_t bytes[FLOAT_BYTES]) {
  int exponent, shift;
  uint64_t mantissa = (uint64_t)ldexp(frexp(real, &exponent), MANTISSA);
  size_t size = (size_t)(exponent + 7) / 8, i;
  shift = exponent - MANTISSA;
  memset(bytes, 0, FLOAT_BYTES);
  for (i = (size_t)shift / 8; i < size; i++) {
    int skipped = (int)i * 8 - shift;
    bytes[i] = (uint8_t)(skipped < 0 ? mantissa << -skipped : mantissa >> skipped);
  }
  return size;
}

static int compare_sizes(const pier__view *whole, double real) {
  uint8_t bytes[FLOAT_BYTES];
  pier__view other = {0};
  int order;
  if (real < 18446744073709551616.0) {
    if (whole->size > 0) return 1;
    other.magnitude = (uint64_t)real;
    order = compare_magnitudes(whole, &other);
    return order == 0 && real > (double)other.magnitude ? -1 : order;
  }
  other.data = bytes;
  other.size = spread(real, bytes);
  return compare_magnitudes(whole, &other);
}

int pier__order_mixed(const pier__view *whole, double real) {
  bool negative = real < 0;
  int order;
  if (whole->negative != negative) return sign_of(whole->negative);
  order = compare_sizes(whole, fabs(real));
  return negative ? -order : order;
}
