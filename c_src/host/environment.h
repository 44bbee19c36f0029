/*
 * The environment that programs are started with and drivers ask for: that of the process,
 * and what drivers have set since. As in the BEAM, getenv(3) knows nothing of the latter.
 * One for the process; any thread.
 */
#ifndef PIER_HOST_ENVIRONMENT_H
#define PIER_HOST_ENVIRONMENT_H

#include <stddef.h>

/* Copies both; PIER_ENOMEM: nothing is changed. */
int pier__environment_set(const char *name, const char *value);

/* 0: `value`, which has room for `*size` bytes, has it with its 0, `*size` is its length;
 * 1: that is too little, `*size` is how much it takes; -1: there is no such variable. */
int pier__environment_get(const char *name, char *value, size_t *size);

/* All of it for execve: a block for pier_free, whose strings of the process's environment
 * are not copied. NULL if nothing was set: then `environ` is it. PIER_ENOMEM. */
int pier__environment_make(char ***block);

#endif
