/* pier term: terms from one form into another. */
#include "cli/convert.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static const char who[] = PIER__TERM;

static const char help[] =
    "usage: pier term [OPTIONS] [TERM...]\n"
    "\n"
    "Reads terms, makes sure that they are well-formed and within the limits, and writes\n"
    "them in another form. @FILE instead of a TERM stands for all terms in FILE, @- or -\n"
    "for those on standard input, which is also read if there is no TERM at all.\n"
    "\n"
    "  --from F  the form of what is read (default text)\n"
    "  --to F    the form of what is written (default text):\n"
    "            text     Erlang text, each term ended by a full stop; the last of a file,\n"
    "                     and a TERM of the command line, need none\n"
    "            etf      one external term, as term_to_binary makes it\n"
    "            hex      external terms in hexadecimal digits, one a line\n"
    "            base64   the same in base64\n"
    "            packet1, packet2, packet4  frames of a port, an external term in each\n"
    "  --style S the text: w (~w), tw (~tw), tp (~0tp, the default) or pretty\n"
    "  --check   writes a line for each term instead: ok, or bad at OFFSET: what\n"
    "  --limit NAME=N  refuse more than N of: depth (of nesting), nodes (terms in a term),\n"
    "            inflated (bytes in a compressed term), frame (bytes in a frame or in etf),\n"
    "            text (bytes in a text or line)\n"
    "  --help, --version\n"
    "\n"
    "OFFSET counts bytes: of the input in text, etf and packets, of the term on its line in\n"
    "hex and base64. A compressed term is written uncompressed, otherwise external terms\n"
    "stay as they are. Status: 0; 1 a term is bad (without --check, the first one ends\n"
    "all), or reading or writing failed; 2 bad usage, or no such file.\n"
    "\n"
    "  pier term --to hex '{add,1,2}'\n"
    "  pier term --from packet4 <capture\n"
    "  pier term --check @config.terms\n";

enum {
  OPTION_FROM = 256,
  OPTION_TO,
  OPTION_STYLE,
  OPTION_CHECK,
  OPTION_LIMIT,
  OPTION_HELP,
  OPTION_VERSION
};

static const struct option options[] = {
    {"from", required_argument, NULL, OPTION_FROM},
    {"to", required_argument, NULL, OPTION_TO},
    {"style", required_argument, NULL, OPTION_STYLE},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"limit", required_argument, NULL, OPTION_LIMIT},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static const struct {
  const char *name;
  pier__form form;
  unsigned packet;
} forms[] = {
    {"text", PIER__TEXT, 0},      {"etf", PIER__ETF, 0},        {"hex", PIER__HEX, 0},
    {"base64", PIER__BASE64, 0},  {"packet1", PIER__PACKET, 1}, {"packet2", PIER__PACKET, 2},
    {"packet4", PIER__PACKET, 4},
};

static const char *const styles[] = {[PIER_TEXT_W] = "w",
                                     [PIER_TEXT_TW] = "tw",
                                     [PIER_TEXT_TP] = "tp",
                                     [PIER_TEXT_PRETTY] = "pretty"};

static const struct {
  const char *name;
  const char *option;
  size_t place;
} limits[] = {
    {"depth", "--limit depth", offsetof(pier_limits, depth)},
    {"nodes", "--limit nodes", offsetof(pier_limits, nodes)},
    {"inflated", "--limit inflated", offsetof(pier_limits, inflated)},
    {"frame", "--limit frame", offsetof(pier_limits, frame)},
    {"text", "--limit text", offsetof(pier_limits, text)},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static int set_form(const char *option, pier__form *form, unsigned *packet) {
  size_t at;
  for (at = 0; at < COUNT(forms); at++)
    if (strcmp(optarg, forms[at].name) == 0) {
      *form = forms[at].form;
      *packet = forms[at].packet;
      return 0;
    }
  return pier__fail(who, PIER__USAGE,
                    "%s %s: it is text, etf, hex, base64, packet1, packet2 or packet4", option,
                    optarg);
}

static int set_style(pier__convert *c) {
  size_t at;
  for (at = 0; at < COUNT(styles); at++)
    if (strcmp(optarg, styles[at]) == 0) {
      c->style = (pier_text_style)at;
      return 0;
    }
  return pier__fail(who, PIER__USAGE, "--style %s: it is w, tw, tp or pretty", optarg);
}

static int set_limit(pier__convert *c) {
  size_t length = strcspn(optarg, "=");
  size_t at;
  for (at = 0; at < COUNT(limits); at++) {
    long number;
    if (strlen(limits[at].name) != length || strncmp(optarg, limits[at].name, length) != 0)
      continue;
    if (optarg[length] == '\0')
      return pier__fail(who, PIER__USAGE, "--limit %s: =N is missing", optarg);
    if (pier__read_number(who, limits[at].option, optarg + length + 1, 0, LONG_MAX, &number))
      return PIER__USAGE;
    *(size_t *)(void *)((char *)&c->limits + limits[at].place) = (size_t)number;
    return 0;
  }
  return pier__fail(who, PIER__USAGE,
                    "--limit %s: there are depth, nodes, inflated, frame and text", optarg);
}

static int set_option(void *context, int option) {
  pier__convert *c = context;
  switch (option) {
  case OPTION_FROM:
    return set_form("--from", &c->from, &c->from_packet);
  case OPTION_TO:
    return set_form("--to", &c->to, &c->to_packet);
  case OPTION_STYLE:
    return set_style(c);
  case OPTION_CHECK:
    c->check = 1;
    return 0;
  case OPTION_LIMIT:
    return set_limit(c);
  case OPTION_HELP:
    fputs(help, stdout);
    return -1;
  default:
    printf("pier %s\n", pier_version());
    return -1;
  }
}

static int convert_input(pier__convert *c) {
  c->name = "standard input";
  return pier__convert_stream(c, STDIN_FILENO);
}

static int convert_file(pier__convert *c, const char *name) {
  int fd, status;
  if (strcmp(name, "-") == 0) return convert_input(c);
  c->name = name;
  fd = open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return pier__fail(who, PIER__USAGE, "%s: %s", name, strerror(errno));
  status = pier__convert_stream(c, fd);
  close(fd);
  return status;
}

/* With several of them, a sentence has to say which. */
static int convert_argument(pier__convert *c, const char *argument, int number, int count) {
  char name[32];
  if (strcmp(argument, "-") == 0) return convert_input(c);
  if (argument[0] == '@') return convert_file(c, argument + 1);
  snprintf(name, sizeof name, "term %d", number);
  c->name = count > 1 ? name : NULL;
  return pier__convert_bytes(c, pier_span_text(argument));
}

int pier__term_main(int argc, char **argv) {
  pier__convert c;
  int first, at, status, flushed;
  memset(&c, 0, sizeof c);
  c.style = PIER_TEXT_TP;
  pier_limits_init(&c.limits);
  status = pier__read_options(who, argc, argv, options, set_option, &c, &first);
  if (status) return status < 0 ? PIER__DONE : status;
  if (first >= argc) status = convert_input(&c);
  for (at = first; at < argc && status == 0; at++)
    status = convert_argument(&c, argv[at], at - first + 1, argc - first);
  pier__convert_free(&c);
  flushed = pier__flush(who);
  if (status == 0) status = flushed;
  return status == 0 && c.found_bad ? PIER__FAILED : status;
}
