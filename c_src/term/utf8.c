#include "term/utf8.h"

#include <string.h>

/* By the first byte, what Unicode's table 3-7 allows: how many bytes follow,
 * and between which bounds the first of them lies. */
static size_t follow(uint8_t first, uint8_t *low, uint8_t *high) {
  *low = 0x80;
  *high = 0xbf;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 1;
  if (first < 0xf0) {
    if (first == 0xe0) *low = 0xa0;
    if (first == 0xed) *high = 0x9f;
    return 2;
  }
  if (first > 0xf4) return 0;
  if (first == 0xf0) *low = 0x90;
  if (first == 0xf4) *high = 0x8f;
  return 3;
}

static size_t character_size(const uint8_t *text, size_t size) {
  uint8_t low, high;
  size_t i, more;
  if (text[0] < 0x80) return 1;
  more = follow(text[0], &low, &high);
  if (more == 0 || more >= size || text[1] < low || text[1] > high) return 0;
  for (i = 2; i <= more; i++)
    if ((text[i] & 0xc0) != 0x80) return 0;
  return more + 1;
}

/* Bytes below 128 at the front, counted by eights. */
static size_t ascii_size(const uint8_t *text, size_t size) {
  size_t at = 0;
  uint64_t eight;
  for (; size - at >= sizeof eight; at += sizeof eight) {
    memcpy(&eight, text + at, sizeof eight);
    if (eight & UINT64_C(0x8080808080808080)) break;
  }
  return at;
}

size_t pier__utf8_check(const uint8_t *text, size_t size, size_t *characters) {
  size_t at = ascii_size(text, size), count = at;
  while (at < size) {
    size_t length = character_size(text + at, size - at);
    if (length == 0) break;
    at += length;
    count++;
  }
  if (characters) *characters = count;
  return at;
}
