#include "term/text.h"

#include <string.h>

size_t pier__utf8_decode(const uint8_t *at, size_t size, uint32_t *character) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t length, i;
  uint32_t c;
  if (size == 0) return 0;
  c = at[0];
  if (c < 0x80) {
    *character = c;
    return 1;
  }
  length = c >= 0xf0 && c <= 0xf4  ? 4
           : c >= 0xe0 && c < 0xf0 ? 3
           : c >= 0xc2 && c < 0xe0 ? 2
                                   : 0;
  if (length == 0 || length > size) return 0;
  c &= 0x7fU >> length;
  for (i = 1; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) return 0;
    c = c << 6 | (at[i] & 0x3f);
  }
  if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return 0;
  *character = c;
  return length;
}

size_t pier__utf8_encode(uint8_t *to, uint32_t c) {
  static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;
  if (length == 1) {
    to[0] = (uint8_t)c;
    return 1;
  }
  for (i = length - 1; i > 0; i--, c >>= 6)
    to[i] = (uint8_t)(0x80 | (c & 0x3f));
  to[0] = (uint8_t)(lead[length] | c);
  return length;
}

bool pier__is_atom_start(uint32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 0xdf && c <= 0xff && c != 0xf7);
}

bool pier__is_name_character(uint32_t c) {
  return pier__is_atom_start(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '_' || c == '@' || (c >= 0xc0 && c <= 0xde && c != 0xd7);
}

bool pier__is_reserved(pier_span word) {
  enum { SHORTEST = 2, LONGEST = 7 };
  static const char words[26][7][LONGEST + 1] = {
      ['a' - 'a'] = {"after", "and", "andalso"},
      ['b' - 'a'] = {"band", "begin", "bnot", "bor", "bsl", "bsr", "bxor"},
      ['c' - 'a'] = {"case", "catch", "cond"},
      ['d' - 'a'] = {"div"},
      ['e' - 'a'] = {"end"},
      ['f' - 'a'] = {"fun"},
      ['i' - 'a'] = {"if"},
      ['l' - 'a'] = {"let"},
      ['n' - 'a'] = {"not"},
      ['o' - 'a'] = {"of", "or", "orelse"},
      ['r' - 'a'] = {"receive", "rem"},
      ['t' - 'a'] = {"try"},
      ['w' - 'a'] = {"when"},
      ['x' - 'a'] = {"xor"}};
  char padded[LONGEST + 1] = {0};
  size_t i;
  const char(*row)[LONGEST + 1];
  if (word.size < SHORTEST || word.size > LONGEST) return false;
  if (word.data[0] < 'a' || word.data[0] > 'z') return false;
  row = words[word.data[0] - 'a'];
  if (!row[0][0]) return false;
  for (i = 0; i < word.size; i++)
    padded[i] = (char)word.data[i];
  for (i = 0; i < sizeof words[0] / sizeof words[0][0] && row[i][0]; i++)
    if (memcmp(row[i], padded, sizeof padded) == 0) return true;
  return false;
}

static uint32_t simple_escape(uint32_t c) {
  static const char letters[] = "nrtvbfesd";
  static const uint8_t values[] = {10, 13, 9, 11, 8, 12, 27, 32, 127};
  const char *found = c > 0 && c < 128 ? strchr(letters, (int)c) : NULL;
  return found ? values[found - letters] : c;
}

static uint32_t take(pier_span *rest) {
  uint32_t c = 0;
  size_t length = pier__utf8_decode(rest->data, rest->size, &c);
  *rest = pier_span_of(rest->data + length, rest->size - length);
  return c;
}

static int hex_value(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 32;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static uint32_t take_hex(pier_span *rest) {
  bool braces = rest->data[0] == '{';
  size_t i = braces ? 1 : 0;
  uint32_t value = 0;
  for (; braces ? rest->data[i] != '}' : i < 2; i++)
    value = value * 16 + (uint32_t)hex_value(rest->data[i]);
  i += braces;
  *rest = pier_span_of(rest->data + i, rest->size - i);
  return value;
}

static uint32_t take_octal(pier_span *rest, uint32_t first) {
  uint32_t value = first - '0';
  int more = 2;
  while (more-- > 0 && rest->size > 0 && rest->data[0] >= '0' && rest->data[0] <= '7')
    value = value * 8 + (take(rest) - '0');
  return value;
}

uint32_t pier__text_character(pier_span *rest) {
  uint32_t c = take(rest);
  if (c != '\\') return c;
  c = take(rest);
  if (c == 'x') return take_hex(rest);
  if (c == '^') return take(rest) & 31;
  if (c >= '0' && c <= '7') return take_octal(rest, c);
  return simple_escape(c);
}

void pier__text_position(pier_diag *diag, pier_span text, size_t offset) {
  size_t i;
  if (!diag) return;
  diag->offset = offset;
  diag->line = diag->column = 1;
  for (i = 0; i < offset && i < text.size; i++) {
    if (text.data[i] == '\n') {
      diag->line++;
      diag->column = 1;
    } else if ((text.data[i] & 0xc0) != 0x80) {
      diag->column++;
    }
  }
}
