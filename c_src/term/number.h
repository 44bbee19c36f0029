/*
 * term/number.h - numbers between text and bits: floats without the locale,
 * integers of any size in decimal and in base 256.
 */
#ifndef PIER_TERM_NUMBER_H
#define PIER_TERM_NUMBER_H

#include <pier/base.h>

#include <stdbool.h>

enum { PIER__FLOAT_TEXT = 32 }; /* the longest text of a float, and a NUL */

/* Reads `size` bytes of `[+-]D+.D+[(e|E)[+-]D+]` (`_` skipped); the syntax has
 * been checked. Correctly rounded. PIER_ERANGE if it is too big for a double,
 * PIER_ENOMEM. */
int pier__float_parse(const uint8_t *text, size_t size, double *value);

/* The shortest text that reads back as `value`, as Erlang lays it out, NUL
 * ended. The length. */
size_t pier__float_text(double value, char text[PIER__FLOAT_TEXT]);

/* Appends the magnitude of an integer, least byte first and without leading
 * zeros, whose `size` digits in `base` (2..36; `_` skipped) are at `digits`:
 * linear time where `base` is a power of 2, else nearly (n log n, twice).
 * PIER_ELIMIT, at once, for many more digits than Erlang takes; PIER_ENOMEM. */
int pier__integer_parse(pier_buffer *out, const uint8_t *digits, size_t size, unsigned base);

/* Appends the decimal digits of a magnitude given least byte first. */
int pier__integer_text(pier_buffer *out, const uint8_t *magnitude, size_t size);

#endif
