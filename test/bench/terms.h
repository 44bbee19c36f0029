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
  const char *id;   /* the row of the plan */
  const char *text; /* what is read as text; NULL: what the term prints as */
  void (*build)(pier_buffer *out);
  void (*build_x)(ei_x_buff *out);
  void (*build_flat)(char *out, int *index);
} terms_case;

extern const terms_case terms_cases[TERMS_COUNT];

/* Reads all of a term of that case, with pier's cursor or with ei; 0, or an
 * error if something was not as it should be. */
int terms_walk(size_t which, pier_span term);
int terms_walk_ei(size_t which, pier_span term);

/* Once, before any builder. */
void terms_prepare(void);

#endif
