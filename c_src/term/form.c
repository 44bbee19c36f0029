#include "term/form.h"

#include "term/known.h"
#include "term/normal.h"

#include <string.h>

/* A format is written twice, with different atoms of one size in the places of its
 * arguments: where the bytes differ, there they go. */

/* A blank is an atom of one character: these and the next ones. */
enum { BLANK = 3, FIRST = 1, OTHER = 64 };

static pier__known known;

struct blanks {
  const pier__parser *parser;
  size_t count;
  uint8_t first; /* the character of the first one */
  uint8_t letters[PIER__FORM_PLACES];
};

static bool is_key(const pier__frame *frame) {
  return frame->bracket == PIER__IN_MAP && frame->count % 2 == 0;
}

/* Whether the bytes around an argument are the same for all its values: not in a binary; not
 * in the key of a map, which has an order; a list may become a string, or go on in its
 * tail. */
static bool is_independent(const pier__parser *parser, uint32_t letter) {
  const pier__frame *around = NULL;
  size_t i = parser->depth;
  while (i-- > 0) {
    const pier__frame *frame = &parser->frames[i];
    if (frame->bracket == PIER__IN_BITS || is_key(frame)) return false;
    if (!around && frame->bracket != PIER__IN_PAREN) around = frame;
  }
  if (!around || around->bracket != PIER__IN_LIST) return true;
  return !pier__parser_in_tail(around) && !memchr("iulLntT", (int)letter, 7);
}

static int put_blank(void *context, uint32_t letter, pier_buffer *out, const char **fault) {
  struct blanks *blanks = context;
  uint8_t blank[BLANK] = {ERL_SMALL_ATOM_UTF8_EXT, 1, 0};
  if (blanks->count == PIER__FORM_PLACES || !is_independent(blanks->parser, letter)) {
    *fault = "a format without a form";
    return PIER_EPATTERN;
  }
  blanks->letters[blanks->count] = (uint8_t)letter;
  blank[2] = (uint8_t)(blanks->first + blanks->count++);
  return pier_buffer_append(out, blank, BLANK);
}

/* Appends the term with blanks in normal form. */
static int write_blanks(pier_buffer *out, const char *format, struct blanks *blanks,
                        uint8_t first, bool *loose) {
  size_t before = out->size;
  pier_limits limits;
  pier__parser parser;
  int error;
  pier_limits_init(&limits);
  pier__parser_init(&parser, out, pier_span_text(format), &limits);
  blanks->parser = &parser;
  blanks->first = first;
  blanks->count = 0;
  error = pier__format_parse(&parser, put_blank, blanks);
  if (!error && parser.loose) error = pier__normal_in_place(out, before + 1);
  *loose = parser.loose;
  pier__parser_free(&parser);
  return error;
}

/* The halves of `made` differ in the blanks. False if these are not in the order of the
 * arguments. */
static bool find_places(pier__form *form, const pier_buffer *made,
                        const struct blanks *blanks) {
  size_t half = made->size / 2, count = 0, i;
  const uint8_t *one = made->data, *other = one + half;
  for (i = 0; i < half; i++) {
    if (one[i] == other[i]) continue;
    if (one[i] != FIRST + count) return false;
    form->places[count].letter = blanks->letters[count];
    form->places[count].at = (uint16_t)(i + 1 - BLANK * (count + 1));
    count++;
  }
  form->count = (uint8_t)count;
  form->size = (uint16_t)(half - BLANK * count);
  return count == blanks->count;
}

/* All but the blanks. */
static void copy_bytes(const pier__form *form, const uint8_t *from, uint8_t *to) {
  size_t done = 0, i;
  for (i = 0; i < form->count; i++) {
    memcpy(to + done, from + done + BLANK * i, form->places[i].at - done);
    done = form->places[i].at;
  }
  memcpy(to + done, from + done + BLANK * i, form->size - done);
}

static bool keep(const char *format, const pier__form *form, const pier_buffer *made) {
  pier__known_entry *entry = pier__known_room(format, sizeof *form + form->size);
  pier__form *kept;
  uint8_t *bytes;
  if (!entry) return false;
  kept = entry->compiled;
  bytes = (uint8_t *)(kept + 1);
  *kept = *form;
  kept->bytes = bytes;
  copy_bytes(form, made->data, bytes);
  pier__known_keep(&known, format, entry);
  return true;
}

const pier__form *pier__form_find(const char *format) {
  return pier__known_find(&known, format);
}

void pier__form_learn(const char *format) {
  uint8_t room[2 * PIER__FORM_BYTES];
  pier_buffer made = {.data = room, .capacity = sizeof room, .limit = sizeof room};
  struct blanks blanks;
  pier__form form;
  if (!pier__known_again(&known, format)) return;
  memset(&form, 0, sizeof form);
  if (write_blanks(&made, format, &blanks, FIRST, &form.loose) < 0 ||
      write_blanks(&made, format, &blanks, OTHER, &form.loose) < 0 ||
      !find_places(&form, &made, &blanks) || !keep(format, &form, &made))
    pier__known_refuse(&known, format);
}
