/*
 * cli/dialogue.h - terms to a program, its answers back, and a sentence for
 * everything a program can do wrong.
 *
 * The port is opened as a stream and the frames are cut here: a port with
 * {packet,N} drops half a frame in silence and waits for ever on a length that
 * was meant as text, and the sentence needs just those bytes.
 */
#ifndef PIER_CLI_DIALOGUE_H
#define PIER_CLI_DIALOGUE_H

#include "cli/cli.h"

#include <pier/host.h>

typedef struct pier__dialogue {
  const char *who;     /* "pier call" */
  const char *program; /* as typed */
  pier_framing framing;
  int timeout_ms;
  pier_host *host;
  pier_process *process;
  pier_port port;
  int os_pid;
  pier_framer *framer;
  pier_buffer heard; /* what the program wrote; */
  size_t start;      /* from here on it is not a whole frame yet */
  int status;        /* of the program; -1 while unknown */
  int gone;          /* the port has ended */
  int answered;      /* a frame has come */
} pier__dialogue;

/* Opens `path` with `args` (NULL-terminated, without the name). who, program,
 * framing and timeout_ms are set, all else is zero. 0, or a status after a
 * sentence; pier__dialogue_end is called in either case. */
int pier__dialogue_open(pier__dialogue *dialogue, const char *path, const char *const *args);

/* Sends the external term `term`, waits for a frame, appends the text of the
 * term in it to `answer`. `text` is the request as typed, for the sentence. 0,
 * or PIER__FAILED after a sentence. */
int pier__dialogue_ask(pier__dialogue *dialogue, pier_span term, const char *text,
                       pier_buffer *answer);

void pier__dialogue_end(pier__dialogue *dialogue);

#endif
