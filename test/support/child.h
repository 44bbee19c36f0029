/* A program at the other end of three pipes, for tests of the peer end that
 * need neither a host nor a BEAM. */
#ifndef TEST_SUPPORT_CHILD_H
#define TEST_SUPPORT_CHILD_H

#include <pier/base.h>

#include <sys/types.h>

struct child {
  pid_t pid;
  int to, from, err; /* its 0, 1 and 2; -1 once closed */
};

enum {
  CHILD_NONBLOCKING = 1, /* its own ends of 0 and 1 do not block */
  CHILD_SMALL_PIPES = 2, /* 0 and 1 hold 4 KiB */
  CHILD_ON_3_AND_4 = 4   /* the pipes are 3 and 4; 0 and 1 are /dev/null */
};

/* Runs `program(state)` in a fork and ends it with the result as status. */
void child_start(struct child *child, int flags, int (*program)(void *state), void *state);
/* The same with a program of the file system. */
void child_exec(struct child *child, int flags, const char *path);

/* Writes `input`, at most `step` bytes at a time, and reads what comes at the
 * same time, until `expected` bytes are there, or the end of file; then, or once
 * the program stops reading, it returns. */
void child_exchange(struct child *child, pier_span input, size_t step, pier_buffer *output,
                    size_t expected);
void child_close(int *fd);
/* Closes what is open, and waits: the exit status, or 128 + signal. What it
 * wrote on 2 is in `said` (NUL ended, cut to `size`). */
int child_end(struct child *child, char *said, size_t size);

#endif
