#include "term/radix.h"

#include <pier/base.h>

#include <math.h>
#include <string.h>

/* Blocks of a few limbs are converted one by one, then neighbours are joined:
 * low + high * radix^block, level by level, each with one power for all. */

enum { BLOCK = 128 };

/* Limbs that `count` limbs can become. */
static size_t width_of(size_t count, uint32_t from, uint32_t to) {
  return (size_t)((double)count * (log2(from) / log2(to))) + 2;
}

static void convert_block(const uint16_t *limbs, size_t count, uint32_t from, uint32_t to,
                          uint16_t *out, size_t width) {
  size_t i, j;
  memset(out, 0, width * sizeof *out);
  for (i = count; i > 0; i--) {
    uint32_t carry = limbs[i - 1];
    for (j = 0; j < width; j++) {
      uint64_t value = (uint64_t)out[j] * from + carry;
      out[j] = (uint16_t)(value % to);
      carry = (uint32_t)(value / to);
    }
  }
}

struct level {
  uint16_t *limbs; /* the blocks, each `width` limbs */
  size_t blocks, width;
  uint16_t *power; /* what a block's place is worth */
  size_t power_width;
  size_t span; /* limbs of the source in a block */
};

static int first_level(struct level *level, const uint16_t *from, size_t count,
                       uint32_t from_radix, uint32_t to_radix) {
  uint16_t one[BLOCK + 1] = {0};
  size_t i;
  one[BLOCK] = 1;
  level->span = BLOCK;
  level->blocks = (count + BLOCK - 1) / BLOCK;
  level->width = width_of(BLOCK, from_radix, to_radix);
  level->power_width = width_of(BLOCK + 1, from_radix, to_radix);
  level->limbs = pier_alloc(level->blocks * level->width * sizeof(uint16_t));
  level->power = pier_alloc(level->power_width * sizeof(uint16_t));
  if (!level->limbs || !level->power) return PIER_ENOMEM;
  convert_block(one, BLOCK + 1, from_radix, to_radix, level->power, level->power_width);
  for (i = 0; i < level->blocks; i++) {
    size_t left = count - i * BLOCK;
    convert_block(from + i * BLOCK, left < BLOCK ? left : BLOCK, from_radix, to_radix,
                  level->limbs + i * level->width, level->width);
  }
  return 0;
}

static void join_blocks(const struct level *level, struct level *next, pier__factor *factor,
                        uint32_t radix) {
  size_t i;
  for (i = 0; i < next->blocks; i++) {
    const uint16_t *low = level->limbs + 2 * i * level->width;
    uint16_t *out = next->limbs + i * next->width;
    if (2 * i + 1 < level->blocks) {
      pier__factor_apply(factor, low + level->width, level->width, low, level->width, radix,
                         out, next->width);
    } else {
      memset(out, 0, next->width * sizeof *out);
      memcpy(out, low, level->width * sizeof *out);
    }
  }
}

static int next_level(struct level *level, uint32_t from_radix, uint32_t to_radix) {
  struct level next = {NULL, (level->blocks + 1) / 2, 0, NULL, 0, 2 * level->span};
  pier__factor factor = {0, NULL, NULL, NULL, NULL};
  int error;
  next.width = width_of(next.span, from_radix, to_radix);
  next.power_width = width_of(next.span + 1, from_radix, to_radix);
  next.limbs = pier_alloc(next.blocks * next.width * sizeof(uint16_t));
  next.power = pier_alloc(next.power_width * sizeof(uint16_t));
  error = !next.limbs || !next.power
              ? PIER_ENOMEM
              : pier__factor_init(&factor, level->power, level->power_width,
                                  2 * level->power_width);
  if (!error) {
    join_blocks(level, &next, &factor, to_radix);
    if (next.blocks > 1)
      pier__factor_apply(&factor, level->power, level->power_width, NULL, 0, to_radix,
                         next.power, next.power_width);
  }
  pier__factor_free(&factor);
  pier_free(level->limbs);
  pier_free(level->power);
  *level = next;
  return error;
}

int pier__radix(const uint16_t *from, size_t count, uint32_t from_radix, uint32_t to_radix,
                uint16_t **to, size_t *to_count) {
  struct level level;
  int error;
  memset(&level, 0, sizeof level);
  error = first_level(&level, from, count, from_radix, to_radix);
  while (!error && level.blocks > 1)
    error = next_level(&level, from_radix, to_radix);
  pier_free(level.power);
  if (error) {
    pier_free(level.limbs);
    return error;
  }
  *to = level.limbs;
  *to_count = level.width;
  return 0;
}
