/*
 * The native host as an external program: an Erlang VM owns it, and the VM's processes
 * have ports in it (doc/serve.md). This is what the command needs of it; serve/inside.h
 * is what its files share.
 */
#ifndef PIER_SERVE_SERVE_H
#define PIER_SERVE_SERVE_H

#include <pier/host.h>

/* A line of the trace, without its end. */
typedef void pier__serve_trace(pier_span line, void *state);

typedef struct pier__serve_config {
  int in, out;           /* the VM's pipes: 0 and 1 */
  pier_host_config host; /* without loop and log, which are ours */
  size_t queue;          /* bytes that wait for a program, of each port; 0: no limit */
  size_t request;        /* bytes of a frame of the VM; 2^32-1 */
  size_t output;         /* bytes that wait for the VM, and of requests that wait; 1 GiB */
  unsigned poll_us;      /* to ask again before a sleep, at most; 200; 0: never */
  /* Lets the host load drivers; NULL: it has none. */
  int (*drivers)(pier_host *host);
  pier__serve_trace *trace; /* NULL: none */
  void *trace_state;
} pier__serve_config;

void pier__serve_config_init(pier__serve_config *config);

/* Serves until the VM is gone: the exit status, with one line on standard error if it is
 * not 0. A negative error, with `diag`: it did not come to that. */
int pier__serve(const pier__serve_config *config, pier_diag *diag);

#endif
