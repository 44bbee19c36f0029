#include "term/fault.h"

#include "term/words.h"

enum { MOST_WORDS = 48, MOST_KEY = 32, ONE_PLACE = 64 };

static void say_place(pier__words *words, const pier__place *place) {
  switch (place->kind) {
  case PIER__PLACE_TUPLE:
  case PIER__PLACE_LIST:
    pier__words_element(words, place->index, place->kind == PIER__PLACE_LIST, true);
    break;
  case PIER__PLACE_TAIL:
    pier__words_say(words, "tail of list");
    break;
  default:
    pier__words_say(words, "value of key ");
    pier__words_cut(words, place->key, MOST_KEY);
  }
}

/* The way inwards; if there is no room for all of it, what leads to its end. */
static void say_way(pier__words *words, const pier__place *places, size_t count, size_t room) {
  char text[ONE_PLACE];
  size_t from = count, used = sizeof "..., ", i;
  while (from > 0) {
    pier__words place = {text, sizeof text};
    say_place(&place, &places[from - 1]);
    used += (size_t)(place.at - text) + 2;
    if (used > room) break;
    from--;
  }
  if (from > 0) pier__words_say(words, "..., ");
  for (i = from; i < count; i++) {
    say_place(words, &places[i]);
    pier__words_say(words, i + 1 < count ? ", " : ": ");
  }
}

int pier__fault(pier_diag *diag, int error, size_t offset, const pier__place *places,
                size_t count, pier_span expected, const uint8_t *got) {
  char text[sizeof diag->text];
  pier__words last = {text, sizeof text}, words;
  if (!diag) return error;
  pier_diag_set(diag, error, offset, "%s", "");
  pier__words_say(&last, "expected ");
  pier__words_cut(&last, expected, MOST_WORDS);
  pier__words_say(&last, ", got ");
  pier__words_got(&last, got);
  pier__words_begin(&words, diag);
  say_way(&words, places, count, last.left);
  pier__words_say(&words, "%s", text);
  return error;
}
