/* term/zlib_memory.h - zlib takes its memory from pier's allocator. */
#ifndef PIER_TERM_ZLIB_MEMORY_H
#define PIER_TERM_ZLIB_MEMORY_H

#include <zlib.h>

void pier__zlib_memory(z_stream *z);

#endif
