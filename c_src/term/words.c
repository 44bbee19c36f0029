#include "term/words.h"

#include "term/text.h"

#include <inttypes.h>
#include <stdio.h>

enum { MOST_NAME = 48 };

void pier__words_begin(pier__words *words, pier_diag *diag) {
  words->at = diag->text;
  words->left = sizeof diag->text;
}

/* Bytes at the end of the text that begin a character and do not end it. */
static size_t half_a_character(const char *text, size_t size) {
  size_t back = 1;
  uint8_t first;
  while (back < 4 && back < size && ((uint8_t)text[size - back] & 0xc0) == 0x80)
    back++;
  if (size == 0) return 0;
  first = (uint8_t)text[size - back];
  return first >= 0xc0 && back < (first >= 0xf0 ? 4U : first >= 0xe0 ? 3U : 2U) ? back : 0;
}

void pier__words_say(pier__words *words, const char *format, ...) {
  va_list arguments;
  int length;
  va_start(arguments, format);
  length = vsnprintf(words->at, words->left, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  if ((size_t)length >= words->left) {
    length = words->left > 0 ? (int)words->left - 1 : 0;
    length -= (int)half_a_character(words->at, (size_t)length);
  }
  words->at += length;
  words->left -= (size_t)length;
  if (words->left > 0) *words->at = '\0';
}

void pier__words_cut(pier__words *words, pier_span more, size_t most) {
  bool cut = more.size > most;
  size_t size = cut ? most - half_a_character((const char *)more.data, most) : more.size;
  pier__words_say(words, "%.*s%s", (int)size, (const char *)more.data, cut ? "..." : "");
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
  if (!view->latin1) pier__words_cut(words, pier_span_of(view->data, view->size), MOST_NAME);
  for (i = 0; view->latin1 && i < view->size && i < MOST_NAME; i++) {
    length = pier__utf8_encode(character, view->data[i]);
    pier__words_say(words, "%.*s", (int)length, (const char *)character);
  }
  if (view->latin1 && view->size > MOST_NAME) pier__words_say(words, "...");
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
  case PIER__MAP:
    pier__words_say(words, "map of %zu", view.count);
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
