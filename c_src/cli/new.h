/* cli/new.h - names of projects. */
#ifndef PIER_CLI_NEW_H
#define PIER_CLI_NEW_H

#include <stddef.h>

enum { PIER__NAME = 60, PIER__NAME_FAULT = 200 };

/* 0 if `name` can be an OTP application with modules of that name, else -1 and in
 * `fault` (PIER__NAME_FAULT bytes) a sentence. */
int pier__check_name(const char *name, size_t size, char *fault);

/* "fish_tank" as "FishTank", into PIER__NAME + 1 bytes. */
void pier__title_of(const char *name, char *title);

#endif
