/* term/pattern_compile.h - what the two files of the pattern compiler share. */
#ifndef PIER_TERM_PATTERN_COMPILE_H
#define PIER_TERM_PATTERN_COMPILE_H

#include "term/pattern.h"
#include "term/text_parse.h"

/* What the pattern may say next inside a bracket. */
enum { PIER__FIRST, PIER__PART, PIER__AFTER, PIER__TAIL, PIER__CLOSING };

/* A key stands for a bracket too: it ends with its arrow. */
enum { PIER__IN_KEY = PIER__IN_PAREN };

typedef struct pier__pattern_frame {
  uint8_t bracket;
  uint8_t step;
  uint8_t close;   /* IN_LIST: the op that ends it, if not PIER__DO_LIST_END */
  uint32_t op;     /* of the tuple, list, map or key */
  uint32_t parent; /* of what comes next in it */
  uint32_t count;  /* elements or keys so far */
  uint32_t inner;  /* brackets opened in tail position: [a|[b]] is [a,b] */
} pier__pattern_frame;

typedef struct pier__compiler {
  pier__workshop *shop;
  pier__lexer lexer;
  pier__token token;
  pier_diag *diag;
  size_t depth, keys; /* keys: frames that are keys */
  pier__pattern_frame frames[PIER__PATTERN_DEPTH];
} pier__compiler;

/* PIER_EPATTERN at the token. */
int pier__compiler_fail(pier__compiler *c, const char *fault);
int pier__compiler_advance(pier__compiler *c);
bool pier__compiler_at(const pier__compiler *c, uint32_t sign);
/* The innermost open bracket; NULL if there is none. */
pier__pattern_frame *pier__compiler_top(pier__compiler *c);
/* An op for the token, as a part of what is open; NULL without memory. */
pier__op *pier__compiler_emit(pier__compiler *c, pier__code code);

/* Terms that open no bracket: 1 if the token (or tokens) were one. */
int pier__compile_any(pier__compiler *c, pier__code code);
int pier__compile_directive(pier__compiler *c, pier__code code);
int pier__compile_literal(pier__compiler *c);

#endif
