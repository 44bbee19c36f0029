#include "job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(field)                                                                            \
  { #field, offsetof(job, field), 1 }
#define NUMBER(field)                                                                          \
  { #field, offsetof(job, field), 0 }

static const struct argument {
  const char *name;
  size_t offset;
  int is_text;
} arguments[] = {TEXT(work),    TEXT(program),     TEXT(idle),       TEXT(payload),
                 TEXT(how),     NUMBER(in_flight), NUMBER(resident), NUMBER(ports),
                 NUMBER(warm),  NUMBER(rate),      NUMBER(latency),  NUMBER(at_once),
                 NUMBER(bytes), TEXT(terms),       TEXT(contestant)};

static int read_one(job *asked, const char *text) {
  size_t length = strcspn(text, "=");
  size_t i;
  if (text[length] == 0) return -EINVAL;
  for (i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
    char *field = (char *)asked + arguments[i].offset;
    if (strlen(arguments[i].name) != length || strncmp(arguments[i].name, text, length) != 0)
      continue;
    if (arguments[i].is_text)
      *(const char **)field = text + length + 1;
    else
      *(size_t *)field = strtoul(text + length + 1, NULL, 10);
    return 0;
  }
  return -EINVAL;
}

int job_read(job *asked, int argc, char **argv) {
  int status = 0;
  int i;
  *asked = (job){.work = "",
                 .program = "",
                 .idle = "",
                 .payload = "1",
                 .how = "",
                 .terms = "",
                 .contestant = "",
                 .in_flight = 1,
                 .at_once = 1};
  for (i = 1; i < argc && status == 0; i++)
    status = read_one(asked, argv[i]);
  return status;
}

uint64_t job_time(size_t milliseconds) {
  return (uint64_t)milliseconds * 1000000U;
}
