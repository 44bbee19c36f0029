/* term/normal.h - the normal form of a term: the bytes that term_to_binary
 * (minor_version 2, deterministic) makes of it. */
#ifndef PIER_TERM_NORMAL_H
#define PIER_TERM_NORMAL_H

#include <pier/base.h>

/* Appends the normal form of the bare term at `at`. Maps come in key order at
 * any size. PIER_ENOMEM, the buffer's errors. */
int pier__normal(pier_buffer *out, const uint8_t *at);

/* The term that fills `out` from `from` on becomes its normal form. */
int pier__normal_in_place(pier_buffer *out, size_t from);

#endif
