/* term/simple.h - short terms of the common kind, known at a glance. */
#ifndef PIER_TERM_SIMPLE_H
#define PIER_TERM_SIMPLE_H

#include <pier/base.h>

/* Bytes, and so terms in it at the most; open containers. */
enum { PIER__SIMPLE_LONGEST = 256, PIER__SIMPLE_DEEPEST = 16 };

/* How many bytes the bare term at `at` has, if it is a short one that the gate would let
 * through and that is in normal form: integers of 32 bits, atoms of ASCII, floats,
 * binaries, and tuples and lists of these. 0: that is not known, ask the gate. Nothing is
 * read from `end` on. */
size_t pier__simple(const uint8_t *at, const uint8_t *end);

#endif
