/* Writes frames of 1000 bytes without being asked, and never reads; ends when
 * nobody reads it any more. */
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

int main(void) {
  static uint8_t frame[1004] = {0, 0, 1000 >> 8, 1000 & 255};
  signal(SIGPIPE, SIG_IGN);
  while (write(1, frame, sizeof frame) > 0)
    continue;
  return 0;
}
