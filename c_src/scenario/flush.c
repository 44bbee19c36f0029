/* Everything that comes, sorted by whom it is from. */
#include "scenario/run.h"

typedef struct mail {
  pier__value *message;
  const pier__name *from; /* NULL: nobody with a name */
} mail;

/* The port or process that a message names; NULL for other messages. */
static const pier__value *sender(const pier__value *message) {
  const pier__value *from = NULL;
  if (message->kind == PIER__TUPLE && message->count == 2) from = message->child;
  if (pier__value_is_tuple(message, "EXIT", 3)) from = pier__value_at(message, 1);
  if (pier__value_is_tuple(message, "DOWN", 5)) from = pier__value_at(message, 3);
  return from && (from->kind == PIER__PORT || from->kind == PIER__PID) ? from : NULL;
}

/* 0 for ports, 1 for roles, 2 for the rest. */
static int class(const mail *one) {
  return !one->from ? 2 : one->from->itself->kind == PIER__PORT ? 0 : 1;
}

static int is_after(const mail *a, const mail *b) {
  if (class(a) != class(b)) return class(a) > class(b);
  return a->from && pier__value_compare(a->from->name, b->from->name) > 0;
}

/* Puts `one` behind all that do not come after it. */
static void insert(mail *sorted, size_t count, mail one) {
  for (; count > 0 && is_after(&sorted[count - 1], &one); count--)
    sorted[count] = sorted[count - 1];
  sorted[count] = one;
}

/* The D of {Port,{data,D}} of a port without framing, a binary or a list. */
static const pier__value *chunk(const mail *one) {
  const pier__value *message = one->message;
  if (class(one) != 0 || one->from->framed || message->count != 2) return NULL;
  return pier__value_is_tuple(message->last, "data", 2) ? message->last->last : NULL;
}

/* The bytes of binary `a` and `b` in one. */
static pier__value *join_bytes(pier__arena *arena, const pier__value *a, const pier__value *b) {
  pier_buffer both = PIER_BUFFER_INIT;
  pier__value *joined = NULL;
  uint8_t *copy;
  pier_buffer_append(&both, a->data.data, a->data.size);
  if (pier_buffer_append(&both, b->data.data, b->data.size) == 0) {
    copy = pier__arena_copy(arena, pier_buffer_span(&both));
    if (copy) joined = pier__value_bytes(arena, pier_span_of(copy, both.size));
  }
  pier_buffer_free(&both);
  return joined;
}

static pier__value *join_lists(pier__arena *arena, const pier__value *a, const pier__value *b) {
  pier__value *joined = pier__value_new(arena, PIER__LIST);
  const pier__value *byte;
  for (byte = a->child; byte; byte = byte->next)
    joined = pier__value_add(joined, pier__value_leaf(arena, byte));
  for (byte = b->child; byte; byte = byte->next)
    joined = pier__value_add(joined, pier__value_leaf(arena, byte));
  return joined;
}

/* Joins `next` to `one` if both are pieces of the same stream: 1, 0, PIER_ENOMEM. */
static int join(pier__run *run, mail *one, const mail *next) {
  pier__arena *arena = &run->scratch;
  const pier__value *a = chunk(one);
  const pier__value *b = chunk(next);
  pier__value *joined, *message;
  if (!a || !b || a->kind != b->kind || one->from != next->from) return 0;
  joined = a->kind == PIER__BITS ? join_bytes(arena, a, b) : join_lists(arena, a, b);
  message = pier__value_new(arena, PIER__TUPLE);
  message = pier__value_add(message, pier__value_leaf(arena, one->message->child));
  message = pier__value_add(message, pier__value_pair(arena, "data", joined));
  if (!message) return PIER_ENOMEM;
  one->message = message;
  return 1;
}

static int say_all(pier__run *run, mail *sorted, size_t count) {
  pier__value *list = pier__value_new(&run->scratch, PIER__LIST);
  size_t last = 0;
  size_t at;
  for (at = 1; at < count; at++) {
    int joined = join(run, &sorted[last], &sorted[at]);
    if (joined < 0) return joined;
    if (!joined) sorted[++last] = sorted[at];
  }
  for (at = 0; list && count && at <= last; at++)
    list = pier__value_add(list, pier__normalise(&run->names, sorted[at].message));
  return list ? pier__run_say(run, run->role, "{flush,~}", list) : PIER_ENOMEM;
}

/* Takes one message into the room for another: 1, 0 after silence, or an error. */
static int take(pier__run *run, int silence_ms, mail **sorted, size_t *count, size_t *room) {
  const pier__value *from;
  mail one;
  int got = pier__run_receive(run, &one.message, silence_ms);
  if (got <= 0) return got;
  if (*count == *room) {
    size_t more = *room ? 2 * *room : 64;
    mail *grown = pier_realloc(*sorted, more * sizeof **sorted);
    if (!grown) return PIER_ENOMEM;
    *sorted = grown;
    *room = more;
  }
  from = sender(one.message);
  one.from = from ? pier__names_of(&run->names, from) : NULL;
  insert(*sorted, (*count)++, one);
  return 1;
}

int pier__do_flush(pier__run *run, const pier__value *step) {
  mail *sorted = NULL;
  size_t count = 0;
  size_t room = 0;
  int got;
  do
    got = take(run, (int)step->last->integer, &sorted, &count, &room);
  while (got > 0);
  if (got == PIER_ENOPROC)
    got = pier__run_say_dead(run, run->role, NULL, "~");
  else if (got == 0)
    got = say_all(run, sorted, count);
  pier_free(sorted);
  return got;
}
