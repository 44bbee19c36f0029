/*
 * term/text.h - Erlang text as tokens, and tokens as external terms.
 *
 * The same lexer serves the reader, formats and patterns; in the latter two
 * `~x` is a token as well.
 */
#ifndef PIER_TERM_TEXT_H
#define PIER_TERM_TEXT_H

#include <pier/term.h>

#include <stdbool.h>

typedef enum pier__token_kind {
  PIER__T_END, /* nothing left but white space and comments */
  PIER__T_DOT, /* the full stop that ends a term */
  PIER__T_ATOM,
  PIER__T_QUOTED, /* 'an atom'; `text` is what stands between the quotes */
  PIER__T_STRING,
  PIER__T_VARIABLE,
  PIER__T_INTEGER, /* `text` is the digits, `value` the base */
  PIER__T_FLOAT,
  PIER__T_CHAR,      /* `value` is the character */
  PIER__T_DIRECTIVE, /* `value` is the letter after ~ */
  PIER__T_ARROW,     /* => */
  PIER__T_OPEN_BITS, /* << */
  PIER__T_CLOSE_BITS,
  PIER__T_SIGN /* every other sign, one character: `value` */
} pier__token_kind;

typedef struct pier__token {
  pier__token_kind kind;
  bool escapes; /* QUOTED, STRING: there is a backslash inside */
  uint32_t value;
  size_t offset; /* of its first character in the text */
  pier_span text;
} pier__token;

typedef struct pier__lexer {
  pier_span text;
  size_t at;
  bool directives;
  const char *fault; /* why next returned an error, and where */
  size_t fault_at;
} pier__lexer;

void pier__lexer_init(pier__lexer *lexer, pier_span text, bool directives);

/* 0 and the next token, or PIER_ETEXT with `fault` set. */
int pier__lexer_next(pier__lexer *lexer, pier__token *token);

/* The next character of what stands between quotes, escapes undone. The token
 * has been lexed, so nothing can go wrong. `rest` must not be empty. */
uint32_t pier__text_character(pier_span *rest);

/* Decodes strict UTF-8: its length, 0 if there is none at the front. */
size_t pier__utf8_decode(const uint8_t *at, size_t size, uint32_t *character);
/* Writes 1 to 4 bytes; how many. */
size_t pier__utf8_encode(uint8_t *to, uint32_t character);

/* Characters of Erlang's atoms, as Latin-1 has them. */
bool pier__is_atom_start(uint32_t character);
bool pier__is_name_character(uint32_t character);
bool pier__is_reserved(pier_span word);

/* Line and column of `offset` in `text`, into `diag`. */
void pier__text_position(pier_diag *diag, pier_span text, size_t offset);

#endif
