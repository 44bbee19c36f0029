/* Steps that set up, wait, and look at the clock. */
#include "scenario/run.h"

#include <signal.h>
#include <stdlib.h>

int pier__do_program(pier__run *run, const pier__value *step) {
  pier__program *program = pier__arena_take(&run->arena, sizeof *program);
  if (!program) return PIER_ENOMEM;
  program->name = pier__value_at(step, 1);
  program->what = step->last;
  program->next = run->programs;
  run->programs = program;
  return 0;
}

/* Gives the process of `role` its name. */
static int name_role(pier__run *run, const pier__role *role) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier__value *pid = NULL;
  pier__name *name = NULL;
  if (pier_pid_term(pier_self(role->process), &term) == 0)
    pid = pier__value_decode(&run->scratch, pier_buffer_span(&term));
  if (pid) name = pier__names_bind(&run->names, role->name, pid);
  pier_buffer_free(&term);
  return name ? 0 : PIER_ENOMEM;
}

int pier__do_role(pier__run *run, const pier__value *step) {
  pier__role *role = pier__arena_take(&run->arena, sizeof *role);
  int error;
  if (!role) return PIER_ENOMEM;
  error = pier_process_new(run->host, &role->process);
  if (error < 0) return error;
  role->name = step->last;
  role->next = run->roles;
  run->roles = role;
  return name_role(run, role);
}

int pier__do_as(pier__run *run, const pier__value *step) {
  pier__role *role = pier__run_role(run, pier__value_at(step, 1));
  if (!role) return pier__run_unbound(run, run->role, pier__value_at(step, 1));
  pier__run_enter(run, step->last, role, NULL);
  return 0;
}

int pier__do_flag(pier__run *run, const pier__value *step) {
  return pier_trap_exit(run->role->process, pier__value_is(step->last, "true"));
}

int pier__do_os_kill(pier__run *run, const pier__value *step) {
  const pier__value *port = pier__value_at(step, 1);
  const pier__name *name = pier__names_find(&run->names, PIER__PORT, port);
  if (!name) return pier__run_unbound(run, run->role, port);
  if (name->os_pid <= 0)
    return pier__run_say(run, run->role, "{os_kill,~,{error,error,badarg}}", port);
  kill(name->os_pid, (int)step->last->integer);
  return pier__run_say(run, run->role, "{os_kill,~,ok}", port);
}

int pier__do_timed(pier__run *run, const pier__value *step) {
  pier__run_enter(run, step->last, run->role, step);
  return 0;
}

int pier__timed_end(pier__run *run, const pier__frame *frame) {
  const pier__value *step = frame->timed;
  const pier__value *bound = pier__value_at(step, 1);
  int64_t took = pier__clock_ms() - frame->began_ms;
  int within = pier__value_is(step->child, "within");
  if (pier__role_dead(frame->role))
    return pier__run_say_dead(run, frame->role, bound,
                              within ? "{within,~,~}" : "{at_least,~,~}");
  if (within && took > bound->integer)
    return pier__run_mismatch(run, frame->role, "{wanted,~,{got,late}}", step);
  if (!within && took < bound->integer)
    return pier__run_mismatch(run, frame->role, "{wanted,~,{got,early}}", step);
  return pier__run_say(run, frame->role, "{~,~,ok}", step->child, bound);
}

int pier__do_sleep(pier__run *run, const pier__value *step) {
  int64_t least = pier__value_at(step, 1)->integer;
  int64_t most = step->last->integer;
  if (most > least) least += random() % (most - least + 1);
  return pier__run_sleep(run, least);
}

/* In the order of their names, each once. */
static void insert(const pier__name **sorted, size_t *count, const pier__name *name) {
  size_t at = *count;
  size_t i;
  for (i = 0; i < *count; i++)
    if (pier__value_same(sorted[i]->name, name->name)) return;
  for (; at > 0 && pier__value_compare(sorted[at - 1]->name, name->name) > 0; at--)
    sorted[at] = sorted[at - 1];
  sorted[at] = name;
  (*count)++;
}

int pier__do_ports(pier__run *run, const pier__value *step) {
  pier__value *none = pier__value_new(&run->scratch, PIER__LIST);
  pier__value *list = pier__value_new(&run->scratch, PIER__LIST);
  const pier__value *port;
  const pier__name **sorted;
  pier__value *ports;
  size_t count = 0;
  size_t at;
  int error;
  (void)step;
  if (!none || !list) return PIER_ENOMEM;
  error = pier__run_ask(run, run->role, "ports", none, &ports);
  if (error < 0) return error;
  sorted = pier__arena_take(&run->scratch, (ports->count + 1) * sizeof(const pier__name *));
  if (!sorted) return PIER_ENOMEM;
  for (port = ports->child; port; port = port->next) {
    const pier__name *name = pier__names_of(&run->names, port);
    if (name) insert(sorted, &count, name);
  }
  for (at = 0; at < count; at++)
    list = pier__value_add(list, pier__value_leaf(&run->scratch, sorted[at]->name));
  return list ? pier__run_say(run, run->role, "{ports,~}", list) : PIER_ENOMEM;
}
