/* term/fault.h - what does not fit in a term, and where, in one sentence of a
 * pier_diag: "value of key a, element 2 of tuple: expected integer, got atom foo". */
#ifndef PIER_TERM_FAULT_H
#define PIER_TERM_FAULT_H

#include <pier/term.h>

typedef enum pier__place_kind {
  PIER__PLACE_TUPLE, /* element `index` */
  PIER__PLACE_LIST,  /* element `index` */
  PIER__PLACE_TAIL,  /* of a list */
  PIER__PLACE_KEY    /* the value of the key whose text is `key` */
} pier__place_kind;

typedef struct pier__place {
  pier__place_kind kind;
  size_t index; /* from 1 */
  pier_span key;
} pier__place;

/* Fills `diag` (which may be NULL) and returns `error`. `places` leads inwards;
 * of a long way the inner end is told. `expected` is words in UTF-8, `got` the
 * term that is there instead. What is too long is cut at a whole character. */
int pier__fault(pier_diag *diag, int error, size_t offset, const pier__place *places,
                size_t count, pier_span expected, const uint8_t *got);

#endif
