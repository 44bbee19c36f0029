/* Compressed terms (tag 80). */
#ifndef PIER_TERM_INFLATE_H
#define PIER_TERM_INFLATE_H

#include <pier/term.h>

/* Appends to `plain` the plain form, version byte first, of the compressed
 * term at the start of `bytes` (131, 80, ...) and scans it. *used (may be
 * NULL) gets the length of the compressed one. Errors as pier_term_scan. */
int pier__inflate(pier_span bytes, const pier_limits *limits, pier_buffer *plain, size_t *used,
                  pier_diag *diag);

#endif
