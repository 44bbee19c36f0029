#include "term/inflate.h"
#include "term/tags.h"

#include <stdbool.h>

int pier_term_plain(pier_span bytes, const pier_limits *limits, pier_buffer *scratch,
                    pier_span *term, pier_diag *diag) {
  bool compressed =
      bytes.size > 1 && bytes.data[0] == PIER__VERSION && bytes.data[1] == PIER__TAG_COMPRESSED;
  pier_limits defaults;
  size_t used = 0;
  int error;
  if (!limits) {
    pier_limits_init(&defaults);
    limits = &defaults;
  }
  if (compressed) {
    pier_buffer_clear(scratch);
    error = pier__inflate(bytes, limits, scratch, &used, diag);
  } else {
    error = pier_term_scan(bytes, limits, &used, diag);
  }
  if (error) return error;
  if (used < bytes.size)
    return pier_diag_set(diag, PIER_ETRAILING, used, "%zu bytes left over after the term",
                         bytes.size - used);
  *term = compressed ? pier_buffer_span(scratch) : bytes;
  return 0;
}
