#include "term/zlib_memory.h"

#include <pier/base.h>

static voidpf allocate(voidpf context, uInt count, uInt size) {
  (void)context;
  if (size > 0 && count > SIZE_MAX / size) return NULL;
  return pier_alloc((size_t)count * size);
}

static void release(voidpf context, voidpf memory) {
  (void)context;
  pier_free(memory);
}

void pier__zlib_memory(z_stream *z) {
  z->zalloc = allocate;
  z->zfree = release;
}
