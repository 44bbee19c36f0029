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
/* 1 with the number of a pid of this node. */
int pier__shape_pid(const pier__view *view, uint64_t *number);

#endif
