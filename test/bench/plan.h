/*
 * plan.h - what is measured and compared: tables, no code.
 *
 * A section is a set of contestants that do the same work; each row of it is
 * one kind of work. Ratios and aims name contestants by their place.
 */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include <stddef.h>

enum { MAX_SECTIONS = 24, MAX_CONTESTANTS = 6, MAX_ROWS = 9, MAX_RATIOS = 4 };

/* TERMS is no host, but the process that works on terms. */
typedef enum plan_host {
  HOST_RAW,
  HOST_PIER,
  HOST_TOY,
  HOST_BEAM,
  HOST_DRIVER,
  HOST_TERMS
} plan_host;

/* TRUE is the system's /bin/true, the others come with the bench. */
typedef enum plan_program {
  PROGRAM_OF_ROW = 0,
  PROGRAM_OF_CONTESTANT = 0,
  PROGRAM_ECHO_RAW,
  PROGRAM_ECHO_TUTORIAL,
  PROGRAM_ECHO_UV,
  PROGRAM_ECHO_PIER,
  PROGRAM_ECHO_PIER_UV,
  PROGRAM_ECHO_POLL, /* pier, asking for up to 100 microseconds before it sleeps */
  PROGRAM_CNODE,     /* with ei, over the distribution instead of a port */
  PROGRAM_CALLER_EI,
  PROGRAM_CALLER_PIER,
  PROGRAM_CALLER_PIER_UV,
  PROGRAM_CALLS_PIER, /* in call mode */
  PROGRAM_CALLS_PIER_UV,
  PROGRAM_LINES,
  PROGRAM_IDLE,
  PROGRAM_NOTHING,
  PROGRAM_TRUE,
  PROGRAM_DRIVER, /* a library */
  PROGRAM_NIF
} plan_program;

typedef enum plan_work {
  WORK_TRIPS,
  WORK_SPAWNS,
  WORK_STARTS,
  WORK_LINES,
  WORK_PORTS,
  WORK_DRIVER,
  WORK_TERMS
} plan_work;

typedef struct plan_contestant {
  const char *name;
  plan_host host;
  plan_program program; /* unless the row has one */
  const char *how;      /* NULL, or a way to send: engine.h */
} plan_contestant;

typedef struct plan_row {
  const char *id;
  const char *label;
  plan_program program; /* for all contestants */
  const char *payload;  /* of WORK_TRIPS: bytes, or the name of a term (payload.h), and
                           of WORK_DRIVER: what it does (driver.c) */
  size_t in_flight;     /* frames under way at a time; 0 is 1 */
  size_t at_once;       /* of WORK_SPAWNS: programs that run at a time; 0 is 1 */
  size_t resident;      /* MiB the host holds, and */
  size_t ports;         /* ports it holds open; of WORK_PORTS: those that are asked */
  size_t megabytes;     /* of WORK_LINES */
  int full_only;        /* left out of the quick run */
  int one_cpu;          /* as that of the section */
  unsigned contestants; /* a bit for each that takes part; 0: all do */
} plan_row;

typedef enum plan_sense { AT_LEAST, AT_MOST } plan_sense;

typedef struct plan_ratio {
  int over;
  int under;
} plan_ratio;

typedef struct plan_section {
  const char *id;
  const char *title;
  plan_work work;
  const char *terms; /* of WORK_TERMS: what is done with them. One process does all rows. */
  int one_cpu;       /* host and program share one CPU */
  int full_only;     /* left out of the quick run */
  size_t contestant_count;
  plan_contestant contestants[MAX_CONTESTANTS];
  size_t row_count;
  plan_row rows[MAX_ROWS];
  size_t ratio_count;
  plan_ratio ratios[MAX_RATIOS];
} plan_section;

/* What is aimed at: a figure (results.h) of one contestant, divided by that of another in
 * the same repetition, by that of the same contestant in another row, or as it is. */
typedef struct plan_aim {
  const char *section;
  const char *row;
  const char *figure;
  const char *over;
  const char *under;     /* NULL: undivided, or divided by */
  const char *under_row; /* the figure in this row; NULL: the same row */
  plan_sense sense;
  double bound;
} plan_aim;

extern const plan_section plan_sections[];
extern const size_t plan_section_count;
/* Whether that contestant takes part in that row. */
int plan_takes_part(const plan_row *row, size_t contestant);
/* Where a row is; 0 if nowhere. */
int plan_find(const char *section, const char *row, size_t *s, size_t *at);

extern const plan_aim plan_aims[];
extern const size_t plan_aim_count;

#endif
