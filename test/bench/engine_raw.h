/*
 * engine_raw.h - the raw host's two halves: programs (engine_raw_spawn.c) and bytes
 * (engine_raw.c).
 */
#ifndef BENCH_ENGINE_RAW_H
#define BENCH_ENGINE_RAW_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct raw_port {
  pid_t pid;
  int pidfd;
  int in;
  int out;
} raw_port;

/* What events say: the slot, and which of its descriptors. */
enum { RAW_IN, RAW_OUT, RAW_PID, RAW_KINDS };

extern raw_port *raw_ports;
extern int raw_epoll;

int raw_start(size_t count, const char *how);
int raw_open(size_t slot, const char *program);
int raw_spawn(size_t slot, size_t count, const char *program);
int raw_close(void);

#endif
