/*
 * echo_tutorial - the echo as the port tutorials write it: exact reads of
 * header and body, and header and body written apart. {packet,4}.
 */
#include <stddef.h>
#include <unistd.h>

static unsigned char body[1 << 22];

static int read_exact(unsigned char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t got = read(0, bytes + done, size - done);
    if (got <= 0) return 0;
    done += (size_t)got;
  }
  return 1;
}

static int write_exact(const unsigned char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t wrote = write(1, bytes + done, size - done);
    if (wrote <= 0) return 0;
    done += (size_t)wrote;
  }
  return 1;
}

int main(void) {
  unsigned char header[4];
  while (read_exact(header, sizeof header)) {
    size_t size = (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 |
                  (size_t)header[3];
    if (size > sizeof body || !read_exact(body, size)) return 1;
    if (!write_exact(header, sizeof header) || !write_exact(body, size)) return 1;
  }
  return 0;
}
