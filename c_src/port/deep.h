/* A walk through a deep list, which may be improper, without recursion. */
#ifndef PIER_PORT_DEEP_H
#define PIER_PORT_DEEP_H

#include "term/view.h"

/* What a leaf adds to `out`. It may be the tail of a list; a proper list ends in
 * a PIER__NIL. Refuse, with an error, leaves that have terms inside: the walk
 * does not step over those. */
typedef int pier__deep_leaf(pier_buffer *out, const pier__view *leaf, int is_tail);

/* Calls `append` for each leaf of `list`, a view of a PIER__LIST, until it
 * returns an error. That error, PIER_ENOMEM, or 0. */
int pier__deep(const pier__view *list, pier_buffer *out, pier__deep_leaf *append);

#endif
