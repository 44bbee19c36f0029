/*
 * Functions by name. One table (apply.c) of those that the host has; each takes
 * its arguments as terms and calls what C callers call.
 */
#ifndef PIER_HOST_APPLY_H
#define PIER_HOST_APPLY_H

#include "host/host.h"
#include "port/shape.h"

enum { PIER__ARGUMENTS = 3 };

struct pier__call {
  pier_process *caller;
  pier_host *host;
  pier__view argument[PIER__ARGUMENTS];
  pier_span term[PIER__ARGUMENTS]; /* the same, bare */
  unsigned count;
  pier_buffer *out; /* the value goes here, after its version byte */
  pier_diag *diag;
};

/* 0 with the value written, or nothing written, which stands for true; 1 if the
 * caller is suspended, with the value that it will get; or an error, which
 * apply.c turns into an exception. */
typedef int pier__function(struct pier__call *call);

pier__function pier__apply_open_port, pier__apply_port_command, pier__apply_port_close,
    pier__apply_port_connect, pier__apply_send, pier__apply_link, pier__apply_unlink,
    pier__apply_monitor, pier__apply_exit, pier__apply_self;

#endif
