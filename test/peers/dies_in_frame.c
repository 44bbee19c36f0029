/* Announces a frame of 100 bytes, writes 3 and dies. The status is 5, or the
 * argument. */
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **arguments) {
  if (write(1,
            "\0\0\0\x64"
            "abc",
            7) != 7)
    return 1;
  return count > 1 ? atoi(arguments[1]) : 5;
}
