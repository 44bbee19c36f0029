/*
 * scenario/run.h - one run of a scenario on the native host.
 */
#ifndef PIER_SCENARIO_RUN_H
#define PIER_SCENARIO_RUN_H

#include "scenario/expect.h"
#include "scenario/file.h"
#include "scenario/names.h"
#include "scenario/steps.h"

/* What a run gets from outside. The working directory is the caller's business. */
typedef struct pier__run_settings {
  const char *command;            /* the file of `pier`, which plays scripted programs */
  const char *folder;             /* the working directory, as it is printed */
  const char *drivers;            /* where drivers are, an absolute path; NULL: nowhere */
  unsigned poll_us;               /* of the host */
  int (*enable)(pier_host *host); /* lets a host load drivers; NULL: it does not */
} pier__run_settings;

/* Runs it once: appends the transcript to `transcript` and its races to
 * `outcomes`. 0, PIER_EMATCH if the transcript ends with a mismatch, or another
 * error (PIER_ENOMEM, those of pier_host_new), which the transcript does not show. */
int pier__scenario_run(const pier__scenario *scenario, const pier__run_settings *settings,
                       pier_buffer *transcript, pier_buffer *outcomes);

/* ---- Inside ------------------------------------------------------------------ */

typedef struct pier__role {
  struct pier__role *next;
  const pier__value *name;
  pier_process *process;
  const pier__value *pending; /* the step that was begun and not awaited; NULL: none */
  int suspended;              /* it has not returned */
  int got;                    /* what pier_apply_start gave, once it has returned */
  pier_buffer result;
} pier__role;

typedef struct pier__program {
  struct pier__program *next;
  const pier__value *name;
  const pier__value *what;
} pier__program;

/* Steps that are being done: those of the scenario, of an `as`, of a `within`. */
typedef struct pier__frame {
  const pier__value *next; /* NULL: all done */
  pier__role *role;
  const pier__value *timed; /* the step that bounds them; NULL: none does */
  int64_t began_ms;
} pier__frame;

enum { PIER__FRAMES = 32 };

typedef struct pier__run {
  const pier__scenario *scenario;
  const pier__run_settings *settings;
  pier_host *host;
  pier__arena arena;   /* for the whole run */
  pier__arena scratch; /* for one step */
  pier__names names;
  pier__role *roles;
  pier__program *programs;
  pier__role *role; /* who does the step */
  pier__frame frames[PIER__FRAMES];
  unsigned depth;
  pier_buffer *transcript;
  pier_buffer *outcomes;
} pier__run;

/* Writes an event: `format` in which each % stands for a C string and each ~ for
 * a value. 0 or PIER_ENOMEM. */
int pier__run_say(pier__run *run, const pier__role *role, const char *format, ...);
/* The same as the mismatch that ends the run: PIER_EMATCH or PIER_ENOMEM. */
int pier__run_mismatch(pier__run *run, const pier__role *role, const char *format, ...);
/* {unbound,Name}; PIER_ENOMEM if `unbound` is NULL. */
int pier__run_unbound(pier__run *run, const pier__role *role, const pier__value *unbound);

/* NULL if there is none. */
pier__role *pier__run_role(const pier__run *run, const pier__value *name);
const pier__program *pier__run_program(const pier__run *run, const pier__value *name);

/* Has the role's process ended? */
int pier__role_dead(const pier__role *role);
/* Writes `format`, in which ~ is then {dead,Reason} with its names. */
int pier__run_say_dead(pier__run *run, const pier__role *role, const pier__value *first,
                       const char *format);

/* Begins the steps of a list as another frame. */
void pier__run_enter(pier__run *run, const pier__value *steps, pier__role *role,
                     const pier__value *timed);

int64_t pier__clock_ms(void);
/* Lets the host run for that long. */
int pier__run_sleep(pier__run *run, int64_t ms);

/* ---- call.c: steps that call a function ---------------------------------------- */

int pier__run_call(pier__run *run, const pier__value *step);
int pier__do_async(pier__run *run, const pier__value *step);
int pier__do_await(pier__run *run, const pier__value *step);
/* Calls a function of no effect on the transcript: 0 with its value (in the
 * scratch arena), or an error. */
int pier__run_ask(pier__run *run, const pier__role *role, const char *function,
                  pier__value *arguments, pier__value **answer);

/* ---- program.c ------------------------------------------------------------------- */

/* The arguments of open_port for a program; `options` are resolved. NULL when out
 * of memory, or with *unbound set. */
pier__value *pier__program_arguments(pier__run *run, const pier__value *name,
                                     const pier__value *options, const pier__value **unbound);
/* The arguments of erl_ddll:load for a program that is a driver; NULL if it is none, when out
 * of memory, or with *unbound set. */
pier__value *pier__program_driver(pier__run *run, const pier__value *name,
                                  const pier__value **unbound);
/* Does the last of these options that decides it say packets or lines? */
bool pier__options_framed(const pier__value *options);

/* ---- observe.c, setup.c: the steps by name ----------------------------------------- */

int pier__do_program(pier__run *run, const pier__value *step);
int pier__do_role(pier__run *run, const pier__value *step);
int pier__do_as(pier__run *run, const pier__value *step);
int pier__do_flag(pier__run *run, const pier__value *step);
int pier__do_os_kill(pier__run *run, const pier__value *step);
int pier__do_timed(pier__run *run, const pier__value *step);
int pier__timed_end(pier__run *run, const pier__frame *frame);
int pier__do_sleep(pier__run *run, const pier__value *step);
int pier__do_ports(pier__run *run, const pier__value *step);

int pier__do_expect(pier__run *run, const pier__value *step);
int pier__do_expect_set(pier__run *run, const pier__value *step);
int pier__do_interleave(pier__run *run, const pier__value *step);
int pier__do_race(pier__run *run, const pier__value *step);
int pier__do_gather(pier__run *run, const pier__value *step);
int pier__do_quiet(pier__run *run, const pier__value *step);
/* The role's next message: 1, 0 if none came, PIER_ENOPROC, PIER_ENOMEM. */
int pier__run_receive(pier__run *run, pier__value **message, int timeout_ms);

int pier__do_flush(pier__run *run, const pier__value *step);

#endif
