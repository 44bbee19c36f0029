/* A walk through a deep list, which may be improper, without recursion. */
#ifndef PIER_PORT_DEEP_H
#define PIER_PORT_DEEP_H

#include "port/view.h"

struct pier__deep {
  pier_span rest;
  pier_buffer levels; /* per open list: elements still to come before its tail */
  int error;
};

/* Starts at `list`, a view of a PIER__VIEW_LIST. Close it with _end. */
void pier__deep_begin(struct pier__deep *deep, const struct pier__view *list);

/* The next leaf: 1, with *is_tail telling whether it is the tail of a list (a
 * proper one ends in PIER__VIEW_NIL); 0 at the end; PIER_ENOMEM. */
int pier__deep_next(struct pier__deep *deep, struct pier__view *leaf, int *is_tail);
void pier__deep_end(struct pier__deep *deep);

#endif
