/*
 * plan.h - what is measured and compared: tables, no code.
 *
 * A section is a set of contestants that do the same work; each row of it is
 * one kind of work. Ratios and aims name contestants by their place.
 */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include <stddef.h>

enum { MAX_SECTIONS = 12, MAX_CONTESTANTS = 4, MAX_ROWS = 6, MAX_RATIOS = 3 };

/* TERMS is no host, but the process that works on terms. */
typedef enum plan_host { HOST_RAW, HOST_PIER, HOST_BEAM, HOST_TERMS } plan_host;

/* TRUE is the system's /bin/true, the others come with the bench. */
typedef enum plan_program {
  PROGRAM_ECHO_RAW,
  PROGRAM_ECHO_TUTORIAL,
  PROGRAM_ECHO_PIER,
  PROGRAM_IDLE,
  PROGRAM_NOTHING,
  PROGRAM_TRUE
} plan_program;

typedef enum plan_work { WORK_TRIPS, WORK_SPAWNS, WORK_TERMS } plan_work;

typedef struct plan_contestant {
  const char *name;
  plan_host host;
  plan_program program; /* of WORK_TRIPS */
} plan_contestant;

typedef struct plan_row {
  const char *id;
  const char *label;
  plan_program program; /* of WORK_SPAWNS */
  size_t size;          /* of WORK_TRIPS: payload bytes, and */
  size_t in_flight;     /* frames under way at a time */
  size_t resident;      /* of WORK_SPAWNS: MiB the host holds, and */
  size_t beside;        /* ports it holds open */
  int full_only;        /* left out of the quick run */
} plan_row;

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

typedef struct plan_aim {
  const char *section;
  const char *row;
  int ratio; /* index into the section's ratios; or GIGABYTES, what the first contestant
                does in a second */
  double at_least;
} plan_aim;

enum { GIGABYTES = -1 };

extern const plan_section plan_sections[];
extern const size_t plan_section_count;
extern const plan_aim plan_aims[];
extern const size_t plan_aim_count;

#endif
