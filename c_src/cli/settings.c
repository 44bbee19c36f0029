/* From the arguments of `pier run` to the options of a port. */
#include "cli/settings.h"

#include "cli/driver.h"

#include <limits.h>
#include <string.h>

static const char help[] =
    "usage: pier run [OPTIONS] -- PROG [ARG...]\n"
    "       pier run [OPTIONS] --driver DIR/NAME [-- ARG...]\n"
    "\n"
    "Opens PROG as a port, sends it standard input and prints every message that the\n"
    "port's owner gets, a line for each. PROG is a path, or the name of a program in PATH;\n"
    "it and its arguments go through as given.\n"
    "\n"
    "The port:\n"
    "  --stream, --packet N, --line L   how its data is framed (default --stream)\n"
    "  --binary, --list                 data as binaries (default) or lists of bytes\n"
    "  --in, --out                      only from the program, only to it (default both)\n"
    "  --eof                            the end of its output is the message eof\n"
    "  --exit-status, --no-exit-status  the message exit_status (default: yes)\n"
    "  --stderr-to-stdout               its standard error counts as output\n"
    "  --nouse-stdio                    it uses descriptors 3 and 4, not 0 and 1\n"
    "  --cd DIR, --env NAME=VALUE, --env NAME (without it), --arg0 NAME\n"
    "  --spawn                          PROG is a command line for the shell\n"
    "  --driver DIR/NAME                no program: the linked-in driver DIR/NAME.so, whose\n"
    "                                   start gets NAME and the ARGs\n"
    "  --check-driver, --check-driver=MS  tells what the driver does wrong, callbacks that\n"
    "                                   take longer than MS (default 100; 0: as long as\n"
    "                                   they like) among it\n"
    "\n"
    "Standard input (not read with --in):\n"
    "  --input raw|line|term  what is one command: the bytes as they are read (default);\n"
    "                         a line, without its newline; a term up to its full stop,\n"
    "                         in external form\n"
    "  --wait MS              a port cannot end a program's input and go on reading its\n"
    "                         output: so, after the end of standard input, the port is\n"
    "                         closed once nothing has come for MS milliseconds (default\n"
    "                         500; -1: not before the program ends by itself)\n"
    "\n"
    "  --help, --version\n"
    "\n"
    "Status: the program's own, 128+n if signal n killed it (0 with --no-exit-status); 1 if\n"
    "the port ended in another way; 2 bad usage; 126 PROG cannot be executed, or the driver\n"
    "cannot be loaded; 127 it cannot be found.\n"
    "\n"
    "  echo hello | pier run -- cat\n"
    "  echo '{add,1,2}.' | pier run --packet 4 --input term -- priv/calc\n"
    "  echo hello | pier run --driver priv/echo_drv\n";

enum {
  SET_STREAM = 256,
  SET_PACKET,
  SET_LINE,
  SET_FLAG,
  SET_CD = SET_FLAG + 32,
  SET_ENV,
  SET_ARG0,
  SET_SPAWN,
  SET_DRIVER,
  SET_CHECK,
  SET_INPUT,
  SET_WAIT,
  SHOW_HELP,
  SHOW_VERSION
};

/* Options that only turn a flag of the port on or off: `val` is the place in
 * this table, counted from SET_FLAG. */
static const struct {
  unsigned flag;
  int on;
} flags[] = {
    {PIER_PORT_BINARY, 1},      {PIER_PORT_BINARY, 0},
    {PIER_PORT_IN, 1},          {PIER_PORT_OUT, 1},
    {PIER_PORT_EOF, 1},         {PIER_PORT_EXIT_STATUS, 1},
    {PIER_PORT_EXIT_STATUS, 0}, {PIER_PORT_STDERR_TO_STDOUT, 1},
    {PIER_PORT_NOUSE_STDIO, 1},
};
enum { FLAGS = sizeof flags / sizeof flags[0] };

static const struct option options[] = {
    {"binary", no_argument, NULL, SET_FLAG},
    {"list", no_argument, NULL, SET_FLAG + 1},
    {"in", no_argument, NULL, SET_FLAG + 2},
    {"out", no_argument, NULL, SET_FLAG + 3},
    {"eof", no_argument, NULL, SET_FLAG + 4},
    {"exit-status", no_argument, NULL, SET_FLAG + 5},
    {"no-exit-status", no_argument, NULL, SET_FLAG + 6},
    {"stderr-to-stdout", no_argument, NULL, SET_FLAG + 7},
    {"nouse-stdio", no_argument, NULL, SET_FLAG + 8},
    {"stream", no_argument, NULL, SET_STREAM},
    {"packet", required_argument, NULL, SET_PACKET},
    {"line", required_argument, NULL, SET_LINE},
    {"cd", required_argument, NULL, SET_CD},
    {"env", required_argument, NULL, SET_ENV},
    {"arg0", required_argument, NULL, SET_ARG0},
    {"spawn", no_argument, NULL, SET_SPAWN},
    {"driver", required_argument, NULL, SET_DRIVER},
    {"check-driver", optional_argument, NULL, SET_CHECK},
    {"input", required_argument, NULL, SET_INPUT},
    {"wait", required_argument, NULL, SET_WAIT},
    {"help", no_argument, NULL, SHOW_HELP},
    {"version", no_argument, NULL, SHOW_VERSION},
    {NULL, 0, NULL, 0},
};

static int set_packet(pier__settings *s) {
  unsigned packet;
  int status = pier__read_packet(PIER__RUN, optarg, &packet);
  if (status == 0) s->port.framing = pier_framing_packet(packet);
  return status;
}

static int set_line(pier__settings *s) {
  long length;
  int status = pier__read_number(PIER__RUN, "--line", optarg, 1, INT_MAX, &length);
  if (status == 0) s->port.framing = pier_framing_line((size_t)length);
  return status;
}

static int set_wait(pier__settings *s) {
  long wait;
  int status = pier__read_number(PIER__RUN, "--wait", optarg, -1, INT_MAX, &wait);
  if (status == 0) s->wait_ms = (int)wait;
  return status;
}

static int set_env(pier__settings *s) {
  const char **more = pier_realloc(s->env, (s->env_count + 2) * sizeof *more);
  if (!more) return pier__fail(PIER__RUN, PIER__FAILED, "%s", pier_strerror(PIER_ENOMEM));
  s->env = more;
  s->env[s->env_count++] = optarg;
  s->env[s->env_count] = NULL;
  return 0;
}

static int set_input(pier__settings *s) {
  static const char *const names[] = {
      [PIER__INPUT_RAW] = "raw", [PIER__INPUT_LINE] = "line", [PIER__INPUT_TERM] = "term"};
  unsigned at;
  for (at = 0; at < sizeof names / sizeof names[0]; at++)
    if (strcmp(optarg, names[at]) == 0) {
      s->input = (pier__input_mode)at;
      return 0;
    }
  return pier__fail(PIER__RUN, PIER__USAGE, "--input %s: it is raw, line or term", optarg);
}

static int set_option(pier__settings *s, int option) {
  if (option >= SET_FLAG && option < SET_FLAG + FLAGS) {
    unsigned flag = flags[option - SET_FLAG].flag;
    s->asked = flags[option - SET_FLAG].on ? s->asked | flag : s->asked & ~flag;
    s->port.flags = flags[option - SET_FLAG].on ? s->port.flags | flag : s->port.flags & ~flag;
    return 0;
  }
  switch (option) {
  case SET_STREAM:
    s->port.framing = pier_framing_stream();
    return 0;
  case SET_PACKET:
    return set_packet(s);
  case SET_LINE:
    return set_line(s);
  case SET_CD:
    s->port.cd = optarg;
    return 0;
  case SET_ENV:
    return set_env(s);
  case SET_ARG0:
    s->port.arg0 = optarg;
    return 0;
  case SET_SPAWN:
    s->port.kind = PIER_SPAWN;
    return 0;
  case SET_DRIVER:
    s->driver = optarg;
    s->port.kind = PIER_SPAWN_DRIVER;
    return 0;
  case SET_CHECK:
    return pier__driver_check(PIER__RUN, optarg, &s->host);
  case SET_INPUT:
    return set_input(s);
  case SET_WAIT:
    return set_wait(s);
  case SHOW_HELP:
    fputs(help, stdout);
    return -1;
  default:
    printf("pier %s\n", pier_version());
    return -1;
  }
}

static int read_options(pier__settings *s, int argc, char **argv) {
  opterr = 0;
  for (;;) {
    int before = optind;
    int got = getopt_long(argc, argv, "+:", options, NULL);
    int status;
    if (got == -1) return 0;
    if (got == '?' || got == ':') return pier__bad_option(PIER__RUN, got, argv[before]);
    status = set_option(s, got);
    if (status) return status;
  }
}

/* A driver knows no status, nor what else goes with a program only. */
static int read_driver(pier__settings *s, char **args) {
  pier__driver_path path = {PIER_BUFFER_INIT, PIER_BUFFER_INIT, PIER_BUFFER_INIT};
  int status = pier__driver_path_read(PIER__RUN, s->driver, &path);
  if (status == 0 &&
      (s->port.kind != PIER_SPAWN_DRIVER || s->port.arg0 || s->asked & PIER_PORT_EXIT_STATUS))
    status = pier__fail(PIER__RUN, PIER__USAGE,
                        "--driver: no --spawn, --arg0 or --exit-status, for it is no program");
  if (status == 0 && pier__driver_command(&path, args, &s->path) < 0)
    status = pier__fail(PIER__RUN, PIER__FAILED, "%s", pier_strerror(PIER_ENOMEM));
  s->port.name = (const char *)s->path.data;
  s->port.flags &= ~(unsigned)PIER_PORT_EXIT_STATUS;
  s->program = s->driver;
  pier__driver_path_free(&path);
  return status;
}

int pier__program_settings_read(pier__settings *s, int argc, char **argv) {
  int status;
  memset(s, 0, sizeof *s);
  pier_port_options_init(&s->port, PIER_SPAWN_EXECUTABLE, NULL);
  pier_host_config_init(&s->host);
  s->port.framing = pier_framing_stream();
  s->port.flags = PIER_PORT_BINARY | PIER_PORT_EXIT_STATUS;
  s->wait_ms = 500;
  status = read_options(s, argc, argv);
  if (status) return status;
  if (s->driver) return read_driver(s, argv + optind);
  if (s->host.check_drivers)
    return pier__fail(PIER__RUN, PIER__USAGE, "--check-driver goes with --driver");
  if (optind >= argc)
    return pier__fail(PIER__RUN, PIER__USAGE, "no program given (see pier run --help)");
  s->program = argv[optind];
  s->port.env = s->env;
  if (s->port.kind == PIER_SPAWN) {
    if (optind + 1 < argc || s->port.arg0)
      return pier__fail(PIER__RUN, PIER__USAGE,
                        "--spawn takes the whole command as one argument, and no --arg0");
    s->port.name = s->program;
    return 0;
  }
  status = pier__find_program(PIER__RUN, s->program, &s->path);
  s->port.name = (const char *)s->path.data;
  if (!s->port.arg0) s->port.arg0 = s->program;
  s->port.args = (const char *const *)(argv + optind + 1);
  return status;
}

void pier__program_settings_free(pier__settings *s) {
  pier_free(s->env);
  pier_buffer_free(&s->path);
}
