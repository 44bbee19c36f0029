/* Terms from drivers: a program for a stack, whose values lie in a buffer one behind
 * the other, so that a tuple is a head before the last of them. */
#include "driver/driver.h"

#include "base/endian.h"
#include "port/identifier.h"
#include "term/normal.h"

#include <math.h>
#include <string.h>

enum { HEAD = 5 };

struct machine {
  pier_buffer bytes;
  pier_buffer starts; /* size_t each: where the values begin */
};

static size_t depth_of(const struct machine *machine) {
  return machine->starts.size / sizeof(size_t);
}

static size_t start_of(const struct machine *machine, size_t index) {
  size_t start;
  memcpy(&start, machine->starts.data + index * sizeof start, sizeof start);
  return start;
}

/* A head before the last `count` values, which become one. */
static int wrap(struct machine *machine, size_t count, uint8_t tag, size_t announced) {
  uint8_t head[HEAD] = {tag};
  size_t start, moved;
  if (count > depth_of(machine) || announced > UINT32_MAX) return -1;
  start = count > 0 ? start_of(machine, depth_of(machine) - count) : machine->bytes.size;
  moved = machine->bytes.size - start;
  pier__store32(head + 1, (uint32_t)announced);
  if (!pier_buffer_reserve(&machine->bytes, HEAD)) return -1;
  if (moved > 0)
    memmove(machine->bytes.data + start + HEAD, machine->bytes.data + start, moved);
  memcpy(machine->bytes.data + start, head, HEAD);
  machine->bytes.size += HEAD;
  machine->starts.size -= count * sizeof(size_t);
  return pier_buffer_append(&machine->starts, &start, sizeof start);
}

/* ---- Instructions ------------------------------------------------------------------- */

typedef int instruction(struct machine *machine, const ErlDrvTermData *argument);

static int nil(struct machine *machine, const ErlDrvTermData *argument) {
  (void)argument;
  return pier_write_nil(&machine->bytes);
}

static int atom(struct machine *machine, const ErlDrvTermData *argument) {
  return pier__word_put(&machine->bytes, argument[0], PIER__WORD_ATOM);
}

static int port(struct machine *machine, const ErlDrvTermData *argument) {
  return pier__word_put(&machine->bytes, argument[0], PIER__WORD_PORT);
}

static int pid(struct machine *machine, const ErlDrvTermData *argument) {
  return pier__word_put(&machine->bytes, argument[0], PIER__WORD_PID);
}

static int integer(struct machine *machine, const ErlDrvTermData *argument) {
  return pier_write_int64(&machine->bytes, (ErlDrvSInt)argument[0]);
}

static int unsigned_integer(struct machine *machine, const ErlDrvTermData *argument) {
  return pier_write_uint64(&machine->bytes, argument[0]);
}

static int integer_at(struct machine *machine, const ErlDrvTermData *argument) {
  ErlDrvSInt64 value;
  memcpy(&value, (const void *)argument[0], sizeof value);
  return pier_write_int64(&machine->bytes, value);
}

static int unsigned_at(struct machine *machine, const ErlDrvTermData *argument) {
  ErlDrvUInt64 value;
  memcpy(&value, (const void *)argument[0], sizeof value);
  return pier_write_uint64(&machine->bytes, value);
}

static int real(struct machine *machine, const ErlDrvTermData *argument) {
  double value;
  memcpy(&value, (const void *)argument[0], sizeof value);
  return isfinite(value) ? pier_write_double(&machine->bytes, value) : -1;
}

static int binary(struct machine *machine, const ErlDrvTermData *argument) {
  const ErlDrvBinary *from = (const ErlDrvBinary *)argument[0];
  ErlDrvUInt size = argument[1], offset = argument[2];
  if (!from) return size == 0 ? pier_write_binary(&machine->bytes, "", 0) : -1;
  if (size > (ErlDrvUInt)from->orig_size || offset > (ErlDrvUInt)from->orig_size - size)
    return -1;
  return pier_write_binary(&machine->bytes, from->orig_bytes + offset, size);
}

static int bytes(struct machine *machine, const ErlDrvTermData *argument) {
  if (!argument[0] && argument[1] > 0) return -1;
  return pier_write_binary(&machine->bytes, (const void *)argument[0], argument[1]);
}

static int string(struct machine *machine, const ErlDrvTermData *argument) {
  return pier_write_string(&machine->bytes, (const void *)argument[0], argument[1]);
}

/* Whatever follows the term does not count. */
static int external(struct machine *machine, const ErlDrvTermData *argument) {
  pier_buffer scratch = PIER_BUFFER_INIT;
  pier_span term = pier_span_of((const void *)argument[0], argument[1]);
  size_t used = 0;
  int error = pier_term_scan(term, NULL, &used, NULL);
  if (error == 0)
    error = pier_term_plain(pier_span_of(term.data, used), NULL, &scratch, &term, NULL);
  if (error == 0) error = pier_write_term(&machine->bytes, term);
  pier_buffer_free(&scratch);
  return error;
}

/* The characters come before the list that is on top. */
static int string_cons(struct machine *machine, const ErlDrvTermData *argument) {
  const uint8_t *from = (const uint8_t *)argument[0];
  size_t size = argument[1], start, tail, i;
  uint8_t *to;
  if (depth_of(machine) == 0) return -1;
  if (size == 0) return 0;
  start = start_of(machine, depth_of(machine) - 1);
  tail = machine->bytes.size - start;
  if (size > UINT32_MAX / 2 || !pier_buffer_reserve(&machine->bytes, size * 2)) return -1;
  to = machine->bytes.data + start;
  memmove(to + size * 2, to, tail);
  for (i = 0; i < size; i++)
    memcpy(to + i * 2, pier__byte_term(from[i]), 2);
  machine->bytes.size += size * 2;
  return wrap(machine, 1, ERL_LIST_EXT, size);
}

static int tuple(struct machine *machine, const ErlDrvTermData *argument) {
  return wrap(machine, argument[0], ERL_LARGE_TUPLE_EXT, argument[0]);
}

static int list(struct machine *machine, const ErlDrvTermData *argument) {
  if ((ErlDrvSInt)argument[0] <= 0) return -1;
  return wrap(machine, argument[0], ERL_LIST_EXT, argument[0] - 1);
}

static int map(struct machine *machine, const ErlDrvTermData *argument) {
  if (argument[0] > UINT32_MAX) return -1;
  return wrap(machine, argument[0] * 2, ERL_MAP_EXT, argument[0]);
}

/* By their numbers in the API. `adds`: it leaves one value more on the stack. */
static const struct {
  instruction *run;
  int arguments, adds;
} instructions[] = {
    [0] = {NULL, 0, 0},  {nil, 0, 1},
    {atom, 1, 1},        {integer, 1, 1},
    {port, 1, 1},        {binary, 3, 1},
    {string, 2, 1},      {tuple, 1, 0},
    {list, 1, 0},        {string_cons, 2, 0},
    {pid, 1, 1},         {real, 1, 1},
    {external, 2, 1},    {unsigned_integer, 1, 1},
    {bytes, 2, 1},       {integer_at, 1, 1},
    {unsigned_at, 1, 1}, {map, 1, 0},
};
enum { INSTRUCTIONS = sizeof instructions / sizeof instructions[0] };

static int run(struct machine *machine, const ErlDrvTermData *spec, int size) {
  int at = 0;
  while (at < size) {
    ErlDrvTermData code = spec[at++];
    size_t start = machine->bytes.size;
    if (code == 0 || code >= INSTRUCTIONS || size - at < instructions[code].arguments)
      return -1;
    if (instructions[code].run(machine, spec + at) < 0) return -1;
    at += instructions[code].arguments;
    if (instructions[code].adds) pier_buffer_append(&machine->starts, &start, sizeof start);
    if (machine->bytes.error || machine->starts.error) return -1;
  }
  return depth_of(machine) == 1 ? 0 : -1;
}

/* The term as the BEAM writes it; keys that are there twice are found by the gate. */
static int make(pier_buffer *out, const ErlDrvTermData *spec, int size) {
  struct machine machine = {PIER_BUFFER_INIT, PIER_BUFFER_INIT};
  int error = spec && size > 0 ? run(&machine, spec, size) : -1;
  if (error == 0) error = pier_write_version(out);
  if (error == 0) error = pier_buffer_append(out, machine.bytes.data, machine.bytes.size);
  if (error == 0) error = pier_term_scan(pier_buffer_span(out), NULL, NULL, NULL);
  if (error == 0) error = pier__normal_in_place(out, 1);
  pier_buffer_free(&machine.bytes);
  pier_buffer_free(&machine.starts);
  return error < 0 ? -1 : 0;
}

/* ---- Where they go --------------------------------------------------------------------- */

struct pier__letter_out {
  struct pier__letter_out *next;
  struct pier__dport *dport; /* pinned: to its owner; else NULL */
  pier_pid to;
  pier_buffer term;
};

static int post(const struct pier__drivers *drivers, pier_pid to, const pier_buffer *term) {
  pier_process *process = pier__process(drivers->host, to);
  pier_message message = {.kind = PIER_MESSAGE_TERM};
  if (!process) return 0;
  message.term = pier_span_of(term->data + 1, term->size - 1);
  pier__post_to(process, &message);
  return 1;
}

/* In the order in which each thread sent them; 0 if the receiver is dead. Who finds
 * letters there has been woken up for the first of them. */
static int put_in_inbox(struct pier__dport *dport, pier_pid to, pier_buffer *term) {
  struct pier__drivers *drivers = dport->drivers;
  struct pier__letter_out *letter = pier_alloc(sizeof *letter);
  int wake = 0, result = 1;
  if (!letter) return -1;
  letter->next = NULL;
  letter->dport = NULL;
  letter->to = to;
  letter->term = *term;
  if (to.number == 0) {
    letter->dport = dport;
    atomic_fetch_add(&dport->references, 1);
  }
  pthread_mutex_lock(&drivers->inbox_lock);
  if (to.number != 0 && !pier__table_get(&drivers->alive, to.number)) {
    result = 0;
  } else if (drivers->last_letter) {
    drivers->last_letter->next = letter;
    drivers->last_letter = letter;
  } else {
    drivers->first_letter = drivers->last_letter = letter;
    wake = 1;
  }
  pthread_mutex_unlock(&drivers->inbox_lock);
  if (result == 1)
    memset(term, 0, sizeof *term);
  else /* it was to a process */
    pier_free(letter);
  if (wake) pier__drivers_wake(drivers);
  return result;
}

int pier__inbox_began(struct pier__drivers *drivers, pier_pid pid) {
  int error;
  pthread_mutex_lock(&drivers->inbox_lock);
  error = pier__table_put(&drivers->alive, pid.number, drivers);
  pthread_mutex_unlock(&drivers->inbox_lock);
  return error < 0 ? PIER_ENOMEM : 0;
}

void pier__inbox_ended(struct pier__drivers *drivers, pier_pid pid) {
  pthread_mutex_lock(&drivers->inbox_lock);
  pier__table_remove(&drivers->alive, pid.number);
  pthread_mutex_unlock(&drivers->inbox_lock);
}

void pier__inbox_turn(struct pier__drivers *drivers) {
  struct pier__letter_out *letter, *next;
  pthread_mutex_lock(&drivers->inbox_lock);
  letter = drivers->first_letter;
  drivers->first_letter = drivers->last_letter = NULL;
  pthread_mutex_unlock(&drivers->inbox_lock);
  for (; letter; letter = next) {
    struct pier__dport *dport = letter->dport;
    next = letter->next;
    if (dport) letter->to = dport->port ? dport->port->core.owner : dport->heir;
    post(drivers, letter->to, &letter->term);
    if (dport) pier__dport_release(dport);
    pier_buffer_free(&letter->term);
    pier_free(letter);
  }
}

/* `to` NULL: to the owner; a word that is no process gets nothing. The program is looked
 * at in any case but one: ports that flush say nothing any more. Lets go of the port. */
static int send_to(struct pier__dport *dport, const ErlDrvTermData *to,
                   const ErlDrvTermData *spec, int size) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_pid pid = {0};
  int result;
  if (!dport) return -1;
  if (to) pid = pier__word_to_pid(*to);
  if (atomic_load(&dport->closing)) {
    pier__dport_release(dport);
    return 0;
  }
  result = make(&term, spec, size);
  if (result == 0 && (!to || pid.number != 0)) {
    if (pier__drivers_here != dport->drivers)
      result = put_in_inbox(dport, pid, &term);
    else
      result = post(dport->drivers, to ? pid : dport->port->core.owner, &term);
  }
  pier_buffer_free(&term);
  pier__dport_release(dport);
  return result;
}

int erl_drv_output_term(ErlDrvTermData port_word, ErlDrvTermData *spec, int size) {
  return send_to(pier__word_dport(port_word), NULL, spec, size);
}

int erl_drv_send_term(ErlDrvTermData port_word, ErlDrvTermData to, ErlDrvTermData *spec,
                      int size) {
  return send_to(pier__word_dport(port_word), &to, spec, size);
}

int driver_output_term(ErlDrvPort handle, ErlDrvTermData *spec, int size) {
  return erl_drv_output_term(driver_mk_port(handle), spec, size);
}

int driver_send_term(ErlDrvPort handle, ErlDrvTermData to, ErlDrvTermData *spec, int size) {
  return erl_drv_send_term(driver_mk_port(handle), to, spec, size);
}
