/* term/argument.h - the arguments of formats and patterns, and whether their
 * types, where the macros of pier/pattern.h told them, are what the directives
 * want. */
#ifndef PIER_TERM_ARGUMENT_H
#define PIER_TERM_ARGUMENT_H

#include <pier/pattern.h>

#include <stdbool.h>
#include <stddef.h>

enum { PIER__VALUES_MOST = 255 };

typedef struct pier__directive_row {
  uint8_t letter;
  uint64_t types[2]; /* of one or two arguments: 1 << pier_argument, or-ed */
  const char *wants; /* for people */
} pier__directive_row;

enum { PIER__LETTERS = 'z' - 'A' + 1 };
extern const pier__directive_row pier__pattern_rows[PIER__LETTERS];
extern const pier__directive_row pier__format_rows[PIER__LETTERS];

/* NULL if there is no such directive. */
static inline const pier__directive_row *pier__directive_row_of(const pier__directive_row *rows,
                                                                uint32_t letter) {
  const pier__directive_row *row = letter >= 'A' && letter <= 'z' ? &rows[letter - 'A'] : NULL;
  return row && row->letter ? row : NULL;
}

static inline const pier__directive_row *pier__pattern_directive(uint32_t letter) {
  return pier__directive_row_of(pier__pattern_rows, letter);
}

static inline const pier__directive_row *pier__format_directive(uint32_t letter) {
  return pier__directive_row_of(pier__format_rows, letter);
}

/* One directive of a pattern with its argument. */
typedef struct pier__target {
  void *to;
  size_t room;     /* ~z */
  pier_span given; /* ~A, ~E */
} pier__target;

/* PIER_EPATTERN: says that `type` is not what the directive `number`, from 1, wants. */
int pier__wrong_type(const pier__directive_row *row, uint8_t type, size_t number,
                     pier_diag *diag);

/* Compares the types of the arguments for a directive with what it wants; *types
 * (may be NULL, then nothing is known) is moved past them. As pier__wrong_type. */
static inline int pier__check_types(const pier__directive_row *row, const uint8_t **types,
                                    size_t number, pier_diag *diag) {
  size_t i;
  for (i = 0; *types && i < 2 && row->types[i] != 0; i++, ++*types)
    if (**types >= PIER_ARGUMENT_COUNT || !(row->types[i] >> **types & 1))
      return pier__wrong_type(row, **types, number, diag);
  return 0;
}

/* PIER_EPATTERN: says that there is an argument of `type` after the last of so many
 * directives. */
int pier__one_more(uint8_t type, size_t directives, pier_diag *diag);

/* After the last directive: no argument may be left. */
static inline int pier__check_no_more(const uint8_t *types, size_t directives,
                                      pier_diag *diag) {
  return types && *types != PIER_ARGUMENT_END ? pier__one_more(*types, directives, diag) : 0;
}

#endif
