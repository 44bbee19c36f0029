/*
 * term/keys.h - telling equal map keys, in the sense of =:=, without holding
 * or comparing the keys themselves.
 *
 * While a key is scanned it is hashed by value, not by bytes: an integer by
 * its digits, an atom by its characters, a map by the sum of its pairs. Equal
 * keys have equal hashes, so none is missed; 128 bits make two different keys
 * with one hash too rare to meet. The hash is SipHash-1-3 under a secret of
 * this process, so nobody can look for such keys either. It is made once, on
 * the way up, so keys that are maps with such keys cost no more than their
 * bytes. Small values are their own hash.
 */
#ifndef PIER_TERM_KEYS_H
#define PIER_TERM_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The hash of a whole term, or what it is: a value and its kind. */
typedef struct pier__key {
  uint64_t a, b;
} pier__key;

/* One that is being made. */
typedef struct pier__hash {
  uint64_t v[4];
  bool whole; /* it is: v[0] is the value, v[1] the kind */
} pier__hash;

/* All of a term of this kind: nothing may be added. */
static inline void pier__hash_value(pier__hash *hash, uint64_t kind, uint64_t value) {
  hash->v[0] = value;
  hash->v[1] = kind;
  hash->whole = true;
}
/* The same for at most 8 bytes. */
static inline void pier__hash_short(pier__hash *hash, uint64_t kind, const uint8_t *data,
                                    size_t size) {
  uint64_t value = 0;
  memcpy(&value, data, size);
  pier__hash_value(hash, kind | (uint64_t)size << 8, value);
}

void pier__hash_init(pier__hash *hash, uint64_t kind);
void pier__hash_word(pier__hash *hash, uint64_t word);
/* The bytes and how many there are. */
void pier__hash_bytes(pier__hash *hash, const uint8_t *data, size_t size);
void pier__hash_part(pier__hash *hash, const pier__key *part);
/* Parts whose order does not count: pairs of a map. Nothing but other pairs
 * may come after the first one. */
void pier__hash_add(pier__hash *hash, const pier__key *key, const pier__key *value);
pier__key pier__hash_end(const pier__hash *hash);

/* Whether one key is there twice. Changes their order; never slower than
 * count * log(count), whatever the keys. */
bool pier__keys_repeat(pier__key *keys, size_t count);

#endif
