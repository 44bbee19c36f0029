/* pier serve: the native host for the processes of an Erlang VM. */
#include "cli/cli.h"
#include "cli/driver.h"
#include "cli/wrap.h"

#include "serve/serve.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define SERVE "pier serve"

static const char usage[] =
    "usage: pier serve [OPTIONS]\n"
    "\n"
    "Is the native host of an Erlang VM that opened it as a port ({packet,4}, binary): the\n"
    "VM's processes open ports in it, and get what these say (doc/serve.md has the\n"
    "protocol, pier_host the Erlang side). It ends when the VM does, and its programs with\n"
    "it, also when it is killed.\n"
    "\n"
    "  --nouse-stdio    the VM is spoken to on 3 and 4, as the option of open_port has it: 0, "
    "1\n"
    "                   and 2 are for programs that inherit them\n"
    "  --trace FILE     every message, and every byte to and from programs, with its time\n"
    "  --limit NAME=N   frame: bytes of a program's packet; queue: bytes that wait for a\n"
    "                   program; ports: at a time; request: bytes of a message of the VM;\n"
    "                   output: bytes that wait for the VM\n"
    "  --check-driver, --check-driver=MS  tells what drivers do wrong, callbacks that take\n"
    "                   longer than MS (100) included, as a log of their ports\n"
    "  --poll US        microseconds to ask again before it sleeps, at most (200); stops by\n"
    "                   itself where it does not pay\n"
    "  --linger MS      for programs to end by themselves, at the end (500)\n"
    "  --no-guard       the host in this process, and none beside it: for debuggers and\n"
    "                   valgrind; programs that do not end by themselves live on\n"
    "  --help\n";

enum {
  OPTION_TRACE = 256,
  OPTION_LIMIT,
  OPTION_CHECK,
  OPTION_POLL,
  OPTION_LINGER,
  OPTION_NO_GUARD,
  OPTION_NOUSE,
  OPTION_HELP
};

static const struct option options[] = {{"trace", required_argument, NULL, OPTION_TRACE},
                                        {"limit", required_argument, NULL, OPTION_LIMIT},
                                        {"check-driver", optional_argument, NULL, OPTION_CHECK},
                                        {"poll", required_argument, NULL, OPTION_POLL},
                                        {"linger", required_argument, NULL, OPTION_LINGER},
                                        {"no-guard", no_argument, NULL, OPTION_NO_GUARD},
                                        {"nouse-stdio", no_argument, NULL, OPTION_NOUSE},
                                        {"help", no_argument, NULL, OPTION_HELP},
                                        {NULL, 0, NULL, 0}};

struct serve {
  pier__serve_config config;
  const char *trace;
  int no_guard;
  int helped;
};

/* ---- Options ------------------------------------------------------------------ */

static const struct limit {
  const char *name;
  size_t offset; /* of its size_t in pier__serve_config */
  long least, most;
} limits[] = {{"frame", offsetof(pier__serve_config, host.limits.frame), 0, INT_MAX},
              {"queue", offsetof(pier__serve_config, queue), 1, LONG_MAX},
              {"ports", offsetof(pier__serve_config, host.port_limit), 1, (1 << 28) - 1},
              {"request", offsetof(pier__serve_config, request), 64, UINT32_MAX},
              {"output", offsetof(pier__serve_config, output), 1, LONG_MAX}};

static int set_limit(struct serve *serve, const char *text) {
  const char *value = strchr(text, '=');
  size_t i, size = value ? (size_t)(value - text) : 0;
  for (i = 0; value && i < sizeof limits / sizeof limits[0]; i++) {
    const struct limit *limit = &limits[i];
    size_t bytes;
    long number;
    int status;
    if (strlen(limit->name) != size || memcmp(limit->name, text, size) != 0) continue;
    status = pier__read_number(SERVE, "--limit", value + 1, limit->least, limit->most, &number);
    bytes = (size_t)number;
    if (status == 0) memcpy((char *)&serve->config + limit->offset, &bytes, sizeof bytes);
    return status;
  }
  return pier__fail(SERVE, PIER__USAGE,
                    "--limit %s: one of frame, queue, ports, request and output, as in queue=N",
                    text);
}

static int set_option(void *context, int option) {
  struct serve *serve = context;
  long number;
  int status;
  switch (option) {
  case OPTION_TRACE:
    serve->trace = optarg;
    return 0;
  case OPTION_LIMIT:
    return set_limit(serve, optarg);
  case OPTION_CHECK:
    return pier__driver_check(SERVE, optarg, &serve->config.host);
  case OPTION_POLL:
    status = pier__read_number(SERVE, "--poll", optarg, 0, 1000000, &number);
    if (status == 0) serve->config.poll_us = (unsigned)number;
    return status;
  case OPTION_LINGER:
    status = pier__read_number(SERVE, "--linger", optarg, 0, INT_MAX, &number);
    if (status == 0) serve->config.host.linger_ms = (unsigned)number;
    return status;
  case OPTION_NO_GUARD:
    serve->no_guard = 1;
    return 0;
  case OPTION_NOUSE:
    serve->config.in = 3;
    serve->config.out = 4;
    return 0;
  default:
    fputs(usage, stdout);
    serve->helped = 1;
    return pier__flush(SERVE);
  }
}

/* ---- Running --------------------------------------------------------------------- */

static void write_line(pier_span line, void *state) {
  FILE *file = state;
  fwrite(line.data, 1, line.size, file);
  fputc('\n', file);
  fflush(file); /* it may be the last */
}

static int serve_here(struct serve *serve) {
  FILE *trace = NULL;
  pier_diag diag;
  int status;
  if (serve->trace && !(trace = fopen(serve->trace, "ae")))
    return pier__fail(SERVE, PIER__FAILED, "%s: %s", serve->trace, strerror(errno));
  if (trace) serve->config.trace = write_line;
  serve->config.trace_state = trace;
  serve->config.drivers = pier__drivers_enable;
  status = pier__serve(&serve->config, &diag);
  if (status < 0) status = pier__fail(SERVE, PIER__FAILED, "%s", diag.text);
  if (trace) fclose(trace);
  return status;
}

/* The host as a program behind `pier wrap`, which ends what it leaves behind. */
static int serve_guarded(const struct serve *serve, int argc, char **argv) {
  static char name[] = "pier", no_guard[] = "--no-guard";
  pier__wrap wrap;
  int status;
  char **arguments = pier_alloc((size_t)(argc + 3) * sizeof *arguments);
  if (!arguments) return pier__fail(SERVE, PIER__FAILED, "out of memory");
  arguments[0] = name;
  memcpy(arguments + 1, argv, (size_t)argc * sizeof *arguments);
  arguments[argc + 1] = no_guard;
  arguments[argc + 2] = NULL;
  pier__wrap_init(&wrap);
  wrap.path = "/proc/self/exe";
  if (serve->config.in != 0) wrap.watched = serve->config.in;
  wrap.argv = arguments;
  wrap.grace_ms += 2 * (long)serve->config.host.linger_ms;
  status = pier__wrap_run(&wrap);
  pier_free(arguments);
  return status;
}

int pier__serve_main(int argc, char **argv) {
  struct serve serve = {.trace = NULL};
  int first = 0, status;
  pier__serve_config_init(&serve.config);
  status = pier__read_options(SERVE, argc, argv, options, set_option, &serve, &first);
  if (status || serve.helped) return status;
  if (first < argc)
    return pier__fail(SERVE, PIER__USAGE, "%s: no argument goes here (see %s --help)",
                      argv[first], SERVE);
  return serve.no_guard ? serve_here(&serve) : serve_guarded(&serve, argc, argv);
}
