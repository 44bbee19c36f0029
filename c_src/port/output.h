/* Between a port's life (port.c) and its output (output.c). */
#ifndef PIER_PORT_OUTPUT_H
#define PIER_PORT_OUTPUT_H

#include "port/port.h"

/* port.c: what output leads to. A write failed, a negative errno; nobody has to wait
 * any more; nothing is queued any more. */
void pier__port_write_failed(struct pier__port *port, int error);
void pier__port_calm(struct pier__port *port);
void pier__port_drained(struct pier__port *port);

/* output.c: before a port ends, what it was corked with goes the way it would have gone
 * without the cork. */
void pier__port_flush_last(struct pier__port *port);

#endif
