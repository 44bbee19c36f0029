/* What the writer's files share. */
#ifndef PIER_TERM_WRITE_H
#define PIER_TERM_WRITE_H

#include "base/endian.h"
#include "term/tags.h"

#include <pier/term.h>

/* Makes `error` the buffer's, if it has none yet; returns the one it has. */
static inline int pier__write_fail(pier_buffer *out, int error) {
  if (!out->error) out->error = error;
  return out->error;
}

#endif
