/* Decodes a whole term with ei's own calls, as a user would after the gate, and
 * compares the values with ours. */
#ifndef TEST_SUPPORT_EI_WALK_H
#define TEST_SUPPORT_EI_WALK_H

#include <pier/base.h>

#include <stdbool.h>

/* What ei is known to get wrong: there only the end of the term is compared. */
typedef struct ei_bug {
  const char *what;
  bool (*applies)(const char *buf, int at); /* the term whose tag is at `at` */
  size_t met;
} ei_bug;

enum { EI_BUGS = 3 };
extern ei_bug ei_bugs[EI_BUGS];

/* `term` with its version byte, plain and scanned. NULL if ei decoded all of it
 * and to the same values, otherwise what was wrong. */
const char *ei_disagrees(pier_span term);

#endif
