/* Reading a scenario file: one term after another, each checked. */
#include "scenario/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEFAULT_TIMEOUT_MS = 5000, MOST_REPEATS = 1000000, MOST_DEPTH = 1000 };
enum { MOST_BYTES = 1 << 26 }; /* of a file */

/* A file that is being read. */
typedef struct reader {
  pier__scenario_file *file;
  pier_span text;
  size_t at;
  unsigned line;
  int has_head;
  pier__scenario *last;
  pier_diag *diag;
} reader;

static int slurp(const char *path, pier_buffer *text, pier_diag *diag) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = -1;
  while (fd >= 0) {
    uint8_t *room = pier_buffer_reserve(text, 65536);
    if (!room || text->size > MOST_BYTES) {
      close(fd);
      return pier_diag_set(diag, PIER_ELIMIT, 0, "more than %d bytes", MOST_BYTES);
    }
    got = read(fd, room, 65536);
    if (got <= 0) break;
    text->size += (size_t)got;
  }
  if (got < 0) {
    int error = -errno;
    pier_diag_set(diag, error, 0, "%s", strerror(-error));
    if (fd >= 0) close(fd);
    return error;
  }
  close(fd);
  return 0;
}

/* Past white space and comments, to where the next term begins. */
static void skip_space(reader *r) {
  const uint8_t *text = r->text.data;
  for (; r->at < r->text.size; r->at++) {
    if (text[r->at] == '\n') r->line++;
    if (text[r->at] == '%') {
      while (r->at + 1 < r->text.size && text[r->at + 1] != '\n')
        r->at++;
    } else if (!strchr(" \t\r\n", text[r->at]) || text[r->at] == 0) {
      return;
    }
  }
}

static int wrong(const reader *r, const char *what) {
  int error = pier_diag_set(r->diag, PIER_EARG, r->at, "%s", what);
  if (r->diag) r->diag->line = r->line;
  return error;
}

static int is_number(const pier__value *value, int64_t least, int64_t most) {
  return value->kind == PIER__INTEGER && value->integer >= least && value->integer <= most;
}

static int all_atoms(const pier__value *list) {
  const pier__value *one;
  if (!pier__value_is_list(list)) return 0;
  for (one = list->child; one; one = one->next)
    if (one->kind != PIER__ATOM) return 0;
  return 1;
}

static int take_option(const reader *r, pier__scenario *scenario, const pier__value *key) {
  const pier__value *value = key->next;
  if (pier__value_is(key, "title"))
    return pier__value_is_list(value) ? 0 : wrong(r, "option title: not a string");
  if (pier__value_is(key, "level")) return 0;
  if (pier__value_is(key, "serve")) {
    if (!pier__value_is_list(value)) return wrong(r, "option serve: not a string");
    scenario->serve = value;
    return 0;
  }
  if (pier__value_is(key, "repeat")) {
    if (!is_number(value, 1, MOST_REPEATS))
      return wrong(r, "option repeat: not a number above 0");
    scenario->repeat = (unsigned)value->integer;
    return 0;
  }
  if (pier__value_is(key, "timeout")) {
    if (!is_number(value, 1, 3600000)) return wrong(r, "option timeout: not a number of ms");
    scenario->timeout_ms = (int)value->integer;
    return 0;
  }
  if (pier__value_is(key, "rules")) {
    if (!all_atoms(value)) return wrong(r, "option rules: not a list of atoms");
    scenario->rules = value;
    return 0;
  }
  return wrong(r, "unknown option: they are title, level, rules, repeat, serve and timeout");
}

/* The atom as it is printed, NUL-ended. */
static const char *print_name(pier__arena *arena, const pier__value *id) {
  pier_buffer text = PIER_BUFFER_INIT;
  const char *name = NULL;
  if (pier__value_print(id, &text) == 0)
    name = (const char *)pier__arena_copy(arena, pier_buffer_span(&text));
  pier_buffer_free(&text);
  return name;
}

static int is_duplicate(const reader *r, const pier__value *id) {
  const pier__scenario *one;
  for (one = r->file->first; one; one = one->next)
    if (pier__value_same(one->id, id)) return 1;
  return 0;
}

static int take_scenario(reader *r, const pier__value *term) {
  pier__scenario *scenario = pier__arena_take(&r->file->arena, sizeof *scenario);
  const pier__value *options = pier__value_at(term, 2);
  const pier__value *key;
  int error;
  if (!scenario) return wrong(r, "out of memory");
  scenario->id = pier__value_at(term, 1);
  scenario->steps = term->last;
  scenario->repeat = 1;
  scenario->timeout_ms = DEFAULT_TIMEOUT_MS;
  scenario->line = r->line;
  if (scenario->id->kind != PIER__ATOM) return wrong(r, "the id of a scenario is an atom");
  if (is_duplicate(r, scenario->id)) return wrong(r, "there is a scenario of this id already");
  if (options->kind != PIER__MAP) return wrong(r, "the options of a scenario are a map");
  for (key = options->child; key; key = key->next->next) {
    error = take_option(r, scenario, key);
    if (error) return error;
  }
  error = pier__scenario_check(scenario->steps, r->diag);
  if (error && r->diag) r->diag->line = r->line;
  if (error) return error;
  scenario->drives = pier__scenario_drives(scenario->steps);
  scenario->name = print_name(&r->file->arena, scenario->id);
  if (!scenario->name) return wrong(r, "out of memory");
  if (r->last)
    r->last->next = scenario;
  else
    r->file->first = scenario;
  r->last = scenario;
  r->file->count++;
  return 0;
}

static int take_term(reader *r, const pier__value *term) {
  if (!r->has_head) {
    r->has_head = 1;
    if (pier__value_is_tuple(term, "pier_scenarios", 2) && is_number(term->last, 1, 1))
      return 0;
    return wrong(r, "the first term is not {pier_scenarios,1}");
  }
  if (pier__value_is_tuple(term, "scenario", 4)) return take_scenario(r, term);
  return wrong(r, "this is not {scenario,Id,Options,Steps}");
}

/* One term: 0, 1 if there is none left, or an error. */
static int read_term(reader *r, pier_buffer *term) {
  pier_limits limits;
  const pier__value *value;
  size_t used, at;
  int got;
  pier_limits_init(&limits);
  limits.depth = MOST_DEPTH;
  pier_buffer_clear(term);
  skip_space(r);
  got = pier_term_read(term, pier_span_of(r->text.data + r->at, r->text.size - r->at), &limits,
                       &used, r->diag);
  if (got < 0 && r->diag && r->diag->line) r->diag->line += r->line - 1;
  if (got) return got;
  value = pier__value_decode(&r->file->arena, pier_buffer_span(term));
  if (!value) return wrong(r, "out of memory");
  got = take_term(r, value);
  for (at = r->at; at < r->at + used; at++)
    if (r->text.data[at] == '\n') r->line++;
  r->at += used;
  return got;
}

int pier__scenario_file_read(pier__scenario_file *file, const char *path, pier_diag *diag) {
  pier_buffer text = PIER_BUFFER_INIT;
  pier_buffer term = PIER_BUFFER_INIT;
  reader r;
  int error;
  memset(file, 0, sizeof *file);
  memset(&r, 0, sizeof r);
  file->path = path;
  error = slurp(path, &text, diag);
  r.file = file;
  r.text = pier_buffer_span(&text);
  r.line = 1;
  r.diag = diag;
  while (error == 0)
    error = read_term(&r, &term);
  if (error == 1) error = r.has_head ? 0 : wrong(&r, "the file is empty");
  pier_buffer_free(&text);
  pier_buffer_free(&term);
  return error;
}

void pier__scenario_file_free(pier__scenario_file *file) {
  pier__arena_free(&file->arena);
  file->first = NULL;
}
