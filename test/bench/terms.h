/*
 * terms.h - the terms of the term tables, and the ways to build and to walk
 * each of them. terms.c measures; bench_beam.erl has the same terms.
 */
#ifndef BENCH_TERMS_H
#define BENCH_TERMS_H

#include <pier/term.h>

enum { TERMS_COUNT = 5, TERMS_ROOM = 1 << 20 };

/* One term. Builders append the whole term, version byte first; what ei writes
 * must be the same value, for which its bytes may differ. */
typedef struct terms_case {
  const char *id; /* the row of the plan */
  void (*build)(pier_buffer *out);
  void (*build_x)(ei_x_buff *out);
  void (*build_flat)(char *out, int *index);
} terms_case;

extern const terms_case terms_cases[TERMS_COUNT];

/* Once, before any builder. */
void terms_prepare(void);

#endif
