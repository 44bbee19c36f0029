/* Colours: by the characters, because what is coloured has been printed by pier
 * itself, so that quotes are closed and nothing is out of place. */
#include "cli/color.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLAIN "\033[0m"

enum { OTHER, STRING, ATOM, NUMBER, KINDS };
static const char *const codes[KINDS] = {
    [STRING] = "\033[32m", [ATOM] = "\033[36m", [NUMBER] = "\033[33m"};

pier__color pier__colors(int on) {
  static const pier__color colors[] = {{"", "", ""}, {"\033[32m", "\033[1;31m", PLAIN}};
  return colors[on != 0];
}

int pier__color_wanted(int fd) {
  const char *none = getenv("NO_COLOR");
  const char *terminal = getenv("TERM");
  if (none && none[0] != '\0') return 0;
  if (!terminal || strcmp(terminal, "dumb") == 0) return 0;
  return isatty(fd);
}

static int is_digit(uint8_t byte) {
  return byte >= '0' && byte <= '9';
}

/* Of a bare word; a name beyond ASCII is in Latin-1 letters. */
static int is_letter(uint8_t byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
         byte == '@' || byte >= 0x80;
}

/* Up to and with the quote that closes the one at the front. */
static size_t quoted_size(pier_span text) {
  uint8_t quote = text.data[0];
  size_t at = 1;
  while (at < text.size && text.data[at] != quote)
    at += text.data[at] == '\\' ? 2 : 1;
  return at < text.size ? at + 1 : text.size;
}

static size_t number_size(pier_span text) {
  size_t at = 1;
  while (at < text.size) {
    uint8_t byte = text.data[at];
    int exponent = byte == 'e' || byte == 'E';
    int sign = (byte == '-' || byte == '+') && (text.data[at - 1] | 0x20) == 'e';
    int point = byte == '.' && at + 1 < text.size && is_digit(text.data[at + 1]);
    if (!is_digit(byte) && !exponent && !sign && !point) break;
    at++;
  }
  return at;
}

static size_t word_size(pier_span text) {
  size_t at = 1;
  while (at < text.size && (is_letter(text.data[at]) || is_digit(text.data[at])))
    at++;
  return at;
}

/* How many bytes at the front belong together, and what they are. */
static size_t next_piece(pier_span text, int *kind) {
  uint8_t first = text.data[0];
  *kind = OTHER;
  if (first == '"' || first == '\'') {
    *kind = first == '"' ? STRING : ATOM;
    return quoted_size(text);
  }
  if (is_digit(first) || (first == '-' && text.size > 1 && is_digit(text.data[1]))) {
    *kind = NUMBER;
    return number_size(text);
  }
  if (is_letter(first)) {
    *kind = ATOM;
    return word_size(text);
  }
  /* #Ref, #Fun; the type of a binary's segment. */
  if ((first == '#' || first == '/') && text.size > 1 && is_letter(text.data[1]))
    return word_size(text);
  return 1;
}

int pier__color_text(pier_buffer *out, pier_span text) {
  while (text.size > 0) {
    int kind;
    size_t size = next_piece(text, &kind);
    if (kind != OTHER) pier_buffer_append_text(out, codes[kind]);
    pier_buffer_append(out, text.data, size);
    if (kind != OTHER) pier_buffer_append_text(out, PLAIN);
    text.data += size;
    text.size -= size;
  }
  return out->error;
}
