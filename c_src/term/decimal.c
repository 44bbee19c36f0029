#include "term/decimal.h"

const char pier__two_digits[200] = {"0001020304050607080910111213141516171819"
                                    "2021222324252627282930313233343536373839"
                                    "4041424344454647484950515253545556575859"
                                    "6061626364656667686970717273747576777879"
                                    "8081828384858687888990919293949596979899"};

/* Counted first, so that they need not be moved. */
size_t pier__put_many(uint8_t *to, uint64_t value) {
  uint64_t limit;
  size_t size = 1, at;
  for (limit = 10; value >= limit && ++size < PIER__DIGITS; limit *= 10)
    ;
  for (at = size; value >= 10; value /= 100) {
    at -= 2;
    memcpy(to + at, pier__two_digits + 2 * (value % 100), 2);
  }
  if (at > 0) to[0] = (uint8_t)('0' + value);
  return size;
}
