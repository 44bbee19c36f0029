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

enum { PIER__PAGE = 4096, PIER__CLOSE = 32 };

/* Whether that happens, of addresses or what they are within a page. */
static inline int pier__copies_slowly(uintptr_t to, uintptr_t from) {
  uintptr_t ahead = (to - from) % PIER__PAGE;
  return ahead > 0 && ahead < PIER__CLOSE;
}

/* As memcpy. Pieces of up to a kilobyte are too small for that instruction; they are of
 * equal size because the compiler would write it for a size that it knows. */
static inline void pier__copy(void *to, const void *from, size_t size) {
  enum { MOST = 1024 };
  size_t piece = size, done, step;
  if (size > MOST && pier__copies_slowly((uintptr_t)to, (uintptr_t)from))
    piece = size / (size / MOST + 1) + 1;
  for (done = 0; done < size; done += step) {
    step = size - done < piece ? size - done : piece;
    memcpy((uint8_t *)to + done, (const uint8_t *)from + done, step);
  }
}

#endif
