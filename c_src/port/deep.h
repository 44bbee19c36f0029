/* A walk through a deep list, which may be improper, without recursion. */
#ifndef PIER_PORT_DEEP_H
#define PIER_PORT_DEEP_H

#include "term/view.h"

struct pier__deep {
  const uint8_t *at;
  pier_buffer levels; /* per open list: elements still to come before its tail */
  int error;
};

/* Starts at `list`, a view of a PIER__LIST. Close it with _end. */
void pier__deep_begin(struct pier__deep *deep, const pier__view *list);

/* The next leaf: 1, with *is_tail telling whether it is the tail of a list (a
 * proper one ends in PIER__NIL); 0 at the end; PIER_ENOMEM. A leaf that is no
 * list has to be refused when it has terms inside: the walk does not skip them. */
int pier__deep_next(struct pier__deep *deep, pier__view *leaf, int *is_tail);
void pier__deep_end(struct pier__deep *deep);

#endif
