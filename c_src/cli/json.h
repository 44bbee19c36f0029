/* cli/json.h - terms as JSON, both ways; doc/terms.md has the mapping. */
#ifndef PIER_CLI_JSON_H
#define PIER_CLI_JSON_H

#include "cli/cli.h"

/* Levels of arrays and objects, in both directions: what the JSON library reads. */
enum { PIER__JSON_DEPTH = 2048 };

/* Appends the external form of the one JSON value in `text`, in normal form (atoms in
 * UTF-8). PIER_ETEXT and others with a sentence in `diag`; it has a line and a
 * column if the text is not JSON. */
int pier__json_read(pier_buffer *out, pier_span text, const pier_limits *limits,
                    pier_diag *diag);

/* Appends the JSON of a term in normal form, on one line unless `pretty`. Errors:
 * PIER_EDEPTH, PIER_ENOMEM, with a sentence, and the buffer's. */
int pier__json_append(pier_buffer *out, pier_span term, int pretty, pier_diag *diag);

/* How much white space is at the front. */
size_t pier__json_blanks(pier_span text);

/* 1 if an object with this one key stands for a term that JSON has not. */
int pier__json_is_tag(const char *key);

#endif
