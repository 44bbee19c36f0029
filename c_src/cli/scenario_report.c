/* What is said about the runs: progress, and the first difference. */
#include "cli/scenario.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

enum { CONTEXT = 3 };

void pier__show_progress(const char *host, const char *name, size_t done, size_t count) {
  fprintf(stderr, "\r\033[K%s %zu/%zu %.60s", host, done, count, name);
  if (done == count) fprintf(stderr, "\r\033[K");
  fflush(stderr);
}

/* The line that begins at `at`, with its newline. */
static pier_span line_at(pier_span text, size_t at) {
  const uint8_t *newline = memchr(text.data + at, '\n', text.size - at);
  size_t end = newline ? (size_t)(newline - text.data) + 1 : text.size;
  return pier_span_of(text.data + at, end - at);
}

/* Bytes in the first `count` lines. */
static size_t lines(pier_span text, size_t count) {
  size_t at = 0;
  while (count-- && at < text.size)
    at += line_at(text, at).size;
  return at;
}

/* How many lines are the same in both. */
static size_t same_lines(pier_span a, pier_span b) {
  size_t at = 0;
  size_t count = 0;
  while (at < a.size && at < b.size) {
    pier_span left = line_at(a, at);
    pier_span right = line_at(b, at);
    if (left.size != right.size || memcmp(left.data, right.data, left.size) != 0) break;
    at += left.size;
    count++;
  }
  return count;
}

/* The lines around number `line`, from 0. */
static void show_context(pier_buffer *out, const char *whose, pier_span text, size_t line) {
  size_t number = line > CONTEXT ? line - CONTEXT : 0;
  size_t at = lines(text, number);
  pier_buffer_append_format(out, "  %s:\n", whose);
  for (; number <= line + CONTEXT && at < text.size; number++) {
    pier_span one = line_at(text, at);
    pier_buffer_append_format(out, "  %s %.*s\n", number == line ? ">" : " ", (int)one.size - 1,
                              (const char *)one.data);
    at += one.size;
  }
  if (number <= line) pier_buffer_append_format(out, "  > (nothing)\n");
}

static void show_title(pier__case *one, const char *what) {
  pier_buffer_append_format(&one->report, "%s (%s:%u): %s\n", one->scenario->name,
                            one->file->path, one->scenario->line, what);
}

/* An id that a shell takes as it is, else in Erlang's quotes and the shell's. */
static void append_id(pier_buffer *out, const pier__scenario *scenario) {
  pier_span id = scenario->id->data;
  size_t at;
  for (at = 0; at < id.size; at++)
    if (id.data[at] >= 0x80 || !(isalnum(id.data[at]) || strchr("._@-", id.data[at]))) {
      pier_buffer_append_format(out, "\"%s\"", scenario->name);
      return;
    }
  pier_buffer_append(out, id.data, id.size);
}

static void show_rerun(pier__case *one, const pier__scenario_options *options) {
  pier_buffer *out = &one->report;
  pier_buffer_append_format(out, "  again: pier scenario --host %s",
                            pier__host_name(options->host));
  if (options->repeat) pier_buffer_append_format(out, " --repeat %u", options->repeat);
  pier_buffer_append_text(out, " --only ");
  append_id(out, one->scenario);
  pier_buffer_append_format(out, " %s\n", one->file->path);
}

static void show_difference(pier__case *one, const char *a_name, pier_span a,
                            const char *b_name, pier_span b) {
  char what[80];
  size_t same = same_lines(a, b);
  snprintf(what, sizeof what, "line %zu differs", same + 1);
  show_title(one, what);
  show_context(&one->report, a_name, a, same);
  show_context(&one->report, b_name, b, same);
}

/* The line with the mismatch is the last one. */
static void show_end(pier__case *one, const char *whose, pier_span text) {
  size_t count = 0;
  size_t at = 0;
  while (at < text.size) {
    at += line_at(text, at).size;
    count++;
  }
  show_title(one, "it did not come to its end");
  show_context(&one->report, whose, text, count ? count - 1 : 0);
}

/* What is wrong on one host alone; 1 if anything. */
static int judge_host(pier__case *one, const char *whose, const pier__result *result) {
  const pier__transcript *first = result->first;
  if (pier__result_good(result)) return 0;
  if (!first) {
    char what[80];
    snprintf(what, sizeof what, "there is no transcript from %s", whose);
    show_title(one, what);
  } else if (first->next) {
    char a[80], b[80];
    snprintf(a, sizeof a, "%s, %u of %u runs", whose, first->runs, pier__result_runs(result));
    snprintf(b, sizeof b, "%s, %u of %u runs", whose, first->next->runs,
             pier__result_runs(result));
    show_difference(one, a, first->text, b, first->next->text);
  } else {
    show_end(one, whose, first->text);
  }
  return 1;
}

static int has_outcome(const pier__result *result, const char *text) {
  const pier__outcome *at;
  for (at = result->outcomes; at; at = at->next)
    if (strcmp(at->text, text) == 0) return 1;
  return 0;
}

/* Races that went a way on the BEAM that they never went elsewhere: no failure. */
static void show_missing_outcomes(pier__case *one, pier__hosts host) {
  const pier__result *other = pier__case_result(one, host);
  const pier__outcome *at;
  for (at = one->beam.outcomes; at; at = at->next)
    if (!has_outcome(other, at->text))
      pier_buffer_append_format(
          &one->report, "info: %s: outcome %s was seen on the BEAM only (%s: %u runs)\n",
          one->scenario->name, at->text, pier__host_name(host), pier__result_runs(other));
}

/* Each with one transcript: are they the same? */
static void judge_pair(pier__case *one, pier__hosts host, pier__hosts measure) {
  const pier__transcript *a = pier__case_result(one, host)->first;
  const pier__transcript *b = pier__case_result(one, measure)->first;
  if (!a || !b || a->next || b->next || one->failed) return;
  one->failed =
      a->text.size != b->text.size || memcmp(a->text.data, b->text.data, a->text.size) != 0;
  if (one->failed)
    show_difference(one, pier__host_name(host), a->text, pier__host_name(measure), b->text);
}

/* Where the file says why the host may differ behind `pier serve`, that is said instead. */
static void excuse(pier__case *one) {
  const pier__value *letter = one->scenario->serve->child;
  pier_buffer_clear(&one->report);
  pier_buffer_append_format(&one->report,
                            "known: %s differs with serve: ", one->scenario->name);
  for (; letter; letter = letter->next) {
    char byte = (char)letter->integer;
    pier_buffer_append(&one->report, &byte, 1);
  }
  pier_buffer_append_text(&one->report, "\n");
  one->failed = 0;
  one->excused = 1;
}

static void judge_serve(pier__case *one, pier__hosts measure) {
  if (one->failed) return;
  judge_pair(one, PIER__HOST_SERVE, measure);
  if (!one->failed)
    one->failed = judge_host(one, pier__host_name(PIER__HOST_SERVE), &one->serve);
  if (one->failed && one->serve.first && one->scenario->serve) excuse(one);
}

/* The BEAM is the measure, if it was asked. */
void pier__scenario_judge(pier__case *one, const pier__scenario_options *options) {
  static const pier__hosts hosts[] = {PIER__HOST_BEAM, PIER__HOST_NATIVE, PIER__HOST_SERVE};
  enum { ALONE = 2 }; /* of which that is not said */
  pier__hosts measure = options->host & PIER__HOST_BEAM ? PIER__HOST_BEAM : PIER__HOST_NATIVE;
  size_t at;
  if (options->host & PIER__HOST_NATIVE && measure != PIER__HOST_NATIVE)
    judge_pair(one, PIER__HOST_NATIVE, measure);
  for (at = 0; at < ALONE && !one->failed; at++)
    if (options->host & hosts[at])
      one->failed =
          judge_host(one, pier__host_name(hosts[at]), pier__case_result(one, hosts[at]));
  if (options->host & PIER__HOST_SERVE) judge_serve(one, measure);
  if (one->failed) show_rerun(one, options);
  for (at = 1; at < sizeof hosts / sizeof hosts[0]; at++)
    if (options->host & PIER__HOST_BEAM && options->host & hosts[at])
      show_missing_outcomes(one, hosts[at]);
}
