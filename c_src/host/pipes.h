/* The two pipes between a port and its program. Real pipes: a program can tell
 * them from the sockets that libuv would make. */
#ifndef PIER_HOST_PIPES_H
#define PIER_HOST_PIPES_H

#include <stddef.h>

enum { PIER__FIRST_FREE = 5 }; /* a program may get 0 to 4 */

/* All close-on-exec; ours do not block, the program's do and lie at 5 or above,
 * out of the way of where they will be put. -1 where there is none. */
struct pier__pipes {
  int in, out; /* ours: the program's output, its input */
  int child_input, child_output;
};

/* `size`: what they hold, 0 as the system has it; less if it allows no more. -errno */
int pier__pipes_open(struct pier__pipes *pipes, int with_in, int with_out, size_t size);
void pier__pipes_close_child(struct pier__pipes *pipes);
void pier__pipes_close(struct pier__pipes *pipes);

#endif
