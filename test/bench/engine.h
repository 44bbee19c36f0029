/*
 * engine.h - what a host in C has to offer to be measured. The measures
 * (work.c) are the same for all; an engine is one way to hold ports.
 *
 * An engine serves one process that is measured and then ends, so it keeps
 * its state in its own file. Every call gives 0 or a negative errno or PIER_
 * value, which engine_error puts into words.
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "payload.h"

enum { ENGINE_BATCH = 64, /* the most frames one send carries */ LINE_LIMIT = 1024 };

typedef struct engine {
  const char *name;
  /* Room for `ports` ports. `how` is "" or names one of the engine's ways to send. */
  int (*start)(size_t ports, const char *how);
  /* What every frame has from now on; the bytes stay valid. Answers are checked
   * against it, the first one whole. At most `in_flight` are sent at once. */
  int (*set_payload)(const payload *sent, size_t in_flight);
  /* Opens a program with {packet,4}; slot 0 is the one that is talked to. */
  int (*open)(size_t slot, const char *program);
  pid_t (*os_pid)(size_t slot);
  /* `count` frames to slot 0, and at least one whole answer from it, of
   * which *count says how many. */
  int (*send)(unsigned count);
  int (*take)(unsigned *count);
  /* Runs `count` programs, all started before one is waited for, from start to end, until
   * their pipes are closed and they are reaped; in the slots from `slot` on. */
  int (*spawn)(size_t slot, size_t count, const char *program);
  /* One frame to each of the ports in the first `count` slots, and all their answers. */
  int (*round)(size_t count);
  /* Opens a program for {line,LINE_LIMIT} in slot 0; then `count` of its bytes or more in
   * whole lines, which *lines is added to. */
  int (*open_lines)(const char *program);
  int (*lines)(size_t count, uint64_t *bytes, uint64_t *lines);
  /* Closes slot 0's port and waits until its program is gone. */
  int (*close)(void);
  /* Waits for so long, with nothing to do. */
  int (*idle)(int milliseconds);
  const char *(*error)(int status);
} engine;

extern const engine bench_engine;

#endif
