#include "term/match.h"

#include <string.h>

/* ---- Lists --------------------------------------------------------------- */

static void enter_list(pier__cursor *cursor, const pier__view *view) {
  cursor->string = view->kind == PIER__STRING;
  cursor->at = cursor->string ? view->data : view->next;
  cursor->left = cursor->string ? view->size : view->count;
  cursor->end = view->next;
}

bool pier__cursor_settle(pier__cursor *cursor) {
  pier__view view;
  while (cursor->left == 0 && !cursor->string) {
    pier__view_at(&view, cursor->at);
    if (view.kind != PIER__LIST && view.kind != PIER__STRING) return false;
    enter_list(cursor, &view);
  }
  return cursor->left > 0;
}

/* The next element. Its bytes have to be passed with cursor->at afterwards,
 * except in a string. */
const uint8_t *pier__cursor_take(pier__cursor *cursor) {
  cursor->left--;
  return cursor->string ? pier__byte_term(*cursor->at++) : cursor->at;
}

/* What the pattern may say next inside a bracket. */
enum step { FIRST, PART, AFTER, TAIL, CLOSING };

/* ---- The walk ------------------------------------------------------------ */

int pier__match_advance(pier__match *match) {
  if (pier__lexer_next(&match->lexer, &match->token) == 0) return 0;
  match->token.offset = match->lexer.fault_at;
  return pier__match_bad_pattern(match, match->lexer.fault);
}

static bool is_sign(const pier__match *match, uint32_t sign) {
  return match->token.kind == PIER__T_SIGN && match->token.value == sign;
}

/* `_` and every variable that begins with it. */
int pier__match_any(pier__match *match) {
  if (match->token.text.data[0] == '_') return pier__match_advance(match);
  return pier__match_bad_pattern(match, "a variable; what is ignored begins with _");
}

static int push(pier__match *match, pier__bracket bracket, const pier__view *view,
                const uint8_t *at) {
  pier__level *level;
  if (match->depth == PIER__PATTERN_DEPTH)
    return pier__match_bad_pattern(match, "the pattern is nested too deep");
  level = &match->levels[match->depth++];
  memset(level, 0, sizeof *level);
  level->bracket = bracket;
  level->map = at;
  level->count = view->count;
  if (view->kind == PIER__NIL)
    level->list.at = at;
  else
    enter_list(&level->list, view);
  return pier__match_advance(match);
}

/* Begins to match the term at `at`: 1 if it is done, 0 if a bracket is open. */
static int begin(pier__match *match, const uint8_t *at) {
  pier__view view;
  int error;
  pier__view_at(&view, at);
  if (is_sign(match, '{')) {
    if (view.kind != PIER__TUPLE) return pier__match_fail(match, PIER_EMATCH, at, "tuple");
    return push(match, PIER__IN_TUPLE, &view, at);
  }
  if (is_sign(match, '[')) {
    if (view.kind != PIER__LIST && view.kind != PIER__STRING && view.kind != PIER__NIL)
      return pier__match_fail(match, PIER_EMATCH, at, "list");
    return push(match, PIER__IN_LIST, &view, at);
  }
  if (is_sign(match, '#')) {
    if (view.kind != PIER__MAP) return pier__match_fail(match, PIER_EMATCH, at, "map");
    error = pier__match_advance(match);
    if (error) return error;
    if (!is_sign(match, '{')) return pier__match_bad_pattern(match, "after # comes {");
    return push(match, PIER__IN_MAP, &view, at);
  }
  if (match->token.kind == PIER__T_VARIABLE)
    error = pier__match_any(match);
  else if (match->token.kind == PIER__T_DIRECTIVE)
    error = pier__match_directive(match, &view, at);
  else
    error = pier__match_literal(match, &view, at);
  return error ? error : 1;
}

/* ---- Brackets ------------------------------------------------------------ */

/* Past the element that was in work. */
static void pass_part(pier__level *level) {
  if (level->part && !level->list.string) level->list.at = pier__view_skip(level->part);
  level->part = NULL;
}

/* It is the tuple or list itself that does not match, not a part of it. */
static int fail_whole(pier__match *match, pier__level *level, const char *expected) {
  level->index = 0;
  return pier__match_fail(match, PIER_EMATCH, level->map, expected);
}

static int match_part(pier__match *match, pier__level *level) {
  bool string = level->list.string;
  const uint8_t *part = pier__cursor_take(&level->list);
  level->part = string ? NULL : part;
  level->step = AFTER;
  return begin(match, part);
}

static int close_level(pier__match *match) {
  match->depth--;
  return pier__match_advance(match);
}

static int step_tuple(pier__match *match, pier__level *level) {
  bool closing = is_sign(match, '}');
  pass_part(level);
  if (closing && level->step != PART) {
    if (level->index == level->count) return close_level(match);
    return fail_whole(match, level, "smaller tuple");
  }
  if (level->step == AFTER) {
    if (!is_sign(match, ','))
      return pier__match_bad_pattern(match, "a comma or } is expected in this tuple");
    level->step = PART;
    return pier__match_advance(match);
  }
  if (level->index == level->count) return fail_whole(match, level, "bigger tuple");
  level->index++;
  return match_part(match, level);
}

static const uint8_t nil_term = ERL_NIL_EXT;

/* The tail of a list whose elements are through. */
static const uint8_t *tail_of(const pier__cursor *cursor) {
  return cursor->string ? &nil_term : cursor->at;
}

static int close_list(pier__match *match, pier__level *level) {
  if (level->step != CLOSING &&
      (pier__cursor_settle(&level->list) || *tail_of(&level->list) != ERL_NIL_EXT))
    return fail_whole(match, level, "shorter list");
  if (level->inner == 0) return close_level(match);
  level->inner--;
  level->step = CLOSING;
  return pier__match_advance(match);
}

static int match_rest(pier__match *match, pier__level *level) {
  pier__store store;
  memset(&store, 0, sizeof store);
  store.letter = 'T';
  store.to = va_arg(match->arguments, pier_buffer *);
  store.list = level->list;
  if (pier__match_remember(match, &store) < 0) return PIER_ENOMEM;
  return pier__match_advance(match);
}

/* After the bar. The rest of a list seldom has bytes of its own, so not every
 * pattern can be held against it. */
static int match_tail(pier__match *match, pier__level *level) {
  bool more = pier__cursor_settle(&level->list);
  if (is_sign(match, '[')) {
    level->inner++;
    level->step = FIRST;
    return pier__match_advance(match);
  }
  level->step = CLOSING;
  if (match->token.kind == PIER__T_VARIABLE) return pier__match_any(match);
  if (match->token.kind == PIER__T_DIRECTIVE && match->token.value == 'T')
    return match_rest(match, level);
  if (match->token.kind == PIER__T_DIRECTIVE && match->token.value == 't')
    return pier__match_bad_pattern(match, "the rest of a list is taken with ~T");
  if (match->token.kind == PIER__T_STRING)
    return pier__match_bad_pattern(match, "a string cannot be a tail in a pattern");
  if (more) return fail_whole(match, level, "shorter list");
  return begin(match, tail_of(&level->list));
}

static int step_list(pier__match *match, pier__level *level) {
  pass_part(level);
  if (level->step == TAIL) return match_tail(match, level);
  if (is_sign(match, ']') && level->step != PART) return close_list(match, level);
  if (level->step == CLOSING)
    return pier__match_bad_pattern(match, "] is expected after the tail");
  if (level->step == AFTER) {
    if (!is_sign(match, ',') && !is_sign(match, '|'))
      return pier__match_bad_pattern(match, "a comma, | or ] is expected in this list");
    level->step = is_sign(match, ',') ? PART : TAIL;
    return pier__match_advance(match);
  }
  if (!pier__cursor_settle(&level->list)) return fail_whole(match, level, "longer list");
  level->index++;
  return match_part(match, level);
}

static int step_map(pier__match *match, pier__level *level) {
  const uint8_t *value;
  int error;
  if (is_sign(match, '}') && level->step != PART) return close_level(match);
  if (level->step == AFTER) {
    if (!is_sign(match, ','))
      return pier__match_bad_pattern(match, "a comma or } is expected in this map");
    level->step = PART;
    return pier__match_advance(match);
  }
  error = pier__match_key(match, level, &value);
  if (error) return error;
  level->step = AFTER;
  return begin(match, value);
}

static int match_all(pier__match *match) {
  int error = pier__match_advance(match);
  if (!error) error = begin(match, match->start);
  while (error >= 0 && match->depth > 0) {
    pier__level *level = &match->levels[match->depth - 1];
    if (level->bracket == PIER__IN_TUPLE)
      error = step_tuple(match, level);
    else if (level->bracket == PIER__IN_LIST)
      error = step_list(match, level);
    else
      error = step_map(match, level);
  }
  if (error >= 0 && match->token.kind == PIER__T_DOT) error = pier__match_advance(match);
  if (error >= 0 && match->token.kind != PIER__T_END)
    error = pier__match_bad_pattern(match, "there is more text after the pattern");
  return error < 0 ? error : 0;
}

int pier_vmatch(pier_span term, const char *pattern, va_list arguments, pier_diag *diag) {
  pier__match match;
  int error;
  if (term.size == 0) return pier_diag_set(diag, PIER_EARG, 0, "there is no term");
  pier__lexer_init(&match.lexer, pier_span_text(pattern), true);
  va_copy(match.arguments, arguments);
  match.diag = diag;
  match.term = term;
  match.start = pier__view_start(term);
  match.depth = match.stores = 0;
  memset(&match.more, 0, sizeof match.more);
  error = match_all(&match);
  if (!error) error = pier__match_commit(&match);
  va_end(match.arguments);
  pier_buffer_free(&match.more);
  return error;
}

int pier_match(pier_span term, const char *pattern, ...) {
  va_list arguments;
  int error;
  va_start(arguments, pattern);
  error = pier_vmatch(term, pattern, arguments, NULL);
  va_end(arguments);
  return error;
}
