/* Does the host's memory grow where it must not? Long work in equal parts, with the bytes
 * allocated and the open descriptors after each. For a test in small and for
 * `make bench-growth` in large. */
#ifndef TEST_SUPPORT_GROWTH_H
#define TEST_SUPPORT_GROWTH_H

#include <stddef.h>

enum { GROWTH_PARTS = 10 };

typedef struct growth {
  size_t total;              /* what was done, in GROWTH_PARTS parts */
  size_t live[GROWTH_PARTS]; /* bytes pier holds after each part, */
  size_t resident;           /* bytes of the process's memory after the last one, */
  size_t fds;                /* descriptors it has more than after the first one, and */
  size_t left;               /* bytes pier still holds when all was taken and freed */
} growth;

/* Each gives 0, or an error of pier; `program` echoes frames of {packet,4} as they are. */

/* `total` frames to the program and back, 64 under way. */
int growth_frames(growth *seen, const char *program, size_t total);
/* `total` times a port is opened, closed, and its program gone. */
int growth_pairs(growth *seen, const char *program, size_t total);
/* `total` messages to an owner that reads none of them until all are there; then it reads
 * them, in order, or PIER_ESTATE. */
int growth_unread(growth *seen, const char *program, size_t total);
/* `ports` that nobody uses, for `seconds` of one wait each; sleep(host, ms) waits. */
typedef int growth_sleep(void *host, int milliseconds);
int growth_idle(growth *seen, const char *program, size_t ports, size_t seconds,
                growth_sleep *sleep_ms);

/* The bytes do not change from the second part to the last: 1. */
int growth_is_flat(const growth *seen);
/* Each part adds the same to the bytes, more or less a block of GROWTH_BLOCK, which is what
 * many messages share: 1. Only of use where a part is many blocks. */
enum { GROWTH_BLOCK = 300000 };
int growth_is_even(const growth *seen);
/* Bytes that each of `total` adds. */
double growth_each(const growth *seen);

#endif
