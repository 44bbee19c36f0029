/* The size of a bare term that has passed the gate: iterative, unlike ei's. */
#ifndef PIER_TERM_SKIP_H
#define PIER_TERM_SKIP_H

#include <pier/base.h>

size_t pier__term_size(const uint8_t *term);

#endif
