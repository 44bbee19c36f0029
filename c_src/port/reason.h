/* Reasons and other small terms: bare external terms (no version byte), built
 * in the caller's memory. */
#ifndef PIER_PORT_REASON_H
#define PIER_PORT_REASON_H

#include <pier/term.h>

enum { PIER__ATOM_MAX = 3 + 255 };

struct pier__atom {
  uint8_t bytes[PIER__ATOM_MAX];
};

/* The atom `name` (Latin-1, cut at 255), as OTP 25 writes it. */
pier_span pier__atom(struct pier__atom *atom, const char *name);
int pier__is_atom(pier_span term, const char *name);

/* Reads Erlang text into `out` as a bare term; NULL text is the atom normal. */
int pier__reason_read(pier_buffer *out, const char *text);

#endif
