/* pier call: terms in, answers out. */
#include "cli/dialogue.h"
#include "cli/driver.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static const char who[] = "pier call";

static const char help[] =
    "usage: pier call [OPTIONS] TERM... -- PROG [ARG...]\n"
    "       pier call --driver DIR/NAME [--op N] [--control] TERM... [-- ARG...]\n"
    "\n"
    "Opens PROG as a port program, sends each TERM (Erlang text) to it as an external\n"
    "term in a frame, waits for the answer to it and prints that, a line for each.\n"
    "\n"
    "  --packet N    frames are {packet,N}: 1, 2 or 4 (default 4)\n"
    "  --timeout MS  how long to wait for each answer (default 5000)\n"
    "  --driver DIR/NAME  no program: the linked-in driver DIR/NAME.so, whose start gets\n"
    "                NAME and the ARGs; each TERM goes through port_call(Port, N, TERM)\n"
    "  --op N        the N of that (default 0)\n"
    "  --control     port_control(Port, N, TERM) instead: TERM is iodata\n"
    "  --check-driver, --check-driver=MS  tells what the driver does wrong, callbacks that\n"
    "                take longer than MS (default 100; 0: as long as they like) among it\n"
    "  --help, --version\n"
    "\n"
    "@FILE instead of a TERM takes the text from FILE, @- from standard input.\n"
    "PROG is a path, or the name of a program in PATH; it and its arguments go through as\n"
    "given. Status: 0; 1 a request was not answered; 2 bad usage or TERM; 126 PROG cannot\n"
    "be executed, or the driver cannot be loaded; 127 it cannot be found.\n"
    "\n"
    "  pier call '{add,1,2}' '{mul,6,7}' -- priv/calc\n"
    "  pier call --driver priv/sum_drv --op 1 '[1,2,3]'\n";

enum {
  OPTION_PACKET = 256,
  OPTION_TIMEOUT,
  OPTION_DRIVER,
  OPTION_OPERATION,
  OPTION_CONTROL,
  OPTION_CHECK,
  OPTION_HELP,
  OPTION_VERSION
};

static const struct option options[] = {
    {"packet", required_argument, NULL, OPTION_PACKET},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"driver", required_argument, NULL, OPTION_DRIVER},
    {"op", required_argument, NULL, OPTION_OPERATION},
    {"control", no_argument, NULL, OPTION_CONTROL},
    {"check-driver", optional_argument, NULL, OPTION_CHECK},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

typedef struct call {
  pier__dialogue dialogue;
  pier_buffer *terms; /* the external form of each TERM */
  char **texts;       /* the TERMs as typed */
  int count;
  char **program; /* PROG and its arguments, NULL-terminated */
  pier__driver_call driver;
  int for_driver; /* one of its options was given */
} call;

/* "bad term: line 1, column 8: ...", and the line with a caret under the place. */
static int bad_text(const char *argument, pier_span text, const pier_diag *diag) {
  const char *name = argument[0] == '@' ? argument + 1 : "bad term";
  pier__fail(who, PIER__USAGE, "%s: line %u, column %u: %s", name, diag->line, diag->column,
             diag->text);
  pier__show_place(text, diag);
  return PIER__USAGE;
}

/* The text of a TERM that is given as @FILE. */
static int read_file(const char *name, pier_buffer *text) {
  FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
  size_t count;
  int status = 0;
  if (!file) return pier__fail(who, PIER__USAGE, "%s: %s", name, strerror(errno));
  do {
    uint8_t *place = pier_buffer_reserve(text, 65536);
    count = place ? fread(place, 1, 65536, file) : 0;
    if (place) text->size += count;
  } while (count > 0);
  if (ferror(file)) status = pier__fail(who, PIER__FAILED, "%s: %s", name, strerror(errno));
  if (text->error)
    status = pier__fail(who, PIER__FAILED, "%s: %s", name, pier_strerror(text->error));
  if (file != stdin) fclose(file);
  return status;
}

static int read_term(pier_buffer *term, const char *argument) {
  pier_buffer file = PIER_BUFFER_INIT;
  pier_diag diag = {0};
  pier_span text = pier_span_text(argument);
  int status = 0;
  if (argument[0] == '@') {
    status = read_file(argument + 1, &file);
    text = pier_buffer_span(&file);
  }
  if (status == 0 && pier_term_read(term, text, NULL, NULL, &diag) < 0)
    status = bad_text(argument, text, &diag);
  pier_buffer_free(&file);
  return status;
}

static int read_terms(call *c) {
  int status = 0;
  int at;
  c->terms = pier_alloc((size_t)c->count * sizeof *c->terms);
  if (!c->terms) return pier__fail(who, PIER__FAILED, "%s", pier_strerror(PIER_ENOMEM));
  memset(c->terms, 0, (size_t)c->count * sizeof *c->terms);
  for (at = 0; at < c->count && status == 0; at++)
    status = read_term(&c->terms[at], c->texts[at]);
  return status;
}

static int set_option(void *context, int option) {
  call *c = context;
  long number;
  switch (option) {
  case OPTION_PACKET:
    return pier__read_packet(who, optarg, &c->dialogue.framing.packet);
  case OPTION_TIMEOUT:
    if (pier__read_number(who, "--timeout", optarg, 0, INT_MAX, &number)) return PIER__USAGE;
    c->dialogue.timeout_ms = (int)number;
    return 0;
  case OPTION_DRIVER:
    c->driver.driver = optarg;
    return 0;
  case OPTION_OPERATION:
    c->for_driver = 1;
    return pier__read_number(who, "--op", optarg, 0, UINT32_MAX, &c->driver.operation);
  case OPTION_CONTROL:
    c->for_driver = c->driver.control = 1;
    return 0;
  case OPTION_CHECK:
    c->for_driver = 1;
    return pier__driver_check(who, optarg, &c->driver.config);
  case OPTION_HELP:
    fputs(help, stdout);
    return -1;
  default:
    printf("pier %s\n", pier_version());
    return -1;
  }
}

/* Options, then terms up to "--", then the program. -1: done, nothing to call. */
static int read_arguments(call *c, int argc, char **argv) {
  int first, at;
  int status = pier__read_options(who, argc, argv, options, set_option, c, &first);
  if (status) return status;
  /* getopt has eaten a "--" that came first: there are no terms. */
  if (strcmp(argv[first - 1], "--") == 0 || first >= argc)
    return pier__fail(who, PIER__USAGE, "no TERM given (see pier call --help)");
  for (at = first; at < argc && strcmp(argv[at], "--") != 0; at++)
    if (strncmp(argv[at], "--", 2) == 0) /* which no term begins with */
      return pier__fail(who, PIER__USAGE, "%s: options come before the first TERM", argv[at]);
  c->texts = argv + first;
  c->count = at - first;
  c->program = argv + at + (at < argc);
  if (c->for_driver && !c->driver.driver)
    return pier__fail(who, PIER__USAGE, "--op, --control and --check-driver go with --driver");
  if (!c->driver.driver && at + 1 >= argc)
    return pier__fail(who, PIER__USAGE, "no program given after -- (see pier call --help)");
  return 0;
}

static int ask_all(call *c) {
  pier_buffer answer = PIER_BUFFER_INIT;
  int status = 0;
  int at;
  for (at = 0; at < c->count && status == 0; at++) {
    pier_buffer_clear(&answer);
    status = pier__dialogue_ask(&c->dialogue, pier_buffer_span(&c->terms[at]), c->texts[at],
                                &answer);
    if (status == 0) status = pier__print_line(who, pier_buffer_span(&answer));
  }
  pier_buffer_free(&answer);
  return status;
}

static int talk(call *c) {
  pier_buffer path = PIER_BUFFER_INIT;
  int status;
  if (c->driver.driver) {
    c->driver.who = who;
    c->driver.args = c->program;
    return pier__driver_call_all(&c->driver, c->terms, c->texts, c->count);
  }
  c->dialogue.program = c->program[0];
  status = pier__find_program(who, c->program[0], &path);
  if (status == 0) {
    status = pier__dialogue_open(&c->dialogue, (const char *)path.data,
                                 (const char *const *)(c->program + 1));
    if (status == 0) status = ask_all(c);
    pier__dialogue_end(&c->dialogue);
  }
  pier_buffer_free(&path);
  return status;
}

int pier__call_main(int argc, char **argv) {
  call c;
  int status;
  int at;
  memset(&c, 0, sizeof c);
  c.dialogue.who = who;
  pier_host_config_init(&c.driver.config);
  c.dialogue.framing = pier_framing_packet(4);
  c.dialogue.timeout_ms = 5000;
  status = read_arguments(&c, argc, argv);
  if (status == 0) status = read_terms(&c);
  if (status == 0) status = talk(&c);
  for (at = 0; c.terms && at < c.count; at++)
    pier_buffer_free(&c.terms[at]);
  pier_free(c.terms);
  return status < 0 ? PIER__DONE : status;
}
