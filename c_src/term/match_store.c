#include "term/normal.h"
#include "term/pattern.h"

#include <string.h>

/* Values wait in their slots until the whole pattern has matched. */

/* The rest of a list as a list of its own. */
static int copy_rest(pier_buffer *to, const pier__slot *slot) {
  const uint8_t *at = slot->value.rest.at, *end = at;
  size_t left = slot->value.rest.left >> 1, i;
  pier_buffer whole = PIER_BUFFER_INIT;
  int error;
  if (slot->value.rest.left & 1) return pier_write_string(to, at, left);
  for (i = 0; i <= left; i++)
    end = pier__view_skip(end);
  pier_write_list(&whole, left);
  pier_buffer_append(&whole, at, (size_t)(end - at));
  error = whole.error;
  if (!error && left == 0) error = pier_buffer_append(to, whole.data, whole.size);
  if (!error && left > 0) error = pier__normal(to, whole.data);
  pier_buffer_free(&whole);
  return error;
}

/* A NUL follows that is not counted. */
static int copy_text(pier_buffer *to, const pier__slot *slot) {
  size_t size = slot->value.span.size;
  uint8_t *place = pier_buffer_reserve(to, size + 1);
  if (!place) return to->error;
  pier__text_copy(slot->value.span.data, place);
  place[size] = '\0';
  to->size += size;
  return 0;
}

static int append_value(const pier__program *program, size_t i, const pier__slot *slot,
                        bool rest) {
  pier_buffer *to = slot->target.to;
  int error;
  if (program->letters[i] == 's') return copy_text(to, slot);
  error = pier_write_version(to);
  if (error) return error;
  return rest ? copy_rest(to, slot)
              : pier_buffer_append(to, slot->value.span.data, slot->value.span.size);
}

static void store_identifier(uint8_t letter, const pier__slot *slot) {
  const char *at = (const char *)slot->value.span.data;
  int index = 0;
  if (letter == 'p') (void)ei_decode_pid(at, &index, slot->target.to);
  if (letter == 'P') (void)ei_decode_port(at, &index, slot->target.to);
  if (letter == 'r') (void)ei_decode_ref(at, &index, slot->target.to);
}

static void store_value(uint8_t letter, const pier__slot *slot) {
  void *to = slot->target.to;
  switch (letter) {
  case 'i':
    *(int *)to = (int)slot->value.whole;
    break;
  case 'u':
    *(unsigned *)to = (unsigned)slot->value.natural;
    break;
  case 'l':
    *(long long *)to = slot->value.whole;
    break;
  case 'L':
    *(unsigned long long *)to = slot->value.natural;
    break;
  case 'n':
    *(size_t *)to = (size_t)slot->value.natural;
    break;
  case 'd':
    *(double *)to = slot->value.real;
    break;
  case 'B':
    *(bool *)to = slot->value.whole != 0;
    break;
  case 'z':
    pier__text_copy(slot->value.span.data, to);
    ((char *)to)[slot->value.span.size] = '\0';
    break;
  case 'a':
  case 'b':
  case 't':
    *(pier_span *)to = slot->value.span;
    break;
  default:
    store_identifier(letter, slot);
  }
}

static bool is_rest(const pier__program *program, size_t slot) {
  const pier__op *op = program->ops;
  for (; op->code != PIER__DO_DONE; op++)
    if (op->code == PIER__DO_REST && op->slot == slot) return true;
  return false;
}

/* What was copied is taken back if a copy fails. */
static int commit_copies(pier__run *run) {
  const pier__program *program = run->program;
  size_t i, before;
  int error = 0;
  for (i = 0; i < program->values && !error; i++) {
    pier__slot *slot = &run->slots[i];
    if (!pier__match_copies(program->letters[i])) continue;
    before = ((pier_buffer *)slot->target.to)->size;
    error = append_value(program, i, slot, program->letters[i] == 'T' && is_rest(program, i));
    slot->target.room = before;
  }
  for (; error && i > 0; i--)
    if (pier__match_copies(program->letters[i - 1]))
      ((pier_buffer *)run->slots[i - 1].target.to)->size = run->slots[i - 1].target.room;
  return error ? pier_diag_set(run->diag, error, 0, "%s", pier_strerror(error)) : 0;
}

/* Copies come first, they can fail. */
int pier__match_commit(pier__run *run) {
  const pier__program *program = run->program;
  size_t i;
  int error = program->copies ? commit_copies(run) : 0;
  if (error) return error;
  for (i = 0; i < program->values; i++)
    if (!pier__match_copies(program->letters[i]))
      store_value(program->letters[i], &run->slots[i]);
  return 0;
}
