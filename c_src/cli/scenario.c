/* pier scenario: what a process observes of its ports, on either host. */
#include "cli/scenario.h"

#include "cli/driver.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  OPTION_HOST = 256,
  OPTION_ONLY,
  OPTION_RULE,
  OPTION_REPEAT,
  OPTION_KEEP_GOING,
  OPTION_JOBS,
  OPTION_JUNIT,
  OPTION_RECORD,
  OPTION_RECORDED,
  OPTION_RULES,
  OPTION_POLL,
  OPTION_DRIVERS,
  OPTION_HELP
};

static const struct option long_options[] = {
    {"host", required_argument, NULL, OPTION_HOST},
    {"only", required_argument, NULL, OPTION_ONLY},
    {"rule", required_argument, NULL, OPTION_RULE},
    {"repeat", required_argument, NULL, OPTION_REPEAT},
    {"keep-going", no_argument, NULL, OPTION_KEEP_GOING},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"poll", required_argument, NULL, OPTION_POLL},
    {"junit", required_argument, NULL, OPTION_JUNIT},
    {"record", required_argument, NULL, OPTION_RECORD},
    {"recorded", no_argument, NULL, OPTION_RECORDED},
    {"rules", no_argument, NULL, OPTION_RULES},
    {"drivers", required_argument, NULL, OPTION_DRIVERS},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static int help(void) {
  printf("pier scenario [OPTIONS] FILE...\n"
         "\n"
         "Runs scenarios of ports (see doc/scenarios.md) and prints or compares what a\n"
         "process observes.\n"
         "\n"
         "  --host native|beam|serve who runs them (native); several, as beam,serve, are\n"
         "                           compared; both is native,beam, all is all three\n"
         "  --only ID                only this one; may be given again\n"
         "  --rule RULE              only those that prove it\n"
         "  --repeat N               instead of each scenario's own number\n"
         "  --keep-going             after a difference too\n"
         "  --jobs N                 at a time (the number of processors)\n"
         "  --poll US                the native host asks so long before it sleeps\n"
         "  --junit FILE             the verdicts as JUnit XML\n"
         "  --record DIR             runs on the BEAM, writes DIR/otpRELEASE/NAME.transcript\n"
         "  --recorded               takes what was recorded, though there is an erl\n"
         "  --rules                  only prints the rules that no scenario proves\n"
         "  --drivers DIR            where linked-in drivers are\n"
         "\n"
         "The status is 0 if all are equal, 1 if one is different or failed, 2 if a file\n"
         "or an option is wrong, 3 if there is nothing to run.\n");
  return -1;
}

/* Names with commas between them. */
static int set_host(pier__scenario_options *options, const char *text) {
  static const struct {
    const char *name;
    pier__hosts host;
  } hosts[] = {{"native", PIER__HOST_NATIVE},
               {"beam", PIER__HOST_BEAM},
               {"serve", PIER__HOST_SERVE},
               {"both", PIER__HOST_BOTH},
               {"all", PIER__HOST_ALL}};
  unsigned chosen = 0;
  const char *name = text;
  for (;;) {
    size_t size = strcspn(name, ",");
    size_t at = 0;
    while (at < sizeof hosts / sizeof hosts[0] &&
           !(strlen(hosts[at].name) == size && memcmp(name, hosts[at].name, size) == 0))
      at++;
    if (at == sizeof hosts / sizeof hosts[0])
      return pier__fail(PIER__SCENARIO, PIER__USAGE,
                        "--host %s: it is native, beam, serve, both or all", text);
    chosen |= (unsigned)hosts[at].host;
    if (!name[size]) break;
    name += size + 1;
  }
  options->host = (pier__hosts)chosen;
  return 0;
}

static int set_option(void *context, int option) {
  pier__scenario_options *options = context;
  long number = 0;
  int status = 0;
  switch (option) {
  case OPTION_HOST:
    return set_host(options, optarg);
  case OPTION_ONLY:
    options->only[options->only_count++] = optarg;
    return 0;
  case OPTION_RULE:
    options->rule = optarg;
    return 0;
  case OPTION_REPEAT:
    status = pier__read_number(PIER__SCENARIO, "--repeat", optarg, 1, 1000000, &number);
    options->repeat = (unsigned)number;
    return status;
  case OPTION_KEEP_GOING:
    options->keep_going = 1;
    return 0;
  case OPTION_JOBS:
    status = pier__read_number(PIER__SCENARIO, "--jobs", optarg, 1, 64, &number);
    options->jobs = (unsigned)number;
    return status;
  case OPTION_POLL:
    status = pier__read_number(PIER__SCENARIO, "--poll", optarg, 0, 1000000, &number);
    options->poll_us = (unsigned)number;
    return status;
  case OPTION_JUNIT:
    options->junit = optarg;
    return 0;
  case OPTION_RECORD:
    options->record = optarg;
    return 0;
  case OPTION_RECORDED:
    options->recorded = 1;
    return 0;
  case OPTION_RULES:
    options->rules = 1;
    return 0;
  case OPTION_DRIVERS:
    options->drivers = optarg;
    return 0;
  default:
    return help();
  }
}

/* They may stand among the files. */
static int read_options(pier__scenario_options *options, int argc, char **argv) {
  int status = 0;
  opterr = 0;
  while (status == 0) {
    int got = getopt_long(argc, argv, ":", long_options, NULL);
    if (got == -1) return 0;
    if (got == '?' || got == ':')
      return pier__bad_option(PIER__SCENARIO, got, argv[optind - 1]);
    status = set_option(options, got);
  }
  return status;
}

/* ---- What is to be run ---------------------------------------------------------------- */

typedef struct work {
  pier__scenario_options options;
  pier__scenario_file *files;
  size_t file_count;
  pier__cases cases;
  size_t skipped; /* scenarios that the native host has no drivers for */
} work;

static int read_files(work *w, char **paths, int count) {
  int at;
  if (count == 0)
    return pier__fail(PIER__SCENARIO, PIER__USAGE, "no file given (see %s --help)",
                      PIER__SCENARIO);
  w->files = pier_alloc((size_t)count * sizeof *w->files);
  if (!w->files) return pier__fail(PIER__SCENARIO, PIER__FAILED, "out of memory");
  for (at = 0; at < count; at++) {
    pier_diag diag = {0};
    w->file_count++;
    if (pier__scenario_file_read(&w->files[at], paths[at], &diag) == 0) continue;
    if (diag.line)
      return pier__fail(PIER__SCENARIO, PIER__USAGE, "%s:%u: %s", paths[at], diag.line,
                        diag.text);
    return pier__fail(PIER__SCENARIO, PIER__USAGE, "%s: %s", paths[at], diag.text);
  }
  return 0;
}

static int proves(const pier__scenario *scenario, const char *rule) {
  const pier__value *one;
  for (one = scenario->rules ? scenario->rules->child : NULL; one; one = one->next)
    if (pier__value_is(one, rule)) return 1;
  return 0;
}

static int is_selected(const pier__scenario_options *options, const pier__scenario *scenario) {
  pier_span name = scenario->id->data;
  size_t at;
  if (options->rule && !proves(scenario, options->rule)) return 0;
  for (at = 0; at < options->only_count; at++)
    if (strcmp(options->only[at], scenario->name) == 0 ||
        (strlen(options->only[at]) == name.size &&
         memcmp(options->only[at], name.data, name.size) == 0))
      return 1;
  return options->only_count == 0;
}

static int is_skipped(const pier__scenario_options *options, const pier__scenario *scenario) {
  return scenario->drives && options->host & (PIER__HOST_NATIVE | PIER__HOST_SERVE) &&
         !pier__drivers_enable;
}

static int add_case(work *w, const pier__scenario_file *file, const pier__scenario *scenario) {
  pier__case *one;
  size_t at;
  for (at = 0; at < w->cases.count; at++)
    if (strcmp(w->cases.list[at].scenario->name, scenario->name) == 0)
      return pier__fail(PIER__SCENARIO, PIER__USAGE, "%s:%u: %s is in %s too", file->path,
                        scenario->line, scenario->name, w->cases.list[at].file->path);
  one = &w->cases.list[w->cases.count++];
  one->file = file;
  one->scenario = scenario;
  one->repeat = w->options.repeat ? w->options.repeat : scenario->repeat;
  return 0;
}

static int select_cases(work *w) {
  const pier__scenario *scenario;
  size_t room = 1;
  size_t at;
  int status = 0;
  for (at = 0; at < w->file_count; at++)
    room += w->files[at].count;
  w->cases.list = pier_alloc(room * sizeof *w->cases.list);
  if (!w->cases.list) return pier__fail(PIER__SCENARIO, PIER__FAILED, "out of memory");
  memset(w->cases.list, 0, room * sizeof *w->cases.list);
  for (at = 0; at < w->file_count; at++)
    for (scenario = w->files[at].first; scenario && status == 0; scenario = scenario->next)
      if (!is_selected(&w->options, scenario))
        continue;
      else if (is_skipped(&w->options, scenario))
        w->skipped++;
      else
        status = add_case(w, &w->files[at], scenario);
  if (status == 0 && w->skipped)
    pier__fail(PIER__SCENARIO, 0,
               "%zu scenario%s of linked-in drivers skipped: built without erl_driver.h",
               w->skipped, w->skipped == 1 ? "" : "s");
  if (status == 0 && w->cases.count == 0)
    return pier__fail(PIER__SCENARIO, PIER__NOTHING, "no scenario selected");
  return status;
}

/* ---- Running it ------------------------------------------------------------------------- */

static void print_transcripts(const work *w, pier__hosts host) {
  size_t at;
  for (at = 0; at < w->cases.count; at++) {
    const pier__transcript *first = pier__case_result(&w->cases.list[at], host)->first;
    if (first) fwrite(first->text.data, 1, first->text.size, stdout);
  }
}

/* More than one host? */
static int compares(const pier__scenario_options *options) {
  return (options->host & (options->host - 1)) != 0;
}

/* The first case that failed is shown, or all; what is only worth a word, always. */
static size_t judge(work *w) {
  size_t failed = 0;
  size_t at;
  for (at = 0; at < w->cases.count; at++) {
    pier__case *one = &w->cases.list[at];
    pier__scenario_judge(one, &w->options);
    failed += (size_t)one->failed;
    if (one->report.size && (!one->failed || failed == 1 || w->options.keep_going))
      fwrite(one->report.data, 1, one->report.size, stdout);
  }
  return failed;
}

static void say_verdict(const work *w, size_t failed, unsigned recorded) {
  const char *equal = compares(&w->options) ? "equal" : "good";
  size_t excused = 0;
  size_t at;
  for (at = 0; at < w->cases.count; at++)
    excused += (size_t)w->cases.list[at].excused;
  printf("%zu scenario%s, ", w->cases.count, w->cases.count == 1 ? "" : "s");
  if (failed)
    printf("%zu not %s", failed, equal);
  else
    printf("all %s", equal);
  if (excused) printf(" but %zu whose difference is known", excused);
  if (recorded) printf(" (the BEAM's recorded from OTP %u)", recorded);
  printf("%s\n", failed > 1 && !w->options.keep_going ? "; --keep-going shows them all" : "");
}

/* The BEAM itself, or what was recorded from it; *otp, and *recorded if it was. */
static int run_beam(work *w, pier__progress *progress, unsigned *otp, unsigned *recorded) {
  int status = 1;
  if (!w->options.recorded)
    status = pier__scenario_beam(&w->cases, &w->options, PIER__HOST_BEAM, progress, otp);
  if (status <= 0) return -status;
  if (w->options.record)
    return pier__fail(PIER__SCENARIO, PIER__FAILED, "--record: there is no erl in PATH");
  status = pier__scenario_recorded(&w->cases, recorded);
  if (status == 0 && *recorded == 0)
    return pier__fail(PIER__SCENARIO, PIER__FAILED, "%snothing was recorded beside the files",
                      w->options.recorded ? "" : "there is no erl in PATH, and ");
  return status;
}

static int run_serve(work *w, pier__progress *progress) {
  unsigned otp = 0;
  int status = pier__scenario_beam(&w->cases, &w->options, PIER__HOST_SERVE, progress, &otp);
  if (status <= 0) return -status;
  return pier__fail(PIER__SCENARIO, PIER__FAILED, "--host serve: there is no erl in PATH");
}

static int run(work *w) {
  pier__progress *progress = isatty(STDERR_FILENO) ? pier__show_progress : NULL;
  unsigned otp = 0;
  unsigned recorded = 0;
  size_t failed;
  int status = 0;
  if (w->options.host & PIER__HOST_BEAM) status = run_beam(w, progress, &otp, &recorded);
  if (status == 0 && w->options.host & PIER__HOST_NATIVE)
    status = pier__scenario_native(&w->cases, &w->options, progress);
  if (status == 0 && w->options.host & PIER__HOST_SERVE) status = run_serve(w, progress);
  if (status) return status;
  if (!compares(&w->options) && !w->options.record) print_transcripts(w, w->options.host);
  failed = judge(w);
  if (compares(&w->options) || failed) say_verdict(w, failed, recorded);
  if (w->options.junit) status = pier__scenario_junit(&w->cases, w->options.junit);
  if (status == 0 && w->options.record && !failed)
    status = pier__scenario_record(&w->cases, w->options.record, otp);
  return failed ? PIER__FAILED : status;
}

static int start(work *w) {
  int status;
  if (w->options.rules) return pier__scenario_rules(w->files, w->file_count);
  if (w->options.record && (w->options.only_count || w->options.rule))
    return pier__fail(PIER__SCENARIO, PIER__USAGE,
                      "--record takes whole files, no --only and no --rule");
  if (w->options.record) w->options.host = PIER__HOST_BEAM;
  status = select_cases(w);
  return status ? status : run(w);
}

static void release(work *w) {
  size_t at;
  for (at = 0; at < w->file_count; at++)
    pier__scenario_file_free(&w->files[at]);
  pier_free(w->files);
  for (at = 0; at < w->cases.count; at++)
    pier_buffer_free(&w->cases.list[at].report);
  pier_free(w->cases.list);
  pier__arena_free(&w->cases.arena);
  pier_free(w->options.only);
}

int pier__scenario_main(int argc, char **argv) {
  static char command[4096];
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  ssize_t length = readlink("/proc/self/exe", command, sizeof command - 1);
  work w;
  int status;
  /* The BEAM takes the encoding of names and arguments from the locale; the native
   * host's is UTF-8. */
  setenv("LC_ALL", "C.UTF-8", 1);
  memset(&w, 0, sizeof w);
  w.options.host = PIER__HOST_NATIVE;
  w.options.jobs = processors > 0 ? (unsigned)processors : 1;
  w.options.command = length > 0 ? command : "pier";
  w.options.only = pier_alloc((size_t)argc * sizeof *w.options.only);
  if (!w.options.only) return pier__fail(PIER__SCENARIO, PIER__FAILED, "out of memory");
  status = read_options(&w.options, argc, argv);
  w.options.files = argv + optind;
  w.options.file_count = (size_t)(argc - optind);
  if (status == 0) status = pier__scenario_find_drivers(&w.options);
  if (status == 0) status = read_files(&w, argv + optind, argc - optind);
  if (status == 0) status = start(&w);
  if (status >= 0 && pier__flush(PIER__SCENARIO)) status = PIER__FAILED;
  release(&w);
  return status < 0 ? PIER__DONE : status;
}
