/* Arithmetic on Erlang's numbers, {packet,4}:
 *
 *   {add|sub|mul, A, B}  ->  {ok, N}      integers of any size, or floats
 *   {divide, A, B}       ->  {ok, Float}  as A / B in Erlang
 *   {'div'|'rem', A, B}  ->  {ok, N}      integers
 *
 * or {error, badarith} for what Erlang calls that, {error, system_limit} for
 * numbers of more than MOST digits, {error, {undef, Name, Arity}}. */
#include <pier.h>

#include <math.h>
#include <string.h>

/* Digits of 32 bits: dividing the biggest takes half a second. */
enum { MOST = 4096, DIGIT = 32 };

/* digits[0..count) from the least, the last one not 0; zero has none. */
struct integer {
  int negative;
  size_t count;
  uint32_t *digits;
};

struct number {
  int is_real;
  double real;
  struct integer whole;
};

enum verdict { FINE, BADARITH, SYSTEM_LIMIT, NO_MEMORY };

/* Every integer has this much room and is zeroed, so that results fit. */
static enum verdict integer_new(struct integer *number, size_t room) {
  number->negative = 0;
  number->count = 0;
  number->digits = pier_alloc((room + 1) * sizeof *number->digits);
  if (!number->digits) return NO_MEMORY;
  memset(number->digits, 0, (room + 1) * sizeof *number->digits);
  return FINE;
}

static void trim(struct integer *number, size_t room) {
  while (room > 0 && number->digits[room - 1] == 0)
    room--;
  number->count = room;
  if (room == 0) number->negative = 0;
}

static int compare(const struct integer *a, const struct integer *b) {
  size_t i;
  if (a->count != b->count) return a->count < b->count ? -1 : 1;
  for (i = a->count; i-- > 0;)
    if (a->digits[i] != b->digits[i]) return a->digits[i] < b->digits[i] ? -1 : 1;
  return 0;
}

/* |a| + |b|, with room for one digit more than the longer. */
static void add_sizes(const struct integer *a, const struct integer *b, struct integer *sum) {
  size_t i, room = (a->count > b->count ? a->count : b->count) + 1;
  uint64_t carry = 0;
  for (i = 0; i < room; i++) {
    if (i < a->count) carry += a->digits[i];
    if (i < b->count) carry += b->digits[i];
    sum->digits[i] = (uint32_t)carry;
    carry >>= DIGIT;
  }
  trim(sum, room);
}

/* |a| - |b|, where |a| is not the smaller. May be in place. */
static void subtract_sizes(const struct integer *a, const struct integer *b,
                           struct integer *difference) {
  size_t i, room = a->count;
  int64_t borrow = 0;
  for (i = 0; i < room; i++) {
    borrow += a->digits[i];
    if (i < b->count) borrow -= b->digits[i];
    difference->digits[i] = (uint32_t)borrow;
    borrow >>= DIGIT;
  }
  trim(difference, room);
}

static enum verdict add(struct integer *a, struct integer *b, struct integer *sum) {
  enum verdict verdict = integer_new(sum, (a->count > b->count ? a->count : b->count) + 1);
  if (verdict) return verdict;
  sum->negative = a->negative;
  if (a->negative == b->negative) {
    add_sizes(a, b, sum);
  } else if (compare(a, b) >= 0) {
    subtract_sizes(a, b, sum);
  } else {
    sum->negative = b->negative;
    subtract_sizes(b, a, sum);
  }
  return FINE;
}

static enum verdict sub(struct integer *a, struct integer *b, struct integer *difference) {
  b->negative = b->count > 0 && !b->negative;
  return add(a, b, difference);
}

static enum verdict mul(struct integer *a, struct integer *b, struct integer *product) {
  size_t i, j;
  enum verdict verdict = integer_new(product, a->count + b->count);
  if (verdict) return verdict;
  for (i = 0; i < a->count; i++) {
    uint64_t carry = 0;
    for (j = 0; j < b->count; j++) {
      carry += (uint64_t)a->digits[i] * b->digits[j] + product->digits[i + j];
      product->digits[i + j] = (uint32_t)carry;
      carry >>= DIGIT;
    }
    product->digits[i + b->count] = (uint32_t)carry;
  }
  product->negative = a->negative != b->negative;
  trim(product, a->count + b->count);
  return FINE;
}

/* Bit by bit, as on paper: the remainder is doubled, the next bit of `a` joins
 * it, and `b` is taken away where it fits. */
static enum verdict divide_whole(const struct integer *a, const struct integer *b,
                                 struct integer *quotient, struct integer *remainder) {
  size_t i, bit, room = b->count + 1;
  enum verdict verdict;
  if (b->count == 0) return BADARITH;
  if ((verdict = integer_new(quotient, a->count)) != FINE) return verdict;
  if ((verdict = integer_new(remainder, room)) != FINE) return verdict;
  for (bit = a->count * DIGIT; bit-- > 0;) {
    uint32_t next = a->digits[bit / DIGIT] >> (bit % DIGIT) & 1;
    for (i = 0; i < room; i++) {
      uint32_t out = remainder->digits[i] >> (DIGIT - 1);
      remainder->digits[i] = remainder->digits[i] << 1 | next;
      next = out;
    }
    trim(remainder, room);
    if (compare(remainder, b) < 0) continue;
    subtract_sizes(remainder, b, remainder);
    quotient->digits[bit / DIGIT] |= (uint32_t)1 << (bit % DIGIT);
  }
  quotient->negative = a->negative != b->negative;
  trim(quotient, a->count);
  remainder->negative = a->negative && remainder->count > 0;
  return FINE;
}

static enum verdict quotient_of(struct integer *a, struct integer *b,
                                struct integer *quotient) {
  struct integer remainder = {0};
  enum verdict verdict = divide_whole(a, b, quotient, &remainder);
  pier_free(remainder.digits);
  return verdict;
}

static enum verdict remainder_of(struct integer *a, struct integer *b,
                                 struct integer *remainder) {
  struct integer quotient = {0};
  enum verdict verdict = divide_whole(a, b, &quotient, remainder);
  pier_free(quotient.digits);
  return verdict;
}

static enum verdict add_reals(double a, double b, double *result) {
  *result = a + b;
  return FINE;
}

static enum verdict sub_reals(double a, double b, double *result) {
  *result = a - b;
  return FINE;
}

static enum verdict mul_reals(double a, double b, double *result) {
  *result = a * b;
  return FINE;
}

static enum verdict divide_reals(double a, double b, double *result) {
  if (b == 0) return BADARITH;
  *result = a / b;
  return FINE;
}

struct operation {
  const char *name;
  enum verdict (*whole)(struct integer *a, struct integer *b,
                        struct integer *result);            /* NULL: floats only */
  enum verdict (*real)(double a, double b, double *result); /* NULL: integers only */
};

static const struct operation operations[] = {
    {"add", add, add_reals},        {"sub", sub, sub_reals},    {"mul", mul, mul_reals},
    {"divide", NULL, divide_reals}, {"div", quotient_of, NULL}, {"rem", remainder_of, NULL},
};

/* ---- Numbers in and out --------------------------------------------------- */

static enum verdict read_integer(pier_reader *call, struct integer *whole) {
  pier_buffer bytes = PIER_BUFFER_INIT;
  enum verdict verdict;
  size_t i, size;
  int negative;
  bytes.limit = MOST * sizeof *whole->digits;
  size = pier_read_bigint(call, &negative, &bytes);
  if (bytes.error) return bytes.error == PIER_ELIMIT ? SYSTEM_LIMIT : NO_MEMORY;
  verdict = integer_new(whole, size / sizeof *whole->digits + 1);
  for (i = 0; verdict == FINE && i < size; i++)
    whole->digits[i / 4] |= (uint32_t)bytes.data[i] << i % 4 * 8;
  if (verdict == FINE) trim(whole, size / sizeof *whole->digits + 1);
  whole->negative = negative;
  pier_buffer_free(&bytes);
  return verdict;
}

static enum verdict read_number(pier_reader *call, struct number *number) {
  if (pier_read_peek(call) == PIER_TYPE_INTEGER) return read_integer(call, &number->whole);
  number->is_real = 1;
  number->real = pier_read_double(call);
  return pier_reader_error(call) ? BADARITH : FINE;
}

static double to_real(const struct number *number) {
  double real = 0;
  size_t i;
  if (number->is_real) return number->real;
  for (i = number->whole.count; i-- > 0;)
    real = real * 4294967296.0 + number->whole.digits[i];
  return number->whole.negative ? -real : real;
}

static enum verdict apply(const struct operation *operation, struct number *a, struct number *b,
                          struct number *result) {
  enum verdict verdict;
  if (operation->whole && !a->is_real && !b->is_real)
    return operation->whole(&a->whole, &b->whole, &result->whole);
  if (!operation->real) return BADARITH;
  result->is_real = 1;
  verdict = operation->real(to_real(a), to_real(b), &result->real);
  return verdict == FINE && !isfinite(result->real) ? BADARITH : verdict;
}

static int reply_integer(pier_call *call, const struct integer *whole) {
  pier_buffer term = PIER_BUFFER_INIT;
  size_t i, size = whole->count * sizeof *whole->digits;
  uint8_t *bytes = pier_alloc(size);
  int error = PIER_ENOMEM;
  for (i = 0; bytes && i < size; i++)
    bytes[i] = (uint8_t)(whole->digits[i / 4] >> i % 4 * 8);
  if (bytes) error = pier_write_bigint(&term, whole->negative, bytes, size);
  if (error >= 0) error = pier_reply(call, "{ok, ~T}", &term);
  pier_buffer_free(&term);
  pier_free(bytes);
  return error;
}

static int reply_number(pier_call *call, const struct number *number) {
  if (number->is_real) return pier_reply(call, "{ok, ~d}", number->real);
  return reply_integer(call, &number->whole);
}

static int calculate(pier_call *call, void *state) {
  struct number a = {0}, b = {0}, result = {0};
  pier_reader request = pier_reader_of(pier_call_request(call), NULL), parts;
  enum verdict verdict;
  int error;
  pier_read_tuple(&request, &parts, 3);
  pier_read_skip(&parts);
  verdict = read_number(&parts, &a);
  if (verdict == FINE) verdict = read_number(&parts, &b);
  if (verdict == FINE) verdict = apply(state, &a, &b, &result);
  if (verdict == FINE)
    error = reply_number(call, &result);
  else if (verdict == NO_MEMORY)
    error = PIER_ENOMEM;
  else
    error =
        pier_reply(call, verdict == BADARITH ? "{error, badarith}" : "{error, system_limit}");
  pier_free(a.whole.digits);
  pier_free(b.whole.digits);
  pier_free(result.whole.digits);
  return error;
}

int main(void) {
  pier_peer *peer;
  size_t i;
  if (pier_peer_new(&peer, NULL) < 0) return 1;
  for (i = 0; i < sizeof operations / sizeof operations[0]; i++)
    pier_peer_on(peer, operations[i].name, 2, calculate, (void *)(uintptr_t)&operations[i]);
  return pier_peer_run(peer);
}
