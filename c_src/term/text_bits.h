/* term/text_bits.h - what stands behind a value in a binary: `:Size/type`. */
#ifndef PIER_TERM_TEXT_BITS_H
#define PIER_TERM_TEXT_BITS_H

#include "term/text_parse.h"

typedef enum pier__segment_type {
  PIER__S_NONE,
  PIER__S_INTEGER,
  PIER__S_FLOAT,
  PIER__S_BINARY,
  PIER__S_UTF8,
  PIER__S_UTF16,
  PIER__S_UTF32
} pier__segment_type;

enum { PIER__NO_SIZE = -1 };

typedef struct pier__segment {
  pier__segment_type type;
  int unit;   /* 0: not given */
  int little; /* -1: not given, as for is_signed */
  int is_signed;
  int64_t size; /* PIER__NO_SIZE: not given */
} pier__segment;

/* Reads what is there and fills in what is not said. */
int pier__parse_segment_type(pier__parser *parser, pier__segment *segment);

#endif
