/*
 * bench - runs every contestant of the plan, interleaved, and reports.
 *
 *   bench [--quick] [--only SECTIONS] [--repetitions N] [--json FILE] --dir DIR
 *
 * SECTIONS is what the ids of the sections begin with ("terms"). DIR has the hosts and programs
 * (bench.mk). What is missing is skipped, and the report says so.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "report.h"
#include "run.h"

typedef struct settings {
  const char *dir;
  const char *json;
  const char *only;
  size_t repetitions;
  int quick;
} settings;

static const pace paces[] = {{50, 200, 100, 9000, 1000000, 5, 30},
                             {10, 60, 30, 500, 100000, 2, 10}};

static results_section sections[MAX_SECTIONS];
static json_t *notes;

static void note(const char *what, const char *why) {
  json_t *text = json_sprintf("%s: %s", what, why);
  json_t *old;
  size_t i;
  json_array_foreach(notes, i, old) {
    if (json_equal(old, text)) {
      json_decref(text);
      return;
    }
  }
  json_array_append_new(notes, text);
}

static int found_in_path(const char *name) {
  char path[PATH_SIZE];
  const char *at = getenv("PATH");
  while (at && *at) {
    size_t size = strcspn(at, ":");
    snprintf(path, sizeof path, "%.*s/%s", (int)size, at, name);
    if (access(path, X_OK) == 0) return 1;
    at += size + (at[size] == ':');
  }
  return 0;
}

/* Whether a contestant can be run here; if not, the report has the reason. */
static int is_here(const settings *set, const plan_section *plan, const plan_contestant *who) {
  char path[PATH_SIZE];
  command_host(set->dir, who->host, path);
  if (who->host == HOST_BEAM && !found_in_path("erl")) {
    note("BEAM", "skipped, there is no erl in PATH");
    return 0;
  }
  if (access(path, R_OK) != 0) {
    note(who->name, "skipped, its host is not built");
    return 0;
  }
  if (plan->work == WORK_TERMS || who->program == PROGRAM_OF_ROW) return 1;
  command_program(set->dir, who->program, path);
  if (access(path, X_OK) != 0) {
    note(who->name, "skipped, the program is not built");
    return 0;
  }
  return 1;
}

/* All contestants of one row, once; a different one is first each time. */
static void run_row(const settings *set, size_t s, size_t row, size_t repetition) {
  const plan_section *plan = &plan_sections[s];
  size_t most = run_port_limit(paces[set->quick].most_ports);
  size_t ports = plan->rows[row].ports < most ? plan->rows[row].ports : most;
  size_t i;
  sections[s].ports[row] = ports;
  for (i = 0; i < plan->contestant_count; i++) {
    size_t who = (i + repetition) % plan->contestant_count;
    char problem[RUN_PROBLEM];
    command line;
    json_t *run;
    if (!plan_takes_part(&plan->rows[row], who)) continue;
    if (!is_here(set, plan, &plan->contestants[who])) continue;
    command_make(&line, set->dir, &paces[set->quick], plan, &plan->rows[row],
                 &plan->contestants[who], ports);
    run = run_host(line.argv, plan->one_cpu || plan->rows[row].one_cpu, problem);
    if (!run) note(plan->rows[row].label, problem);
    sections[s].cells[row][who].runs[repetition] = run;
  }
}

/* All contestants of a section of terms, once: each does all rows. */
static void run_terms(const settings *set, size_t s, size_t repetition) {
  const plan_section *plan = &plan_sections[s];
  size_t i, row;
  for (i = 0; i < plan->contestant_count; i++) {
    size_t who = (i + repetition) % plan->contestant_count;
    char problem[RUN_PROBLEM];
    command line;
    json_t *rows;
    if (!is_here(set, plan, &plan->contestants[who])) continue;
    command_make_terms(&line, set->dir, &paces[set->quick], plan, &plan->contestants[who]);
    rows = run_host(line.argv, plan->one_cpu, problem);
    if (!rows) note(plan->id, problem);
    for (row = 0; row < plan->row_count; row++)
      sections[s].cells[row][who].runs[repetition] =
          json_incref(json_object_get(rows, plan->rows[row].id));
    json_decref(rows);
  }
}

static void run_section(const settings *set, const report *bench, size_t s, size_t repetition) {
  const plan_section *plan = &plan_sections[s];
  size_t row;
  if (plan->work == WORK_TERMS) {
    run_terms(set, s, repetition);
    return;
  }
  for (row = 0; row < plan->row_count; row++)
    if (report_has_row(bench, s, row)) run_row(set, s, row, repetition);
}

static void run_all(const settings *set, const report *bench) {
  size_t repetition, s;
  for (repetition = 0; repetition < set->repetitions; repetition++) {
    fprintf(stderr, "repetition %zu of %zu\n", repetition + 1, set->repetitions);
    for (s = 0; s < plan_section_count; s++) {
      if (report_has(bench, s)) run_section(set, bench, s, repetition);
    }
  }
}

static int read_settings(settings *set, int argc, char **argv) {
  static const struct option options[] = {
      {"quick", no_argument, NULL, 'q'},      {"repetitions", required_argument, NULL, 'r'},
      {"json", required_argument, NULL, 'j'}, {"dir", required_argument, NULL, 'd'},
      {"only", required_argument, NULL, 'o'}, {NULL, 0, NULL, 0}};
  int option;
  while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
    switch (option) {
    case 'q':
      set->quick = 1;
      break;
    case 'r':
      set->repetitions = strtoul(optarg, NULL, 10);
      break;
    case 'j':
      set->json = optarg;
      break;
    case 'd':
      set->dir = optarg;
      break;
    case 'o':
      set->only = optarg;
      break;
    default:
      return 0;
    }
  }
  return set->dir && optind == argc && set->repetitions <= MAX_REPETITIONS;
}

static void free_runs(void) {
  size_t s, row, who, i;
  for (s = 0; s < plan_section_count; s++)
    for (row = 0; row < MAX_ROWS; row++)
      for (who = 0; who < MAX_CONTESTANTS; who++)
        for (i = 0; i < MAX_REPETITIONS; i++)
          json_decref(sections[s].cells[row][who].runs[i]);
  json_decref(notes);
}

int main(int argc, char **argv) {
  settings set = {.repetitions = 0, .only = ""};
  report bench;
  int status = 0;
  if (!read_settings(&set, argc, argv)) {
    fprintf(stderr, "usage: bench [--quick] [--only SECTIONS] [--repetitions N] [--json FILE] "
                    "--dir DIR\n");
    return 2;
  }
  if (set.repetitions == 0) set.repetitions = set.quick ? 2 : 5;
  notes = json_array();
  run_prepare();
  bench = (report){sections, set.repetitions, set.quick, set.only, notes};
  run_all(&set, &bench);
  report_table(stdout, &bench);
  if (set.json && report_json(set.json, &bench) != 0) {
    fprintf(stderr, "bench: %s: %s\n", set.json, strerror(errno));
    status = 1;
  }
  free_runs();
  return status;
}
