#include "term/emit.h"
#include "term/number.h"
#include "term/text_parse.h"

#include <string.h>

/* Integers of so few digits fit 64 bits in every base up to 36. */
enum { PLAIN_DIGITS = 12 };

static unsigned digit_value(uint8_t c) {
  return c <= '9' ? c - (unsigned)'0' : (c | 32U) - 'a' + 10U;
}

static int parse_integer(pier__parser *parser, bool negative) {
  const pier__token *token = &parser->token;
  pier_buffer magnitude = PIER_BUFFER_INIT;
  uint64_t value = 0;
  size_t i;
  int error;
  if (token->text.size <= PLAIN_DIGITS) {
    for (i = 0; i < token->text.size; i++)
      if (token->text.data[i] != '_')
        value = value * token->value + digit_value(token->text.data[i]);
    pier__emit_integer(parser->out, negative, value);
    return parser->out->error;
  }
  error = pier__integer_parse(&magnitude, token->text.data, token->text.size, token->value);
  if (!error) error = pier__emit_big(parser->out, negative, magnitude.data, magnitude.size);
  pier_buffer_free(&magnitude);
  if (error == PIER_ELIMIT)
    return pier__parser_fail(parser, error, "an integer too big for Erlang");
  return error;
}

int pier__parse_number(pier__parser *parser) {
  const pier__token *token = &parser->token;
  bool negative = parser->sign == '-';
  double value;
  int error = 0;
  parser->sign = 0;
  if (token->kind == PIER__T_CHAR) {
    pier__emit_integer(parser->out, negative, token->value);
  } else if (token->kind == PIER__T_INTEGER) {
    error = parse_integer(parser, negative);
  } else {
    error = pier__float_parse(token->text.data, token->text.size, &value);
    if (error == PIER_ERANGE)
      return pier__parser_fail(parser, PIER_ETEXT, "a float too big for 64 bits");
    if (!error) pier_write_double(parser->out, negative ? -value : value);
  }
  return error ? error : pier__parser_advance(parser);
}

/* The characters of a token as UTF-8. */
static int append_unescaped(pier_buffer *out, const pier__token *token, size_t *characters) {
  pier_span rest = token->text;
  uint8_t bytes[4];
  for (*characters = 0; rest.size > 0; *characters += 1)
    pier_buffer_append(out, bytes, pier__utf8_encode(bytes, pier__text_character(&rest)));
  return out->error;
}

static size_t count_characters(pier_span text) {
  size_t count = 0, i;
  for (i = 0; i < text.size; i++)
    count += (text.data[i] & 0xc0) != 0x80;
  return count;
}

int pier__parse_atom(pier__parser *parser) {
  const pier__token *token = &parser->token;
  pier_buffer name = PIER_BUFFER_INIT;
  pier_span text = token->text;
  size_t characters = 0;
  int error = 0;
  if (token->kind == PIER__T_ATOM && pier__is_reserved(text))
    return pier__parser_fail(parser, PIER_ETEXT, "a reserved word: as an atom it needs quotes");
  if (token->escapes) {
    error = append_unescaped(&name, token, &characters);
    text = pier_buffer_span(&name);
  } else {
    characters = count_characters(text);
  }
  if (!error && characters > PIER__ATOM_CHARACTERS)
    error = pier__parser_fail(parser, PIER_ETEXT, "an atom of more than 255 characters");
  if (!error) pier_write_atom_span(parser->out, pier_span_of(text.data, text.size));
  pier_buffer_free(&name);
  return error ? error : pier__parser_advance(parser);
}

struct measure {
  size_t count;
  uint32_t most;
};

/* Strings that follow each other are one. Looks ahead with a copy of the
 * lexer, whose state is only a position. */
static int measure_strings(pier__parser *parser, struct measure *measure) {
  pier__lexer ahead = parser->lexer;
  pier__token token = parser->token;
  measure->count = 0;
  measure->most = 0;
  while (token.kind == PIER__T_STRING) {
    pier_span rest = token.text;
    while (rest.size > 0) {
      uint32_t c = pier__text_character(&rest);
      if (c > measure->most) measure->most = c;
      measure->count++;
    }
    if (pier__lexer_next(&ahead, &token) < 0) break; /* reported when it is reached */
  }
  return 0;
}

static void emit_bytes(pier_buffer *out, pier_span rest) {
  while (rest.size > 0)
    pier_buffer_append_byte(out, (uint8_t)pier__text_character(&rest));
}

static void emit_integers(pier_buffer *out, pier_span rest) {
  while (rest.size > 0)
    pier__emit_integer(out, false, pier__text_character(&rest));
}

int pier__parse_strings(pier__parser *parser) {
  pier_buffer *out = parser->out;
  struct measure measure;
  bool bytes;
  int error = measure_strings(parser, &measure);
  bytes = measure.most <= UINT8_MAX && measure.count <= PIER__STRING_BYTES;
  if (measure.count > 0 && bytes) {
    uint8_t head[3] = {ERL_STRING_EXT, (uint8_t)(measure.count >> 8), (uint8_t)measure.count};
    pier_buffer_append(out, head, sizeof head);
  } else if (measure.count > 0) {
    pier_write_list(out, measure.count);
  }
  while (!error && parser->token.kind == PIER__T_STRING) {
    if (bytes)
      emit_bytes(out, parser->token.text);
    else
      emit_integers(out, parser->token.text);
    error = pier__parser_advance(parser);
  }
  if (measure.count == 0 || !bytes) pier_buffer_append_byte(out, ERL_NIL_EXT);
  parser->value_is_string = true;
  return error ? error : out->error;
}

static int expect_sign(pier__parser *parser, uint32_t sign, const char *fault) {
  if (parser->token.kind != PIER__T_SIGN || parser->token.value != sign)
    return pier__parser_fail(parser, PIER_ETEXT, fault);
  return pier__parser_advance(parser);
}

static int expect_atom(pier__parser *parser, const char *fault) {
  if (parser->token.kind != PIER__T_ATOM && parser->token.kind != PIER__T_QUOTED)
    return pier__parser_fail(parser, PIER_ETEXT, fault);
  return pier__parse_atom(parser);
}

/* fun m:f/1, from the token after the word. */
int pier__parse_fun(pier__parser *parser) {
  static const char shape[] = "a fun is written fun module:name/arity";
  size_t arity;
  int error;
  pier_buffer_append_byte(parser->out, ERL_EXPORT_EXT);
  error = expect_atom(parser, shape);
  if (!error) error = expect_sign(parser, ':', shape);
  if (!error) error = expect_atom(parser, shape);
  if (!error) error = expect_sign(parser, '/', shape);
  if (error) return error;
  if (parser->token.kind != PIER__T_INTEGER)
    return pier__parser_fail(parser, PIER_ETEXT, shape);
  arity = parser->out->size;
  error = pier__parse_number(parser);
  if (!error && parser->out->data[arity] != ERL_SMALL_INTEGER_EXT)
    return pier__parser_fail(parser, PIER_ETEXT, "the arity of a fun is 0 to 255");
  return error;
}
