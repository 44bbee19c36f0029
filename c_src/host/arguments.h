/* What a program is started with, made from a port's options. */
#ifndef PIER_HOST_ARGUMENTS_H
#define PIER_HOST_ARGUMENTS_H

#include <pier/host.h>

struct pier__arguments {
  const char *file;
  char **argv;
  char **envp;
  pier_buffer command; /* "exec ..." of a spawn */
  pier_buffer argv_memory, envp_memory;
  char **environment; /* or NULL: nobody has changed it */
};

int pier__arguments_make(struct pier__arguments *made, const pier_port_options *options);
void pier__arguments_free(struct pier__arguments *made);

#endif
