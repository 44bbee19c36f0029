/* pier term: terms from one form into another. */
#include "cli/color.h"
#include "cli/convert.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEFAULT_WIDTH = 80, DEFAULT_LEVEL = 6 };

static const char who[] = PIER__TERM;

static const char help[] =
    "usage: pier term [OPTIONS] [FILE|TERM...]\n"
    "\n"
    "Reads terms, makes sure that they are well-formed and within the limits, and writes\n"
    "them in another form. An argument that is the name of a file stands for all terms in\n"
    "it, any other is one term (with packets, frames); - is standard input, which is also\n"
    "read if there are no arguments. @FILE is always a file.\n"
    "\n"
    "  --from F  the form of what is read (default text)\n"
    "  --to F    the form of what is written (default text):\n"
    "            text     Erlang text, each term ended by a full stop; the last of a file,\n"
    "                     and a TERM of the command line, need none\n"
    "            etf      one external term, as term_to_binary makes it\n"
    "            hex      external terms in hexadecimal digits, one a line\n"
    "            base64   the same in base64\n"
    "            packet1, packet2, packet4  frames of a port, an external term in each\n"
    "            json     JSON values; what JSON has not is an object of one member, such as\n"
    "                     {\"$atom\":\"ok\"} or {\"$tuple\":[1,2]} (doc/terms.md has them "
    "all)\n"
    "  --as-text, --as-file  every argument is a TERM, or a FILE, whatever files there are\n"
    "  --style S text: w (~w), tw (~tw), tp (~0tp, the default) or pretty (json as well)\n"
    "  --width N columns of --style pretty (default 80)\n"
    "  --normal  writes external terms in normal form, as term_to_binary(binary_to_term(B),\n"
    "            [deterministic, {minor_version, 2}]) does\n"
    "  --utf8-atoms  writes their atoms as OTP 26 and later do; from text and json it is\n"
    "            as OTP 25 does, and other forms keep what they have\n"
    "  --compressed[=LEVEL]  compresses them, 1 to 9 (default 6), where that makes them "
    "smaller\n"
    "  --check   writes a line for each term instead: ok, or bad at OFFSET: what (where)\n"
    "  --limit NAME=N  refuse more than N of: depth (of nesting), nodes (terms in a term),\n"
    "            inflated (bytes in a compressed term), frame (bytes in a frame or in etf),\n"
    "            text (bytes in a text or line)\n"
    "  --color WHEN  colours for text, json and what is bad: auto (the default: at a "
    "terminal,\n"
    "            unless NO_COLOR is set), always or never\n"
    "  --help, --version\n"
    "\n"
    "OFFSET counts bytes: of the input in text, json, etf and packets, of the term on its\n"
    "line in hex and base64. Without --normal, --utf8-atoms and --compressed external terms\n"
    "keep their bytes, but a compressed one is written uncompressed. Status: 0; 1 a term is\n"
    "bad (without --check, the first one ends all), or reading or writing failed; 2 bad\n"
    "usage, or no such file.\n"
    "\n"
    "  pier term --to hex '{add,1,2}'\n"
    "  pier term --from packet4 <capture\n"
    "  pier term --to json config.terms\n"
    "  pier term --check config.terms\n";

enum {
  OPTION_FROM = 256,
  OPTION_TO,
  OPTION_AS_TEXT,
  OPTION_AS_FILE,
  OPTION_STYLE,
  OPTION_WIDTH,
  OPTION_NORMAL,
  OPTION_UTF8_ATOMS,
  OPTION_COMPRESSED,
  OPTION_CHECK,
  OPTION_LIMIT,
  OPTION_COLOR,
  OPTION_HELP,
  OPTION_VERSION
};

static const struct option options[] = {
    {"from", required_argument, NULL, OPTION_FROM},
    {"to", required_argument, NULL, OPTION_TO},
    {"as-text", no_argument, NULL, OPTION_AS_TEXT},
    {"as-file", no_argument, NULL, OPTION_AS_FILE},
    {"style", required_argument, NULL, OPTION_STYLE},
    {"width", required_argument, NULL, OPTION_WIDTH},
    {"normal", no_argument, NULL, OPTION_NORMAL},
    {"utf8-atoms", no_argument, NULL, OPTION_UTF8_ATOMS},
    {"compressed", optional_argument, NULL, OPTION_COMPRESSED},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"limit", required_argument, NULL, OPTION_LIMIT},
    {"color", required_argument, NULL, OPTION_COLOR},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* What an argument is. */
typedef enum kind { EITHER, TEXT, A_FILE } kind;

typedef struct command {
  pier__convert convert;
  kind arguments;
} command;

static const struct {
  const char *name;
  pier__form form;
  unsigned packet;
} forms[] = {
    {"text", PIER__TEXT, 0},      {"etf", PIER__ETF, 0},        {"hex", PIER__HEX, 0},
    {"base64", PIER__BASE64, 0},  {"packet1", PIER__PACKET, 1}, {"packet2", PIER__PACKET, 2},
    {"packet4", PIER__PACKET, 4}, {"json", PIER__JSON, 0},
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
                    "%s %s: it is text, etf, hex, base64, packet1, packet2, packet4 or json",
                    option, optarg);
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

static int set_color(pier__convert *c) {
  int always = strcmp(optarg, "always") == 0;
  if (always || strcmp(optarg, "never") == 0) {
    c->color_out = c->color_err = always;
    return 0;
  }
  if (strcmp(optarg, "auto") != 0)
    return pier__fail(who, PIER__USAGE, "--color %s: it is auto, always or never", optarg);
  c->color_out = pier__color_wanted(STDOUT_FILENO);
  c->color_err = pier__color_wanted(STDERR_FILENO);
  return 0;
}

static int set_count(const char *option, int least, int most, int *count) {
  long number;
  if (pier__read_number(who, option, optarg, least, most, &number)) return PIER__USAGE;
  *count = (int)number;
  return 0;
}

static int set_shape(pier__convert *c, int option) {
  int width = 0, status;
  switch (option) {
  case OPTION_STYLE:
    return set_style(c);
  case OPTION_WIDTH:
    status = set_count("--width", 1, INT_MAX, &width);
    c->width = (unsigned)width;
    return status;
  case OPTION_NORMAL:
    c->normal = 1;
    return 0;
  case OPTION_UTF8_ATOMS:
    c->utf8_atoms = 1;
    return 0;
  default:
    c->level = DEFAULT_LEVEL;
    return optarg ? set_count("--compressed", 1, 9, &c->level) : 0;
  }
}

static int set_option(void *context, int option) {
  command *c = context;
  switch (option) {
  case OPTION_FROM:
    return set_form("--from", &c->convert.from, &c->convert.from_packet);
  case OPTION_TO:
    return set_form("--to", &c->convert.to, &c->convert.to_packet);
  case OPTION_AS_TEXT:
  case OPTION_AS_FILE:
    c->arguments = option == OPTION_AS_TEXT ? TEXT : A_FILE;
    return 0;
  case OPTION_CHECK:
    c->convert.check = 1;
    return 0;
  case OPTION_LIMIT:
    return set_limit(&c->convert);
  case OPTION_COLOR:
    return set_color(&c->convert);
  case OPTION_HELP:
    fputs(help, stdout);
    return -1;
  case OPTION_VERSION:
    printf("pier %s\n", pier_version());
    return -1;
  default:
    return set_shape(&c->convert, option);
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

/* A folder is no file: `test` is more likely an atom. */
static int is_file(const char *name) {
  struct stat status;
  return stat(name, &status) == 0 && !S_ISDIR(status.st_mode);
}

/* What no term looks like: its fault as a term would help nobody. */
static int is_path(const char *name) {
  const char *dot = strchr(name, '.');
  if (strpbrk(name, " \t\n{[(<\"'#$%")) return 0;
  return strchr(name, '/') || (dot && isalpha((unsigned char)dot[1]));
}

/* With several of them, a sentence has to say which. */
static int convert_argument(command *c, const char *argument, int number, int count) {
  pier__convert *convert = &c->convert;
  char name[32];
  if (c->arguments == A_FILE) return convert_file(convert, argument);
  if (c->arguments == EITHER) {
    if (strcmp(argument, "-") == 0) return convert_input(convert);
    if (argument[0] == '@') return convert_file(convert, argument + 1);
    if (is_file(argument) || (convert->from == PIER__TEXT && is_path(argument)))
      return convert_file(convert, argument);
  }
  snprintf(name, sizeof name, "term %d", number);
  convert->name = count > 1 ? name : NULL;
  return pier__convert_bytes(convert, pier_span_text(argument));
}

static void init(command *c) {
  memset(c, 0, sizeof *c);
  c->convert.style = PIER_TEXT_TP;
  c->convert.width = DEFAULT_WIDTH;
  c->convert.color_out = pier__color_wanted(STDOUT_FILENO);
  c->convert.color_err = pier__color_wanted(STDERR_FILENO);
  pier_limits_init(&c->convert.limits);
}

/* Options that say nothing about what is written are mistakes. */
static int check_options(const pier__convert *c) {
  int bytes = c->to != PIER__TEXT && c->to != PIER__JSON;
  if (!bytes && c->level > 0)
    return pier__fail(who, PIER__USAGE, "--compressed: there is nothing to compress in %s",
                      c->to == PIER__TEXT ? "text" : "json");
  return 0;
}

int pier__term_main(int argc, char **argv) {
  command c;
  int first, at, status, flushed;
  init(&c);
  status = pier__read_options(who, argc, argv, options, set_option, &c, &first);
  if (status == 0) status = check_options(&c.convert);
  if (status) return status < 0 ? PIER__DONE : status;
  if (first >= argc) status = convert_input(&c.convert);
  for (at = first; at < argc && status == 0; at++)
    status = convert_argument(&c, argv[at], at - first + 1, argc - first);
  pier__convert_free(&c.convert);
  flushed = pier__flush(who);
  if (status == 0) status = flushed;
  return status == 0 && c.convert.found_bad ? PIER__FAILED : status;
}
