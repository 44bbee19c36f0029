/*
 * term/keys.h - telling equal map keys, in the sense of =:=, without holding
 * or comparing the keys themselves.
 *
 * While a key is scanned it is hashed by value, not by bytes: an integer by
 * its digits, an atom by its characters, a map by the sum of its pairs. Equal
 * keys have equal hashes, so none is missed; 128 bits make two different keys
 * with one hash too rare to meet. A hash is made once, on the way up, so keys
 * that are maps with such keys cost no more than their bytes.
 */
#ifndef PIER_TERM_KEYS_H
#define PIER_TERM_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct pier__hash {
  uint64_t a, b;
} pier__hash;

void pier__hash_init(pier__hash *hash, uint64_t kind);
void pier__hash_word(pier__hash *hash, uint64_t word);
/* The bytes and how many there are. */
void pier__hash_bytes(pier__hash *hash, const uint8_t *data, size_t size);
void pier__hash_hash(pier__hash *hash, const pier__hash *part);
/* An order of parts that does not count: pairs of a map. */
void pier__hash_add(pier__hash *hash, const pier__hash *key, const pier__hash *value);

/* Whether one hash is there twice. Changes their order; never slower than
 * count * log(count), whatever the keys. */
bool pier__keys_repeat(pier__hash *keys, size_t count);

#endif
