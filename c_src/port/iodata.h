/* Iodata: the bytes and binaries of a (deep) list, one after the other. */
#ifndef PIER_PORT_IODATA_H
#define PIER_PORT_IODATA_H

#include <pier/term.h>

/* The bytes of `term` (scanned): of a binary where they lie, of a list
 * gathered in `scratch`. PIER_EBADARG if it is not iodata, PIER_ENOMEM. */
int pier__iodata(pier_span term, pier_buffer *scratch, pier_span *bytes);

#endif
