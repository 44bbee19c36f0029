/* term/atom.h - the names of atoms, which may lie in Latin-1 or in UTF-8. */
#ifndef PIER_TERM_ATOM_H
#define PIER_TERM_ATOM_H

#include "term/view.h"

/* Whether the atom has this name, in UTF-8. */
bool pier__atom_same(const pier__view *atom, pier_span name);
/* The address after the term at `at` if that is the atom of this name, else NULL. */
const uint8_t *pier__atom_pass(const uint8_t *at, pier_span name);

/* The name in UTF-8, where it lies; false if it lies there in Latin-1 only. */
bool pier__atom_span(const pier__view *atom, pier_span *name);

#endif
