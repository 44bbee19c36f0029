/*
 * scenario/steps.h - the steps of the language, one row each.
 */
#ifndef PIER_SCENARIO_STEPS_H
#define PIER_SCENARIO_STEPS_H

#include "scenario/value.h"

struct pier__run;

/* What the event of a call is (doc/scenarios.md). */
typedef enum pier__event {
  PIER__EVENT_RESULT,  /* {Step,First,Result} */
  PIER__EVENT_WRITTEN, /* {Step,First,Second as written} if it went well */
  PIER__EVENT_ALLOWED, /* {Step,First,{one_of,Third}} */
  PIER__EVENT_OPEN,    /* binds First to the port: ok */
  PIER__EVENT_MONITOR, /* binds Second to the reference */
  PIER__EVENT_BIND,    /* binds First to what came: ok */
  PIER__EVENT_DDLL     /* binds First to the reference in what came: {Step,First,Result} */
} pier__event;

typedef struct pier__step {
  const char *name;
  /* One letter for each argument: a atom, n name or {lit,T}, t any term, l list,
   * i number of ms or the like, s list of steps, c a step that is a call, x a
   * string, and o, e, r for programs, lists of patterns and of labelled ones. */
  const char *shape;
  /* What does it: 0, or an error; PIER_EMATCH ends the scenario, whose last line is
   * written then. NULL for a call: */
  int (*run)(struct pier__run *run, const pier__value *step);
  const char *function; /* of erlang; NULL: see run, and prepare in call.c */
  /* Its arguments: P, R, M (a name of a port, role, monitor) or D (a term) and
   * the number of the step's argument each; "port" is the atom. */
  const char *arguments;
  pier__event event;
} pier__step;

/* The row of a step, NULL if there is none of that name and arity. */
const pier__step *pier__step_find(const pier__value *step);
/* 1 if a step of that name has another arity. */
int pier__step_named(const pier__value *name);

#endif
