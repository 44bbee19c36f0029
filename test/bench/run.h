/*
 * run.h - one host process, from start to end, and the line it prints.
 */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include <jansson.h>

enum { RUN_ARGS = 24, RUN_PROBLEM = 160 };

/* Once, before the first run: as many descriptors as the system allows, and
 * the programs a host leaves behind become ours, to be waited for. */
void run_prepare(void);
/* How many ports a host can hold within the descriptor limit, at most `want`. */
size_t run_port_limit(size_t want);

/* The host's line as an object, or NULL and a sentence in `problem`. With
 * one_cpu, host and programs are bound to the last CPU we may use. */
json_t *run_host(char *const argv[], int one_cpu, char problem[RUN_PROBLEM]);

#endif
