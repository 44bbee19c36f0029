/*
 * command.h - where hosts and programs are, and the argv of one run.
 */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

#include "plan.h"
#include "run.h"

enum { PATH_SIZE = 512, COMMAND_TEXT = 2048 };

/* Milliseconds of one run, and how many ports are "many". */
typedef struct pace {
  size_t warm;
  size_t rate;
  size_t latency;
  size_t most_ports;
  size_t megabyte;   /* of lines: bytes that stand for one */
  size_t terms_warm; /* of one term */
  size_t terms_rate;
} pace;

typedef struct command {
  char *argv[RUN_ARGS];
  size_t argc;
  char text[COMMAND_TEXT];
  size_t used;
} command;

/* `dir` has what bench.mk made. */
void command_program(const char *dir, plan_program program, char path[PATH_SIZE]);
void command_host(const char *dir, plan_host host, char path[PATH_SIZE]);

void command_make(command *line, const char *dir, const pace *times, const plan_section *plan,
                  const plan_row *row, const plan_contestant *who, size_t ports);
/* Of a section of terms, all rows. */
void command_make_terms(command *line, const char *dir, const pace *times,
                        const plan_section *plan, const plan_contestant *who);

#endif
