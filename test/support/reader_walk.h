/* A term read by its cursor from end to end, and said in Erlang text. */
#ifndef TEST_SUPPORT_READER_WALK_H
#define TEST_SUPPORT_READER_WALK_H

#include <pier/read.h>

/* Appends the text of `term` as ~w has it, maps in the order of their bytes: every
 * leaf by the function of its type, every container entered and read. The
 * verdict of the reader. Ends the program when there is no memory. */
int reader_walk(pier_span term, pier_buffer *text);

#endif
