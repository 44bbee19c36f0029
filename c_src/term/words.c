#include "term/words.h"

#include "term/text.h"

#include <inttypes.h>
#include <stdio.h>

void pier__words_begin(pier__words *words, pier_diag *diag) {
  words->at = diag->text;
  words->left = sizeof diag->text;
}

void pier__words_say(pier__words *words, const char *format, ...) {
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

/* ---- Where ----------------------------------------------------------------- */

void pier__words_element(pier__words *words, size_t index, bool list, bool first) {
  pier__words_say(words, "%selement %zu of %s", first ? "" : ", ", index,
                  list ? "list" : "tuple");
}

void pier__words_key(pier__words *words, pier_span key, bool first) {
  pier__words_say(words, "%svalue of key %.*s", first ? "" : ", ", (int)key.size,
                  (const char *)key.data);
}

/* ---- What ------------------------------------------------------------------ */

static void say_integer(pier__words *words, const pier__view *view) {
  if (view->size > 0)
    pier__words_say(words, "integer of %zu bytes", view->size);
  else
    pier__words_say(words, "integer %s%" PRIu64, view->negative ? "-" : "", view->magnitude);
}

static void say_atom(pier__words *words, const pier__view *view) {
  size_t i, length;
  uint8_t character[4];
  pier__words_say(words, "atom ");
  if (!view->latin1) pier__words_say(words, "%.*s", (int)view->size, (const char *)view->data);
  for (i = 0; view->latin1 && i < view->size; i++) {
    length = pier__utf8_encode(character, view->data[i]);
    pier__words_say(words, "%.*s", (int)length, (const char *)character);
  }
}

void pier__words_got(pier__words *words, const uint8_t *at) {
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
    say_atom(words, &view);
    break;
  case PIER__TUPLE:
    pier__words_say(words, "tuple of %zu", view.count);
    break;
  case PIER__STRING:
  case PIER__LIST:
    pier__words_say(words, "list of %zu", view.kind == PIER__LIST ? view.count : view.size);
    break;
  case PIER__BITS:
    if (view.size == 0 || view.bits == 8)
      pier__words_say(words, "binary of %zu bytes", view.size);
    else
      pier__words_say(words, "%s", names[view.kind]);
    break;
  default:
    pier__words_say(words, "%s", names[view.kind]);
  }
}
