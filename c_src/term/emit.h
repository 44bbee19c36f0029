/* term/emit.h - the pieces of external terms that text, formats and the normal
 * form write, as term_to_binary writes them. Errors stay in the buffer. */
#ifndef PIER_TERM_EMIT_H
#define PIER_TERM_EMIT_H

#include <pier/term.h>

#include <stdbool.h>

enum { PIER__HEAD = 5, PIER__STRING_MAX = 65535, PIER__ATOM_MAX = 255 };

void pier__emit_integer(pier_buffer *out, bool negative, uint64_t magnitude);
/* A magnitude of any size, least byte first; leading zeros are left out.
 * PIER_ELIMIT where the BEAM says system_limit. */
int pier__emit_big(pier_buffer *out, bool negative, const uint8_t *magnitude, size_t size);
void pier__emit_float(pier_buffer *out, double value);
/* `size` bytes of UTF-8, at most 255 characters of it. */
void pier__emit_atom(pier_buffer *out, const uint8_t *name, size_t size);
void pier__emit_binary(pier_buffer *out, const uint8_t *data, size_t size, unsigned last_bits);
/* `tag` and a four-byte count. */
void pier__emit_head(pier_buffer *out, uint8_t tag, size_t count);
void pier__emit_tuple_head(pier_buffer *out, size_t count);
void pier__put_be32(uint8_t *to, size_t value);

#endif
