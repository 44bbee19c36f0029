/* Whether a program rests: counted, not timed. */
#ifndef TEST_SUPPORT_REST_H
#define TEST_SUPPORT_REST_H

#include <sys/types.h>

/* Waits until all threads of the program sleep, and none of them wakes up for some time:
 * nobody goes back to sleep without a switch of context, which the kernel counts. Fails
 * the test if it never comes to that. */
void expect_rest(pid_t pid);

#endif
