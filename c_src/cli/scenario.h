/* cli/scenario.h - what the files of `pier scenario` share. */
#ifndef PIER_CLI_SCENARIO_H
#define PIER_CLI_SCENARIO_H

#include "cli/cli.h"

#include "scenario/file.h"

#define PIER__SCENARIO "pier scenario"

enum { PIER__NOTHING = 3 }; /* the status when no scenario was selected */

typedef enum pier__hosts {
  PIER__HOST_NATIVE = 1,
  PIER__HOST_BEAM = 2,
  PIER__HOST_BOTH = 3,
  PIER__HOST_SERVE = 4, /* the native host, seen from the BEAM through `pier serve` */
  PIER__HOST_ALL = 7
} pier__hosts;

typedef struct pier__scenario_options {
  pier__hosts host;
  const char **only; /* `only_count` ids */
  size_t only_count;
  const char *rule; /* only what names it; NULL: all */
  unsigned repeat;  /* 0: each scenario's own number */
  unsigned jobs;
  unsigned poll_us; /* of the native host */
  int keep_going;
  int recorded; /* not the BEAM itself */
  int rules;
  const char *junit;   /* a file; NULL: none */
  const char *record;  /* a folder; NULL: no recording */
  const char *command; /* this program's own file */
  const char *drivers; /* the folder of drivers, absolute */
  char **files;        /* the arguments, `file_count` of them */
  size_t file_count;
} pier__scenario_options;

/* ---- scenario_result.c: what a host's runs gave --------------------------------- */

/* One transcript, and how many runs gave it. */
typedef struct pier__transcript {
  struct pier__transcript *next;
  pier_span text;
  unsigned runs;
} pier__transcript;

/* A race's name and label, as text. */
typedef struct pier__outcome {
  struct pier__outcome *next; /* in the order of the texts */
  const char *text;
} pier__outcome;

typedef struct pier__result {
  pier__transcript *first; /* in the order in which they came */
  pier__outcome *outcomes;
} pier__result;

/* A scenario that was selected, and what came of it. */
typedef struct pier__case {
  const pier__scenario_file *file;
  const pier__scenario *scenario;
  unsigned repeat;
  pier__result native, beam, serve;
  int failed;
  int excused;        /* it differs in what the file says it may */
  pier_buffer report; /* what is wrong, for people */
} pier__case;

typedef struct pier__cases {
  pier__case *list;
  size_t count;
  pier__arena arena; /* of what their results hold */
} pier__cases;

/* A stream of transcripts (doc/scenarios.md) that is read piece by piece. */
typedef struct pier__stream {
  pier__cases *cases;
  pier__hosts host; /* whose results they are; exactly one */
  pier_buffer rest; /* the line that is not whole */
  pier_buffer text; /* the transcript that is not whole */
  pier__case *of;   /* the one it is of, or was; NULL: none that was selected */
  int inside;       /* it has begun and not ended */
  unsigned otp;     /* the release, if it was said */
} pier__stream;

/* 0 or PIER_ENOMEM. */
int pier__stream_feed(pier__stream *stream, pier_span bytes);
/* Ends the transcript that is not whole with a last line of `why`. */
int pier__stream_break(pier__stream *stream, const char *why);
void pier__stream_free(pier__stream *stream);

pier__result *pier__case_result(pier__case *one, pier__hosts host);
const char *pier__host_name(pier__hosts host);
/* Has it a run at all, one transcript, and that a good end? */
int pier__result_good(const pier__result *result);
unsigned pier__result_runs(const pier__result *result);

/* ---- scenario_drivers.c ---------------------------------------------------------- */

/* Makes options->drivers an absolute path: as given, as $PIER_DRIVERS, as a folder
 * `drivers` near the command, or the current one. 0, or PIER__USAGE after a sentence. */
int pier__scenario_find_drivers(pier__scenario_options *options);

/* ---- scenario_native.c ------------------------------------------------------------ */

/* Called as results come in: `done` of `count` cases. */
typedef void pier__progress(const char *host, const char *name, size_t done, size_t count);

/* Runs all cases on the native host, in processes of their own. 0 or PIER__FAILED
 * after a sentence. */
int pier__scenario_native(pier__cases *cases, const pier__scenario_options *options,
                          pier__progress *progress);

/* ---- scenario_beam.c --------------------------------------------------------------- */

/* Runs all files on the BEAM, with its own ports or those of `pier serve`: 0 with its
 * release in *otp, 1 if there is no erl in PATH, or PIER__FAILED after a sentence, as a
 * negative number. */
int pier__scenario_beam(pier__cases *cases, const pier__scenario_options *options,
                        pier__hosts host, pier__progress *progress, unsigned *otp);

/* ---- scenario_record.c ------------------------------------------------------------- */

/* Writes what came from the BEAM to files: 0, or PIER__FAILED after a sentence. */
int pier__scenario_record(const pier__cases *cases, const char *folder, unsigned otp);
/* Takes it from there: 0 with the release in *otp (0: there is none), or PIER__FAILED
 * after a sentence. */
int pier__scenario_recorded(pier__cases *cases, unsigned *otp);

/* ---- scenario_report.c ------------------------------------------------------------- */

void pier__show_progress(const char *host, const char *name, size_t done, size_t count);
/* Looks at one case: writes to its report what is wrong, and notes it in `failed`. */
void pier__scenario_judge(pier__case *one, const pier__scenario_options *options);

/* ---- scenario_junit.c, scenario_rules.c ---------------------------------------------- */

/* 0, or PIER__FAILED after a sentence. */
int pier__scenario_junit(const pier__cases *cases, const char *path);
/* Prints the rules without a scenario. 0 if there are none, else PIER__FAILED. */
int pier__scenario_rules(const pier__scenario_file *files, size_t count);

#endif
