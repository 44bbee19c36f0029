/*
 * term/pattern.h - a pattern as a program: what the compiler writes and the
 * interpreter of match_run.c walks, over pattern and term at once. A program
 * is read-only, so that threads may share one.
 */
#ifndef PIER_TERM_PATTERN_H
#define PIER_TERM_PATTERN_H

#include "term/argument.h"
#include "term/view.h"

#include <pier/pattern.h>

enum {
  PIER__PATTERN_DEPTH = 64, /* open brackets and keys */
  PIER__PATTERN_KEYS = 255, /* in one map that has to have no others */
  PIER__PATTERN_TEXT = 65535,
  PIER__PATTERN_DATA = 1 << 20, /* bytes of all literals together */
  PIER__NO_PARENT = INT32_MAX
};

typedef enum pier__code {
  PIER__DO_ANY,
  PIER__DO_STORE,   /* `letter`, `slot` */
  PIER__DO_ATOM,    /* data: its name in UTF-8; flag: ASCII */
  PIER__DO_INTEGER, /* `whole` */
  PIER__DO_LEAF,    /* data: another term without parts */
  PIER__DO_STRING,  /* data: a list of characters */
  PIER__DO_TUPLE,   /* `count` elements follow */
  PIER__DO_LIST,    /* up to DO_LIST_END, _REST, _IGNORE or _TAIL_END */
  PIER__DO_ELEMENT, /* there has to be one more; it follows */
  PIER__DO_LIST_END,
  PIER__DO_REST,   /* `slot` takes the rest of the list */
  PIER__DO_IGNORE, /* it does not matter */
  PIER__DO_TAIL,   /* the elements are through; what is no list follows */
  PIER__DO_TAIL_END,
  PIER__DO_MAP, /* `count` keys; flag: and no others */
  PIER__DO_KEY, /* what it has to be follows up to DO_KEY_END, then its value */
  PIER__DO_KEY_END,
  PIER__DO_MAP_END,
  PIER__DO_DONE
} pier__code;

typedef struct pier__op {
  uint8_t code;
  uint8_t letter;
  uint8_t slot; /* its directive, from 0 */
  bool flag;
  bool last; /* nobody looks at what is behind its term */
  uint32_t count;
  uint32_t parent;      /* the tuple, list, map or key around it */
  uint32_t index;       /* in the tuple or list, from 1; 0 the tail */
  uint32_t from, words; /* its text in the pattern */
  uint32_t data, size;
  int64_t whole;
} pier__op;

typedef struct pier__program {
  const pier__op *ops;
  const uint8_t *data;
  pier_span text;
  size_t values;          /* directives */
  const uint8_t *letters; /* theirs */
  bool copies;            /* some append to buffers */
} pier__program;

enum { PIER__FEW_OPS = 40, PIER__FEW_DATA = 256 };

/* Where a program is made; small ones need no memory. */
typedef struct pier__workshop {
  pier__program program;
  size_t op_count, op_room, data_size, data_room;
  pier__op *ops;
  uint8_t *data;
  pier__op few_ops[PIER__FEW_OPS];
  uint8_t few_data[PIER__FEW_DATA];
  uint8_t letters[PIER__VALUES_MOST];
} pier__workshop;

/* pattern_compile.c: PIER_EPATTERN, PIER_ENOMEM. The program borrows the text.
 * To be freed also after an error. */
int pier__workshop_compile(pier__workshop *shop, pier_span text, pier_diag *diag);
void pier__workshop_free(pier__workshop *shop);
/* The program with all it points to, as one block of so many bytes. */
size_t pier__workshop_size(const pier__workshop *shop);
void pier__workshop_copy(const pier__workshop *shop, pier__program *block);

/* pattern_emit.c: one more op, NULL without memory; the bytes of a literal. */
pier__op *pier__workshop_emit(pier__workshop *shop, pier__code code);
int pier__workshop_data(pier__workshop *shop, pier__op *op, const void *data, size_t size);
/* The ops that any literal of one token or a binary becomes; PIER_EPATTERN if it
 * has parts. */
int pier__workshop_literal(pier__workshop *shop, const pier_buffer *literal);

/* Where a list has got to. The elements of a string have no bytes of their
 * own as terms; they are looked at in a table. */
typedef struct pier__elements {
  const uint8_t *at;  /* the next element or byte; with left 0, the tail */
  const uint8_t *end; /* of a string: after its bytes */
  size_t left;        /* elements or bytes */
  bool string;
} pier__elements;

/* Begins with the list (or []) that the view of `at` shows. */
void pier__elements_begin(pier__elements *list, const pier__view *view, const uint8_t *at);
/* Over the heads of lists in tail position; false at the end of the list. */
bool pier__elements_settle(pier__elements *list);
/* The next element. Its bytes have to be passed with list->at afterwards,
 * except in a string. */
const uint8_t *pier__elements_take(pier__elements *list);
/* The tail of a list whose elements are through. */
const uint8_t *pier__elements_tail(const pier__elements *list);

/* One value while the pattern is matched. */
typedef struct pier__slot {
  pier__target target;
  union {
    long long whole;
    unsigned long long natural;
    double real;
    pier_span span; /* for text: where the term is, and the size of its UTF-8 */
    struct {
      const uint8_t *at;
      size_t left; /* doubled, + 1 for a string */
    } rest;
  } value;
} pier__slot;

typedef struct pier__level pier__level;
typedef struct pier__run {
  const pier__program *program;
  pier_diag *diag;
  pier_span term;
  const uint8_t *at;  /* the next term to look at */
  size_t next;        /* the next op */
  size_t depth, keys; /* keys: levels that are keys */
  pier__level *levels;
  pier__slot *slots;
} pier__run;

/* match_run.c: 0 and the slots have values, or PIER_EMATCH, PIER_ERANGE,
 * PIER_ENOMEM (for ~E only). */
int pier__pattern_run(pier__run *run);
/* Says that the term at `at` is not what the op wants; `expected` NULL is the
 * op's own text. */
int pier__run_fail(const pier__run *run, const pier__op *op, int error, const uint8_t *at,
                   const char *expected);

/* match_value.c: the value of a directive; literals. */
int pier__match_value(pier__run *run, const pier__op *op);
bool pier__match_leaf(pier__run *run, const pier__op *op);

/* match_store.c: into the caller's variables. PIER_ENOMEM, PIER_ELIMIT: then
 * nothing is stored. */
int pier__match_commit(pier__run *run);
/* Values for this letter are appended to a buffer. */
static inline bool pier__match_copies(uint8_t letter) {
  return letter == 'T' || letter == 's';
}

/* match_text.c: how many bytes of UTF-8 a list of characters or a binary is,
 * and those bytes. False if it is no text. */
bool pier__text_measure(const uint8_t *at, size_t *size, bool *has_nul);
void pier__text_copy(const uint8_t *at, uint8_t *to);

#endif
