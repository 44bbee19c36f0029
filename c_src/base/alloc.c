#include <pier/base.h>

#include <stdlib.h>

static void *reallocate_with_libc(void *context, void *old, size_t size) {
  (void)context;
  if (size > 0) return realloc(old, size);
  free(old);
  return NULL;
}

static pier_allocator current = {reallocate_with_libc, NULL};

void pier_set_allocator(const pier_allocator *allocator) {
  if (allocator && allocator->reallocate) {
    current = *allocator;
  } else {
    current.reallocate = reallocate_with_libc;
    current.context = NULL;
  }
}

void *pier_realloc(void *old, size_t size) {
  return current.reallocate(current.context, old, size > 0 ? size : 1);
}

void *pier_alloc(size_t size) {
  return pier_realloc(NULL, size);
}

void pier_free(void *memory) {
  if (memory) current.reallocate(current.context, memory, 0);
}
