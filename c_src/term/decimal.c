#include "term/decimal.h"

const char pier__two_digits[200] = {"0001020304050607080910111213141516171819"
                                    "2021222324252627282930313233343536373839"
                                    "4041424344454647484950515253545556575859"
                                    "6061626364656667686970717273747576777879"
                                    "8081828384858687888990919293949596979899"};

size_t pier__put_many(uint8_t *to, uint64_t value) {
  uint8_t digits[PIER__DIGITS];
  size_t at = sizeof digits, size;
  for (; value >= 10; value /= 100) {
    at -= 2;
    memcpy(digits + at, pier__two_digits + 2 * (value % 100), 2);
  }
  if (value > 0 || at == sizeof digits) digits[--at] = (uint8_t)('0' + value);
  size = sizeof digits - at;
  memcpy(to, digits + at, size);
  return size;
}
