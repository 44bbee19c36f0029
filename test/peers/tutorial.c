/* The complex1/complex2 program of the interoperability tutorial, {packet,2},
 * in its style: exact reads, header and body written apart, a byte for the
 * function and one for its argument. Empty frames are answered here. */
#include <stdint.h>
#include <unistd.h>

static int read_exact(uint8_t *buffer, size_t size) {
  size_t got = 0;
  while (got < size) {
    ssize_t count = read(0, buffer + got, size - got);
    if (count <= 0) return 0;
    got += (size_t)count;
  }
  return 1;
}

static int write_exact(const uint8_t *buffer, size_t size) {
  size_t put = 0;
  while (put < size) {
    ssize_t count = write(1, buffer + put, size - put);
    if (count <= 0) return 0;
    put += (size_t)count;
  }
  return 1;
}

int main(void) {
  static uint8_t body[65536];
  uint8_t header[2];
  while (read_exact(header, 2)) {
    size_t size = (size_t)header[0] << 8 | header[1];
    uint8_t answer = 0;
    if (!read_exact(body, size)) return 1;
    if (size == 2 && body[0] == 1) answer = (uint8_t)(body[1] + 1);
    if (size == 2 && body[0] == 2) answer = (uint8_t)(body[1] * 2);
    header[0] = 0;
    header[1] = 1;
    if (!write_exact(header, 2) || !write_exact(&answer, 1)) return 1;
  }
  return 0;
}
