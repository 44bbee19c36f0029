/* Reads all its input and never answers. */
#include <stdio.h>

int main(void) {
  int byte;
  while ((byte = getchar()) != EOF)
    continue;
  return 0;
}
