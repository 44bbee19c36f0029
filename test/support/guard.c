#include "guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The bytes before the guard page, in whole pages; at least one, so that size
 * 0 has an address too. */
static size_t room(size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return size == 0 ? page : (size + page - 1) / page * page;
}

uint8_t *guard_copy(const void *data, size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t before = room(size);
  uint8_t *start =
      mmap(NULL, before + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mprotect(start + before, page, PROT_NONE) < 0) {
    perror("guard_copy");
    abort();
  }
  if (size > 0) memcpy(start + before - size, data, size);
  return start + before - size;
}

void guard_free(uint8_t *copy, size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t before = room(size);
  if (copy) munmap(copy + size - before, before + page);
}
