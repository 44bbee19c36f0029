/*
 * term/text_parse.h - the parser that reader and format share: tokens in,
 * external terms out. It works with a stack of open brackets, not by
 * recursion. What it writes is a term, but perhaps not yet in normal form
 * (maps unsorted, counts of four bytes): `loose` says so.
 */
#ifndef PIER_TERM_TEXT_PARSE_H
#define PIER_TERM_TEXT_PARSE_H

#include "term/text.h"

typedef enum pier__bracket {
  PIER__IN_LIST,
  PIER__IN_TUPLE,
  PIER__IN_MAP,
  PIER__IN_PAREN,
  PIER__IN_BITS
} pier__bracket;

typedef struct pier__frame {
  size_t start;  /* of its term in the output */
  uint64_t bits; /* IN_BITS: the place of its first bit in parser->bits */
  uint32_t count;
  uint8_t bracket;
  uint8_t step;      /* what may come next, see text_parse.c */
  bool bytes;        /* IN_LIST: all elements are integers 0..255 */
  uint8_t last_bits; /* IN_BITS: what parser->last_bits was before */
  bool inner;        /* IN_BITS: it is going to be a segment of another binary */
} pier__frame;

typedef struct pier__parser pier__parser;

/* Appends the term for the directive `letter` to `out`. */
typedef int pier__directive(void *context, uint32_t letter, pier_buffer *out,
                            const char **fault);

enum { PIER__FEW_FRAMES = 16 };

struct pier__parser {
  pier__lexer lexer;
  pier__token token; /* the one to look at next */
  pier_buffer *out;
  const pier_limits *limits;
  pier_buffer bits;   /* of all open binaries, see text_bits.c */
  unsigned last_bits; /* of them, used bits of the last byte, 1..8; 8 if there are none */
  pier__frame few[PIER__FEW_FRAMES]; /* most terms need no memory for the stack */
  pier__frame *frames;
  size_t depth, room;
  char sign;            /* '-' or '+' that waits for its number, or 0 */
  bool value_is_string; /* the last value was written as "..." */
  bool value_in_place;  /* it is a binary, and its bits are the last in `bits`, */
  uint64_t value_bits;  /* from here on; the output has [] for it */
  bool loose;
  pier__directive *directive;
  void *context;
  const char *fault;
  size_t fault_at;
};

void pier__parser_init(pier__parser *parser, pier_buffer *out, pier_span text,
                       const pier_limits *limits);
void pier__parser_free(pier__parser *parser);

/* Reads one term, up to but not including the token after it (in `token`).
 * Without any token, `token` is PIER__T_END and nothing is written.
 * Errors: PIER_ETEXT, PIER_EDEPTH, PIER_ELIMIT, PIER_ENOMEM; `fault`. */
int pier__parse_term(pier__parser *parser);
int pier__parser_advance(pier__parser *parser);
/* What comes next in this list stands behind its bar. */
bool pier__parser_in_tail(const pier__frame *list);
int pier__parser_fail(pier__parser *parser, int error, const char *fault);

/* text_bits.c: the value in the output becomes the next segment of the binary
 * that `frame` is; `token` is what follows the value. */
int pier__parse_segment(pier__parser *parser, pier__frame *frame);
/* A new binary, whose frame is on top. */
void pier__open_bits(pier__parser *parser, pier__frame *frame);
/* Writes the binary in place of its frame, or leaves its bits where they are. */
int pier__close_bits(pier__parser *parser, const pier__frame *frame);

/* text_value.c: terms of one token. */
int pier__parse_number(pier__parser *parser);
int pier__parse_atom(pier__parser *parser);
int pier__parse_strings(pier__parser *parser);
int pier__parse_fun(pier__parser *parser);

#endif
