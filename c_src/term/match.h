/* term/match.h - what the files of match share: a pattern and a term that are
 * walked side by side, and the values to store when all of it has matched. */
#ifndef PIER_TERM_MATCH_H
#define PIER_TERM_MATCH_H

#include "term/text_parse.h"
#include "term/view.h"

enum { PIER__PATTERN_DEPTH = 64, PIER__FEW_STORES = 24 };

/* Where a list has got to. The elements of a string have no bytes of their
 * own as terms; they are looked at in a table. */
typedef struct pier__cursor {
  const uint8_t *at; /* the next element or byte; with left 0, the tail */
  size_t left;       /* elements or bytes */
  bool string;
  const uint8_t *end; /* of a string: after its bytes */
} pier__cursor;

typedef struct pier__level {
  pier__bracket bracket;
  pier__cursor list; /* a tuple's elements too */
  const uint8_t *map;
  size_t index;        /* of the element in work, from 1 */
  size_t count;        /* elements of the tuple */
  unsigned inner;      /* brackets opened in tail position: [a|[b]] is [a,b] */
  uint8_t step;        /* what the pattern may say next, see match.c */
  const uint8_t *part; /* the element in work, not yet passed */
  pier_span key;       /* the text of the key in work */
} pier__level;

typedef struct pier__store {
  uint32_t letter;
  void *to;
  pier__cursor list; /* 'T': the list whose rest is taken, if at is not NULL */
  pier_span span;
  union {
    int i;
    unsigned u;
    long long l;
    unsigned long long L;
    double d;
  } value;
} pier__store;

typedef struct pier__match {
  pier__lexer lexer;
  pier__token token;
  va_list arguments;
  pier_diag *diag;
  pier_span term;
  pier_span literal; /* the text of the last one, for the diag */
  const uint8_t *start;
  size_t depth, stores;
  pier_buffer more; /* stores beyond the few */
  pier__level levels[PIER__PATTERN_DEPTH];
  pier__store few[PIER__FEW_STORES];
} pier__match;

/* match_value.c: the term that `view` (at `at`) shows against the token. */
int pier__match_directive(pier__match *match, const pier__view *view, const uint8_t *at);
int pier__match_literal(pier__match *match, const pier__view *view, const uint8_t *at);
/* The value of the key that the pattern says next. */
int pier__match_key(pier__match *match, pier__level *level, const uint8_t **value);

/* match_store.c */
int pier__match_remember(pier__match *match, const pier__store *store);
int pier__match_commit(pier__match *match);

/* match_diag.c: PIER_EMATCH or another error, with the path in the diag. */
int pier__match_fail(pier__match *match, int error, const uint8_t *at, const char *expected);
int pier__match_bad_pattern(pier__match *match, const char *fault);

int pier__match_advance(pier__match *match);
int pier__match_any(pier__match *match);

/* Over the heads of lists in tail position; false at the end of the list. */
bool pier__cursor_settle(pier__cursor *cursor);
const uint8_t *pier__cursor_take(pier__cursor *cursor);

#endif
