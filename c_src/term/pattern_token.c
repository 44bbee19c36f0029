#include "term/pattern_compile.h"

enum { PLAIN_DIGITS = 18 };

int pier__compiler_fail(pier__compiler *c, const char *fault) {
  pier_diag_set(c->diag, PIER_EPATTERN, c->token.offset, "%s", fault);
  pier__text_position(c->diag, c->lexer.text, c->token.offset);
  return PIER_EPATTERN;
}

int pier__compiler_advance(pier__compiler *c) {
  if (pier__lexer_next(&c->lexer, &c->token) == 0) return 0;
  c->token.offset = c->lexer.fault_at;
  return pier__compiler_fail(c, c->lexer.fault);
}

bool pier__compiler_at(const pier__compiler *c, uint32_t sign) {
  return c->token.kind == PIER__T_SIGN && c->token.value == sign;
}

pier__pattern_frame *pier__compiler_top(pier__compiler *c) {
  return c->depth > 0 ? &c->frames[c->depth - 1] : NULL;
}

/* The op is a part of what is open. */
static void belong(pier__compiler *c, pier__op *op) {
  const pier__pattern_frame *frame = pier__compiler_top(c);
  op->parent = frame ? frame->parent : PIER__NO_PARENT;
  if (frame && frame->step != PIER__TAIL) op->index = frame->count;
}

pier__op *pier__compiler_emit(pier__compiler *c, pier__code code) {
  pier__op *op = pier__workshop_emit(c->shop, code);
  if (!op) return NULL;
  belong(c, op);
  op->from = (uint32_t)c->token.offset;
  op->words = (uint32_t)(c->lexer.at - c->token.offset);
  return op;
}

/* ---- Terms of one token ---------------------------------------------------- */

/* 1 if the whole term is compiled, which everything here returns. */
static int finish_token(pier__compiler *c) {
  int error = pier__compiler_advance(c);
  return error ? error : 1;
}

int pier__compile_any(pier__compiler *c, pier__code code) {
  if (c->token.text.data[0] != '_')
    return pier__compiler_fail(c, "a variable; what is ignored begins with _");
  if (c->keys > 0)
    return pier__compiler_fail(c, "the key in a pattern is a term without directives");
  return pier__compiler_emit(c, code) ? finish_token(c) : PIER_ENOMEM;
}

int pier__compile_directive(pier__compiler *c, pier__code code) {
  pier__program *program = &c->shop->program;
  pier__op *op;
  if (c->keys > 0)
    return pier__compiler_fail(c, "the key in a pattern is a term without directives");
  if (!pier__pattern_directive(c->token.value))
    return pier__compiler_fail(c, "there is no such directive in a pattern");
  if (program->values == PIER__VALUES_MOST)
    return pier__compiler_fail(c, "more than 255 directives in a pattern");
  op = pier__compiler_emit(c, code);
  if (!op) return PIER_ENOMEM;
  op->letter = (uint8_t)c->token.value;
  op->slot = (uint8_t)program->values;
  c->shop->letters[program->values++] = op->letter;
  return finish_token(c);
}

/* The commonest literals need no reader: 0 if this is another. */
static int compile_plain(pier__compiler *c) {
  const pier__token *token = &c->token;
  bool atom = token->kind == PIER__T_ATOM && !pier__is_reserved(token->text);
  pier__op *op;
  size_t i;
  if (atom || (token->kind == PIER__T_QUOTED && !token->escapes)) {
    if (token->text.size > PIER__ATOM_CHARACTERS) return 0;
    op = pier__compiler_emit(c, PIER__DO_ATOM);
    if (!op) return PIER_ENOMEM;
    i = token->text.size;
    if (pier__workshop_data(c->shop, op, token->text.data, i) < 0) return PIER_ENOMEM;
    return finish_token(c);
  }
  if (token->kind != PIER__T_INTEGER || token->value != 10 || token->text.size > PLAIN_DIGITS)
    return 0;
  op = pier__compiler_emit(c, PIER__DO_INTEGER);
  if (!op) return PIER_ENOMEM;
  for (i = 0; i < token->text.size; i++)
    if (token->text.data[i] != '_') op->whole = op->whole * 10 + (token->text.data[i] - '0');
  return finish_token(c);
}

/* Reads the literal that begins at the token; the token after it is next. */
static int read_literal(pier__compiler *c, pier_buffer *literal) {
  pier_limits limits;
  pier__parser parser;
  int error;
  pier_limits_init(&limits);
  limits.depth = PIER__PATTERN_DEPTH;
  limits.inflated = PIER__PATTERN_DATA;
  pier__parser_init(&parser, literal, c->lexer.text, &limits);
  parser.lexer.at = c->token.offset;
  error = pier__parse_term(&parser);
  if (!error && literal->size == 0)
    error = pier__parser_fail(&parser, PIER_ETEXT, "a term is expected in the pattern");
  c->lexer.at = parser.lexer.at;
  c->token = parser.token;
  pier__parser_free(&parser);
  if (!error || error == PIER_ENOMEM) return error;
  c->token.offset = parser.fault ? parser.fault_at : c->lexer.at;
  return pier__compiler_fail(c, parser.fault ? parser.fault : pier_strerror(error));
}

/* How long the text from `from` to the token is, without the blanks before it. */
static uint32_t words_since(const pier__compiler *c, uint32_t from) {
  size_t end = c->token.offset;
  while (end > from && c->lexer.text.data[end - 1] <= ' ')
    end--;
  return (uint32_t)(end - from);
}

int pier__compile_literal(pier__compiler *c) {
  pier_buffer literal = PIER_BUFFER_INIT;
  uint32_t from = (uint32_t)c->token.offset, first = (uint32_t)c->shop->op_count;
  int error = compile_plain(c);
  if (error) return error;
  error = read_literal(c, &literal);
  if (!error) {
    error = pier__workshop_literal(c->shop, &literal);
    if (error == PIER_ELIMIT) {
      error = pier__compiler_fail(c, "literals of more than 1 MiB");
    } else if (error == PIER_EPATTERN) {
      c->token.offset = from;
      error = pier__compiler_fail(c, "parentheses around more than a number or an atom");
    }
  }
  pier_buffer_free(&literal);
  if (error) return error;
  belong(c, &c->shop->ops[first]);
  if (c->shop->op_count > first + 1) c->shop->ops[first + 1].parent = first; /* an empty list */
  c->shop->ops[first].from = from;
  c->shop->ops[first].words = words_since(c, from);
  return 1;
}
