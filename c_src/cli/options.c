/* What getopt_long leaves to its caller: sentences, numbers. */
#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int pier__bad_option(const char *who, int got, const char *element) {
  int length = (int)strcspn(element, "=");
  if (got == ':')
    return pier__fail(who, PIER__USAGE, "option %.*s needs a value (see %s --help)", length,
                      element, who);
  if (element[length] == '=')
    return pier__fail(who, PIER__USAGE,
                      "option %.*s is unknown or takes no value (see %s --help)", length,
                      element, who);
  return pier__fail(who, PIER__USAGE, "unknown option %s (see %s --help)", element, who);
}

int pier__read_options(const char *who, int argc, char **argv, const struct option *options,
                       pier__set_option *set, void *context, int *first) {
  opterr = 0;
  for (;;) {
    int before = optind;
    int got = getopt_long(argc, argv, "+:0123456789", options, NULL);
    int status;
    *first = got == -1 ? optind : before;
    if (got == -1 || (got >= '0' && got <= '9')) return 0;
    if (got == '?' || got == ':') return pier__bad_option(who, got, argv[before]);
    status = set(context, got);
    if (status) return status;
  }
}

int pier__read_number(const char *who, const char *option, const char *text, long least,
                      long most, long *number) {
  char *end;
  errno = 0;
  *number = strtol(text, &end, 10);
  if (errno == 0 && end != text && *end == '\0' && *number >= least && *number <= most)
    return 0;
  return pier__fail(who, PIER__USAGE, "%s %s: not a number from %ld to %ld", option, text,
                    least, most);
}

int pier__read_packet(const char *who, const char *text, unsigned *packet) {
  if ((text[0] == '1' || text[0] == '2' || text[0] == '4') && text[1] == '\0') {
    *packet = (unsigned)(text[0] - '0');
    return 0;
  }
  return pier__fail(who, PIER__USAGE, "--packet %s: %s", text, pier_strerror(PIER_EPACKET));
}
