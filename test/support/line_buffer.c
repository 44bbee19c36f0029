/* The tests' output goes to a file: line by line, so that a crash or a fork
 * neither loses nor doubles what was printed before it. */
#include <stdio.h>

static void __attribute__((constructor)) flush_every_line(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
}
