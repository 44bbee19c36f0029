/* Are the steps of a scenario what steps can be? */
#include "scenario/file.h"
#include "scenario/steps.h"

#include <string.h>

/* `as`, `within` and `at_least` in each other; the runner keeps as many. */
enum { MOST_NESTED = 30 };

static bool is_name(const pier__value *value) {
  return value->kind == PIER__ATOM || pier__value_is_tuple(value, "lit", 2);
}

static bool is_count(const pier__value *value) {
  return value->kind == PIER__INTEGER && value->integer >= 0 && value->integer < INT32_MAX;
}

static bool is_string(const pier__value *value) {
  const pier__value *one;
  if (!pier__value_is_list(value)) return false;
  for (one = value->child; one; one = one->next)
    if (one->kind != PIER__INTEGER) return false;
  return true;
}

static bool is_program(const pier__value *value) {
  if (pier__value_is_tuple(value, "sh", 2)) return true;
  if (pier__value_is_tuple(value, "exec", 3)) return is_string(value->child->next);
  if (pier__value_is_tuple(value, "driver", 3))
    return value->last->kind == PIER__ATOM || is_string(value->last);
  return pier__value_is_tuple(value, "peer", 2) && pier__value_is_list(value->last);
}

static bool is_list_of_lists(const pier__value *value) {
  const pier__value *one;
  if (!pier__value_is_list(value)) return false;
  for (one = value->child; one; one = one->next)
    if (!pier__value_is_list(one)) return false;
  return true;
}

static bool is_labelled(const pier__value *value) {
  const pier__value *one;
  if (!pier__value_is_list(value) || value->count == 0) return false;
  for (one = value->child; one; one = one->next)
    if (one->kind != PIER__TUPLE || one->count != 2 || one->child->kind != PIER__ATOM ||
        !pier__value_is_list(one->last))
      return false;
  return true;
}

static bool is_call(const pier__value *value) {
  const pier__step *row;
  if (value->kind != PIER__TUPLE || value->count == 0) return false;
  row = pier__step_find(value);
  return row && !row->run;
}

static bool fits(char letter, const pier__value *value) {
  switch (letter) {
  case 'a':
    return value->kind == PIER__ATOM;
  case 'n':
    return is_name(value);
  case 'l':
  case 's':
    return pier__value_is_list(value);
  case 'i':
    return is_count(value);
  case 'c':
    return is_call(value);
  case 'x':
    return is_string(value);
  case 'o':
    return is_program(value);
  case 'e':
    return is_list_of_lists(value);
  case 'r':
    return is_labelled(value);
  case 'b':
    return pier__value_is_tuple(value, "bytes", 2) && is_count(value->last);
  default:
    return true;
  }
}

static const char *wanted(char letter) {
  static const char letters[] = "anlsicxoerb";
  static const char *const words[] = {
      "an atom",         "a name or {lit,_}",
      "a list",          "a list of steps",
      "a number",        "a step that calls a function",
      "a string",        "{sh,_}, {exec,_,_}, {peer,_} or {driver,_,_}",
      "a list of lists", "a list of {Label,[_]}",
      "{bytes,_}"};
  return words[strchr(letters, letter) - letters];
}

static int complain(pier_diag *diag, const pier__value *step, size_t number, const char *what) {
  pier_buffer text = PIER_BUFFER_INIT;
  int error;
  if (step->kind == PIER__TUPLE && step->count && step->child->kind == PIER__ATOM)
    pier__value_print(step->child, &text);
  pier_buffer_append_byte(&text, 0);
  error = pier_diag_set(diag, PIER_EARG, 0, "step %zu %s: %s", number,
                        text.data ? (const char *)text.data : "", what);
  pier_buffer_free(&text);
  return error;
}

static int check_step(const pier__value *step, size_t number, pier_diag *diag) {
  const pier__step *row;
  const pier__value *argument;
  char text[80];
  if (step->kind != PIER__TUPLE || step->count == 0 || step->child->kind != PIER__ATOM)
    return complain(diag, step, number, "a step is a tuple that begins with its name");
  row = pier__step_find(step);
  if (!row)
    return complain(diag, step, number,
                    pier__step_named(step->child) ? "it has another number of arguments"
                                                  : "there is no such step");
  for (argument = step->child->next; argument; argument = argument->next) {
    char letter = row->shape[argument->index - 1];
    if (fits(letter, argument)) continue;
    snprintf(text, sizeof text, "argument %zu is not %s", argument->index, wanted(letter));
    return complain(diag, step, number, text);
  }
  return 0;
}

/* The steps inside a step, NULL if it has none. */
static const pier__value *inner(const pier__value *step) {
  const pier__step *row = pier__step_find(step);
  return strchr(row->shape, 's') ? step->last : NULL;
}

int pier__scenario_check(const pier__value *steps, pier_diag *diag) {
  const pier__value *step = steps->child;
  size_t number = 0; /* of the step in `steps` that this one is, or is inside of */
  unsigned depth = 0;
  if (!pier__value_is_list(steps))
    return pier_diag_set(diag, PIER_EARG, 0, "the steps of a scenario are a list");
  while (step) {
    const pier__value *inside;
    int error;
    if (depth == 0) number++;
    error = check_step(step, number, diag);
    if (error) return error;
    inside = inner(step);
    if (inside && inside->child) {
      if (++depth > MOST_NESTED) return complain(diag, step, number, "nested too deep");
      step = inside->child;
      continue;
    }
    while (!step->next && depth > 0) {
      step = step->parent->parent; /* past the list, the step that has it */
      depth--;
    }
    step = step->next;
  }
  return 0;
}

static void find_driver(void *context, const pier__value *value) {
  bool *found = context;
  if (value->kind != PIER__TUPLE || value->count == 0) return;
  if (pier__value_is_tuple(value, "program", 3) &&
      pier__value_is_tuple(value->last, "driver", 3))
    *found = true;
  if (pier__value_is(value->child, "ddll") || pier__value_is(value->child, "ddll_bind"))
    *found = true;
}

bool pier__scenario_drives(const pier__value *steps) {
  bool found = false;
  pier__value_walk(steps, find_driver, NULL, &found);
  return found;
}
