/* Steps that look at the mailbox. */
#include "scenario/run.h"

#include <string.h>

int pier__run_receive(pier__run *run, pier__value **message, int timeout_ms) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_message got;
  int error = pier_receive(run->role->process, &got, timeout_ms);
  *message = NULL;
  if (error <= 0) return error;
  error = pier_message_term(&got, &term);
  if (error == 0) *message = pier__value_decode(&run->scratch, pier_buffer_span(&term));
  pier_buffer_free(&term);
  if (error == 0 && !*message) error = PIER_ENOMEM;
  return error ? error : 1;
}

/* Another message than `wanted`, or none. */
static int say_unexpected(pier__run *run, const pier__value *wanted,
                          const pier__value *message) {
  pier__value *printed = message ? pier__normalise(&run->names, message)
                                 : pier__value_atom(&run->scratch, "nothing");
  if (!printed) return PIER_ENOMEM;
  return pier__run_mismatch(run, run->role, "{wanted,~,{got,~}}", wanted, printed);
}

/* Takes messages until nothing more is expected: 1, or what ends the step; `wanted`
 * is what a mismatch shows. PIER_ENOPROC has been written. */
static int take_expected(pier__run *run, pier__expect *expect, const pier__value *wanted,
                         int timeout_ms, int done) {
  while (done == 0) {
    pier__value *message;
    int got = pier__run_receive(run, &message, timeout_ms);
    if (got == PIER_ENOPROC) {
      got = pier__run_say_dead(run, run->role, NULL, "~");
      return got ? got : PIER_ENOPROC;
    }
    if (got < 0) return got;
    if (got == 0) return say_unexpected(run, wanted, NULL);
    done = pier__expect_take(expect, message);
    if (done == PIER_EMATCH) return say_unexpected(run, wanted, message);
  }
  return done;
}

/* The step with its patterns; `format` is the event, in which ~ is `shown`. */
static int expect(pier__run *run, pier__expect_kind kind, const pier__value *patterns,
                  const pier__value *wanted, int timeout_ms, pier__expect *state) {
  const pier__value *unbound;
  pier__value *resolved = pier__resolve(&run->names, patterns, true, &unbound);
  int done;
  if (!resolved) return pier__run_unbound(run, run->role, unbound);
  done = pier__expect_begin(state, &run->scratch, kind, resolved);
  return done < 0 ? done : take_expected(run, state, wanted, timeout_ms, done);
}

/* A role that died has had its line. */
static int gone(int got) {
  return got == PIER_ENOPROC ? 0 : got;
}

int pier__do_expect(pier__run *run, const pier__value *step) {
  const pier__value *pattern = pier__value_at(step, 1);
  int timeout_ms = step->count > 2 ? (int)step->last->integer : run->scenario->timeout_ms;
  pier__expect state;
  int got = expect(run, PIER__EXPECT_ONE, pattern, pattern, timeout_ms, &state);
  return got == 1 ? pier__run_say(run, run->role, "{got,~}", pattern) : gone(got);
}

int pier__do_expect_set(pier__run *run, const pier__value *step) {
  pier__expect state;
  int got = expect(run, PIER__EXPECT_SET, step->last, step, run->scenario->timeout_ms, &state);
  return got == 1 ? pier__run_say(run, run->role, "{got_set,~}", step->last) : gone(got);
}

int pier__do_interleave(pier__run *run, const pier__value *step) {
  pier__expect state;
  int got =
      expect(run, PIER__EXPECT_INTERLEAVE, step->last, step, run->scenario->timeout_ms, &state);
  return got == 1 ? pier__run_say(run, run->role, "{interleave,~}", step->last) : gone(got);
}

static int note_outcome(pier__run *run, const pier__value *race, const pier__value *label) {
  pier_buffer *out = run->outcomes;
  pier_buffer_append_format(out, "%%%% outcome %s ", run->scenario->name);
  pier__value_print(race, out);
  pier_buffer_append_byte(out, ' ');
  pier__value_print(label, out);
  return pier_buffer_append_byte(out, '\n');
}

int pier__do_race(pier__run *run, const pier__value *step) {
  const pier__value *name = pier__value_at(step, 1);
  pier__expect state;
  int got = expect(run, PIER__EXPECT_RACE, step->last, step, run->scenario->timeout_ms, &state);
  if (got != 1) return gone(got);
  if (note_outcome(run, name, state.label) < 0) return PIER_ENOMEM;
  return pier__run_say(run, run->role, "{race,~,~}", name, step->last);
}

int pier__do_quiet(pier__run *run, const pier__value *step) {
  pier__value *message;
  int got = pier__run_receive(run, &message, (int)step->last->integer);
  if (got == PIER_ENOPROC) return pier__run_say_dead(run, run->role, NULL, "~");
  if (got < 0) return got;
  if (got > 0) return say_unexpected(run, step, message);
  return pier__run_say(run, run->role, "{quiet}");
}

/* The D of {Port,{data,D}}, as a binary; NULL for any other message. */
static const pier__value *data_of(pier__run *run, const pier__value *message,
                                  const pier__value *port) {
  const pier__value *data;
  if (message->kind != PIER__TUPLE || message->count != 2) return NULL;
  if (!pier__value_matches(port, message->child)) return NULL;
  if (!pier__value_is_tuple(message->last, "data", 2)) return NULL;
  data = message->last->last;
  return data->kind == PIER__BITS ? data : pier__value_flat(&run->scratch, data);
}

/* 1 when `size` bytes have come together, 0 for more to come, or an error. */
static int gather(pier__run *run, const pier__value *step, const pier__value *port,
                  pier_buffer *all) {
  size_t size = (size_t)step->last->last->integer;
  const pier__value *data;
  pier__value *message;
  int got = pier__run_receive(run, &message, run->scenario->timeout_ms);
  if (got < 0) return got;
  if (got == 0) return say_unexpected(run, step, NULL);
  data = data_of(run, message, port);
  if (!data || data->data.size > size - all->size) return say_unexpected(run, step, message);
  pier_buffer_append(all, data->data.data, data->data.size);
  pier__arena_free(&run->scratch);
  return all->error ? all->error : all->size == size;
}

int pier__do_gather(pier__run *run, const pier__value *step) {
  const pier__value *name = pier__value_at(step, 1);
  const pier__name *port = pier__names_find(&run->names, PIER__PORT, name);
  pier_buffer all = PIER_BUFFER_INIT;
  pier__value *data;
  int got = step->last->last->integer == 0;
  if (!port) return pier__run_unbound(run, run->role, name);
  while (got == 0)
    got = gather(run, step, port->itself, &all);
  if (got == PIER_ENOPROC) got = pier__run_say_dead(run, run->role, NULL, "~");
  if (got == 1) {
    data = pier__value_bytes(&run->scratch, pier_buffer_span(&all));
    data = data ? pier__normalise(&run->names, data) : NULL;
    got = data ? pier__run_say(run, run->role, "{gather,~,~}", name, data) : PIER_ENOMEM;
  }
  pier_buffer_free(&all);
  return got;
}
