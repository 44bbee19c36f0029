/*
 * lines - lines of 20 to 139 bytes, 80 on average, without an end.
 */
#include <string.h>
#include <unistd.h>

static char bytes[1 << 18];

int main(void) {
  size_t size = 0;
  unsigned length = 20;
  memset(bytes, 'l', sizeof bytes);
  while (size + length < sizeof bytes) {
    size += length;
    bytes[size - 1] = '\n';
    length = 20 + (length - 20 + 37) % 120;
  }
  for (;;) {
    size_t done = 0;
    while (done < size) {
      ssize_t wrote = write(1, bytes + done, size - done);
      if (wrote <= 0) return 0;
      done += (size_t)wrote;
    }
  }
}
