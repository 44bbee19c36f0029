/* Memory that is given back all at once. */
#include "scenario/value.h"

#include <string.h>

enum { CHUNK = 16384, ALIGN = 16 };

struct pier__arena_chunk {
  struct pier__arena_chunk *next;
  size_t used, size;
  _Alignas(ALIGN) uint8_t bytes[];
};

void *pier__arena_take(pier__arena *arena, size_t size) {
  struct pier__arena_chunk *chunk = arena->chunks;
  void *taken;
  if (size > SIZE_MAX / 2) return NULL;
  size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
  if (!chunk || chunk->size - chunk->used < size) {
    size_t room = size > CHUNK ? size : CHUNK;
    chunk = pier_alloc(sizeof *chunk + room);
    if (!chunk) return NULL;
    chunk->next = arena->chunks;
    chunk->used = 0;
    chunk->size = room;
    arena->chunks = chunk;
  }
  taken = chunk->bytes + chunk->used;
  chunk->used += size;
  return memset(taken, 0, size);
}

uint8_t *pier__arena_copy(pier__arena *arena, pier_span bytes) {
  uint8_t *copy = pier__arena_take(arena, bytes.size + 1);
  if (copy && bytes.size) memcpy(copy, bytes.data, bytes.size);
  return copy;
}

void pier__arena_free(pier__arena *arena) {
  while (arena->chunks) {
    struct pier__arena_chunk *next = arena->chunks->next;
    pier_free(arena->chunks);
    arena->chunks = next;
  }
}
