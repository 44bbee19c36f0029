/*
 * term/view.h - one look at the head of a scanned term: what it is, where its
 * bytes are, how many terms follow inside it. Everything that walks terms
 * (printer, order, normal form, match) walks by views, none by tags.
 */
#ifndef PIER_TERM_VIEW_H
#define PIER_TERM_VIEW_H

#include "base/endian.h"
#include "term/tags.h"

#include <pier/term.h>

#include <stdbool.h>

/* In Erlang's term order, integers before floats as in the keys of a map. */
typedef enum pier__kind {
  PIER__INT,
  PIER__FLOAT,
  PIER__ATOM,
  PIER__REF,
  PIER__FUN,
  PIER__EXPORT,
  PIER__PORT,
  PIER__PID,
  PIER__TUPLE,
  PIER__MAP,
  PIER__NIL,
  PIER__LIST,   /* `count` elements, then the tail, which is a term too */
  PIER__STRING, /* a list of `size` bytes */
  PIER__BITS
} pier__kind;

typedef struct pier__view {
  pier__kind kind;
  uint8_t tag;
  bool negative;       /* PIER__INT */
  bool latin1;         /* PIER__ATOM: the characters are bytes, not UTF-8 */
  uint8_t bits;        /* PIER__BITS: used bits of the last byte, 1..8; 0 if empty */
  uint64_t magnitude;  /* PIER__INT, if size is 0 */
  double real;         /* PIER__FLOAT */
  const uint8_t *data; /* atom, string, bits; digits of an integer beyond 64 bits,
                          least first; the whole identifier with its tag, a fun
                          up to its free variables */
  size_t size;
  size_t count;    /* elements of a tuple or list, pairs of a map, free variables of a fun */
  size_t children; /* terms that follow `next` and belong to this one */
  const uint8_t *next; /* the byte after the head (and after the data) */
} pier__view;

enum {
  PIER__WORDS = 5,     /* at most, in a reference */
  PIER__FUN_PARTS = 30 /* where the module of a fun is, counted from its tag */
};

/* Looks at the term (without version byte) that begins at `at`. The bytes
 * must have passed the gate: no lengths are checked here. */
void pier__view_at(pier__view *view, const uint8_t *at);

/* The address after the whole term at `at`. */
const uint8_t *pier__view_skip(const uint8_t *at);

/* The value of a float, or of an integer of at most 64 bits that a double holds
 * exactly; else false. */
bool pier__view_real(const pier__view *view, double *value);

/* A byte of a string as a term of its own. */
extern const uint8_t pier__byte_terms[256][2];
static inline const uint8_t *pier__byte_term(uint8_t byte) {
  return pier__byte_terms[byte];
}

/* The address after a fun with its free variables. Size counts from its own
 * first byte; the gate has seen that it is true. */
static inline const uint8_t *pier__fun_end(const uint8_t *at) {
  return at + 1 + pier__load32(at + 1);
}

/* The first byte of the term itself, past a version byte. */
static inline const uint8_t *pier__view_start(pier_span term) {
  return term.data[0] == PIER__VERSION ? term.data + 1 : term.data;
}

/* A list of no elements is its tail: what is seen becomes that. */
static inline void pier__view_solid(pier__view *view) {
  while (view->kind == PIER__LIST && view->count == 0)
    pier__view_at(view, view->next);
}

/* Numbers inside a pid, port or reference. */
typedef struct pier__identifier {
  pier__view node;
  unsigned words;             /* 2 for a pid, 1 for a port, the length of a reference */
  uint64_t word[PIER__WORDS]; /* in the order of the bytes */
  uint32_t creation;
} pier__identifier;
void pier__view_identifier(const pier__view *view, pier__identifier *identifier);

/* What the BEAM tells the code of a fun by (module, index, uniq), and the old
 * index, which it prints. */
typedef struct pier__fun {
  pier__view module;
  int32_t index, old_index, uniq;
} pier__fun;
void pier__view_fun(const pier__view *view, pier__fun *fun);

#endif
