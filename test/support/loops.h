/* A table whose every row is a test on the blocking loop and one on libuv's. */
#ifndef TEST_SUPPORT_LOOPS_H
#define TEST_SUPPORT_LOOPS_H

#include <pier.h>

#include "cmocka_all.h"

/* Runs `check` with each row, which begins with its name, a const char *, once with `uv`
 * 0 and once with 1. Returns what cmocka returns: how many failed. */
int run_loops(const char *group, const void *rows, size_t row_size, size_t count,
              void (*check)(const void *row, int uv));
#define RUN_LOOPS(group, rows, check)                                                          \
  run_loops(group, rows, sizeof rows[0], sizeof rows / sizeof rows[0], check)

/* The end of a program: runs the peer and frees it. Its status, from 100 on what is wrong
 * with the loop. */
int run_peer(pier_peer *peer, int uv);

#endif
