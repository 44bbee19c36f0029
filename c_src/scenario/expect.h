/*
 * scenario/expect.h - what messages are expected next: a number of lists of
 * patterns, each of which goes on as messages come (its live tail), in one of
 * several ways to go on. Without I/O.
 */
#ifndef PIER_SCENARIO_EXPECT_H
#define PIER_SCENARIO_EXPECT_H

#include "scenario/value.h"

typedef enum pier__expect_kind {
  PIER__EXPECT_ONE,        /* Pattern */
  PIER__EXPECT_SET,        /* [Pattern], in any order */
  PIER__EXPECT_INTERLEAVE, /* [[Pattern]], any merge */
  PIER__EXPECT_RACE        /* [{Label,[Pattern]}], one of them */
} pier__expect_kind;

typedef struct pier__expect {
  pier__expect_kind kind;
  pier__arena *arena;
  struct pier__tails *live; /* every state that what came so far could be in */
  size_t states;
  const pier__value *label; /* PIER__EXPECT_RACE: of the list that is at its end */
} pier__expect;

/* `what` is resolved, and has the shape of its kind. The arena belongs to it
 * from now on. 1 if nothing need come, 0, PIER_ENOMEM. */
int pier__expect_begin(pier__expect *expect, pier__arena *arena, pier__expect_kind kind,
                       const pier__value *what);
/* The next message: 1 if it was the last one, 0 if more must come, PIER_EMATCH if
 * it is not expected, PIER_ELIMIT if there are too many ways, PIER_ENOMEM. */
int pier__expect_take(pier__expect *expect, const pier__value *message);

#endif
