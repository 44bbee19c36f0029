/* How a port ends with its program: which messages, in which order. The rows
 * are those of doc/ports.md, "The end of the program". */
#include "../support/mail.h"
#include "../support/rows.h"

struct ending {
  const char *name;
  const char *options; /* see scene_sh */
  const char *command;
  const char *expected[8];
};

#define DATA_D "{P,{data,<<\"d\">>}}"
#define STATUS_3 "{P,{exit_status,3}}"
#define EXIT_NORMAL "{'EXIT',P,normal}"

static struct ending endings[] = {
    {"default", "b", "printf d; exit 3", {DATA_D, EXIT_NORMAL}},
    {"in only", "bi", "printf d; exit 3", {DATA_D, EXIT_NORMAL}},
    {"eof", "be", "printf d; exit 3", {DATA_D, "{P,eof}"}},
    {"exit_status", "bx", "printf d; exit 3", {DATA_D, STATUS_3, EXIT_NORMAL}},
    {"exit_status and eof", "bxe", "printf d; exit 3", {DATA_D, STATUS_3, "{P,eof}"}},
    {"lists", "", "printf d", {"{P,{data,\"d\"}}", EXIT_NORMAL}},
    {"no output", "bx", "exit 0", {"{P,{exit_status,0}}", EXIT_NORMAL}},
    {"status 255", "bx", "exit 255", {"{P,{exit_status,255}}", EXIT_NORMAL}},
    {"SIGKILL", "bx", "kill -9 $$", {"{P,{exit_status,137}}", EXIT_NORMAL}},
    {"SIGTERM", "bx", "kill -15 $$", {"{P,{exit_status,143}}", EXIT_NORMAL}},
    {"SIGSEGV", "bx", "kill -11 $$", {"{P,{exit_status,139}}", EXIT_NORMAL}},
    {"stderr_to_stdout", "b2x", "printf d >&2; exit 3", {DATA_D, STATUS_3, EXIT_NORMAL}},
    {"status overtakes the last line",
     "blx",
     "printf 'abc\\ndefghij\\nkl'; exit 7",
     {"{P,{data,{eol,<<\"abc\">>}}}", "{P,{data,{noeol,<<\"defg\">>}}}",
      "{P,{data,{eol,<<\"hij\">>}}}", "{P,{exit_status,7}}", "{P,{data,{noeol,<<\"kl\">>}}}",
      EXIT_NORMAL}},
    {"last line without status",
     "bl",
     "printf 'ab\\ncd'",
     {"{P,{data,{eol,<<\"ab\">>}}}", "{P,{data,{noeol,<<\"cd\">>}}}", EXIT_NORMAL}},
    {"empty line", "bl", "echo", {"{P,{data,{eol,<<>>}}}", EXIT_NORMAL}},
    {"lines as lists", "l", "echo ab", {"{P,{data,{eol,\"ab\"}}}", EXIT_NORMAL}},
    {"frames",
     "bpx",
     "printf '\\000\\000\\000\\001d\\000\\000\\000\\000'; exit 3",
     {DATA_D, "{P,{data,<<>>}}", STATUS_3, EXIT_NORMAL}},
    {"truncated header", "bpx", "printf '\\000\\000'; exit 3", {STATUS_3, EXIT_NORMAL}},
    {"truncated body",
     "bpx",
     "printf '\\000\\000\\000\\005abc'; exit 3",
     {STATUS_3, EXIT_NORMAL}},
    {"empty frame as list",
     "p",
     "printf '\\000\\000\\000\\000'",
     {"{P,{data,[]}}", EXIT_NORMAL}},
};

static void ends(void **state) {
  const struct ending *row = *state;
  struct scene scene;
  scene_open(&scene);
  scene_sh(&scene, row->command, row->options);
  expect_mail(&scene, row->expected);
  scene_close(&scene);
}

/* ---- Endings that take two ------------------------------------------------- */

static void status_waits_for_the_program(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "exec >&-; read line; exit 4", "bx");
  expect_silence(&scene, 50);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("go\n")), 0);
  EXPECT_MAIL(&scene, "{P,{exit_status,4}}", EXIT_NORMAL);
  scene_close(&scene);
}

static void status_waits_for_the_last_writer(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  /* The child of the shell, not the shell, answers and holds the pipe. */
  scene_sh(&scene, "exec 3<&0; (read line <&3; printf late) & exit 5", "bx");
  expect_silence(&scene, 50);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("go\n")), 0);
  EXPECT_MAIL(&scene, "{P,{data,<<\"late\">>}}", "{P,{exit_status,5}}", EXIT_NORMAL);
  scene_close(&scene);
}

static void eof_leaves_the_port_writable(void **state) {
  struct scene scene;
  pier_port_info info;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "exec >&-; read line; kill -9 $$", "be");
  EXPECT_MAIL(&scene, "{P,eof}");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("go\n")), 0);
  assert_int_equal(pier_port_info_get(scene.host, scene.port, &info), 0);
  assert_int_equal(info.output, 3);
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  EXPECT_MAIL(&scene, EXIT_NORMAL);
  scene_close(&scene);
}

static void out_only_never_notices_the_end(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "exit 0", "box");
  expect_silence(&scene, 100);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("x")), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,epipe}");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("x")), PIER_EBADARG);
  scene_close(&scene);
}

static void a_write_without_reader_is_epipe(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "exec <&-; printf d; sleep 10", "bx");
  EXPECT_MAIL(&scene, DATA_D);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(NULL, 0)), 0);
  expect_silence(&scene, 20);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("x")), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,epipe}");
  scene_close(&scene);
}

static void in_only_takes_no_command(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 10", "bi");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(NULL, 0)), 0);
  EXPECT_MAIL(&scene, "{'EXIT',P,ebadf}");
  scene_close(&scene);
}

static void unlinked_owner_gets_no_exit(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "read line; exit 6", "bx");
  assert_int_equal(pier_unlink(scene.me, scene.port), 0);
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("go\n")), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{P,{exit_status,6}}");
  expect_silence(&scene, 50);
  scene_close(&scene);
}

static void a_missing_directory_is_a_status(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_port(&scene, "{spawn,\"cat\"}", "[exit_status,{cd,\"/no/such/dir\"}]");
  EXPECT_MAIL(&scene, "{P,{exit_status,2}}", EXIT_NORMAL);
  scene_close(&scene);
}

static void what_exec_refuses_is_a_status(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_port(&scene, "{spawn_executable,\"/etc\"}", "[exit_status]");
  EXPECT_MAIL(&scene, "{P,{exit_status,13}}", EXIT_NORMAL);
  scene_port(&scene, "{spawn,\"/no/such/program 2>/dev/null\"}", "[exit_status]");
  EXPECT_MAIL(&scene, "{P,{exit_status,127}}", EXIT_NORMAL);
  scene_close(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(status_waits_for_the_program),
      cmocka_unit_test(status_waits_for_the_last_writer),
      cmocka_unit_test(eof_leaves_the_port_writable),
      cmocka_unit_test(out_only_never_notices_the_end),
      cmocka_unit_test(a_write_without_reader_is_epipe),
      cmocka_unit_test(in_only_takes_no_command),
      cmocka_unit_test(unlinked_owner_gets_no_exit),
      cmocka_unit_test(a_missing_directory_is_a_status),
      cmocka_unit_test(what_exec_refuses_is_a_status),
  };
  int failed = RUN_ROWS(endings, ends);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
