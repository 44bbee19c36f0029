#include "term/normal.h"
#include "term/text_parse.h"
#include "term/view.h"

static int report(const pier__parser *parser, int error, pier_span text, pier_diag *diag) {
  const char *fault = parser->fault ? parser->fault : pier_strerror(error);
  size_t offset = parser->fault ? parser->fault_at : parser->lexer.at;
  pier_diag_set(diag, error, offset, "%s", fault);
  pier__text_position(diag, text, offset);
  return error;
}

/* What may come after the term: in a stream the full stop that ends it; alone
 * perhaps one, and then nothing. */
static int check_end(pier__parser *parser, bool stream) {
  int error = 0;
  if (stream) {
    if (parser->token.kind == PIER__T_DOT) return 0;
    return pier__parser_fail(parser, PIER_ETEXT, "a full stop is expected after the term");
  }
  if (parser->token.kind == PIER__T_DOT) error = pier__parser_advance(parser);
  if (error || parser->token.kind == PIER__T_END) return error;
  return pier__parser_fail(parser, PIER_ETEXT, "there is more text after the term");
}

int pier_term_read(pier_buffer *out, pier_span text, const pier_limits *limits, size_t *used,
                   pier_diag *diag) {
  pier_limits defaults;
  pier__parser parser;
  size_t before = out->size;
  int error;
  pier_limits_init(&defaults);
  if (!limits) limits = &defaults;
  if (out->error) return out->error;
  if (text.size > limits->text)
    return pier_diag_set(diag, PIER_ELIMIT, 0, "the text is longer than the limit");
  pier__parser_init(&parser, out, text, limits);
  pier_write_version(out);
  error = pier__parse_term(&parser);
  if (!error && parser.token.kind == PIER__T_END && out->size == before + 1) {
    out->size = before;
    if (used) *used = text.size;
    error = used ? 1 : pier__parser_fail(&parser, PIER_ETEXT, "there is no term in the text");
  } else if (!error) {
    error = check_end(&parser, used != NULL);
    if (!error && used) *used = parser.lexer.at;
    if (!error && parser.loose) error = pier__normal_in_place(out, before + 1);
  }
  if (error < 0) {
    out->size = before;
    report(&parser, error, text, diag);
  }
  pier__parser_free(&parser);
  return error;
}
