/* Messages and identifiers as external terms. */
#ifndef PIER_PORT_MESSAGE_H
#define PIER_PORT_MESSAGE_H

#include "port/reason.h"

#include <pier/port.h>

/* Appended bare; a failure sticks to `out`. */
void pier__put_port(pier_buffer *out, pier_port port);
void pier__put_pid(pier_buffer *out, pier_pid pid);

#endif
