#include "term/pattern.h"
#include "term/known.h"

#include <string.h>

struct pier_pattern {
  pier__program program; /* what it points to follows in the same block */
};

struct call {
  va_list arguments;
  const uint8_t *types; /* NULL: not known */
};

static bool takes_value(uint8_t letter) {
  return letter == 'A' || letter == 'E';
}

/* Fetches the arguments before anything is matched. */
static int fetch(const pier__program *program, pier__slot *slots, struct call *call,
                 pier_diag *diag) {
  const uint8_t *types = call->types;
  size_t i;
  int error = 0;
  for (i = 0; i < program->values && !error; i++) {
    uint8_t letter = program->letters[i];
    pier__target *target = &slots[i].target;
    if (types) error = pier__check_types(pier__pattern_directive(letter), &types, i + 1, diag);
    if (error) return error;
    if (takes_value(letter)) {
      target->given = va_arg(call->arguments, pier_span);
      if (letter == 'E' && target->given.size == 0)
        error = pier_diag_set(diag, PIER_EARG, 0, "directive %zu, ~E, got no term", i + 1);
      continue;
    }
    target->to = va_arg(call->arguments, void *);
    if (letter == 'z') target->room = va_arg(call->arguments, size_t);
    if (!target->to)
      error = pier_diag_set(diag, PIER_EARG, 0, "directive %zu, ~%c, got NULL", i + 1, letter);
  }
  return error ? error : pier__check_no_more(types, program->values, diag);
}

static int match(const pier__program *program, pier_span term, struct call *call,
                 pier_diag *diag) {
  pier__slot slots[PIER__VALUES_MOST];
  pier__run run;
  int error;
  if (term.size == 0 || (term.size == 1 && term.data[0] == PIER__VERSION))
    return pier_diag_set(diag, PIER_EARG, 0, "there is no term");
  if (*pier__view_start(term) == PIER__TAG_COMPRESSED)
    return pier_diag_set(diag, PIER_EARG, 0, "the term is compressed: pier_term_plain first");
  error = fetch(program, slots, call, diag);
  if (error) return error;
  run.program = program;
  run.diag = diag;
  run.term = term;
  run.at = pier__view_start(term);
  run.slots = slots;
  error = pier__pattern_run(&run);
  if (error == PIER_ENOMEM) pier_diag_set(diag, error, 0, "%s", pier_strerror(error));
  return error ? error : pier__match_commit(&run);
}

/* ---- From text ------------------------------------------------------------- */

static pier__known known;

static void remember(const pier__workshop *shop, const char *pattern) {
  pier__known_entry *entry = pier__known_room(pattern, pier__workshop_size(shop));
  if (entry) {
    pier__workshop_copy(shop, entry->compiled);
    pier__known_keep(&known, pattern, entry);
  } else {
    pier__known_refuse(&known, pattern);
  }
}

static int match_text(pier_span term, const char *pattern, struct call *call, pier_diag *diag) {
  const pier__program *program = pier__known_find(&known, pattern);
  pier__workshop shop;
  int error;
  if (program) return match(program, term, call, diag);
  error = pier__workshop_compile(&shop, pier_span_text(pattern), diag);
  if (!error && pier__known_again(&known, pattern)) remember(&shop, pattern);
  if (!error) error = match(&shop.program, term, call, diag);
  pier__workshop_free(&shop);
  return error;
}

int pier_vmatch_typed(pier_span term, const uint8_t *types, const char *pattern,
                      va_list arguments, pier_diag *diag) {
  struct call call;
  int error;
  call.types = types;
  va_copy(call.arguments, arguments);
  error = match_text(term, pattern, &call, diag);
  va_end(call.arguments);
  return error;
}

int pier_vmatch(pier_span term, const char *pattern, va_list arguments, pier_diag *diag) {
  return pier_vmatch_typed(term, NULL, pattern, arguments, diag);
}

int pier_match_typed(pier_span term, pier_diag *diag, const uint8_t *types, const char *pattern,
                     ...) {
  va_list arguments;
  int error;
  va_start(arguments, pattern);
  error = pier_vmatch_typed(term, types, pattern, arguments, diag);
  va_end(arguments);
  return error;
}

int(pier_match)(pier_span term, const char *pattern, ...) {
  va_list arguments;
  int error;
  va_start(arguments, pattern);
  error = pier_vmatch(term, pattern, arguments, NULL);
  va_end(arguments);
  return error;
}

int(pier_match_diag)(pier_span term, pier_diag *diag, const char *pattern, ...) {
  va_list arguments;
  int error;
  va_start(arguments, pattern);
  error = pier_vmatch(term, pattern, arguments, diag);
  va_end(arguments);
  return error;
}

/* ---- Compiled -------------------------------------------------------------- */

static pier_pattern *keep(const pier__workshop *shop) {
  pier_pattern *pattern = pier_alloc(pier__workshop_size(shop));
  if (pattern) pier__workshop_copy(shop, &pattern->program);
  return pattern;
}

int pier_pattern_new(pier_pattern **pattern, const char *text, pier_diag *diag) {
  pier__workshop shop;
  int error = pier__workshop_compile(&shop, pier_span_text(text), diag);
  *pattern = error ? NULL : keep(&shop);
  if (!error && !*pattern)
    error = pier_diag_set(diag, PIER_ENOMEM, 0, "%s", pier_strerror(PIER_ENOMEM));
  pier__workshop_free(&shop);
  return error;
}

void pier_pattern_free(pier_pattern *pattern) {
  pier_free(pattern);
}

static int match_compiled(const pier_pattern *pattern, pier_span term, const uint8_t *types,
                          va_list arguments, pier_diag *diag) {
  struct call call;
  int error;
  call.types = types;
  va_copy(call.arguments, arguments);
  error = match(&pattern->program, term, &call, diag);
  va_end(call.arguments);
  return error;
}

int pier_pattern_vmatch(const pier_pattern *pattern, pier_span term, va_list arguments,
                        pier_diag *diag) {
  return match_compiled(pattern, term, NULL, arguments, diag);
}

int pier_pattern_match_typed(const pier_pattern *pattern, pier_span term, const uint8_t *types,
                             pier_diag *diag, ...) {
  va_list arguments;
  int error;
  va_start(arguments, diag);
  error = match_compiled(pattern, term, types, arguments, diag);
  va_end(arguments);
  return error;
}

int(pier_pattern_match)(const pier_pattern *pattern, pier_span term, pier_diag *diag, ...) {
  va_list arguments;
  int error;
  va_start(arguments, diag);
  error = match_compiled(pattern, term, NULL, arguments, diag);
  va_end(arguments);
  return error;
}
