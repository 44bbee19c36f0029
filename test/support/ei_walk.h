/* Decodes a whole term with ei's own calls, as a user would after the gate. */
#ifndef TEST_SUPPORT_EI_WALK_H
#define TEST_SUPPORT_EI_WALK_H

#include <pier/base.h>

/* `term` with its version byte, plain and scanned. 0 if ei decoded everything
 * and ended at the end of the term, otherwise the tag it failed at. */
int ei_walk(pier_span term);

#endif
