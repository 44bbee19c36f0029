/* Scenario files that are wrong, and where it is said. */
#include "../support/cmocka_all.h"
#include "../support/memory.h"
#include "../support/rows.h"

#include "scenario/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD "{pier_scenarios, 1}.\n"
#define ONE(steps) HEAD "{scenario, a, #{}, [" steps "]}.\n"

static struct row {
  const char *name, *text;
  int error;
  unsigned line;
  const char *says; /* a part of the sentence */
} rows[] = {
    {"nothing in it", "", PIER_EARG, 1, "empty"},
    {"only a comment", "% nothing\n\n", PIER_EARG, 3, "empty"},
    {"another head", "{pier_scenarios, 2}.\n", PIER_EARG, 1, "{pier_scenarios,1}"},
    {"no term", HEAD "\n{scenario, a,\n  }.\n", PIER_ETEXT, 4, ""},
    {"no full stop", HEAD "{scenario, a, #{}, []}", PIER_ETEXT, 2, ""},
    {"something else", HEAD "% one\n{scenarios, a}.", PIER_EARG, 3,
     "{scenario,Id,Options,Steps}"},
    {"an id that is no atom", HEAD "{scenario, \"a\", #{}, []}.", PIER_EARG, 2, "atom"},
    {"an id twice", HEAD "{scenario, a, #{}, []}.\n\n{scenario, a, #{}, []}.", PIER_EARG, 4,
     "already"},
    {"options that are a list", HEAD "{scenario, a, [], []}.", PIER_EARG, 2, "map"},
    {"an unknown option", HEAD "{scenario, a, #{repeats => 2}, []}.", PIER_EARG, 2,
     "unknown option"},
    {"no repeats", HEAD "{scenario, a, #{repeat => 0}, []}.", PIER_EARG, 2, "repeat"},
    {"a timeout that is none", HEAD "{scenario, a, #{timeout => soon}, []}.", PIER_EARG, 2,
     "timeout"},
    {"rules that are no atoms", HEAD "{scenario, a, #{rules => [\"1\"]}, []}.", PIER_EARG, 2,
     "rules"},
    {"steps that are none", HEAD "{scenario, a, #{}, steps}.", PIER_EARG, 2, "list"},
    {"all options",
     HEAD "{scenario, a, #{title => \"t\", level => {1}, repeat => 2, timeout => 3,\n"
          " rules => ['1', b]}, []}.",
     0, 0, NULL},
    {"an unknown step", ONE("{ports}, {leap, p}"), PIER_EARG, 2,
     "step 2 leap: there is no such"},
    {"another arity", ONE("{close}"), PIER_EARG, 2, "step 1 close: it has another number"},
    {"no tuple", ONE("close"), PIER_EARG, 2, "step 1 : a step is a tuple"},
    {"an argument of another kind", ONE("{open, \"p\", x, []}"), PIER_EARG, 2,
     "argument 1 is not an atom"},
    {"a port's name", ONE("{close, 7}"), PIER_EARG, 2, "argument 1 is not a name or {lit,_}"},
    {"a literal in its place", ONE("{close, {lit, 7}}"), 0, 0, NULL},
    {"negative time", ONE("{sleep, -1}"), PIER_EARG, 2, "argument 1 is not a number"},
    {"a step inside", ONE("{as, a, [{within, 5, [{ports}, {leap}]}]}, {ports}"), PIER_EARG, 2,
     "step 1 leap"},
    {"a step behind those inside", ONE("{as, a, [{ports}, {ports}]}, {leap}"), PIER_EARG, 2,
     "step 2 leap"},
    {"no program", ONE("{program, x, {exec, cat, []}}"), PIER_EARG, 2, "{exec,_,_}"},
    {"programs",
     ONE("{program, x, {exec, \"cat\", []}}, {program, y, {sh, <<\"a\">>}},"
         "{program, z, {peer, []}}, {program, v, {driver, \"\", \"v_drv\"}}"),
     0, 0, NULL},
    {"a driver that has no name", ONE("{program, x, {driver, \"\", 7}}"), PIER_EARG, 2,
     "{driver,_,_}"},
    {"functions of erl_ddll", ONE("{ddll, load, [a]}, {ddll_bind, m, monitor, []}"), 0, 0,
     NULL},
    {"a race without labels", ONE("{race, r, [[a]]}"), PIER_EARG, 2, "{Label,[_]}"},
    {"an async that is no call", ONE("{async, r, {ports}}"), PIER_EARG, 2,
     "argument 2 is not a step that calls a function"},
    {"an async call", ONE("{async, r, {command, p, <<>>}}"), 0, 0, NULL},
};

static char path[64];

static int write_file(const char *text) {
  FILE *out;
  int fd;
  strcpy(path, "/tmp/pier-test.XXXXXX");
  fd = mkstemp(path);
  if (fd < 0) return -1;
  out = fdopen(fd, "w");
  fputs(text, out);
  return fclose(out);
}

static void says_where(void **state) {
  const struct row *row = *state;
  pier__scenario_file file;
  pier_diag diag = {0};
  assert_int_equal(write_file(row->text), 0);
  assert_int_equal(pier__scenario_file_read(&file, path, &diag), row->error);
  if (row->error) {
    assert_int_equal(diag.line, row->line);
    assert_non_null(strstr(diag.text, row->says));
  }
  pier__scenario_file_free(&file);
  unlink(path);
}

static void is_read(void **state) {
  pier__scenario_file file;
  const pier__scenario *one;
  (void)state;
  assert_int_equal(
      write_file(HEAD "{scenario, 'B c', #{repeat => 7, rules => ['1.2']}, [{ports}]}.\n"
                      "% and\n{scenario, b, #{timeout => 9}, []}.\n"),
      0);
  assert_int_equal(pier__scenario_file_read(&file, path, NULL), 0);
  assert_int_equal(file.count, 2);
  one = file.first;
  assert_string_equal(one->name, "'B c'");
  assert_int_equal(one->repeat, 7);
  assert_int_equal(one->timeout_ms, 5000);
  assert_int_equal(one->line, 2);
  assert_int_equal(one->steps->count, 1);
  assert_true(pier__value_is(one->rules->child, "1.2"));
  one = one->next;
  assert_string_equal(one->name, "b");
  assert_int_equal(one->timeout_ms, 9);
  assert_int_equal(one->line, 4);
  assert_null(one->next);
  pier__scenario_file_free(&file);
  unlink(path);
}

static void no_file(void **state) {
  pier__scenario_file file;
  pier_diag diag = {0};
  (void)state;
  assert_int_equal(pier__scenario_file_read(&file, "/no/such/file", &diag), -ENOENT);
  assert_int_equal(diag.line, 0);
  pier__scenario_file_free(&file);
  assert_int_equal(pier__scenario_file_read(&file, "/tmp", &diag), -EISDIR);
  pier__scenario_file_free(&file);
}

static void without_memory(void **state) {
  size_t fail_at;
  int error = -1;
  (void)state;
  assert_int_equal(write_file(HEAD "{scenario, a, #{rules => [b]}, [{ports}, {as, r, []}]}.\n"),
                   0);
  for (fail_at = 1; error; fail_at++) {
    pier__scenario_file file;
    pier_diag diag;
    memory_begin(fail_at);
    error = pier__scenario_file_read(&file, path, &diag);
    pier__scenario_file_free(&file);
    assert_int_equal(memory_counted.live, 0);
    memory_end();
  }
  assert_true(fail_at > 3);
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_read),
      cmocka_unit_test(no_file),
      cmocka_unit_test(without_memory),
  };
  return RUN_ROWS(rows, says_where) + cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
