#include "term/keys.h"

#include <sys/auxv.h>

enum {
  FEW = 8,     /* so many keys are compared each with each */
  PAIR = 0x100 /* no kind of scan.h */
};

/* What the kernel gave to this process: sixteen random bytes. They are not
 * told to anybody, and the hashes never leave the gate. */
static uint64_t secret[2];

__attribute__((constructor)) static void choose_secret(void) {
  const void *random = (const void *)(uintptr_t)getauxval(AT_RANDOM);
  if (random) memcpy(secret, random, sizeof secret);
}

static inline uint64_t rotate(uint64_t word, unsigned by) {
  return word << by | word >> (64 - by);
}

static inline void stir(pier__hash *hash) {
  uint64_t *v = hash->v;
  v[0] += v[1];
  v[2] += v[3];
  v[1] = rotate(v[1], 13) ^ v[0];
  v[3] = rotate(v[3], 16) ^ v[2];
  v[0] = rotate(v[0], 32) + v[3];
  v[2] += v[1];
  v[3] = rotate(v[3], 21) ^ v[0];
  v[1] = rotate(v[1], 17) ^ v[2];
  v[2] = rotate(v[2], 32);
}

void pier__hash_word(pier__hash *hash, uint64_t word) {
  hash->v[3] ^= word;
  stir(hash);
  hash->v[0] ^= word;
}

/* The constants, and the 0xee and 0xdd below, are those of SipHash-128. */
void pier__hash_init(pier__hash *hash, uint64_t kind) {
  hash->v[0] = secret[0] ^ UINT64_C(0x736f6d6570736575);
  hash->v[1] = secret[1] ^ UINT64_C(0x646f72616e646f6d) ^ 0xee;
  hash->v[2] = secret[0] ^ UINT64_C(0x6c7967656e657261);
  hash->v[3] = secret[1] ^ UINT64_C(0x7465646279746573);
  hash->whole = false;
  pier__hash_word(hash, kind);
}

static uint64_t take_out(pier__hash *hash) {
  stir(hash);
  stir(hash);
  stir(hash);
  return hash->v[0] ^ hash->v[1] ^ hash->v[2] ^ hash->v[3];
}

pier__key pier__hash_end(const pier__hash *hash) {
  pier__hash last = *hash;
  pier__key key = {hash->v[0], hash->v[1]};
  if (hash->whole) return key;
  last.v[2] ^= 0xee;
  key.a = take_out(&last);
  last.v[1] ^= 0xdd;
  key.b = take_out(&last);
  return key;
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

void pier__hash_part(pier__hash *hash, const pier__key *part) {
  pier__hash_word(hash, part->a);
  pier__hash_word(hash, part->b);
}

void pier__hash_add(pier__hash *hash, const pier__key *key, const pier__key *value) {
  pier__hash pair;
  pier__key sum;
  pier__hash_init(&pair, PAIR);
  pier__hash_part(&pair, key);
  pier__hash_part(&pair, value);
  sum = pier__hash_end(&pair);
  hash->v[0] += sum.a;
  hash->v[1] += sum.b;
}

static bool same(const pier__key *x, const pier__key *y) {
  return x->a == y->a && x->b == y->b;
}

static bool before(const pier__key *x, const pier__key *y) {
  return x->a < y->a || (x->a == y->a && x->b < y->b);
}

static void sift_down(pier__key *keys, size_t root, size_t count) {
  pier__key moved = keys[root];
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
static void sort(pier__key *keys, size_t count) {
  size_t i;
  for (i = count / 2; i > 0; i--)
    sift_down(keys, i - 1, count);
  for (i = count; i > 1; i--) {
    pier__key last = keys[i - 1];
    keys[i - 1] = keys[0];
    keys[0] = last;
    sift_down(keys, 0, i - 1);
  }
}

static bool few_repeat(const pier__key *keys, size_t count) {
  size_t i, j;
  for (i = 1; i < count; i++)
    for (j = 0; j < i; j++)
      if (same(&keys[i], &keys[j])) return true;
  return false;
}

bool pier__keys_repeat(pier__key *keys, size_t count) {
  size_t i;
  if (count <= FEW) return few_repeat(keys, count);
  sort(keys, count);
  for (i = 1; i < count; i++)
    if (same(&keys[i - 1], &keys[i])) return true;
  return false;
}
