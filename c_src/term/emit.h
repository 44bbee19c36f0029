/* term/emit.h - what text, formats and the normal form write besides what the
 * public writer offers. Errors stay in the buffer. */
#ifndef PIER_TERM_EMIT_H
#define PIER_TERM_EMIT_H

#include "term/write.h"

#include <stdbool.h>

void pier__emit_integer(pier_buffer *out, bool negative, uint64_t magnitude);
/* A magnitude of any size, least byte first. PIER_ELIMIT, and nothing written,
 * where the BEAM says system_limit. */
int pier__emit_big(pier_buffer *out, bool negative, const uint8_t *magnitude, size_t size);
void pier__emit_bits(pier_buffer *out, const uint8_t *data, size_t size, unsigned last_bits);

#endif
