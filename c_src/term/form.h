/*
 * term/form.h - a format as it is remembered: the bytes of its term in normal form, with the
 * places where the arguments go. Not every format has such a form: what an argument is may
 * decide what is around it.
 */
#ifndef PIER_TERM_FORM_H
#define PIER_TERM_FORM_H

#include "term/text_parse.h"

enum { PIER__FORM_PLACES = 16, PIER__FORM_BYTES = 1024 };

typedef struct pier__form {
  bool loose;           /* arguments may come in any form */
  uint8_t count;        /* of arguments */
  uint16_t size;        /* of bytes */
  const uint8_t *bytes; /* of the term, with its version, without the arguments */
  struct {
    uint8_t letter;
    uint16_t at; /* how many of the bytes come before it */
  } places[PIER__FORM_PLACES];
} pier__form;

/* The form of `format`, or NULL if it is not known. */
const pier__form *pier__form_find(const char *format);
/* To be called after `format` has been written without fault: perhaps it comes again. */
void pier__form_learn(const char *format);

/* format.c: appends the version and the term; `parser` is of pier__parser_init and stays to
 * be freed. */
int pier__format_parse(pier__parser *parser, pier__directive *directive, void *context);

#endif
