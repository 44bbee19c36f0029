/* Makes the pipe of its output one of packets, where each read gives one write. */
#include <fcntl.h>
#include <unistd.h>

int main(void) {
  char byte;
  int i;
  if (fcntl(1, F_SETFL, O_DIRECT) < 0) return 2;
  for (i = 0; i < 3; i++)
    if (write(1, "\0\0\0\3abc", 7) != 7) return 1;
  while (read(0, &byte, 1) > 0)
    continue;
  return 0;
}
