/*
 * A pattern up to the first NUL, and behind it a term, each of any bytes. The
 * pattern compiled and the pattern as text must say the same; values go where
 * they belong and nowhere else, and nowhere at all unless everything matched.
 */
#include "term/pattern.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLACES = 12, ROOM = 1100, GUARD = 16, PAIRS = 4, SMALL = 5 };

/* Zeroes are an empty pier_buffer too. */
typedef union place {
  pier_buffer buffer;
  pier_span span;
  uint8_t bytes[ROOM + GUARD];
} place;

struct outcome {
  int error;
  pier_diag diag;
  place places[PLACES];
};

static void prepare(struct outcome *outcome) {
  int i;
  memset(outcome, 0, sizeof *outcome);
  for (i = 0; i < PLACES; i++)
    memset(outcome->places[i].bytes + ROOM, 0xa5, GUARD);
}

static int is_in(const uint8_t *letters, size_t count, const char *set) {
  size_t i;
  for (i = 0; i < count; i++)
    if (!strchr(set, letters[i])) return 0;
  return 1;
}

#define EACH(x) x(0), x(1), x(2), x(3), x(4), x(5), x(6), x(7), x(8), x(9), x(10), x(11)
#define POINTER(i) (void *)o->places[i].bytes
#define ROOM_OF(i) (void *)o->places[i].bytes, (size_t)SMALL

/* With arguments of the shape that its directives take; 0 if there is none. */
static int match(const pier__program *program, const pier_pattern *pattern, const char *text,
                 pier_span term, struct outcome *o) {
  const uint8_t *letters = program->letters;
  size_t count = program->values;
  prepare(o);
  if (count <= PLACES && is_in(letters, count, "iulLndBabstTpPr"))
    o->error = pattern ? (pier_pattern_match)(pattern, term, &o->diag, EACH(POINTER))
                       : (pier_match_diag)(term, &o->diag, text, EACH(POINTER));
  else if (count <= PAIRS && is_in(letters, count, "z"))
    o->error = pattern ? (pier_pattern_match)(pattern, term, &o->diag, ROOM_OF(0), ROOM_OF(1),
                                              ROOM_OF(2), ROOM_OF(3))
                       : (pier_match_diag)(term, &o->diag, text, ROOM_OF(0), ROOM_OF(1),
                                           ROOM_OF(2), ROOM_OF(3));
  else if (count <= PAIRS && is_in(letters, count, "AE"))
    o->error = pattern ? (pier_pattern_match)(pattern, term, &o->diag, term, term, term, term)
                       : (pier_match_diag)(term, &o->diag, text, term, term, term, term);
  else
    return 0;
  return 1;
}

static void check_diag(const struct outcome *o, pier_span term) {
  if (o->diag.error != o->error || o->diag.text[0] == '\0') abort();
  if (strlen(o->diag.text) >= sizeof o->diag.text || o->diag.offset > term.size) abort();
}

static void check_place(const struct outcome *o, int i, uint8_t letter, pier_span term) {
  static const uint8_t nothing[ROOM];
  const place *to = &o->places[i];
  int k;
  for (k = 0; k < GUARD; k++)
    if (to->bytes[ROOM + k] != 0xa5) abort();
  if ((o->error || letter == '\0') && memcmp(to->bytes, nothing, ROOM) != 0 &&
      !(letter == 'T' || letter == 's'))
    abort();
  if (o->error && (letter == 'T' || letter == 's') && to->buffer.size > 0) abort();
  if (o->error == 0 && letter == 'z' && memchr(to->bytes, '\0', SMALL) == NULL) abort();
  if (o->error == 0 && letter == 'T' &&
      pier_term_scan(pier_buffer_span(&to->buffer), NULL, NULL, NULL) != 0)
    abort();
  if (o->error || !strchr("abt", letter) || letter == '\0') return;
  if (to->span.size > term.size) abort();
  /* One byte of a string has its term elsewhere. */
  if (letter == 't' && to->span.size == 2) return;
  if (to->span.size > 0 &&
      (to->span.data < term.data || to->span.data + to->span.size > term.data + term.size))
    abort();
}

static void finish(struct outcome *o, const pier__program *program, pier_span term) {
  int i;
  if (o->error) check_diag(o, term);
  for (i = 0; i < PLACES; i++) {
    uint8_t letter = (size_t)i < program->values ? program->letters[i] : 0;
    check_place(o, i, letter, term);
    if (letter == 'T' || letter == 's') pier_buffer_free(&o->places[i].buffer);
  }
}

static void run(const char *text, pier_span term) {
  static struct outcome by_text, by_pattern;
  pier__workshop shop;
  pier_pattern *pattern;
  pier_diag diag = {0};
  int error = pier__workshop_compile(&shop, pier_span_text(text), &diag);
  if (error && (diag.error != error || diag.text[0] == '\0' || diag.offset > strlen(text)))
    abort();
  if (pier_pattern_new(&pattern, text, NULL) != error || (error != 0) != !pattern) abort();
  if (!error && match(&shop.program, NULL, text, term, &by_text)) {
    if (!match(&shop.program, pattern, NULL, term, &by_pattern)) abort();
    if (by_text.error != by_pattern.error || by_text.diag.offset != by_pattern.diag.offset ||
        strcmp(by_text.diag.text, by_pattern.diag.text) != 0)
      abort();
    finish(&by_text, &shop.program, term);
    finish(&by_pattern, &shop.program, term);
  }
  pier_pattern_free(pattern);
  pier__workshop_free(&shop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *nul = size > 0 ? memchr(data, 0, size) : NULL;
  pier_limits limits;
  size_t used;
  uint8_t *copy;
  pier_span term;
  if (!nul) return 0;
  size -= (size_t)(nul + 1 - data);
  copy = malloc(size > 0 ? size : 1); /* so that a read behind it is seen */
  if (!copy) abort();
  if (size > 0) memcpy(copy, nul + 1, size);
  pier_limits_init(&limits);
  limits.inflated = 1 << 16;
  if (pier_term_scan(pier_span_of(copy, size), &limits, &used, NULL) == 0 &&
      (used < 2 || copy[1] != 80)) {
    term = pier_span_of(copy, used);
    run((const char *)data, term);
  }
  free(copy);
  return 0;
}
