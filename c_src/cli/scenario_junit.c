/* The verdicts in the XML that build servers read. */
#include "cli/scenario.h"

#include <errno.h>
#include <string.h>

/* The text as XML: what has a meaning there is escaped, control characters are
 * question marks. */
static void put_text(FILE *out, const char *text, size_t size) {
  size_t at;
  for (at = 0; at < size; at++) {
    unsigned char byte = (unsigned char)text[at];
    if (byte == '<')
      fputs("&lt;", out);
    else if (byte == '>')
      fputs("&gt;", out);
    else if (byte == '&')
      fputs("&amp;", out);
    else if (byte == '"')
      fputs("&quot;", out);
    else
      fputc(byte < ' ' && byte != '\n' && byte != '\t' ? '?' : byte, out);
  }
}

static void put_attribute(FILE *out, const char *name, const char *text, size_t size) {
  fprintf(out, " %s=\"", name);
  put_text(out, text, size);
  fputc('"', out);
}

static void put_case(FILE *out, const pier__case *one) {
  const char *report = (const char *)one->report.data;
  const char *path = one->file->path;
  fputs("    <testcase", out);
  put_attribute(out, "classname", path, strlen(path));
  put_attribute(out, "name", one->scenario->name, strlen(one->scenario->name));
  if (!one->failed) {
    fputs("/>\n", out);
    return;
  }
  fputs(">\n      <failure", out);
  put_attribute(out, "message", report, strcspn(report, "\n"));
  fputc('>', out);
  put_text(out, report, one->report.size);
  fputs("</failure>\n    </testcase>\n", out);
}

static void put_file(FILE *out, const pier__cases *cases, size_t from) {
  const pier__scenario_file *file = cases->list[from].file;
  size_t failed = 0;
  size_t to;
  for (to = from; to < cases->count && cases->list[to].file == file; to++)
    failed += (size_t)cases->list[to].failed;
  fputs("  <testsuite", out);
  put_attribute(out, "name", file->path, strlen(file->path));
  fprintf(out, " tests=\"%zu\" failures=\"%zu\">\n", to - from, failed);
  for (; from < to; from++)
    put_case(out, &cases->list[from]);
  fputs("  </testsuite>\n", out);
}

int pier__scenario_junit(const pier__cases *cases, const char *path) {
  FILE *out = fopen(path, "we");
  size_t at;
  int failed;
  if (!out) return pier__fail(PIER__SCENARIO, PIER__FAILED, "%s: %s", path, strerror(errno));
  fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
  for (at = 0; at < cases->count; at++)
    if (at == 0 || cases->list[at].file != cases->list[at - 1].file) put_file(out, cases, at);
  fputs("</testsuites>\n", out);
  failed = ferror(out);
  if (fclose(out) == 0 && !failed) return 0;
  return pier__fail(PIER__SCENARIO, PIER__FAILED, "%s: %s", path, strerror(errno));
}
