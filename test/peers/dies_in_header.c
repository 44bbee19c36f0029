/* Writes half a header and dies by a signal. */
#include <signal.h>
#include <unistd.h>

int main(void) {
  if (write(1, "\0\0", 2) != 2) return 1;
  raise(SIGKILL);
  return 0;
}
