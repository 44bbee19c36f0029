/* scenario/sha.h - SHA-256, and the random bytes that are made with it. */
#ifndef PIER_SCENARIO_SHA_H
#define PIER_SCENARIO_SHA_H

#include <pier/base.h>

enum { PIER__SHA256_SIZE = 32 };

void pier__sha256(pier_span bytes, uint8_t digest[PIER__SHA256_SIZE]);

/* The `size` bytes of {rand,Seed,Size} (doc/scenarios.md). */
void pier__random_bytes(uint64_t seed, uint8_t *bytes, size_t size);

#endif
