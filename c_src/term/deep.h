/* A walk through a deep list, which may be improper, without recursion; iodata and
 * chardata, which are such lists. */
#ifndef PIER_TERM_DEEP_H
#define PIER_TERM_DEEP_H

#include "term/view.h"

/* What a leaf adds to `out`. It may be the tail of a list; a proper list ends in
 * a PIER__NIL. Refuse, with an error, leaves that have terms inside: the walk
 * does not step over those. */
typedef int pier__deep_leaf(pier_buffer *out, const pier__view *leaf, int is_tail);

/* Calls `append` for each leaf of `list`, a view of a PIER__LIST, until it
 * returns an error; *fault (may be NULL) gets where that leaf begins. That error,
 * PIER_ENOMEM, or 0. */
int pier__deep(const pier__view *list, pier_buffer *out, pier__deep_leaf *append,
               const uint8_t **fault);

/* The bytes of a leaf of iodata; the UTF-8 of a leaf of chardata, in which binaries
 * have not been looked at. PIER_EMATCH if it is none, the errors of the buffer. */
int pier__iodata_leaf(pier_buffer *out, const pier__view *leaf, int is_tail);
int pier__chardata_leaf(pier_buffer *out, const pier__view *leaf, int is_tail);

/* Appends characters of Latin-1 as UTF-8. */
int pier__latin1_append(pier_buffer *out, const uint8_t *data, size_t size);

#endif
