/* An allocator for tests: counts, and fails when told to. */
#ifndef TEST_SUPPORT_MEMORY_H
#define TEST_SUPPORT_MEMORY_H

#include <stdatomic.h>
#include <stddef.h>

/* Call number `fail_at` (from 1) fails, once; 0 is none. Any thread. */
typedef struct memory_count {
  atomic_size_t calls, live, fail_at;
  atomic_size_t biggest; /* the most bytes asked for at once */
} memory_count;

extern memory_count memory_counted;

/* Forgets the counts and makes pier allocate here. */
void memory_begin(size_t fail_at);
/* Back to the C library's. */
void memory_end(void);

#endif
