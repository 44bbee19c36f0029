/* SHA-256 is nettle's. */
#include "scenario/sha.h"

#include <nettle/sha2.h>
#include <string.h>

void pier__sha256(pier_span bytes, uint8_t digest[PIER__SHA256_SIZE]) {
  struct sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, bytes.size, bytes.data);
  sha256_digest(&context, PIER__SHA256_SIZE, digest);
}

static void put64(uint8_t *to, uint64_t number) {
  int at;
  for (at = 0; at < 8; at++)
    to[at] = (uint8_t)(number >> (56 - 8 * at));
}

void pier__random_bytes(uint64_t seed, uint8_t *bytes, size_t size) {
  uint8_t block[16], digest[PIER__SHA256_SIZE];
  uint64_t number = 0;
  put64(block, seed);
  while (size) {
    size_t part = size < sizeof digest ? size : sizeof digest;
    put64(block + 8, number++);
    pier__sha256(pier_span_of(block, sizeof block), digest);
    memcpy(bytes, digest, part);
    bytes += part;
    size -= part;
  }
}
