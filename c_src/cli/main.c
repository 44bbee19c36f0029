/* The command `pier`: one table of subcommands. */
#include "cli/cli.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct subcommand {
  const char *name;
  int (*main)(int argc, char **argv);
  const char *usage;
  const char *about;
} subcommand;

static const subcommand subcommands[] = {
    {"call", pier__call_main, "call [OPTIONS] TERM... -- PROG [ARG...]",
     "send terms to a port program and print its answers"},
    {"driver", pier__driver_main, "driver DIR/NAME",
     "say what a linked-in driver is, what it needs, and whether it loads"},
    {"new", pier__new_main, "new [--rebar3|--mix|--make] DIR",
     "write a small project: a program in C, its owner, tests that pass"},
    {"peer", pier__peer_main, "peer ACTIONS",
     "be a port program that does what it is told, for tests of whoever owns it"},
    {"run", pier__run_main, "run [OPTIONS] -- PROG [ARG...]",
     "open any program as a port and print what its owner gets"},
    {"scenario", pier__scenario_main, "scenario [OPTIONS] FILE...",
     "run scenarios of ports on the native host, on the BEAM, or compare both"},
    {"serve", pier__serve_main, "serve [OPTIONS]",
     "be the native host of an Erlang VM, whose processes have ports in it"},
    {"term", pier__term_main, "term [OPTIONS] [FILE|TERM...]",
     "turn terms from one form into another, or check them"},
    {"wrap", pier__wrap_main, "wrap [OPTIONS] [--] PROG [ARG...]",
     "run any program behind a port, and end it for sure when the port closes"},
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0] };

static int help(void) {
  int at;
  printf("pier: programs on the far end of an Erlang port, without a BEAM\n\n");
  for (at = 0; at < SUBCOMMANDS; at++)
    printf("  pier %s\n      %s\n", subcommands[at].usage, subcommands[at].about);
  printf("\n  pier --version\n\n`pier COMMAND --help` says more.\n");
  return PIER__DONE;
}

/* A standard descriptor that is closed would become one of the port's pipes. What is
 * written to a closed output still fails: nobody is told of answers that nobody gets. */
static void fill_standard_descriptors(void) {
  int fd;
  for (fd = 0; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 &&
        open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) < 0)
      return;
}

int main(int argc, char **argv) {
  int at;
  fill_standard_descriptors();
  if (argc < 2)
    return pier__fail(
        "pier", PIER__USAGE,
        "no command given: call, driver, new, peer, run, scenario, serve, term or wrap (see "
        "pier --help)");
  if (strcmp(argv[1], "--help") == 0) return help();
  if (strcmp(argv[1], "--version") == 0) {
    printf("pier %s\n", pier_version());
    return PIER__DONE;
  }
  for (at = 0; at < SUBCOMMANDS; at++)
    if (strcmp(argv[1], subcommands[at].name) == 0)
      return subcommands[at].main(argc - 1, argv + 1);
  return pier__fail("pier", PIER__USAGE, "unknown %s %s (see pier --help)",
                    argv[1][0] == '-' ? "option" : "command", argv[1]);
}
