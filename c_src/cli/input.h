/* cli/input.h - standard input as commands for a port. */
#ifndef PIER_CLI_INPUT_H
#define PIER_CLI_INPUT_H

#include "cli/cli.h"

typedef enum pier__input_mode {
  PIER__INPUT_RAW,  /* what was read together is one command */
  PIER__INPUT_LINE, /* each line, without its newline */
  PIER__INPUT_TERM  /* each term up to its full stop, in external form */
} pier__input_mode;

typedef struct pier__input {
  int fd;
  pier__input_mode mode;
  int ended;        /* nothing more will come */
  pier_buffer rest; /* bytes that have not been sent */
  size_t start;     /* where in `rest` the next line or term begins */
  size_t looked;    /* up to here there is no end of it */
  unsigned state;   /* of the search for the full stop, at `looked` */
  unsigned line;    /* newlines before `start` */
} pier__input;

/* Gets each command. A result other than 0 stops the input and is handed back. */
typedef int pier__input_send(void *context, pier_span command);

/* Reads once from the descriptor and sends what is complete; at its end, what
 * is left. 0, the sender's result, or an error with `diag` set (its line
 * counts from the start of the input where it is not 0). */
int pier__input_read(pier__input *input, pier__input_send *send, void *context,
                     pier_diag *diag);

void pier__input_free(pier__input *input);

#endif
