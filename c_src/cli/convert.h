/* cli/convert.h - terms from any form into any other, one after another. */
#ifndef PIER_CLI_CONVERT_H
#define PIER_CLI_CONVERT_H

#include "cli/cli.h"

#define PIER__TERM "pier term"

typedef enum pier__form {
  PIER__TEXT,   /* Erlang text, ended by full stops */
  PIER__ETF,    /* one external term */
  PIER__HEX,    /* one external term a line, */
  PIER__BASE64, /* likewise */
  PIER__PACKET, /* frames of external terms */
  PIER__JSON    /* JSON values */
} pier__form;

typedef struct pier__convert {
  pier__form from, to;
  unsigned from_packet, to_packet; /* 1, 2 or 4, where the form is PIER__PACKET */
  pier_text_style style;
  unsigned width; /* of PIER_TEXT_PRETTY */
  int normal;     /* write the normal form */
  int utf8_atoms; /* write atoms as OTP 26 does */
  int level;      /* of compression; 0 = none */
  int check;      /* say what is good and bad instead */
  int color_out;  /* colours in standard output, */
  int color_err;  /* and in standard error */
  pier_limits limits;
  const char *name;    /* of the input, for sentences; NULL = no need to */
  int found_bad;       /* with check */
  size_t written;      /* terms */
  pier_buffer read;    /* a term that was read, in external form */
  pier_buffer scratch; /* its plain form, if it was compressed */
  pier_buffer path;    /* the way to what is bad in it */
  pier_buffer shaped[2];
  pier_buffer out;     /* its new form, */
  pier_buffer colored; /* and that with colours */
} pier__convert;

/* Both return 0, or a status after a sentence. What they print may wait in
 * stdout until pier__flush. */

/* An input that is one term (with PIER__PACKET, frames). */
int pier__convert_bytes(pier__convert *convert, pier_span bytes);

/* All terms from a descriptor, as they come. */
int pier__convert_stream(pier__convert *convert, int fd);

/* convert_write.c: writes one term that has passed the gate; results as above. */
int pier__convert_write(pier__convert *convert, pier_span term);

void pier__convert_free(pier__convert *convert);

#endif
