#include "term/match.h"
#include "term/words.h"

/* What went wrong and where, in words. Only written when somebody asked. */

static void say_path(const pier__match *match, pier__words *words) {
  size_t i;
  for (i = 0; i < match->depth; i++) {
    const pier__level *level = &match->levels[i];
    if (level->bracket == PIER__IN_MAP && level->key.size > 0)
      pier__words_key(words, level->key, i == 0);
    else if (level->bracket != PIER__IN_MAP && level->index > 0)
      pier__words_element(words, level->index, level->bracket == PIER__IN_LIST, i == 0);
  }
}

int pier__match_fail(pier__match *match, int error, const uint8_t *at, const char *expected) {
  pier__words words;
  bool inside;
  if (!match->diag) return error;
  /* Elements of a string are looked at elsewhere. */
  inside = (uintptr_t)at - (uintptr_t)match->term.data < match->term.size;
  pier_diag_set(match->diag, error, inside ? (size_t)(at - match->term.data) : 0, "%s", "");
  pier__words_begin(&words, match->diag);
  say_path(match, &words);
  pier__words_say(&words, "%sexpected ", words.at > match->diag->text ? ": " : "");
  if (expected)
    pier__words_say(&words, "%s", expected);
  else
    pier__words_say(&words, "%.*s", (int)match->literal.size,
                    (const char *)match->literal.data);
  pier__words_say(&words, ", got ");
  pier__words_got(&words, at);
  return error;
}

int pier__match_bad_pattern(pier__match *match, const char *fault) {
  pier_diag_set(match->diag, PIER_EPATTERN, match->token.offset, "%s", fault);
  pier__text_position(match->diag, match->lexer.text, match->token.offset);
  return PIER_EPATTERN;
}
