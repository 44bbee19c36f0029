#include "term/match.h"

#include <inttypes.h>
#include <stdio.h>

/* What went wrong and where, in words. Only written when somebody asked. */

struct words {
  char *at;
  size_t left;
};

static void say(struct words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(struct words *words, const char *format, ...) {
  va_list arguments;
  int length;
  va_start(arguments, format);
  length = vsnprintf(words->at, words->left, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  if ((size_t)length >= words->left) length = words->left > 0 ? (int)words->left - 1 : 0;
  words->at += length;
  words->left -= (size_t)length;
}

static void say_path(const pier__match *match, struct words *words) {
  size_t i;
  for (i = 0; i < match->depth; i++) {
    const pier__level *level = &match->levels[i];
    if (level->bracket == PIER__IN_MAP && level->key.size > 0)
      say(words, "%svalue of key %.*s", i > 0 ? ", " : "", (int)level->key.size,
          (const char *)level->key.data);
    else if (level->bracket != PIER__IN_MAP && level->index > 0)
      say(words, "%selement %zu of %s", i > 0 ? ", " : "", level->index,
          level->bracket == PIER__IN_LIST ? "list" : "tuple");
  }
}

static void say_integer(struct words *words, const pier__view *view) {
  if (view->size > 0)
    say(words, "integer of %zu bytes", view->size);
  else
    say(words, "integer %s%" PRIu64, view->negative ? "-" : "", view->magnitude);
}

static void say_got(struct words *words, const uint8_t *at) {
  static const char *const names[] = {"integer", "float", "atom", "reference", "fun",
                                      "fun",     "port",  "pid",  "tuple",     "map",
                                      "[]",      "list",  "list", "bit string"};
  pier__view view;
  pier__view_at(&view, at);
  switch (view.kind) {
  case PIER__INT:
    say_integer(words, &view);
    break;
  case PIER__ATOM:
    say(words, "atom %.*s", (int)view.size, (const char *)view.data);
    break;
  case PIER__TUPLE:
    say(words, "tuple of %zu", view.count);
    break;
  case PIER__STRING:
  case PIER__LIST:
    say(words, "list of %zu", view.kind == PIER__LIST ? view.count : view.size);
    break;
  case PIER__BITS:
    if (view.size == 0 || view.bits == 8)
      say(words, "binary of %zu bytes", view.size);
    else
      say(words, "%s", names[view.kind]);
    break;
  default:
    say(words, "%s", names[view.kind]);
  }
}

int pier__match_fail(pier__match *match, int error, const uint8_t *at, const char *expected) {
  struct words words;
  bool inside;
  if (!match->diag) return error;
  /* Elements of a string are looked at elsewhere. */
  inside = (uintptr_t)at - (uintptr_t)match->term.data < match->term.size;
  pier_diag_set(match->diag, error, inside ? (size_t)(at - match->term.data) : 0, "%s", "");
  words.at = match->diag->text;
  words.left = sizeof match->diag->text;
  say_path(match, &words);
  say(&words, "%sexpected ", words.left < sizeof match->diag->text ? ": " : "");
  if (expected)
    say(&words, "%s", expected);
  else
    say(&words, "%.*s", (int)match->literal.size, (const char *)match->literal.data);
  say(&words, ", got ");
  say_got(&words, at);
  return error;
}

int pier__match_bad_pattern(pier__match *match, const char *fault) {
  pier_diag_set(match->diag, PIER_EPATTERN, match->token.offset, "%s", fault);
  pier__text_position(match->diag, match->lexer.text, match->token.offset);
  return PIER_EPATTERN;
}
