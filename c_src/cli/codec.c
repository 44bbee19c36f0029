#include "cli/codec.h"

#include <string.h>

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int is_space(uint8_t byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The number of `byte` among `digits`, -1 if it is none. */
static int digit(const char *digits, uint8_t byte) {
  const char *found = byte ? strchr(digits, byte) : NULL;
  return found ? (int)(found - digits) : -1;
}

static int hex_digit(uint8_t byte) {
  return digit(hex_digits, byte >= 'A' && byte <= 'F' ? byte + ('a' - 'A') : byte);
}

/* Where `text` ends if white space at its end does not count. */
static size_t trimmed_end(pier_span text) {
  size_t end = text.size;
  while (end > 0 && is_space(text.data[end - 1]))
    end--;
  return end;
}

int pier__read_hex(pier_buffer *out, pier_span text, pier_diag *diag) {
  size_t end = trimmed_end(text);
  size_t begin = out->size;
  size_t at = 0;
  pier_buffer_reserve(out, end / 2);
  while (at < end && !out->error) {
    int high, low;
    if (is_space(text.data[at])) {
      at++;
      continue;
    }
    high = hex_digit(text.data[at]);
    low = high >= 0 && at + 1 < end ? hex_digit(text.data[at + 1]) : -1;
    if (high >= 0 && at + 1 == end)
      return pier_diag_set(diag, PIER_ETEXT, out->size - begin,
                           "half a byte: an odd number of hexadecimal digits");
    if (low < 0)
      return pier_diag_set(diag, PIER_ETEXT, out->size - begin,
                           "not a hexadecimal digit in column %zu", at + 1 + (high >= 0));
    pier_buffer_append_byte(out, (uint8_t)(high * 16 + low));
    at += 2;
  }
  return out->error;
}

/* Four characters, the last `missing` of them padding. -1, or the place (0 to
 * 3) of the one that is no digit. */
static int read_four(pier_buffer *out, const uint8_t *four, int missing) {
  uint32_t bits = 0;
  int at;
  for (at = 0; at < 4 - missing; at++) {
    int value = digit(base64_digits, four[at]);
    if (value < 0) return at;
    bits |= (uint32_t)value << (18 - 6 * at);
  }
  for (at = 0; at < 3 - missing; at++)
    pier_buffer_append_byte(out, (uint8_t)(bits >> (16 - 8 * at)));
  /* What the padding cuts off must be zero, or two texts meant the same. */
  return missing && (bits & ((1u << (8 * missing)) - 1)) ? 3 - missing : -1;
}

int pier__read_base64(pier_buffer *out, pier_span text, pier_diag *diag) {
  size_t end = trimmed_end(text);
  size_t at = 0;
  size_t done = 0;
  while (at < end && is_space(text.data[at]))
    at++;
  pier_buffer_reserve(out, (end - at) / 4 * 3);
  for (; at < end && !out->error; at += 4, done += 3) {
    const uint8_t *four = text.data + at;
    int missing = 0;
    int wrong;
    if (end - at < 4)
      return pier_diag_set(diag, PIER_ETEXT, done,
                           "base64 in groups of four characters ends with %zu", end - at);
    if (end - at == 4 && four[3] == '=') missing = four[2] == '=' ? 2 : 1;
    wrong = read_four(out, four, missing);
    if (wrong >= 0)
      return pier_diag_set(diag, PIER_ETEXT, done, "not base64 in column %zu",
                           at + (size_t)wrong + 1);
  }
  return out->error;
}

int pier__append_hex(pier_buffer *out, pier_span bytes) {
  uint8_t *place = pier_buffer_reserve(out, 2 * bytes.size);
  size_t at;
  if (!place) return out->error;
  for (at = 0; at < bytes.size; at++) {
    *place++ = (uint8_t)hex_digits[bytes.data[at] >> 4];
    *place++ = (uint8_t)hex_digits[bytes.data[at] & 15];
  }
  out->size += 2 * bytes.size;
  return 0;
}

int pier__append_base64(pier_buffer *out, pier_span bytes) {
  size_t size = (bytes.size + 2) / 3 * 4;
  uint8_t *place = pier_buffer_reserve(out, size);
  size_t at;
  if (!place) return out->error;
  for (at = 0; at < bytes.size; at += 3, place += 4) {
    size_t left = bytes.size - at;
    uint32_t bits = (uint32_t)bytes.data[at] << 16;
    if (left > 1) bits |= (uint32_t)bytes.data[at + 1] << 8;
    if (left > 2) bits |= bytes.data[at + 2];
    place[0] = (uint8_t)base64_digits[bits >> 18];
    place[1] = (uint8_t)base64_digits[bits >> 12 & 63];
    place[2] = left > 1 ? (uint8_t)base64_digits[bits >> 6 & 63] : '=';
    place[3] = left > 2 ? (uint8_t)base64_digits[bits & 63] : '=';
  }
  out->size += size;
  return 0;
}
