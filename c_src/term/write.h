/* What the writer's files share. */
#ifndef PIER_TERM_WRITE_H
#define PIER_TERM_WRITE_H

#include "base/endian.h"
#include "term/tags.h"

#include <pier/term.h>

/* Makes `error` the buffer's, if it has none yet, and tells its diag; returns
 * the one it has. `offset` is into the buffer. */
int pier__write_wrong(pier_buffer *out, int error, size_t offset, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for the term that would come next. */
static inline int pier__write_fail(pier_buffer *out, int error, const char *what) {
  return pier__write_wrong(out, error, out->size, "%s", what);
}

/* PIER_EARG unless `count` parts (pairs of a map) follow the head at `begin`
 * and fill the buffer. */
int pier__write_count(pier_buffer *out, size_t begin, size_t count);

#endif
