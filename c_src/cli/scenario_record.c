/* Transcripts that were recorded from the BEAM, for machines without one. */
#include "cli/scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file's name without folder and ending; *size gets its length. */
static const char *base_name(const char *path, size_t *size) {
  const char *slash = strrchr(path, '/');
  const char *base = slash ? slash + 1 : path;
  const char *dot = strrchr(base, '.');
  *size = dot && dot > base ? (size_t)(dot - base) : strlen(base);
  return base;
}

static int write_case(FILE *out, const pier__case *one) {
  const pier__outcome *at;
  fwrite(one->beam.first->text.data, 1, one->beam.first->text.size, out);
  for (at = one->beam.outcomes; at; at = at->next)
    fprintf(out, "%%%% outcome %s %s\n", one->scenario->name, at->text);
  return ferror(out);
}

/* All scenarios of the file that case number `from` is of. */
static int write_file(const pier__cases *cases, size_t from, const char *folder, unsigned otp) {
  const pier__scenario_file *file = cases->list[from].file;
  size_t size;
  const char *base = base_name(file->path, &size);
  char path[4096];
  FILE *out;
  int failed = 0;
  snprintf(path, sizeof path, "%s/otp%u", folder, otp);
  if (mkdir(folder, 0777) < 0 && errno != EEXIST)
    return pier__fail(PIER__SCENARIO, PIER__FAILED, "%s: %s", folder, strerror(errno));
  mkdir(path, 0777);
  snprintf(path, sizeof path, "%s/otp%u/%.*s.transcript", folder, otp, (int)size, base);
  out = fopen(path, "we");
  for (; out && !failed && from < cases->count && cases->list[from].file == file; from++)
    failed = write_case(out, &cases->list[from]);
  if (out && fclose(out) == 0 && !failed) return 0;
  return pier__fail(PIER__SCENARIO, PIER__FAILED, "%s: %s", path, strerror(errno));
}

int pier__scenario_record(const pier__cases *cases, const char *folder, unsigned otp) {
  size_t at;
  int status = 0;
  for (at = 0; at < cases->count && status == 0; at++)
    if (at == 0 || cases->list[at].file != cases->list[at - 1].file)
      status = write_file(cases, at, folder, otp);
  return status;
}

/* ---- And back ------------------------------------------------------------------------- */

static unsigned release_of(const char *path) {
  const char *found = strstr(path, "/otp");
  const char *next;
  while (found && (next = strstr(found + 1, "/otp")))
    found = next;
  return found ? (unsigned)strtoul(found + 4, NULL, 10) : 0;
}

static int feed_file(pier__cases *cases, const char *path) {
  FILE *in = fopen(path, "re");
  uint8_t bytes[65536];
  pier__stream stream;
  size_t got;
  int error = 0;
  if (!in) return pier__fail(PIER__SCENARIO, PIER__FAILED, "%s: %s", path, strerror(errno));
  memset(&stream, 0, sizeof stream);
  stream.cases = cases;
  stream.host = PIER__HOST_BEAM;
  while (error == 0 && (got = fread(bytes, 1, sizeof bytes, in)) > 0)
    error = pier__stream_feed(&stream, pier_span_of(bytes, got));
  pier__stream_free(&stream);
  fclose(in);
  return error ? pier__fail(PIER__SCENARIO, PIER__FAILED, "%s: %s", path, pier_strerror(error))
               : 0;
}

/* The newest transcripts of one file; none are no error. */
static int read_newest(pier__cases *cases, const char *file, unsigned *otp) {
  const char *slash = strrchr(file, '/');
  char pattern[4096];
  size_t size, at;
  const char *base = base_name(file, &size);
  const char *newest = NULL;
  glob_t found;
  int status = 0;
  snprintf(pattern, sizeof pattern, "%.*s/otp*/%.*s.transcript",
           slash ? (int)(slash - file) : 1, slash ? file : ".", (int)size, base);
  if (glob(pattern, 0, NULL, &found) != 0) return 0;
  for (at = 0; at < found.gl_pathc; at++)
    if (!newest || release_of(found.gl_pathv[at]) > release_of(newest))
      newest = found.gl_pathv[at];
  if (newest) {
    *otp = release_of(newest);
    status = feed_file(cases, newest);
  }
  globfree(&found);
  return status;
}

int pier__scenario_recorded(pier__cases *cases, unsigned *otp) {
  size_t at;
  int status = 0;
  *otp = 0;
  for (at = 0; at < cases->count && status == 0; at++)
    if (at == 0 || cases->list[at].file != cases->list[at - 1].file)
      status = read_newest(cases, cases->list[at].file->path, otp);
  return status;
}
