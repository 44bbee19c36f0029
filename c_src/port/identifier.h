/* Identifiers as terms: those of a node that is not distributed, nonode@nohost
 * with creation 0. */
#ifndef PIER_PORT_IDENTIFIER_H
#define PIER_PORT_IDENTIFIER_H

#include "term/view.h"

#include <pier/port.h>

#define PIER__NODE "nonode@nohost"

/* Each appends one bare term. 0 or out->error. */
int pier__put_port(pier_buffer *out, pier_port port);
int pier__put_pid(pier_buffer *out, pier_pid pid);
int pier__put_reference(pier_buffer *out, uint64_t number);

/* The DOWN of a monitor, bare. `name` (a bare atom, or size 0) stands for what is
 * watched, `tag` (or size 0) for 'DOWN'. */
int pier__put_down(pier_buffer *out, const pier_message *message, int is_port, pier_span name,
                   pier_span tag);

/* 1 with the number of a pid, port or reference of this node. */
int pier__shape_pid(const pier__view *view, uint64_t *number);
int pier__shape_port(const pier__view *view, uint64_t *number);
int pier__shape_reference(const pier__view *view, uint64_t *number);

#endif
