/* Closes its input at once, so that its owner's writes fail; then waits until
 * nobody reads its output any more. */
#include <poll.h>
#include <unistd.h>

int main(void) {
  struct pollfd output = {1, 0, 0};
  close(0);
  if (write(1, "\0\0\0\1x", 5) != 5) return 1;
  poll(&output, 1, -1);
  return 0;
}
