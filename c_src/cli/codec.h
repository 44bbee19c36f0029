/* cli/codec.h - bytes as hexadecimal digits and as base64, both ways. */
#ifndef PIER_CLI_CODEC_H
#define PIER_CLI_CODEC_H

#include "cli/cli.h"

/* Appends the bytes that `text` stands for. White space is allowed around it
 * and, in hexadecimal, between bytes. PIER_ETEXT: `diag` has the bytes before the
 * fault as its offset, and the column in its sentence. */
int pier__read_hex(pier_buffer *out, pier_span text, pier_diag *diag);
int pier__read_base64(pier_buffer *out, pier_span text, pier_diag *diag);

/* Return out->error. */
int pier__append_hex(pier_buffer *out, pier_span bytes);
int pier__append_base64(pier_buffer *out, pier_span bytes);

#endif
