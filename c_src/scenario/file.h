/*
 * scenario/file.h - a scenario file, read and checked.
 */
#ifndef PIER_SCENARIO_FILE_H
#define PIER_SCENARIO_FILE_H

#include "scenario/value.h"

typedef struct pier__scenario {
  struct pier__scenario *next;
  const pier__value *id;
  const char *name; /* the id as it is printed */
  const pier__value *steps;
  const pier__value *rules; /* a list of atoms; NULL: none */
  const pier__value *serve; /* a string: why `pier serve` may differ; NULL: it may not */
  unsigned repeat;
  int timeout_ms;
  unsigned line; /* of the file, where it begins */
  bool drives;   /* it has drivers */
} pier__scenario;

typedef struct pier__scenario_file {
  const char *path; /* borrowed */
  pier__scenario *first;
  size_t count;
  pier__arena arena;
} pier__scenario_file;

/* Reads and checks it: every step is known and has arguments of the right
 * shape. Otherwise an error with a sentence, and the line where the bad term
 * begins (0 if it is about the whole file): a system error, PIER_ETEXT, PIER_ENOMEM,
 * PIER_EARG. Free it either way. */
int pier__scenario_file_read(pier__scenario_file *file, const char *path, pier_diag *diag);
void pier__scenario_file_free(pier__scenario_file *file);

/* ---- check.c --------------------------------------------------------------- */

/* 0 if all steps are good, else PIER_EARG with the number of the step in the
 * sentence. */
int pier__scenario_check(const pier__value *steps, pier_diag *diag);
/* Is there a driver in them, so that a host without drivers cannot do them? */
bool pier__scenario_drives(const pier__value *steps);

#endif
