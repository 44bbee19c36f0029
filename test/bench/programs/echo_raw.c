/*
 * echo_raw - the cheapest program that answers: what one read brought leaves
 * in one write. It parses nothing, so it shows what the pipes alone cost.
 */
#include <unistd.h>

static char bytes[1 << 18];

int main(void) {
  for (;;) {
    ssize_t size = read(0, bytes, sizeof bytes);
    ssize_t done = 0;
    if (size <= 0) return 0;
    while (done < size) {
      ssize_t wrote = write(1, bytes + done, (size_t)(size - done));
      if (wrote < 0) return 1;
      done += wrote;
    }
  }
}
