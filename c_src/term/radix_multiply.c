#include "term/radix.h"

#include <pier/base.h>

#include <string.h>

__extension__ typedef unsigned __int128 wide;

#define PRIME UINT64_C(0xffffffff00000001)
#define EPSILON UINT64_C(0xffffffff) /* 2^64 modulo the prime */
enum { GENERATOR = 7 };

/* 2^64 is 2^32 - 1 and 2^96 is -1 modulo the prime. */
static uint64_t multiply(uint64_t a, uint64_t b) {
  wide product = (wide)a * b;
  uint64_t low = (uint64_t)product, high = (uint64_t)(product >> 64);
  uint64_t sum = low - (high >> 32), middle = (high & EPSILON) * EPSILON, result;
  if (low < high >> 32) sum -= EPSILON;
  result = sum + middle;
  if (result < sum) result += EPSILON;
  return result >= PRIME ? result - PRIME : result;
}

static uint64_t add(uint64_t a, uint64_t b) {
  return a >= PRIME - b ? a - (PRIME - b) : a + b;
}

static uint64_t subtract(uint64_t a, uint64_t b) {
  return a >= b ? a - b : a + (PRIME - b);
}

static uint64_t power(uint64_t base, uint64_t exponent) {
  uint64_t result = 1;
  for (; exponent > 0; exponent >>= 1, base = multiply(base, base))
    if (exponent & 1) result = multiply(result, base);
  return result;
}

static void fill_roots(uint64_t *roots, size_t size, uint64_t root) {
  size_t i;
  roots[0] = 1;
  for (i = 1; i < size / 2; i++)
    roots[i] = multiply(roots[i - 1], root);
}

/* The results come in bit-reversed order, which is how `back` takes them. */
static void transform(uint64_t *a, size_t size, const uint64_t *roots) {
  size_t half, block, i;
  for (half = size / 2; half > 0; half /= 2)
    for (block = 0; block < size; block += 2 * half)
      for (i = 0; i < half; i++) {
        uint64_t u = a[block + i], v = a[block + half + i];
        a[block + i] = add(u, v);
        a[block + half + i] = multiply(subtract(u, v), roots[i * (size / (2 * half))]);
      }
}

static void transform_back(uint64_t *a, size_t size, const uint64_t *inverse) {
  size_t half, block, i;
  for (half = 1; half < size; half *= 2)
    for (block = 0; block < size; block += 2 * half)
      for (i = 0; i < half; i++) {
        uint64_t u = a[block + i];
        uint64_t v = multiply(a[block + half + i], inverse[i * (size / (2 * half))]);
        a[block + i] = add(u, v);
        a[block + half + i] = subtract(u, v);
      }
}

static void load(uint64_t *values, size_t size, const uint16_t *limbs, size_t count) {
  size_t i;
  for (i = 0; i < count && i < size; i++)
    values[i] = limbs[i];
  for (; i < size; i++)
    values[i] = 0;
}

int pier__factor_init(pier__factor *factor, const uint16_t *limbs, size_t count,
                      size_t product) {
  uint64_t root;
  factor->size = 2;
  while (factor->size < product)
    factor->size *= 2;
  factor->roots = pier_alloc(factor->size / 2 * sizeof(uint64_t));
  factor->inverse = pier_alloc(factor->size / 2 * sizeof(uint64_t));
  factor->values = pier_alloc(factor->size * sizeof(uint64_t));
  factor->room = pier_alloc(factor->size * sizeof(uint64_t));
  if (!factor->roots || !factor->inverse || !factor->values || !factor->room) {
    pier__factor_free(factor);
    return PIER_ENOMEM;
  }
  root = power(GENERATOR, (PRIME - 1) / factor->size);
  fill_roots(factor->roots, factor->size, root);
  fill_roots(factor->inverse, factor->size, power(root, PRIME - 2));
  load(factor->values, factor->size, limbs, count);
  transform(factor->values, factor->size, factor->roots);
  return 0;
}

void pier__factor_free(pier__factor *factor) {
  pier_free(factor->roots);
  pier_free(factor->inverse);
  pier_free(factor->values);
  pier_free(factor->room);
  memset(factor, 0, sizeof *factor);
}

void pier__factor_apply(pier__factor *factor, const uint16_t *limbs, size_t count,
                        const uint16_t *addend, size_t add_count, uint32_t radix, uint16_t *out,
                        size_t size) {
  uint64_t scale = power(factor->size, PRIME - 2), carry = 0;
  size_t i;
  load(factor->room, factor->size, limbs, count);
  transform(factor->room, factor->size, factor->roots);
  for (i = 0; i < factor->size; i++)
    factor->room[i] = multiply(multiply(factor->room[i], factor->values[i]), scale);
  transform_back(factor->room, factor->size, factor->inverse);
  for (i = 0; i < size; i++) {
    if (i < factor->size) carry += factor->room[i];
    if (i < add_count) carry += addend[i];
    out[i] = (uint16_t)(carry % radix);
    carry /= radix;
  }
}
