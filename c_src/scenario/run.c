/* One run: the steps in their order, and the lines of the transcript. */
#include "scenario/run.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

/* ---- The transcript ---------------------------------------------------------- */

static void write_event(pier_buffer *out, const char *format, va_list arguments) {
  const char *at;
  for (at = format; *at; at++) {
    if (*at == '~')
      pier__value_print(va_arg(arguments, const pier__value *), out);
    else if (*at == '%')
      pier_buffer_append_text(out, va_arg(arguments, const char *));
    else
      pier_buffer_append_byte(out, (uint8_t)*at);
  }
}

int pier__run_say(pier__run *run, const pier__role *role, const char *format, ...) {
  pier_buffer *out = run->transcript;
  va_list arguments;
  pier_buffer_append_byte(out, '{');
  pier__value_print(role->name, out);
  pier_buffer_append_byte(out, ',');
  va_start(arguments, format);
  write_event(out, format, arguments);
  va_end(arguments);
  pier_buffer_append_text(out, "}.\n");
  return out->error;
}

int pier__run_mismatch(pier__run *run, const pier__role *role, const char *format, ...) {
  pier_buffer *out = run->transcript;
  va_list arguments;
  pier_buffer_append_text(out, "{mismatch,{");
  pier__value_print(role->name, out);
  pier_buffer_append_byte(out, ',');
  va_start(arguments, format);
  write_event(out, format, arguments);
  va_end(arguments);
  pier_buffer_append_text(out, "}}.\n");
  return out->error ? out->error : PIER_EMATCH;
}

int pier__run_unbound(pier__run *run, const pier__role *role, const pier__value *unbound) {
  if (!unbound) return PIER_ENOMEM;
  return pier__run_mismatch(run, role, "{unbound,~}", unbound);
}

int pier__run_say_dead(pier__run *run, const pier__role *role, const pier__value *first,
                       const char *format) {
  pier__value *reason = pier__value_decode(&run->scratch, pier_process_reason(role->process));
  reason = reason ? pier__normalise(&run->names, reason) : NULL;
  reason = pier__value_pair(&run->scratch, "dead", reason);
  if (!reason) return PIER_ENOMEM;
  return first ? pier__run_say(run, role, format, first, reason)
               : pier__run_say(run, role, format, reason);
}

/* ---- Who and what -------------------------------------------------------------- */

pier__role *pier__run_role(const pier__run *run, const pier__value *name) {
  pier__role *role = run->roles;
  while (role && !pier__value_same(role->name, name))
    role = role->next;
  return role;
}

const pier__program *pier__run_program(const pier__run *run, const pier__value *name) {
  const pier__program *program = run->programs;
  while (program && !pier__value_same(program->name, name))
    program = program->next;
  return program;
}

int pier__role_dead(const pier__role *role) {
  return pier_process_reason(role->process).size > 0;
}

int64_t pier__clock_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int pier__run_sleep(pier__run *run, int64_t ms) {
  int64_t until = pier__clock_ms() + ms;
  int64_t left;
  while ((left = until - pier__clock_ms()) > 0) {
    int got = pier_host_run_once(run->host, (int)left);
    if (got < 0) return got;
  }
  return 0;
}

/* ---- The order of the steps ------------------------------------------------------ */

void pier__run_enter(pier__run *run, const pier__value *steps, pier__role *role,
                     const pier__value *timed) {
  pier__frame *frame = &run->frames[run->depth++]; /* check.c has counted */
  frame->next = steps->child;
  frame->role = role;
  frame->timed = timed;
  frame->began_ms = pier__clock_ms();
}

/* Steps that do not need their role, or look themselves whether it lives. */
static int is_for_anybody(const pier__step *row) {
  return row->run == pier__do_program || row->run == pier__do_role || row->run == pier__do_as ||
         row->run == pier__do_sleep || row->run == pier__do_async || row->run == pier__do_await;
}

static int do_step(pier__run *run, const pier__value *step) {
  const pier__step *row = pier__step_find(step);
  int error;
  if (!is_for_anybody(row) && run->role->pending)
    error = pier__run_mismatch(run, run->role, "pending");
  else if (!is_for_anybody(row) && pier__role_dead(run->role))
    error = pier__run_say_dead(run, run->role, NULL, "~");
  else
    error = row->run ? row->run(run, step) : pier__run_call(run, step);
  pier__arena_free(&run->scratch);
  return error;
}

static int do_steps(pier__run *run) {
  int error = 0;
  while (error == 0 && run->depth > 0) {
    pier__frame *top = &run->frames[run->depth - 1];
    const pier__value *step = top->next;
    run->role = top->role;
    if (step) {
      top->next = step->next;
      error = do_step(run, step);
    } else {
      run->depth--;
      if (top->timed) error = pier__timed_end(run, top);
      pier__arena_free(&run->scratch);
    }
  }
  return error;
}

static int begin(pier__run *run) {
  const pier__value *steps = run->scenario->steps;
  pier__value *start = pier__value_new(&run->arena, PIER__TUPLE);
  start = pier__value_add(start, pier__value_atom(&run->arena, "role"));
  start = pier__value_add(start, pier__value_atom(&run->arena, "main"));
  if (!start) return PIER_ENOMEM;
  pier_buffer_append_format(run->transcript, "{scenario,%s}.\n", run->scenario->name);
  if (pier__do_role(run, start) < 0) return PIER_ENOMEM;
  pier__run_enter(run, steps, run->roles, NULL);
  return 0;
}

int pier__scenario_run(const pier__scenario *scenario, const pier__run_settings *settings,
                       pier_buffer *transcript, pier_buffer *outcomes) {
  pier_host_config config;
  pier__run run;
  pier__role *role;
  int error;
  pier_host_config_init(&config);
  config.poll_us = settings->poll_us;
  config.linger_ms = 0; /* whoever started us ends the programs */
  memset(&run, 0, sizeof run);
  run.scenario = scenario;
  run.settings = settings;
  run.transcript = transcript;
  run.outcomes = outcomes;
  run.names.arena = &run.arena;
  run.names.scratch = &run.scratch;
  run.names.folder = settings->folder;
  run.names.command = settings->command;
  run.names.drivers = settings->drivers;
  error = pier_host_new(&run.host, &config);
  if (error == 0 && settings->enable && scenario->drives) error = settings->enable(run.host);
  if (error == 0) error = begin(&run);
  if (error == 0) error = do_steps(&run);
  if (error == 0) error = pier_buffer_append_text(transcript, "'end'.\n");
  for (role = run.roles; role; role = role->next)
    pier_buffer_free(&role->result);
  pier_host_free(run.host);
  pier__arena_free(&run.scratch);
  pier__arena_free(&run.arena);
  return error;
}
