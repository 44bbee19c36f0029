/* term/argument.h - the arguments of formats and patterns, and whether their
 * types, where the macros of pier/pattern.h told them, are what the directives
 * want. */
#ifndef PIER_TERM_ARGUMENT_H
#define PIER_TERM_ARGUMENT_H

#include <pier/pattern.h>

#include <stdbool.h>

enum { PIER__VALUES_MOST = 255 };

typedef struct pier__directive_row {
  uint8_t letter;
  uint64_t types[2]; /* of one or two arguments: 1 << pier_argument, or-ed */
  const char *wants; /* for people */
} pier__directive_row;

const pier__directive_row *pier__pattern_directive(uint32_t letter);
const pier__directive_row *pier__format_directive(uint32_t letter);

/* One directive of a pattern with its argument. */
typedef struct pier__target {
  void *to;
  size_t room;     /* ~z */
  pier_span given; /* ~A, ~E */
} pier__target;

/* Compares the types of the arguments for a directive with what it wants; *types
 * (may be NULL, then nothing is known) is moved past them. `number` is the
 * directive's, from 1. PIER_EPATTERN, with a sentence in diag. */
int pier__check_types(const pier__directive_row *row, const uint8_t **types, size_t number,
                      pier_diag *diag);
/* After the last directive: no argument may be left. */
int pier__check_no_more(const uint8_t *types, size_t directives, pier_diag *diag);

#endif
