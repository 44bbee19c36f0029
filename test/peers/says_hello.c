/* Writes text where frames are expected, as a stray printf does. */
#include <stdio.h>

int main(void) {
  int byte;
  printf("hello, world\n");
  fflush(stdout);
  while ((byte = getchar()) != EOF)
    continue;
  return 0;
}
