#include "term/match.h"

#include "term/atom.h"
#include "term/order.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* ---- Directives ---------------------------------------------------------- */

static bool is_whole(const pier__view *view, uint64_t most, uint64_t least) {
  return view->kind == PIER__INT && view->size == 0 &&
         view->magnitude <= (view->negative ? least : most);
}

static bool take_signed(const pier__view *view, uint64_t most, long long *value) {
  if (!is_whole(view, most, most + 1)) return false;
  *value = view->negative ? (long long)(0 - view->magnitude) : (long long)view->magnitude;
  return true;
}

static const struct directive {
  uint32_t letter;
  pier__kind kind;
  const char *expected;
} directives[] = {
    {'i', PIER__INT, "integer"}, {'u', PIER__INT, "integer"},  {'l', PIER__INT, "integer"},
    {'L', PIER__INT, "integer"}, {'d', PIER__FLOAT, "number"}, {'a', PIER__ATOM, "atom"},
    {'b', PIER__BITS, "binary"}, {'t', PIER__NIL, NULL},       {'T', PIER__NIL, NULL}};

static const struct directive *find_directive(uint32_t letter) {
  size_t i;
  for (i = 0; i < sizeof directives / sizeof directives[0]; i++)
    if (directives[i].letter == letter) return &directives[i];
  return NULL;
}

static bool has_kind(const struct directive *directive, const pier__view *view) {
  if (!directive->expected) return true;
  if (directive->letter == 'd' && view->kind == PIER__INT) return true;
  if (directive->letter == 'b' && view->size > 0 && view->bits != 8) return false;
  return view->kind == directive->kind;
}

/* False if the value is of the right kind but does not fit. */
static bool take_value(pier__store *store, const pier__view *view, const uint8_t *at) {
  long long whole = 0;
  bool fits = true;
  switch (store->letter) {
  case 'i':
    fits = take_signed(view, INT_MAX, &whole);
    store->value.i = (int)whole;
    return fits;
  case 'u':
    store->value.u = (unsigned)view->magnitude;
    return is_whole(view, UINT_MAX, 0);
  case 'l':
    return take_signed(view, LLONG_MAX, &store->value.l);
  case 'L':
    store->value.L = view->magnitude;
    return is_whole(view, ULLONG_MAX, 0);
  case 'd':
    return pier__view_real(view, &store->value.d);
  case 'a':
    return pier__atom_span(view, &store->span);
  case 'b':
    store->span = pier_span_of(view->data, view->size);
    return true;
  default:
    store->span = pier_span_of(at, (size_t)(pier__view_skip(at) - at));
    return true;
  }
}

int pier__match_directive(pier__match *match, const pier__view *view, const uint8_t *at) {
  const struct directive *directive = find_directive(match->token.value);
  pier__store store;
  if (!directive)
    return pier__match_bad_pattern(match, "there is no such directive in a pattern");
  if (!has_kind(directive, view))
    return pier__match_fail(match, PIER_EMATCH, at, directive->expected);
  memset(&store, 0, sizeof store);
  store.letter = match->token.value;
  store.to = va_arg(match->arguments, void *);
  if (!take_value(&store, view, at))
    return pier__match_fail(match, PIER_ERANGE, at, "value that fits its C type");
  if (pier__match_remember(match, &store) < 0) return PIER_ENOMEM;
  return pier__match_advance(match);
}

/* ---- Literals ------------------------------------------------------------ */

enum { PLAIN_DIGITS = 18 }; /* so many decimal digits fit 64 bits */

/* The commonest literals are compared where they stand: 1 the same, 0 not,
 * -1 if this is another kind of literal. */
static int compare_plain(const pier__match *match, const pier__view *view) {
  const pier__token *token = &match->token;
  uint64_t value = 0;
  size_t i;
  if (token->kind == PIER__T_QUOTED && !token->escapes)
    return view->kind == PIER__ATOM && pier__atom_same(view, token->text);
  if (token->kind == PIER__T_ATOM && !pier__is_reserved(token->text))
    return view->kind == PIER__ATOM && pier__atom_same(view, token->text);
  if (token->kind != PIER__T_INTEGER || token->value != 10 || token->text.size > PLAIN_DIGITS)
    return -1;
  for (i = 0; i < token->text.size; i++)
    if (token->text.data[i] != '_') value = value * 10 + (token->text.data[i] - (uint64_t)'0');
  return view->kind == PIER__INT && view->size == 0 && !view->negative &&
         view->magnitude == value;
}

/* Reads the literal that begins at the token; the token after it is next. */
static int read_literal(pier__match *match, pier_buffer *literal) {
  pier_limits limits;
  pier__parser parser;
  int error;
  pier_limits_init(&limits);
  pier__parser_init(&parser, literal, match->lexer.text, &limits);
  parser.lexer.at = match->token.offset;
  error = pier__parse_term(&parser);
  if (!error && literal->size == 0)
    error = pier__parser_fail(&parser, PIER_ETEXT, "a term is expected in the pattern");
  match->lexer.at = parser.lexer.at;
  match->token = parser.token;
  pier__parser_free(&parser);
  if (!error || error == PIER_ENOMEM) return error;
  match->token.offset = parser.fault ? parser.fault_at : match->lexer.at;
  return pier__match_bad_pattern(match, parser.fault ? parser.fault : pier_strerror(error));
}

/* The pattern from `from` to the token, without the blanks before it. */
static pier_span text_since(const pier__match *match, size_t from) {
  size_t end = match->token.offset;
  while (end > from && match->lexer.text.data[end - 1] <= ' ')
    end--;
  return pier_span_of(match->lexer.text.data + from, end - from);
}

int pier__match_literal(pier__match *match, const pier__view *view, const uint8_t *at) {
  static const pier__maps no_maps;
  pier_buffer literal = PIER_BUFFER_INIT;
  size_t from = match->token.offset;
  int same = compare_plain(match, view), error;
  if (same >= 0) {
    match->literal = pier_span_of(match->lexer.text.data + from, match->lexer.at - from);
    return same ? pier__match_advance(match) : pier__match_fail(match, PIER_EMATCH, at, NULL);
  }
  error = read_literal(match, &literal);
  match->literal = text_since(match, from);
  if (!error && pier__order(&no_maps, literal.data, at, &error) != 0 && !error)
    error = pier__match_fail(match, PIER_EMATCH, at, NULL);
  pier_buffer_free(&literal);
  return error;
}

/* ---- Keys ------------------------------------------------------------------ */

static int find_pair(const pier__level *level, const pier_buffer *key, const uint8_t **value) {
  static const pier__maps no_maps;
  pier__view map;
  const uint8_t *at;
  size_t left;
  int error = 0;
  pier__view_at(&map, level->map);
  at = map.next;
  *value = NULL;
  for (left = map.count; left > 0 && !*value && !error; left--) {
    const uint8_t *after = pier__view_skip(at);
    if (pier__order(&no_maps, key->data, at, &error) == 0 && !error) *value = after;
    at = pier__view_skip(after);
  }
  return error;
}

static int fail_key(pier__match *match, pier__level *level) {
  char expected[64];
  snprintf(expected, sizeof expected, "map with key %.*s", (int)level->key.size,
           (const char *)level->key.data);
  level->key.size = 0;
  return pier__match_fail(match, PIER_EMATCH, level->map, expected);
}

int pier__match_key(pier__match *match, pier__level *level, const uint8_t **value) {
  pier_buffer key = PIER_BUFFER_INIT;
  size_t from = match->token.offset;
  int error;
  if (match->token.kind == PIER__T_DIRECTIVE || match->token.kind == PIER__T_VARIABLE)
    return pier__match_bad_pattern(match, "the key in a pattern is a term without directives");
  error = read_literal(match, &key);
  if (!error && match->token.kind != PIER__T_ARROW)
    error = pier__match_bad_pattern(match, "=> is expected after the key");
  if (!error) {
    level->key = text_since(match, from);
    error = find_pair(level, &key, value);
  }
  if (!error && !*value) error = fail_key(match, level);
  pier_buffer_free(&key);
  return error ? error : pier__match_advance(match);
}
