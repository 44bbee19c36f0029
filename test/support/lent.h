/* Bytes to lend. Each lent block is its own, freed by its release, so that the sanitizer
 * finds one that is released too early, twice or never. */
#ifndef TEST_SUPPORT_LENT_H
#define TEST_SUPPORT_LENT_H

#include "mail.h"

/* How many have been released. */
extern int lent_released;

/* `size` bytes, always the same. */
pier_lent lent_make(size_t size);
/* They are what lent_make makes. */
void lent_expect(pier_span got, size_t size);
/* The next message of scene->me is a frame of them. */
void lent_expect_frame(struct scene *scene, size_t size);

/* As scene_open, with little time for programs to end: some do not look at their input. */
void lent_scene(struct scene *scene);
/* pier_command_lent to scene->port. */
int lent_command(const struct scene *scene, pier_process *caller, size_t size, unsigned flags);
/* A plain command that makes scene->port busy, until its program has read it. */
void lent_fill(const struct scene *scene);

#endif
