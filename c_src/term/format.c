#include "term/argument.h"
#include "term/emit.h"
#include "term/form.h"
#include "term/normal.h"
#include "term/simple.h"
#include "term/view.h"

#include <math.h>
#include <string.h>

/* A format is Erlang text for the reader's own parser; only where it meets a
 * directive is it called here, to append the argument as a term. */

struct arguments {
  va_list list;
  const uint8_t *types; /* NULL: not known */
  size_t count;         /* directives so far */
  pier_diag *diag;
  int wrong_type;
};

static void put_signed(pier_buffer *out, long long value) {
  pier__emit_integer(out, value < 0, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static int put_float(pier_buffer *out, double value, const char **fault) {
  if (isfinite(value)) {
    pier_write_double(out, value);
    return 0;
  }
  *fault = "Inf and NaN are not terms";
  return PIER_ERANGE;
}

/* How many characters of UTF-8; -1 if it is none. */
static long long count_characters(pier_span text) {
  long long count = 0;
  size_t i, length;
  uint32_t c;
  for (i = 0; i < text.size; i += length, count++) {
    length = pier__utf8_decode(text.data + i, text.size - i, &c);
    if (length == 0) return -1;
  }
  return count;
}

static int put_atom(pier_buffer *out, pier_span name, const char **fault) {
  long long characters = count_characters(name);
  if (characters >= 0 && characters <= PIER__ATOM_CHARACTERS) {
    pier_write_atom_span(out, name);
    return 0;
  }
  *fault =
      characters < 0 ? "the name of an atom is UTF-8" : "an atom of more than 255 characters";
  return PIER_ERANGE;
}

/* A list of characters, in whatever form it will be normal. */
static int put_text(pier_buffer *out, pier_span text, const char **fault) {
  long long characters = count_characters(text);
  size_t i, length;
  uint32_t c;
  if (characters < 0 || characters > UINT32_MAX) {
    *fault = "text is UTF-8";
    return PIER_ERANGE;
  }
  if (characters > 0) pier_write_list(out, (size_t)characters);
  for (i = 0; i < text.size; i += length) {
    length = pier__utf8_decode(text.data + i, text.size - i, &c);
    pier__emit_integer(out, false, c);
  }
  pier_buffer_append_byte(out, ERL_NIL_EXT);
  return 0;
}

static int put_binary(pier_buffer *out, const void *data, size_t size, const char **fault) {
  if (size <= UINT32_MAX) {
    pier_write_binary(out, data, size);
    return 0;
  }
  *fault = "a binary of 4 GiB or more";
  return PIER_ERANGE;
}

static int put_term(pier_buffer *out, pier_span term, const char **fault) {
  size_t version = term.size > 0 && term.data[0] == PIER__VERSION;
  if (term.size > version) {
    pier_buffer_append(out, term.data + version, term.size - version);
    return 0;
  }
  *fault = "the span for ~t holds no term";
  return PIER_EARG;
}

static int put_identifier(void *argument, uint32_t letter, pier_buffer *out,
                          const char **fault) {
  int error = PIER_EARG;
  if (argument && letter == 'p') error = pier_write_pid(out, argument);
  if (argument && letter == 'P') error = pier_write_port(out, argument);
  if (argument && letter == 'r') error = pier_write_ref(out, argument);
  if (error == PIER_EARG) *fault = "an identifier that ei cannot encode";
  return error;
}

/* Directives whose argument is a C string. */
static int put_c_text(const char *text, uint32_t letter, pier_buffer *out, const char **fault) {
  pier_span span = pier_span_text(text);
  if (!text) {
    *fault = "a NULL where text is wanted";
    return PIER_EARG;
  }
  if (letter == 'a') return put_atom(out, span, fault);
  if (letter == 's') return put_text(out, span, fault);
  return put_binary(out, span.data, span.size, fault);
}

/* The argument for a directive that there is. */
static int put_value(struct arguments *arguments, uint32_t letter, pier_buffer *out,
                     const char **fault) {
  const pier_buffer *buffer;
  const void *data;
  switch (letter) {
  case 'i':
    put_signed(out, va_arg(arguments->list, int));
    return out->error;
  case 'u':
    pier__emit_integer(out, false, va_arg(arguments->list, unsigned));
    return out->error;
  case 'l':
    put_signed(out, va_arg(arguments->list, long long));
    return out->error;
  case 'L':
    pier__emit_integer(out, false, va_arg(arguments->list, unsigned long long));
    return out->error;
  case 'n':
    pier__emit_integer(out, false, va_arg(arguments->list, size_t));
    return out->error;
  case 'd':
    return put_float(out, va_arg(arguments->list, double), fault);
  case 'B':
    return pier_write_atom(out, va_arg(arguments->list, int) ? "true" : "false");
  case 'A':
    return put_atom(out, va_arg(arguments->list, pier_span), fault);
  case 'a':
  case 's':
  case 'z':
    return put_c_text(va_arg(arguments->list, const char *), letter, out, fault);
  case 'b':
    data = va_arg(arguments->list, const void *);
    return put_binary(out, data, va_arg(arguments->list, size_t), fault);
  case 't':
    return put_term(out, va_arg(arguments->list, pier_span), fault);
  case 'T':
    buffer = va_arg(arguments->list, const pier_buffer *);
    return put_term(out, buffer ? pier_buffer_span(buffer) : pier_span_of(NULL, 0), fault);
  default: /* p, P, r */
    return put_identifier(va_arg(arguments->list, void *), letter, out, fault);
  }
}

static int put_argument(void *context, uint32_t letter, pier_buffer *out, const char **fault) {
  struct arguments *arguments = context;
  const pier__directive_row *row = pier__format_directive(letter);
  if (!row) {
    *fault = "there is no such directive in a format";
    return PIER_EPATTERN;
  }
  arguments->wrong_type =
      pier__check_types(row, &arguments->types, ++arguments->count, arguments->diag);
  if (arguments->wrong_type) return arguments->wrong_type;
  return put_value(arguments, letter, out, fault);
}

static int check_end(pier__parser *parser) {
  int error = 0;
  if (parser->token.kind == PIER__T_DOT) error = pier__parser_advance(parser);
  if (error || parser->token.kind == PIER__T_END) return error;
  return pier__parser_fail(parser, PIER_EPATTERN, "there is more text after the term");
}

int pier__format_parse(pier__parser *parser, pier__directive *directive, void *context) {
  size_t before = parser->out->size;
  int error;
  parser->lexer.directives = true;
  parser->directive = directive;
  parser->context = context;
  pier_write_version(parser->out);
  error = pier__parse_term(parser);
  if (!error && parser->out->size == before + 1)
    error = pier__parser_fail(parser, PIER_EPATTERN, "there is no term in the format");
  return error ? error : check_end(parser);
}

/* What was wrong with the types has been told; its place is added. */
static int report(const pier__parser *parser, int error, int wrong_type, pier_diag *diag) {
  if (error == PIER_ETEXT || error == PIER_EDEPTH) error = PIER_EPATTERN;
  if (!wrong_type)
    pier_diag_set(diag, error, 0, "%s", parser->fault ? parser->fault : pier_strerror(error));
  pier__text_position(diag, parser->lexer.text,
                      parser->fault || wrong_type ? parser->fault_at : parser->lexer.at);
  return error;
}

/* Nothing has been written. */
static int take_back(pier_buffer *out, size_t before, int error) {
  out->size = before;
  if (out->error == PIER_EARG) out->error = 0; /* of an argument, not of the buffer */
  return error;
}

static int write_text(pier_buffer *out, const char *format, struct arguments *arguments) {
  pier_limits limits;
  pier__parser parser;
  size_t before = out->size;
  int error;
  pier_limits_init(&limits);
  pier__parser_init(&parser, out, pier_span_text(format), &limits);
  error = pier__format_parse(&parser, put_argument, arguments);
  if (!error) {
    parser.fault_at = parser.lexer.at;
    error = arguments->wrong_type =
        pier__check_no_more(arguments->types, arguments->count, arguments->diag);
  }
  if (!error && parser.loose) error = pier__normal_in_place(out, before + 1);
  if (error)
    error =
        report(&parser, take_back(out, before, error), arguments->wrong_type, arguments->diag);
  pier__parser_free(&parser);
  return error;
}

/* Whether the term at the end of the output, for this letter, may need another form. */
static bool is_loose(const pier_buffer *out, size_t from, uint32_t letter) {
  return memchr("tTspPr", (int)letter, 6) &&
         pier__simple(out->data + from, out->data + out->size) != out->size - from;
}

static int write_place(pier_buffer *out, const pier__form *form, uint32_t letter,
                       struct arguments *arguments) {
  const char *fault;
  size_t before = out->size;
  int error = put_argument(arguments, letter, out, &fault);
  if (!error && form->loose && is_loose(out, before, letter))
    error = pier__normal_in_place(out, before);
  return error;
}

static void put_bytes(pier_buffer *out, const pier__form *form, size_t from, size_t to) {
  if (to > from) pier_buffer_append(out, form->bytes + from, to - from);
}

/* What is wrong is for the long way to say, which has the words of the format. */
static int write_form(pier_buffer *out, const pier__form *form, struct arguments *arguments) {
  size_t before = out->size, done = 0, i;
  int error = 0;
  pier_buffer_reserve(out, form->size);
  for (i = 0; i < form->count && !error; i++) {
    put_bytes(out, form, done, form->places[i].at);
    done = form->places[i].at;
    error = write_place(out, form, form->places[i].letter, arguments);
  }
  if (!error) error = pier__check_no_more(arguments->types, arguments->count, NULL);
  put_bytes(out, form, done, form->size);
  if (!error) error = out->error;
  return error ? take_back(out, before, error) : 0;
}

int pier_vformat_typed(pier_buffer *out, const uint8_t *types, const char *format, va_list list,
                       pier_diag *diag) {
  const pier__form *form = pier__form_find(format);
  struct arguments arguments = {.types = types};
  int error = PIER_EPATTERN;
  if (out->error) return pier_diag_set(diag, out->error, 0, "the buffer had failed before");
  if (form) {
    va_copy(arguments.list, list);
    error = write_form(out, form, &arguments);
    va_end(arguments.list);
  }
  if (out->error) return pier_diag_set(diag, error, 0, "%s", pier_strerror(error));
  if (error) {
    struct arguments again = {.types = types, .diag = diag};
    va_copy(again.list, list);
    error = write_text(out, format, &again);
    va_end(again.list);
    if (!error) pier__form_learn(format);
  }
  return error;
}

int pier_vformat(pier_buffer *out, const char *format, va_list arguments, pier_diag *diag) {
  return pier_vformat_typed(out, NULL, format, arguments, diag);
}

int pier_format_typed(pier_buffer *out, const uint8_t *types, const char *format, ...) {
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = pier_vformat_typed(out, types, format, arguments, NULL);
  va_end(arguments);
  return error;
}

int(pier_format)(pier_buffer *out, const char *format, ...) {
  va_list arguments;
  int error;
  va_start(arguments, format);
  error = pier_vformat(out, format, arguments, NULL);
  va_end(arguments);
  return error;
}
