#include "term/text.h"

#include <string.h>

/* As erl_scan of OTP 25 cuts text into tokens. */

void pier__lexer_init(pier__lexer *lexer, pier_span text, bool directives) {
  memset(lexer, 0, sizeof *lexer);
  lexer->text = text;
  lexer->directives = directives;
}

static int fail(pier__lexer *lexer, size_t at, const char *fault) {
  lexer->fault = fault;
  lexer->fault_at = at;
  return PIER_ETEXT;
}

static uint8_t byte_at(const pier__lexer *lexer, size_t at) {
  return at < lexer->text.size ? lexer->text.data[at] : 0;
}

static size_t decode_at(const pier__lexer *lexer, size_t at, uint32_t *character) {
  return pier__utf8_decode(lexer->text.data + at, lexer->text.size - at, character);
}

static bool is_digit(uint8_t c) {
  return c >= '0' && c <= '9';
}

static bool is_space(uint32_t c) {
  return c <= ' ' || (c >= 128 && c <= 160);
}

static bool is_based_digit(uint8_t c, unsigned base) {
  uint8_t lower = c | 32;
  if (is_digit(c)) return c - '0' < (int)base;
  return lower >= 'a' && lower <= 'z' && (unsigned)(lower - 'a') + 10 < base;
}

/* Past white space and comments. */
static int skip_blank(pier__lexer *lexer) {
  bool comment = false;
  while (lexer->at < lexer->text.size) {
    uint32_t c;
    size_t length = decode_at(lexer, lexer->at, &c);
    if (length == 0) return fail(lexer, lexer->at, "the text is not UTF-8");
    if (c == '%') comment = true;
    if (c == '\n') comment = false;
    if (!comment && !is_space(c)) break;
    lexer->at += length;
  }
  return 0;
}

/* Past digits of `base`, a single _ between two of them allowed. */
static size_t skip_digits(const pier__lexer *lexer, size_t at, unsigned base) {
  while (is_based_digit(byte_at(lexer, at), base) ||
         (byte_at(lexer, at) == '_' && is_based_digit(byte_at(lexer, at - 1), base) &&
          is_based_digit(byte_at(lexer, at + 1), base)))
    at++;
  return at;
}

static void cut(pier__lexer *lexer, pier__token *token, size_t from, size_t to) {
  token->text = pier_span_of(lexer->text.data + from, to - from);
  lexer->at = to;
}

static int lex_based(pier__lexer *lexer, pier__token *token, size_t hash) {
  unsigned base = 0;
  size_t i, end;
  for (i = token->offset; i < hash; i++)
    if (byte_at(lexer, i) != '_' && base <= 36) base = base * 10 + (byte_at(lexer, i) - '0');
  if (base < 2 || base > 36)
    return fail(lexer, token->offset, "the base of an integer is 2 to 36");
  if (!is_based_digit(byte_at(lexer, hash + 1), base))
    return fail(lexer, token->offset, "there is no digit of the base after #");
  end = skip_digits(lexer, hash + 1, base);
  token->value = base;
  cut(lexer, token, hash + 1, end);
  return 0;
}

static int lex_number(pier__lexer *lexer, pier__token *token) {
  size_t end = skip_digits(lexer, token->offset, 10), exponent;
  token->kind = PIER__T_INTEGER;
  token->value = 10;
  if (byte_at(lexer, end) == '#') return lex_based(lexer, token, end);
  if (byte_at(lexer, end) == '.' && is_digit(byte_at(lexer, end + 1))) {
    token->kind = PIER__T_FLOAT;
    end = skip_digits(lexer, end + 1, 10);
    if ((byte_at(lexer, end) | 32) == 'e') {
      exponent = end + 1;
      if (byte_at(lexer, exponent) == '+' || byte_at(lexer, exponent) == '-') exponent++;
      if (!is_digit(byte_at(lexer, exponent)))
        return fail(lexer, token->offset, "the exponent of a float has no digits");
      end = skip_digits(lexer, exponent, 10);
    }
  }
  cut(lexer, token, token->offset, end);
  return 0;
}

static bool is_octal(uint8_t c) {
  return c >= '0' && c <= '7';
}

static bool is_scalar(uint32_t c) {
  return c < 0xd800 || (c > 0xdfff && c <= 0x10ffff);
}

/* `\x..` or `\x{...}`, from the x; the address after it is left in *at. */
static int check_hex(pier__lexer *lexer, size_t *at) {
  size_t from = *at + 2;
  uint32_t value = 0;
  if (byte_at(lexer, *at + 1) != '{') {
    if (!is_based_digit(byte_at(lexer, *at + 1), 16) ||
        !is_based_digit(byte_at(lexer, *at + 2), 16))
      return fail(lexer, *at, "\\x needs two hexadecimal digits, or {digits}");
    *at += 3;
    return 0;
  }
  for (*at = from; is_based_digit(byte_at(lexer, *at), 16); *at += 1) {
    uint8_t c = byte_at(lexer, *at);
    if (value <= 0x10ffff) value = value * 16 + (is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
  }
  if (*at == from || byte_at(lexer, *at) != '}' || !is_scalar(value))
    return fail(lexer, from, "\\x{...} is not the number of a character");
  *at += 1;
  return 0;
}

/* Checks the escape whose backslash is at *at; *at goes past it. */
static int check_escape(pier__lexer *lexer, size_t *at) {
  size_t length;
  uint32_t c;
  *at += 1;
  if (*at >= lexer->text.size) return fail(lexer, *at, "the text ends after a backslash");
  if (byte_at(lexer, *at) == 'x') return check_hex(lexer, at);
  if (is_octal(byte_at(lexer, *at))) {
    int digits = 1;
    while (digits < 3 && is_octal(byte_at(lexer, *at + digits)))
      digits++;
    *at += digits;
    return 0;
  }
  if (byte_at(lexer, *at) == '^') {
    *at += 1;
    if (*at >= lexer->text.size) return fail(lexer, *at, "the text ends after \\^");
  }
  length = decode_at(lexer, *at, &c);
  if (length == 0) return fail(lexer, *at, "the text is not UTF-8");
  *at += length;
  return 0;
}

static int lex_quoted(pier__lexer *lexer, pier__token *token, uint8_t quote) {
  size_t at = token->offset + 1, length;
  uint32_t c;
  while (at < lexer->text.size && byte_at(lexer, at) != quote) {
    if (byte_at(lexer, at) == '\\') {
      token->escapes = true;
      if (check_escape(lexer, &at) < 0) return PIER_ETEXT;
      continue;
    }
    length = decode_at(lexer, at, &c);
    if (length == 0) return fail(lexer, at, "the text is not UTF-8");
    at += length;
  }
  if (at >= lexer->text.size)
    return fail(lexer, token->offset,
                quote == '"' ? "this string has no end" : "this quoted atom has no end");
  token->kind = quote == '"' ? PIER__T_STRING : PIER__T_QUOTED;
  cut(lexer, token, token->offset + 1, at);
  lexer->at = at + 1;
  return 0;
}

static int lex_character(pier__lexer *lexer, pier__token *token) {
  size_t at = token->offset + 1;
  pier_span rest;
  uint32_t c;
  if (at >= lexer->text.size) return fail(lexer, at, "the text ends after $");
  if (byte_at(lexer, at) == '\\') {
    if (check_escape(lexer, &at) < 0) return PIER_ETEXT;
  } else {
    size_t length = decode_at(lexer, at, &c);
    if (length == 0) return fail(lexer, at, "the text is not UTF-8");
    at += length;
  }
  token->kind = PIER__T_CHAR;
  cut(lexer, token, token->offset + 1, at);
  rest = token->text;
  token->value = pier__text_character(&rest);
  return 0;
}

static void lex_word(pier__lexer *lexer, pier__token *token, pier__token_kind kind) {
  size_t at = token->offset, length;
  uint32_t c;
  while (at < lexer->text.size && (length = decode_at(lexer, at, &c)) > 0 &&
         pier__is_name_character(c))
    at += length;
  token->kind = kind;
  cut(lexer, token, token->offset, at);
}

static int lex_directive(pier__lexer *lexer, pier__token *token) {
  uint8_t c = byte_at(lexer, token->offset + 1);
  if (!((c | 32) >= 'a' && (c | 32) <= 'z'))
    return fail(lexer, token->offset, "~ needs the letter of a directive");
  token->kind = PIER__T_DIRECTIVE;
  token->value = c;
  cut(lexer, token, token->offset, token->offset + 2);
  return 0;
}

static bool ends_term(const pier__lexer *lexer, size_t after) {
  uint32_t c;
  return after >= lexer->text.size || byte_at(lexer, after) == '%' ||
         (decode_at(lexer, after, &c) > 0 && is_space(c));
}

static int lex_sign(pier__lexer *lexer, pier__token *token, uint32_t c, size_t length) {
  uint8_t next = byte_at(lexer, token->offset + 1);
  token->kind = PIER__T_SIGN;
  token->value = c;
  if (c == '.' && ends_term(lexer, token->offset + 1)) token->kind = PIER__T_DOT;
  if (c == '=' && next == '>') token->kind = PIER__T_ARROW;
  if (c == '<' && next == '<') token->kind = PIER__T_OPEN_BITS;
  if (c == '>' && next == '>') token->kind = PIER__T_CLOSE_BITS;
  if (token->kind >= PIER__T_ARROW && token->kind < PIER__T_SIGN) length = 2;
  if (token->kind == PIER__T_SIGN && c > 127)
    return fail(lexer, token->offset, "a character that no term begins with");
  cut(lexer, token, token->offset, token->offset + length);
  return 0;
}

int pier__lexer_next(pier__lexer *lexer, pier__token *token) {
  uint32_t c;
  size_t length;
  memset(token, 0, sizeof *token);
  if (skip_blank(lexer) < 0) return PIER_ETEXT;
  token->offset = lexer->at;
  token->kind = PIER__T_END;
  if (lexer->at >= lexer->text.size) return 0;
  length = decode_at(lexer, lexer->at, &c);
  if (is_digit((uint8_t)(c < 128 ? c : 0))) return lex_number(lexer, token);
  if (c == '"' || c == '\'') return lex_quoted(lexer, token, (uint8_t)c);
  if (c == '$') return lex_character(lexer, token);
  if (c == '~' && lexer->directives) return lex_directive(lexer, token);
  if (pier__is_atom_start(c)) {
    lex_word(lexer, token, PIER__T_ATOM);
    return 0;
  }
  if (pier__is_name_character(c) && c != '@') {
    lex_word(lexer, token, PIER__T_VARIABLE);
    return 0;
  }
  return lex_sign(lexer, token, c, length);
}
