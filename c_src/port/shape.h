/* What names, options and messages are made of: atoms, small integers, pairs. */
#ifndef PIER_PORT_SHAPE_H
#define PIER_PORT_SHAPE_H

#include "term/view.h"

/* `name` is ASCII, so that the encoding of the atom does not matter. */
int pier__shape_is_atom(const pier__view *view, const char *name);
/* 1 with the value of an integer from -2^63+1 to 2^63-1. */
int pier__shape_integer(const pier__view *view, long long *value);
/* 1 with both elements of a pair. */
int pier__shape_pair(const pier__view *view, pier__view *first, pier__view *second);
int pier__shape_is_list(const pier__view *view);
/* A proper list of atoms that are known: 1 with their flags set as well. */
struct pier__flag {
  const char *name; /* NULL ends the table */
  unsigned flag;
};
int pier__shape_flags(const pier__view *list, const struct pier__flag *known, unsigned *flags);

/* The bytes of the scanned term at `at`. */
static inline pier_span pier__bare(const uint8_t *at) {
  return pier_span_of(at, (size_t)(pier__view_skip(at) - at));
}

#endif
