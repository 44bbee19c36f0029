#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const host_files[] = {
    [HOST_RAW] = "host_raw",         [HOST_PIER] = "host_pier",     [HOST_TOY] = "host_toy",
    [HOST_BEAM] = "bench_beam.beam", [HOST_DRIVER] = "host_driver", [HOST_TERMS] = "terms"};

static const char *const program_files[] = {[PROGRAM_ECHO_RAW] = "echo_raw",
                                            [PROGRAM_ECHO_TUTORIAL] = "echo_tutorial",
                                            [PROGRAM_ECHO_UV] = "echo_uv",
                                            [PROGRAM_ECHO_PIER] = "echo_pier",
                                            [PROGRAM_ECHO_PIER_UV] = "echo_pier_uv",
                                            [PROGRAM_ECHO_POLL] = "echo_poll",
                                            [PROGRAM_CNODE] = "cnode",
                                            [PROGRAM_CALLER_EI] = "caller_ei",
                                            [PROGRAM_CALLER_PIER] = "caller_pier",
                                            [PROGRAM_CALLER_PIER_UV] = "caller_pier_uv",
                                            [PROGRAM_CALLS_PIER] = "calls_pier",
                                            [PROGRAM_CALLS_PIER_UV] = "calls_pier_uv",
                                            [PROGRAM_LINES] = "lines",
                                            [PROGRAM_IDLE] = "idle",
                                            [PROGRAM_NOTHING] = "nothing",
                                            [PROGRAM_TRUE] = NULL,
                                            [PROGRAM_DRIVER] = "bench_drv.so",
                                            [PROGRAM_NIF] = "bench_nif.so"};

static const char *const works[] = {
    [WORK_TRIPS] = "trips", [WORK_SPAWNS] = "spawns", [WORK_STARTS] = "starts",
    [WORK_LINES] = "lines", [WORK_PORTS] = "ports",   [WORK_DRIVER] = "driver"};

void command_program(const char *dir, plan_program program, char path[PATH_SIZE]) {
  if (program == PROGRAM_TRUE)
    snprintf(path, PATH_SIZE, "/bin/true");
  else
    snprintf(path, PATH_SIZE, "%s/%s", dir, program_files[program]);
}

void command_host(const char *dir, plan_host host, char path[PATH_SIZE]) {
  snprintf(path, PATH_SIZE, "%s/%s", dir, host_files[host]);
}

static void add(command *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(command *line, const char *format, ...) {
  char *at = line->text + line->used;
  va_list values;
  va_start(values, format);
  line->used += (size_t)vsnprintf(at, COMMAND_TEXT - line->used, format, values) + 1;
  va_end(values);
  line->argv[line->argc++] = at;
  line->argv[line->argc] = NULL;
}

static void add_host(command *line, const char *dir, plan_host host) {
  /* For the C node: the distribution, if it is started, listens somewhere, without epmd. */
  static const char *const erl[] = {
      "erl", "-noshell", "-noinput", "-start_epmd", "false", "-erl_epmd_port", "0",
      "-pa", NULL,       "-run",     "bench_beam",  "main",  "-extra"};
  char path[PATH_SIZE];
  size_t i;
  memset(line, 0, sizeof *line);
  command_host(dir, host, path);
  if (host != HOST_BEAM)
    add(line, "%s", path);
  else
    for (i = 0; i < sizeof erl / sizeof erl[0]; i++)
      add(line, "%s", erl[i] ? erl[i] : dir);
}

void command_make(command *line, const char *dir, const pace *times, const plan_section *plan,
                  const plan_row *row, const plan_contestant *who, size_t ports) {
  char path[PATH_SIZE];
  add_host(line, dir, who->host);
  add(line, "work=%s", works[plan->work]);
  command_program(dir, row->program ? row->program : who->program, path);
  add(line, "program=%s", path);
  command_program(dir, PROGRAM_IDLE, path);
  add(line, "idle=%s", path);
  if (who->how) add(line, "how=%s", who->how);
  if (row->payload) add(line, "payload=%s", row->payload);
  if (row->in_flight) add(line, "in_flight=%zu", row->in_flight);
  if (row->resident) add(line, "resident=%zu", row->resident);
  if (row->at_once) add(line, "at_once=%zu", row->at_once);
  if (row->megabytes) add(line, "bytes=%zu", row->megabytes * times->megabyte);
  if (ports) add(line, "ports=%zu", ports);
  add(line, "warm=%zu", times->warm);
  add(line, "rate=%zu", times->rate);
  add(line, "latency=%zu", times->latency);
}

void command_make_terms(command *line, const char *dir, const pace *times,
                        const plan_section *plan, const plan_contestant *who) {
  add_host(line, dir, who->host);
  add(line, "work=terms");
  add(line, "terms=%s", plan->terms);
  add(line, "contestant=%s", who->name);
  add(line, "warm=%zu", times->terms_warm);
  add(line, "rate=%zu", times->terms_rate);
}
