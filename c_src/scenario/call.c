/* Steps that call a function of erlang: arguments, the call, its event. */
#include "scenario/run.h"

#include <string.h>

/* A call that is ready to be made. */
typedef struct call {
  const char *function;
  pier__value *arguments; /* a list */
  pier__value *load;      /* of erl_ddll:load, which comes before; NULL: nothing is loaded */
  const pier__value *unbound;
} call;

/* How a call came out. */
typedef enum outcome_kind { RETURNED, RAISED, DEAD } outcome_kind;

typedef struct outcome {
  outcome_kind kind;
  pier__value *value; /* the value, or {error,Class,Reason}; with identifiers */
} outcome;

/* ---- Arguments ----------------------------------------------------------------- */

static pier__value_kind kind_of(char letter) {
  return letter == 'P' ? PIER__PORT : letter == 'R' ? PIER__PID : PIER__REF;
}

/* What the name of a port, role or monitor stands for; {lit,T} is T. */
static pier__value *named(pier__run *run, char letter, const pier__value *name, call *c) {
  const pier__name *found;
  if (name->kind != PIER__ATOM) return pier__resolve(&run->names, name, false, &c->unbound);
  found = pier__names_find(&run->names, kind_of(letter), name);
  if (found) return pier__value_leaf(&run->scratch, found->itself);
  c->unbound = name;
  return NULL;
}

static pier__value *one_argument(pier__run *run, const char *letters, const pier__value *step,
                                 call *c) {
  if (letters[0] == 'p') return pier__value_atom(&run->scratch, "port");
  step = pier__value_at(step, (size_t)(letters[1] - '0'));
  if (letters[0] == 'D') return pier__resolve(&run->names, step, false, &c->unbound);
  return named(run, letters[0], step, c);
}

static int is_ddll(const pier__value *step) {
  return pier__value_is(step->child, "ddll") || pier__value_is(step->child, "ddll_bind");
}

/* {bif,F,Arguments}, {bind,X,F,Arguments}, {ddll,F,Arguments}, {ddll_bind,X,F,Arguments}. */
static void prepare_any(pier__run *run, const pier__value *step, call *c) {
  const pier__value *arguments = step->last;
  const pier__value *function = pier__value_at(step, step->count - 2);
  pier_buffer name = PIER_BUFFER_INIT;
  pier_buffer_append_text(&name, is_ddll(step) ? "erl_ddll:" : "");
  if (pier_buffer_append(&name, function->data.data, function->data.size) == 0)
    c->function = (const char *)pier__arena_copy(&run->scratch, pier_buffer_span(&name));
  pier_buffer_free(&name);
  c->arguments = pier__resolve(&run->names, arguments, false, &c->unbound);
}

static void prepare_open(pier__run *run, const pier__value *step, call *c) {
  pier__value *options = pier__resolve(&run->names, step->last, false, &c->unbound);
  const pier__value *program = pier__value_at(step, 2);
  c->function = "open_port";
  if (options) c->load = pier__program_driver(run, program, &c->unbound);
  if (options) c->arguments = pier__program_arguments(run, program, options, &c->unbound);
}

static int prepare(pier__run *run, const pier__value *step, call *c) {
  const pier__step *row = pier__step_find(step);
  const char *letters = row->arguments;
  memset(c, 0, sizeof *c);
  c->function = row->function;
  if (row->event == PIER__EVENT_OPEN && !row->function) {
    prepare_open(run, step, c);
  } else if (!row->function) {
    prepare_any(run, step, c);
  } else {
    if (pier__value_is(step->child, "info") && pier__value_is(step->last, "all"))
      letters = "P1";
    c->arguments = pier__value_new(&run->scratch, PIER__LIST);
    for (; c->arguments && *letters; letters += 2)
      c->arguments = pier__value_add(c->arguments, one_argument(run, letters, step, c));
  }
  return c->function && c->arguments ? 0 : PIER_EARG;
}

/* ---- The event ------------------------------------------------------------------- */

/* {Class,Reason} as {error,Class,Reason}. */
static pier__value *as_error(pier__run *run, pier__value *pair) {
  pier__value *error = pier__value_new(&run->scratch, PIER__TUPLE);
  pier__value *class = pair->child;
  pier__value *reason = pair->last;
  error = pier__value_add(error, pier__value_atom(&run->scratch, "error"));
  error = pier__value_add(error, class);
  return pier__value_add(error, reason);
}

/* `got` is what pier_apply_start gave, or 0 and PIER_ERAISED for pier_apply_await. */
static int read_outcome(pier__run *run, pier__role *role, int got, outcome *out) {
  out->kind = got == PIER_ENOPROC || pier__role_dead(role) ? DEAD
              : got == 0                                   ? RETURNED
                                                           : RAISED;
  out->value = NULL;
  if (out->kind == DEAD) return 0;
  if (got == PIER_EARG) { /* no such function */
    pier__value *undefined =
        pier__value_pair(&run->scratch, "error", pier__value_atom(&run->scratch, "undef"));
    out->value = undefined ? as_error(run, undefined) : NULL;
  } else if (got == 0 || got == PIER_ERAISED) {
    out->value = pier__value_decode(&run->scratch, pier_buffer_span(&role->result));
    if (out->value && got) out->value = as_error(run, out->value);
  } else {
    return got;
  }
  return out->value ? 0 : PIER_ENOMEM;
}

static int bind_name(pier__run *run, const pier__value *name, const pier__value *itself) {
  return pier__names_bind(&run->names, name, itself) ? 0 : PIER_ENOMEM;
}

/* The reference that something is to be heard under: {ok,_,Ref}, or itself. */
static int bind_reference(pier__run *run, const pier__value *name, const pier__value *result) {
  const pier__value *itself = result->kind == PIER__TUPLE ? result->last : result;
  return itself && itself->kind == PIER__REF ? bind_name(run, name, itself) : 0;
}

/* Is the port that the step opens a driver's? What that says is no stream. */
static int is_driver(const pier__run *run, const pier__value *step) {
  const pier__value *what = pier__value_at(step, 2);
  const pier__program *program = pier__run_program(run, what);
  if (pier__value_is(step->child, "open"))
    return program && pier__value_is(program->what->child, "driver");
  return pier__value_is_tuple(what, "spawn_driver", 2);
}

/* What is to be known of a port later: its program's number, its framing. */
static int bind_port(pier__run *run, const pier__role *role, const pier__value *step,
                     const pier__value *port) {
  pier__name *name = pier__names_bind(&run->names, pier__value_at(step, 1), port);
  pier__value *arguments = pier__value_new(&run->scratch, PIER__LIST);
  pier__value *answer, *options;
  const pier__value *unbound;
  if (!name) return PIER_ENOMEM;
  options = pier__resolve(&run->names, step->last, false, &unbound);
  if (options) name->framed = is_driver(run, step) || pier__options_framed(options);
  arguments = pier__value_add(arguments, pier__value_leaf(&run->scratch, port));
  arguments = pier__value_add(arguments, pier__value_atom(&run->scratch, "os_pid"));
  if (!options || !arguments) return PIER_ENOMEM;
  if (pier__run_ask(run, role, "port_info", arguments, &answer) == 0 &&
      pier__value_is_tuple(answer, "os_pid", 2) && answer->last->kind == PIER__INTEGER)
    name->os_pid = (int)answer->last->integer;
  return 0;
}

/* What may happen: `ok` is for true, anything else for a reason. */
static int is_allowed(const pier__value *allowed, const outcome *out) {
  const pier__value *one;
  if (out->kind == DEAD) return 1;
  for (one = allowed->child; one; one = one->next) {
    if (out->kind == RETURNED && pier__value_is(one, "ok") &&
        pier__value_is(out->value, "true"))
      return 1;
    if (out->kind == RAISED && pier__value_matches(one, out->value->last)) return 1;
  }
  return 0;
}

/* What erl_ddll says of {error,{open_error,N}}, whose number is another each time:
 * {error,{open_error,Text}}. */
static pier__value *open_error(pier__run *run, const pier__role *role, pier__value *value) {
  pier__value *arguments = pier__value_new(&run->scratch, PIER__LIST);
  pier__value *text = NULL;
  if (!pier__value_is_tuple(value, "error", 2) ||
      !pier__value_is_tuple(value->last, "open_error", 2))
    return value;
  arguments = pier__value_add(
      arguments, pier__value_pair(&run->scratch, "open_error",
                                  pier__value_leaf(&run->scratch, value->last->last)));
  if (!arguments || pier__run_ask(run, role, "erl_ddll:format_error", arguments, &text) < 0 ||
      !text)
    return value;
  text = pier__value_flat(&run->scratch, text);
  return pier__value_pair(&run->scratch, "error",
                          pier__value_pair(&run->scratch, "open_error", text));
}

static int say_result(pier__run *run, const pier__role *role, const pier__value *step,
                      const outcome *out) {
  pier__value *value = is_ddll(step) ? open_error(run, role, out->value) : out->value;
  pier__value *printed = value ? pier__normalise(&run->names, value) : NULL;
  if (!printed) return PIER_ENOMEM;
  return pier__run_say(run, role, "{~,~,~}", step->child, pier__value_at(step, 1), printed);
}

static int say_allowed(pier__run *run, const pier__role *role, const pier__value *step,
                       const outcome *out) {
  pier__value *printed;
  if (is_allowed(step->last, out))
    return pier__run_say(run, role, "{~,~,{one_of,~}}", step->child, pier__value_at(step, 1),
                         step->last);
  printed = pier__normalise(&run->names, out->value);
  if (!printed) return PIER_ENOMEM;
  return pier__run_mismatch(run, role, "{wanted,~,{got,~}}", step, printed);
}

static int say_returned(pier__run *run, const pier__role *role, const pier__value *step,
                        pier__event event, const outcome *out) {
  const pier__value *first = pier__value_at(step, 1);
  int error = 0;
  switch (event) {
  case PIER__EVENT_WRITTEN:
    return pier__run_say(run, role, "{~,~,~}", step->child, first, step->last);
  case PIER__EVENT_OPEN:
    error = bind_port(run, role, step, out->value);
    break;
  case PIER__EVENT_BIND:
    error = bind_name(run, first, out->value);
    break;
  case PIER__EVENT_DDLL:
    error = bind_reference(run, first, out->value);
    return error ? error : say_result(run, role, step, out);
  case PIER__EVENT_MONITOR:
    error = bind_name(run, step->last, out->value);
    return error ? error : pier__run_say(run, role, "{~,~,~}", step->child, first, step->last);
  default:
    return say_result(run, role, step, out);
  }
  return error ? error : pier__run_say(run, role, "{~,~,ok}", step->child, first);
}

static int say_outcome(pier__run *run, const pier__role *role, const pier__value *step,
                       const outcome *out) {
  pier__event event = pier__step_find(step)->event;
  if (event == PIER__EVENT_ALLOWED && out->kind != DEAD)
    return say_allowed(run, role, step, out);
  if (out->kind == RETURNED) return say_returned(run, role, step, event, out);
  if (out->kind == RAISED) return say_result(run, role, step, out);
  {
    pier_buffer format = PIER_BUFFER_INIT;
    int error;
    pier_buffer_append_byte(&format, '{');
    pier__value_print(step->child, &format);
    pier_buffer_append(&format, ",~,~}", 6);
    error = format.error ? format.error
                         : pier__run_say_dead(run, role, pier__value_at(step, 1),
                                              (const char *)format.data);
    pier_buffer_free(&format);
    return error;
  }
}

/* ---- The call -------------------------------------------------------------------- */

/* 0, PIER_ERAISED with {error,Reason} as the role's result, or an error. */
static int load(pier__run *run, pier__role *role, const call *c) {
  pier__value *answer;
  int got = pier__run_ask(run, role, "erl_ddll:load", c->load, &answer);
  if (got < 0 || !pier__value_is_tuple(answer, "error", 2)) return got;
  pier_buffer_clear(&role->result);
  pier_write_version(&role->result);
  got = pier__value_encode(answer, &role->result);
  return got < 0 ? got : PIER_ERAISED;
}

static int start(pier__run *run, pier__role *role, const call *c) {
  pier_buffer arguments = PIER_BUFFER_INIT;
  int got = c->load ? load(run, role, c) : 0;
  if (got < 0) return got;
  pier_write_version(&arguments);
  got = pier__value_encode(c->arguments, &arguments);
  if (got == 0)
    got = pier_apply_start(role->process, c->function, pier_buffer_span(&arguments),
                           &role->result, NULL);
  pier_buffer_free(&arguments);
  return got;
}

/* Waits for a suspended role: what the call gave, or 1 if it did not return. */
static int await(pier__run *run, pier__role *role) {
  int raised = 0;
  int got = pier_apply_await(role->process, &role->result, &raised, run->scenario->timeout_ms);
  if (got < 0) return got;
  if (got == 0) return 1;
  return raised ? PIER_ERAISED : 0;
}

static int finish(pier__run *run, pier__role *role, const pier__value *step, int got) {
  outcome out;
  int error;
  if (got == 1) return pier__run_mismatch(run, role, "timeout");
  error = read_outcome(run, role, got, &out);
  return error ? error : say_outcome(run, role, step, &out);
}

int pier__run_call(pier__run *run, const pier__value *step) {
  call c;
  int got;
  if (prepare(run, step, &c) < 0) return pier__run_unbound(run, run->role, c.unbound);
  got = start(run, run->role, &c);
  if (got == 1) got = await(run, run->role);
  return finish(run, run->role, step, got);
}

int pier__do_async(pier__run *run, const pier__value *step) {
  pier__role *role = pier__run_role(run, pier__value_at(step, 1));
  call c;
  if (!role) return pier__run_unbound(run, run->role, pier__value_at(step, 1));
  if (role->pending) return pier__run_mismatch(run, role, "pending");
  if (pier__role_dead(role)) return pier__run_say_dead(run, role, NULL, "~");
  if (prepare(run, step->last, &c) < 0) return pier__run_unbound(run, role, c.unbound);
  role->got = start(run, role, &c);
  role->pending = step->last;
  return pier__run_say(run, role, "{async,~}", step->last);
}

int pier__do_await(pier__run *run, const pier__value *step) {
  pier__role *role = pier__run_role(run, step->last);
  const pier__value *pending;
  if (!role) return pier__run_unbound(run, run->role, step->last);
  pending = role->pending;
  if (!pending && pier__role_dead(role)) return pier__run_say_dead(run, role, NULL, "~");
  if (!pending) return pier__run_mismatch(run, role, "{wanted,~,{got,nothing}}", step);
  role->pending = NULL;
  if (role->got == 1) role->got = await(run, role);
  return finish(run, role, pending, role->got);
}

int pier__run_ask(pier__run *run, const pier__role *role, const char *function,
                  pier__value *arguments, pier__value **answer) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_buffer result = PIER_BUFFER_INIT;
  int error;
  *answer = NULL;
  pier_write_version(&term);
  error = pier__value_encode(arguments, &term);
  if (error == 0)
    error = pier_apply(role->process, function, pier_buffer_span(&term), &result, NULL);
  if (error == 0) {
    *answer = pier__value_decode(&run->scratch, pier_buffer_span(&result));
    if (!*answer) error = PIER_ENOMEM;
  }
  pier_buffer_free(&term);
  pier_buffer_free(&result);
  return error;
}
