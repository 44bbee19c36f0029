/* The rows of test/driver/steps in the native host; steps.escript runs the same in the
 * BEAM. A row begins with "== " and its name; each line after it is a step:
 *
 *   erl_ddll:load ["build/drivers", arith_drv] -> ok    a call and what it gives
 *   p = open_port [{spawn, x}, []] -> @p                which is @p from then on
 *   mail -> {'EXIT',@p,normal}                          the next message
 *   mail -> {'EXIT',@P,normal}                          of a port without a letter
 *   o: mail -> timeout                                  the same for another process
 *   o! port_command [@p, "x"] -> suspended              a call that has to wait
 *   o: await -> true                                    and what it gives
 *   turn                                                others have their turn
 *
 * @m is the process of the row, which must have no mail left in the end, @o the other
 * one. Calls that follow one another come in one time slice of the BEAM's, and in one
 * turn of the host. */
#include "../support/calls.h"
#include "../support/cmocka_all.h"
#include "../support/mail.h"
#include "../support/rows.h"

#include <glob.h>
#include <pier/driver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 1000, STEPS = 64, PATIENCE_MS = 20000, TURNS = 20 };

struct row {
  const char *name;
  const char *steps[STEPS];
  int count;
};

static struct row rows[ROWS];
static size_t row_count;

/* ---- Reading ------------------------------------------------------------------------- */

static char *contents(const char *path) {
  FILE *file = fopen(path, "r");
  char *text = NULL;
  long size;
  if (!file) abort();
  fseek(file, 0, SEEK_END);
  size = ftell(file);
  rewind(file);
  text = calloc(1, (size_t)size + 1);
  if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) abort();
  fclose(file);
  return text;
}

static void take_line(char *line) {
  struct row *row;
  if (*line == '\0' || *line == '#') return;
  if (strncmp(line, "== ", 3) == 0) {
    if (row_count == ROWS) abort();
    rows[row_count++].name = line + 3;
    return;
  }
  row = &rows[row_count - 1];
  if (row->count == STEPS) abort();
  row->steps[row->count++] = line;
}

static void read_file(char *text) {
  char *next;
  for (; text; text = next) {
    next = strchr(text, '\n');
    if (next) *next++ = '\0';
    take_line(text);
  }
}

/* ---- Running ------------------------------------------------------------------------- */

struct actors {
  struct scene scene;
  pier_process *other;
};

/* `call_with` is call or call_start. */
static const char *do_call(pier_process *who, const char *step,
                           const char *(*call_with)(pier_process *, const char *,
                                                    const char *)) {
  char function[64], arguments[4096];
  size_t size = strcspn(step, " ");
  assert_true(size < sizeof function && strlen(step) < sizeof arguments);
  memcpy(function, step, size);
  function[size] = '\0';
  strcpy(arguments, step + size + 1);
  *strstr(arguments, " -> ") = '\0';
  return call_with(who, function, arguments);
}

static const char *do_step(struct actors *actors, const char *step) {
  pier_process *who = actors->scene.me;
  const char *got;
  char letter;
  int turns = 0;
  if (strncmp(step, "o! ", 3) == 0) return do_call(actors->other, step + 3, call_start);
  if (strncmp(step, "o: await", 8) == 0) return call_await(actors->other, PATIENCE_MS);
  if (strncmp(step, "o: ", 3) == 0) {
    who = actors->other;
    step += 3;
  }
  if (strncmp(step, "mail", 4) == 0) return call_mail(who, PATIENCE_MS);
  if (strcmp(step, "turn") == 0) {
    while (turns++ < TURNS && pier_host_run_once(actors->scene.host, turns < 2 ? 10 : 0) == 1)
      ;
    return "";
  }
  if (strncmp(step + 1, " = ", 3) != 0) return do_call(who, step, call);
  letter = *step;
  got = do_call(who, step + 4, call);
  if (strncmp(got, "error", 5) == 0) return got;
  call_let_result(letter);
  return call_again();
}

/* Ports without a letter are all @P. */
static const char *without_ports(const char *from) {
  static char text[8192];
  size_t size = 0;
  while (*from) {
    assert_true(size + 3 < sizeof text);
    if (strncmp(from, "#Port<", 6) == 0) {
      memcpy(text + size, "@P", 2);
      size += 2;
      from = strchr(from, '>') + 1;
    } else {
      text[size++] = *from++;
    }
  }
  text[size] = '\0';
  return text;
}

static void open_scene(struct scene *scene) {
  pier_host_config config;
  pier_host_config_init(&config);
  config.async_threads = 4; /* as steps.escript has it */
  assert_int_equal(pier_host_new(&scene->host, &config), 0);
  assert_int_equal(pier_process_new(scene->host, &scene->me), 0);
  assert_int_equal(pier_trap_exit(scene->me, 1), 0);
}

static void goes_as_in_the_beam(void **state) {
  const struct row *row = *state;
  struct actors actors;
  int i;
  open_scene(&actors.scene);
  assert_int_equal(pier_process_new(actors.scene.host, &actors.other), 0);
  assert_int_equal(pier_trap_exit(actors.other, 1), 0);
  assert_int_equal(pier_driver_enable(actors.scene.host), 0);
  call_let_pid('m', pier_self(actors.scene.me));
  call_let_pid('o', pier_self(actors.other));
  for (i = 0; i < row->count; i++) {
    const char *wanted = strstr(row->steps[i], "-> ");
    const char *got = without_ports(do_step(&actors, row->steps[i]));
    if (strcmp(got, wanted ? wanted + 3 : "") != 0)
      fail_msg("%s\n  gave: %s", row->steps[i], got);
  }
  assert_string_equal(call_mail(actors.scene.me, 0), "timeout");
  scene_close(&actors.scene);
  call_forget();
}

int main(int argc, char **argv) {
  glob_t found;
  size_t i;
  int failed;
  if (glob(argc > 1 ? argv[1] : "test/driver/steps/*.steps", 0, NULL, &found) != 0) return 1;
  for (i = 0; i < found.gl_pathc; i++)
    read_file(contents(found.gl_pathv[i]));
  globfree(&found);
  failed = run_rows("steps", rows, sizeof rows[0], row_count, goes_as_in_the_beam);
  return failed;
}
