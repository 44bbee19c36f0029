#include "memory.h"

#include <pier/base.h>

#include <stdlib.h>
#include <string.h>

memory_count memory_counted;

static void *count_memory(void *context, void *old, size_t size) {
  void *fresh;
  (void)context;
  if (size == 0) {
    memory_counted.live--;
    free(old);
    return NULL;
  }
  if (++memory_counted.calls == memory_counted.fail_at) return NULL;
  if (size > memory_counted.biggest) memory_counted.biggest = size;
  fresh = realloc(old, size);
  if (fresh && !old) memory_counted.live++;
  return fresh;
}

void memory_begin(size_t fail_at) {
  pier_allocator allocator = {count_memory, NULL};
  memset(&memory_counted, 0, sizeof memory_counted);
  memory_counted.fail_at = fail_at;
  pier_set_allocator(&allocator);
}

void memory_end(void) {
  pier_set_allocator(NULL);
}
