#include "term/keys.h"

#include <string.h>

enum { FEW = 8 }; /* so many keys are compared each with each */

void pier__hash_word(pier__hash *hash, uint64_t word) {
  uint64_t a = (hash->a ^ word) * UINT64_C(0x9e3779b97f4a7c15);
  uint64_t b = (hash->b << 23 | hash->b >> 41) + word * UINT64_C(0xc2b2ae3d27d4eb4f);
  hash->a = (a ^ a >> 32) * UINT64_C(0xff51afd7ed558ccd);
  hash->b = (b ^ b >> 29) * UINT64_C(0x165667b19e3779f9) + a;
}

void pier__hash_init(pier__hash *hash, uint64_t kind) {
  hash->a = UINT64_C(0x243f6a8885a308d3);
  hash->b = UINT64_C(0x13198a2e03707344);
  pier__hash_word(hash, kind);
}

void pier__hash_bytes(pier__hash *hash, const uint8_t *data, size_t size) {
  uint64_t word;
  pier__hash_word(hash, size);
  for (; size >= sizeof word; data += sizeof word, size -= sizeof word) {
    memcpy(&word, data, sizeof word);
    pier__hash_word(hash, word);
  }
  if (size == 0) return;
  word = 0;
  memcpy(&word, data, size);
  pier__hash_word(hash, word);
}

void pier__hash_hash(pier__hash *hash, const pier__hash *part) {
  pier__hash_word(hash, part->a);
  pier__hash_word(hash, part->b);
}

void pier__hash_add(pier__hash *hash, const pier__hash *key, const pier__hash *value) {
  pier__hash pair = *key;
  pier__hash_hash(&pair, value);
  hash->a += pair.a;
  hash->b += pair.b;
}

static bool same(const pier__hash *x, const pier__hash *y) {
  return x->a == y->a && x->b == y->b;
}

static bool before(const pier__hash *x, const pier__hash *y) {
  return x->a < y->a || (x->a == y->a && x->b < y->b);
}

static void sift_down(pier__hash *keys, size_t root, size_t count) {
  pier__hash moved = keys[root];
  for (;;) {
    size_t child = 2 * root + 1;
    if (child >= count) break;
    if (child + 1 < count && before(&keys[child], &keys[child + 1])) child++;
    if (!before(&moved, &keys[child])) break;
    keys[root] = keys[child];
    root = child;
  }
  keys[root] = moved;
}

/* A heap sort: in place, and no order of the input makes it slow. */
static void sort(pier__hash *keys, size_t count) {
  size_t i;
  for (i = count / 2; i > 0; i--)
    sift_down(keys, i - 1, count);
  for (i = count; i > 1; i--) {
    pier__hash last = keys[i - 1];
    keys[i - 1] = keys[0];
    keys[0] = last;
    sift_down(keys, 0, i - 1);
  }
}

static bool few_repeat(const pier__hash *keys, size_t count) {
  size_t i, j;
  for (i = 1; i < count; i++)
    for (j = 0; j < i; j++)
      if (same(&keys[i], &keys[j])) return true;
  return false;
}

bool pier__keys_repeat(pier__hash *keys, size_t count) {
  size_t i;
  if (count <= FEW) return few_repeat(keys, count);
  sort(keys, count);
  for (i = 1; i < count; i++)
    if (same(&keys[i - 1], &keys[i])) return true;
  return false;
}
