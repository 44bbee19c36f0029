#include "base/spin.h"

#include <string.h>

enum {
  MOST_US = 1000000,
  CREDIT = 8,       /* as many misses in a row as are borne after a good time */
  FIRST_CREDIT = 3, /* and in the beginning */
  FIRST_REST = 16,
  LONGEST_REST = 4096
};

void pier__spin_init(struct pier__spin *spin, unsigned most_us) {
  memset(spin, 0, sizeof *spin);
  if (most_us > MOST_US) most_us = MOST_US;
  spin->most = (uint64_t)most_us * 1000;
  spin->credit = FIRST_CREDIT;
  spin->next_rest = FIRST_REST;
}

int pier__spin_begin(struct pier__spin *spin, uint64_t now, uint64_t limit) {
  if (spin->most == 0) return 0;
  if (spin->rest > 0) {
    spin->rest--;
    spin->rested++;
    return 0;
  }
  spin->began = now;
  spin->ends = now + (spin->most < limit ? spin->most : limit);
  return 1;
}

/* After a rest one try decides. */
static void failed(struct pier__spin *spin) {
  spin->misses++;
  if (spin->credit > 0) spin->credit--;
  if (spin->credit > 0) return;
  spin->rest = spin->next_rest;
  if (spin->next_rest < LONGEST_REST) spin->next_rest *= 2;
}

static void paid(struct pier__spin *spin) {
  spin->hits++;
  if (spin->credit < CREDIT) spin->credit++;
  if (spin->credit >= FIRST_CREDIT) spin->next_rest = FIRST_REST;
}

void pier__spin_end(struct pier__spin *spin, uint64_t now, int found) {
  if (found && now - spin->began <= spin->most)
    paid(spin);
  else
    failed(spin);
}
