/* The name and options of open_port, from Erlang terms, checked in the BEAM's
 * order and refused with its errors (doc/ports.md, "Opening"). */
#ifndef PIER_PORT_SETTINGS_H
#define PIER_PORT_SETTINGS_H

#include <pier/port.h>

struct pier__settings {
  pier_port_options options; /* points into what follows */
  pier_buffer text;          /* NUL-ended strings */
  pier_buffer args, env;     /* arrays of pointers, NULL last */
};

/* `name` and `list` are scanned terms. PIER_EBADARG, PIER_EBADOPT, PIER_ENOMEM;
 * `diag` names the option. Free the settings in any case. */
int pier__settings_read(struct pier__settings *settings, pier_span name, pier_span list,
                        pier_diag *diag);
void pier__settings_free(struct pier__settings *settings);

/* The first argument of open_port: sets the kind, and the descriptors, and appends
 * the text of a command or a file with its NUL to `text`. PIER_EBADARG. */
int pier__settings_name(pier_port_options *options, pier_span name, pier_buffer *text);

/* The checks that options made in C need as well. */
int pier__options_check(const pier_port_options *options, pier_diag *diag);

#endif
