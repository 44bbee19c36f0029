/* Closes its input at once, so that its owner's writes fail; then waits for a
 * signal. */
#include <unistd.h>

int main(void) {
  close(0);
  if (write(1, "\0\0\0\1x", 5) != 5) return 1;
  pause();
  return 0;
}
