/* Where the linked-in drivers of scenarios are. */
#include "cli/scenario.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* The folder `drivers` beside the command, or beside the folder that it is in. */
static int find_beside(const char *command, char *path, size_t room) {
  static const char *const places[] = {"/drivers", "/../drivers"};
  const char *slash = strrchr(command, '/');
  int folder = slash ? (int)(slash - command) : 0;
  size_t at;
  for (at = 0; at < sizeof places / sizeof places[0]; at++) {
    snprintf(path, room, "%.*s%s", folder, command, places[at]);
    if (is_folder(path)) return 1;
  }
  return 0;
}

int pier__scenario_find_drivers(pier__scenario_options *options) {
  static char found[PATH_MAX];
  char beside[PATH_MAX];
  const char *wanted = options->drivers ? options->drivers : getenv("PIER_DRIVERS");
  if (!wanted) wanted = find_beside(options->command, beside, sizeof beside) ? beside : ".";
  if (!realpath(wanted, found))
    return pier__fail(PIER__SCENARIO, PIER__USAGE, "--drivers %s: %s", wanted, strerror(errno));
  options->drivers = found;
  return 0;
}
