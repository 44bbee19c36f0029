/* Announces the biggest frame there is and waits. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
  int byte;
  if (write(1, "\xff\xff\xff\xff", 4) != 4) return 1;
  while ((byte = getchar()) != EOF)
    continue;
  return 0;
}
