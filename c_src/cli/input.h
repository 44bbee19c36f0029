/* cli/input.h - a descriptor's bytes as commands for a port, lines or terms. */
#ifndef PIER_CLI_INPUT_H
#define PIER_CLI_INPUT_H

#include "cli/cli.h"

typedef enum pier__input_mode {
  PIER__INPUT_RAW,  /* what was read together is one command */
  PIER__INPUT_LINE, /* each line, without its newline */
  PIER__INPUT_TERM, /* each term up to its full stop, in external form */
  PIER__INPUT_TEXT, /* the same as text; the last may be white space only */
  PIER__INPUT_JSON  /* each JSON value, with white space before it; likewise */
} pier__input_mode;

typedef struct pier__input {
  int fd;
  pier__input_mode mode;
  const pier_limits *limits; /* NULL = the defaults; `text` bounds a line or term */
  int ended;                 /* nothing more will come */
  pier_buffer rest;          /* bytes that have not been sent */
  size_t start;              /* where in `rest` the next line or term begins */
  size_t looked;             /* up to here there is no end of it */
  unsigned state;            /* of the search for the end, at `looked` */
  size_t depth;              /* open brackets there, in JSON */
  size_t offset;             /* bytes before `start`, */
  unsigned line;             /* newlines in them, */
  unsigned column;           /* characters after the last of those */
} pier__input;

/* Gets each command. A result other than 0 stops the input and is handed back. */
typedef int pier__input_send(void *context, pier_span command);

/* Reads once from the descriptor and sends what is complete; at its end, what
 * is left. 0, the sender's result, or an error with `diag` set (its place
 * counts from the start of the input). PIER_ELIMIT: a line or term that goes
 * on for more than the limit; nothing after it can be read. */
int pier__input_read(pier__input *input, pier__input_send *send, void *context,
                     pier_diag *diag);

/* In the sender of PIER__INPUT_TEXT: appends the external form of `text`. 0, 1 if
 * there is no term but white space and comments, or an error whose `diag`
 * counts from the start of `text`; */
int pier__input_term(const pier__input *input, pier_span text, pier_buffer *term,
                     pier_diag *diag);
/* and this makes it count from the start of the input. */
void pier__input_place(const pier__input *input, pier_diag *diag);

void pier__input_free(pier__input *input);

#endif
