/* Which rules does no scenario prove? */
#include "cli/scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* 1 if a scenario of the files names the rule. */
static int is_proved(const pier__scenario_file *files, size_t count, const char *rule,
                     size_t size) {
  const pier__scenario *scenario;
  const pier__value *one;
  size_t at;
  for (at = 0; at < count; at++)
    for (scenario = files[at].first; scenario; scenario = scenario->next)
      for (one = scenario->rules ? scenario->rules->child : NULL; one; one = one->next)
        if (one->data.size == size && memcmp(one->data.data, rule, size) == 0) return 1;
  return 0;
}

/* 1 if a line of `list` begins with the rule. */
static int is_listed(const pier_buffer *list, const pier__value *rule) {
  const uint8_t *at = list->data;
  const uint8_t *end = list->data + list->size;
  while (at < end) {
    const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
    const uint8_t *next = newline ? newline + 1 : end;
    size_t size = rule->data.size;
    if ((size_t)(next - at) > size && memcmp(at, rule->data.data, size) == 0 &&
        (at[size] == '\t' || at[size] == '\n'))
      return 1;
    at = next;
  }
  return 0;
}

/* The list beside the first file; it says itself what is wrong. */
static int read_list(const char *file, pier_buffer *list) {
  const char *slash = strrchr(file, '/');
  char path[4096];
  char line[4096];
  FILE *in;
  snprintf(path, sizeof path, "%.*s/rules", slash ? (int)(slash - file) : 1,
           slash ? file : ".");
  in = fopen(path, "re");
  if (!in) return pier__fail(PIER__SCENARIO, PIER__USAGE, "%s: %s", path, strerror(errno));
  while (fgets(line, sizeof line, in))
    if (line[0] != '#') pier_buffer_append_text(list, line);
  fclose(in);
  return list->error ? pier__fail(PIER__SCENARIO, PIER__FAILED, "out of memory") : 0;
}

static int show_unproved(const pier__scenario_file *files, size_t count, char *list) {
  char *rest = NULL;
  char *line;
  int status = 0;
  for (line = strtok_r(list, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    if (is_proved(files, count, line, strcspn(line, "\t"))) continue;
    printf("no scenario: %s\n", line);
    status = PIER__FAILED;
  }
  return status;
}

static int show_unknown(const pier__scenario_file *file, const pier_buffer *list) {
  const pier__scenario *scenario;
  const pier__value *one;
  int status = 0;
  for (scenario = file->first; scenario; scenario = scenario->next)
    for (one = scenario->rules ? scenario->rules->child : NULL; one; one = one->next)
      if (!is_listed(list, one)) {
        printf("no rule: %.*s of %s (%s:%u)\n", (int)one->data.size,
               (const char *)one->data.data, scenario->name, file->path, scenario->line);
        status = PIER__FAILED;
      }
  return status;
}

int pier__scenario_rules(const pier__scenario_file *files, size_t count) {
  pier_buffer list = PIER_BUFFER_INIT;
  size_t at;
  int status = read_list(files[0].path, &list);
  if (status == 0) {
    for (at = 0; at < count; at++)
      if (show_unknown(&files[at], &list)) status = PIER__FAILED;
    pier_buffer_append_byte(&list, 0);
    if (!list.error && show_unproved(files, count, (char *)list.data)) status = PIER__FAILED;
  }
  pier_buffer_free(&list);
  return status;
}
