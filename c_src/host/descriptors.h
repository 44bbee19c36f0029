/* Ports that run no program: on descriptors that are there already, and on files
 * (doc/ports.md, "Descriptors and files"). */
#ifndef PIER_HOST_DESCRIPTORS_H
#define PIER_HOST_DESCRIPTORS_H

#include <pier/host.h>

struct pier__hport;

/* Gives the port its ends. They are always its own, so that the same descriptor can
 * serve several ports and stays open afterwards, and wherever possible they do not
 * block, whatever the caller's do. A descriptor that is not open is no error: its end
 * is -1. -EINVAL: a number that none can have, a file that cannot be opened; -EMFILE,
 * -ENFILE: no copy. */
int pier__descriptors_open(struct pier__hport *port, const pier_port_options *options);

/* Writing to them: as writev, never raising SIGPIPE. */
struct iovec;
ssize_t pier__descriptor_write(const struct pier__hport *port, const struct iovec *parts,
                               int count);

#endif
