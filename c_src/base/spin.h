/*
 * Whether to ask again for a moment before going to sleep. A wake-up costs more than
 * many questions, but only where what is waited for comes soon, and from another CPU.
 * So this watches itself: what has not paid lately rests, and tries again ever more
 * rarely. The clock is the caller's, in nanoseconds, any that only goes forward.
 *
 *     if (pier__spin_begin(&spin, now(), limit)) {
 *       do
 *         found = ask();
 *       while (!found && !pier__spin_over(&spin, now()));
 *       pier__spin_end(&spin, now(), found);
 *     }
 *     if (!found) sleep();
 *
 * Ask once before that, without sleeping: what is there already is no merit of the
 * polling and must not be counted.
 */
#ifndef PIER_BASE_SPIN_H
#define PIER_BASE_SPIN_H

#include <stdint.h>

struct pier__spin {
  uint64_t most;        /* nanoseconds of one polling; 0: never */
  uint64_t began, ends; /* of the one going on */
  uint32_t rest;        /* so many waits more without polling */
  uint32_t next_rest;   /* how many after the next failure */
  uint32_t credit;      /* polled while it is not 0 */
  /* What it did, for tests and for whoever wants to know. */
  uint64_t hits, misses, rested;
};

/* At most so many microseconds before each sleep, up to a second; 0 is off. */
void pier__spin_init(struct pier__spin *spin, unsigned most_us);

static inline int pier__spin_is_on(const struct pier__spin *spin) {
  return spin->most > 0;
}

/* Before a sleep of at most `limit` nanoseconds: 1 if it is to poll. */
int pier__spin_begin(struct pier__spin *spin, uint64_t now, uint64_t limit);

static inline int pier__spin_over(const struct pier__spin *spin, uint64_t now) {
  return now >= spin->ends;
}

/* `found` in time is a hit. Found too late is none: this thread did not have the CPU,
 * and may have kept it from those it waited for. */
void pier__spin_end(struct pier__spin *spin, uint64_t now, int found);

#endif
