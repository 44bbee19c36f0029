/*
 * idle - a program that waits for its port to close and says nothing.
 */
#include <unistd.h>

int main(void) {
  char byte;
  while (read(0, &byte, 1) > 0)
    ;
  return 0;
}
