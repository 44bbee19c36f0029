/*
 * nothing - a program that only ends: no C start-up, no dynamic linker, so
 * that a spawn shows the host's cost and not the program's.
 */
#include <unistd.h>

void _start(void);

void _start(void) {
  _exit(0);
}
