/* Numbers in network order, at any address. */
#ifndef PIER_BASE_ENDIAN_H
#define PIER_BASE_ENDIAN_H

#include <stdint.h>

static inline uint32_t pier__load16(const uint8_t *at) {
  return (uint32_t)at[0] << 8 | at[1];
}

static inline uint32_t pier__load32(const uint8_t *at) {
  return pier__load16(at) << 16 | pier__load16(at + 2);
}

static inline uint64_t pier__load64(const uint8_t *at) {
  return (uint64_t)pier__load32(at) << 32 | pier__load32(at + 4);
}

static inline void pier__store16(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static inline void pier__store32(uint8_t *at, uint32_t value) {
  pier__store16(at, value >> 16);
  pier__store16(at + 2, value);
}

#endif
