/* Closes its output at once, and reads on until its input ends. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
  int byte;
  close(1);
  while ((byte = getchar()) != EOF)
    continue;
  return 3;
}
