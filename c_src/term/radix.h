/* term/radix.h - very long integers from one radix to another in much less
 * than quadratic time. */
#ifndef PIER_TERM_RADIX_H
#define PIER_TERM_RADIX_H

#include <stddef.h>
#include <stdint.h>

/* `count` limbs of a number, least first, each below `from_radix`, become
 * *to_count limbs below `to_radix` (zeros may be on top). Both are at most
 * 65536. Free *to with pier_free. PIER_ENOMEM. */
int pier__radix(const uint16_t *from, size_t count, uint32_t from_radix, uint32_t to_radix,
                uint16_t **to, size_t *to_count);

/* term/radix_multiply.c: a * b, in limbs below `radix`, by a number-theoretic
 * transform modulo 2^64 - 2^32 + 1. A factor that is used again is prepared
 * once. */
typedef struct pier__factor {
  size_t size; /* of the transforms, a power of two */
  uint64_t *roots, *inverse, *values, *room;
} pier__factor;

/* For products of at most `limbs` limbs. PIER_ENOMEM. */
int pier__factor_init(pier__factor *factor, const uint16_t *limbs, size_t count,
                      size_t product);
void pier__factor_free(pier__factor *factor);
/* out[0..size) = limbs * factor + add, cut to `size` limbs. */
void pier__factor_apply(pier__factor *factor, const uint16_t *limbs, size_t count,
                        const uint16_t *add, size_t add_count, uint32_t radix, uint16_t *out,
                        size_t size);

#endif
