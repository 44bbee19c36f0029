/*
 * Where big reads go, and big copies. Processors copy with one instruction, and some of
 * them (AMD's with `rep movsb`) do so a byte at a time when the target lies up to 31 bytes
 * behind the source, counted within a page: a read is four times as slow then, memcpy
 * twenty times. The pages of a pipe are filled from their beginning, and a big block of
 * malloc's begins 16 bytes into a page, so that this is what happens to whoever reads into
 * one, or copies what is behind a header of 4 bytes from one to another.
 */
#ifndef PIER_BASE_ALIGN_H
#define PIER_BASE_ALIGN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { PIER__LINE = 64 };

/* How many bytes of a block to leave out, fewer than PIER__LINE, so that what follows
 * lies `offset` bytes into a line. */
static inline size_t pier__lead(const void *block, size_t offset) {
  return (offset - (size_t)(uintptr_t)block) % PIER__LINE;
}

static inline size_t pier__round_up(size_t size) {
  return (size + PIER__LINE - 1) / PIER__LINE * PIER__LINE;
}

/* As memcpy. Pieces of a kilobyte are too small for that instruction. */
static inline void pier__copy(void *to, const void *from, size_t size) {
  enum { PIECE = 1024, PAGE = 4096, CLOSE = 32 };
  uint8_t *place = to;
  const uint8_t *bytes = from;
  size_t ahead = ((uintptr_t)to - (uintptr_t)from) % PAGE;
  while (size > PIECE && ahead > 0 && ahead < CLOSE) {
    memcpy(place, bytes, PIECE);
    place += PIECE;
    bytes += PIECE;
    size -= PIECE;
  }
  memcpy(place, bytes, size);
}

#endif
