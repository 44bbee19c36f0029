/* open_port: which names and options are taken, in the BEAM's order of checks,
 * and what a port was given. */
#include "../support/mail.h"
#include "../support/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct opening {
  const char *name;
  const char *port;
  const char *options;
  int error;
};

#define CAT "{spawn,\"cat\"}"
#define BIN_CAT "{spawn_executable,\"/bin/cat\"}"

static struct opening openings[] = {
    {"plain", CAT, "[]", 0},
    {"every flag", CAT, "[in,out,binary,eof,exit_status,use_stdio,hide,overlapped_io,stream]",
     0},
    {"command as binary", "{spawn,<<\"cat\">>}", "[]", 0},
    {"command as atom", "{spawn,cat}", "[]", 0},
    {"command as deep list", "{spawn,[\"c\",[97],\"t\"]}", "[]", 0},
    {"empty binary", "{spawn,<<>>}", "[]", 0},
    {"packet 1", CAT, "[{packet,1}]", 0},
    {"packet 2", CAT, "[{packet,2}]", 0},
    {"packet 4", CAT, "[{packet,4}]", 0},
    {"packet 3", CAT, "[{packet,3}]", PIER_EBADOPT},
    {"packet 0", CAT, "[{packet,0}]", PIER_EBADOPT},
    {"packet bignum", CAT, "[{packet,100000000000000000000}]", PIER_EBADOPT},
    {"bare packet", CAT, "[packet]", PIER_EBADOPT},
    {"line", CAT, "[{line,80}]", 0},
    {"bare line", CAT, "[line]", 0},
    {"line 0", CAT, "[{line,0}]", PIER_EBADOPT},
    {"line 2^31", CAT, "[{line,2147483648}]", PIER_EBADOPT},
    {"line of three", CAT, "[{line,1,2}]", PIER_EBADOPT},
    {"packet and line", CAT, "[{packet,4},{line,80}]", PIER_EBADOPT},
    {"line and packet", CAT, "[{line,80},{packet,4}]", PIER_EBADOPT},
    {"stream undoes packet", CAT, "[{packet,1},{line,4},stream]", 0},
    {"proplist flag", CAT, "[{binary,true}]", PIER_EBADOPT},
    {"unknown atom", CAT, "[foo]", PIER_EBADOPT},
    {"unknown tuple", CAT, "[{foo,1}]", PIER_EBADOPT},
    {"no list", CAT, "binary", PIER_EBADOPT},
    {"improper list", CAT, "[binary|eof]", PIER_EBADOPT},
    {"a string of options", CAT, "\"in\"", PIER_EBADOPT},
    {"stderr without stdio", CAT, "[stderr_to_stdout,nouse_stdio]", PIER_EBADOPT},
    {"stdio after nouse", CAT, "[nouse_stdio,stderr_to_stdout,use_stdio]", 0},
    {"cd no text", CAT, "[{cd,123}]", PIER_EBADARG},
    {"cd no text before a bad option", CAT, "[{cd,123},foo]", PIER_EBADOPT},
    {"cd cancelled", CAT, "[{cd,123},{cd,\"\"}]", 0},
    {"cd as binary", CAT, "[{cd,<<\"/tmp\">>}]", 0},
    {"env", CAT, "[{env,[{\"A\",\"1\"},{\"B\",false},{\"\",\"\"}]}]", 0},
    {"env no list", CAT, "[{env,a}]", PIER_EBADOPT},
    {"env key as binary", CAT, "[{env,[{<<\"A\">>,\"1\"}]}]", PIER_EBADOPT},
    {"env key with =", CAT, "[{env,[{\"A=B\",\"1\"}]}]", PIER_EBADOPT},
    {"env value as binary", CAT, "[{env,[{\"A\",<<\"1\">>}]}]", PIER_EBADOPT},
    {"env value with NUL", CAT, "[{env,[{\"A\",[0]}]}]", PIER_EBADOPT},
    {"env of three", CAT, "[{env,[{\"A\",\"1\",2}]}]", PIER_EBADOPT},
    {"a bad env counts though replaced", CAT, "[{env,[a]},{env,[]}]", PIER_EBADOPT},
    {"args with spawn", CAT, "[{args,[]}]", PIER_EBADARG},
    {"arg0 with spawn", CAT, "[{arg0,\"x\"}]", PIER_EBADARG},
    {"bad args before the name", CAT, "[{args,[1.0]}]", PIER_EBADOPT},
    {"args", BIN_CAT, "[{args,[\"-u\",<<\"-\">>,'-']}]", 0},
    {"args with a number", BIN_CAT, "[{args,[\"-u\"|\"-\"]}]", PIER_EBADOPT},
    {"args improper", BIN_CAT, "[{args,[\"-u\"|a]}]", PIER_EBADOPT},
    {"args no list", BIN_CAT, "[{args,a}]", PIER_EBADOPT},
    {"arg0", BIN_CAT, "[{arg0,\"kitten\"}]", 0},
    {"busy limits", CAT, "[{busy_limits_port,{10,20}}]", 0},
    {"busy limits disabled", CAT, "[{busy_limits_port,disabled}]", 0},
    {"busy limits 0", CAT, "[{busy_limits_port,{0,20}}]", PIER_EBADOPT},
    {"parallelism", CAT, "[{parallelism,true}]", 0},
    {"parallelism 1", CAT, "[{parallelism,1}]", PIER_EBADOPT},
    {"empty command", "{spawn,\"\"}", "[]", PIER_EBADARG},
    {"NUL in the command", "{spawn,[97,0]}", "[]", PIER_EBADARG},
    {"surrogate in the command", "{spawn,[55296]}", "[]", PIER_EBADARG},
    {"binary inside the command", "{spawn,[<<\"cat\">>]}", "[]", PIER_EBADARG},
    {"number as command", "{spawn,1}", "[]", PIER_EBADARG},
    {"unknown kind", "{foo,\"cat\"}", "[]", PIER_EBADARG},
    {"spawn of three", "{spawn,\"cat\",1}", "[]", PIER_EBADARG},
    {"an atom as name", "42", "[]", PIER_EBADARG},
    {"missing file", "{spawn_executable,\"/no/such/file\"}", "[]", -ENOENT},
    {"a file as directory", "{spawn_executable,\"/etc/passwd/x\"}", "[]", -ENOTDIR},
    {"not executable", "{spawn_executable,\"/etc/passwd\"}", "[]", -EACCES},
    {"empty file name as binary", "{spawn_executable,<<>>}", "[]", -ENOENT},
    {"a missing program of spawn", "{spawn,\"/no/such/file 2>&-\"}", "[]", 0},
};

static void opens(void **state) {
  const struct opening *row = *state;
  struct scene scene;
  int error;
  scene_open(&scene);
  error = pier_open_port(scene.me, &scene.port, row->port, row->options);
  if (error != row->error)
    fail_msg("%s instead of %s", pier_error_name(error), pier_error_name(row->error));
  if (error < 0) expect_silence(&scene, 0);
  scene_close(&scene);
}

/* ---- What the program gets ------------------------------------------------- */

struct seeing {
  const char *name;
  const char *port;
  const char *options;
  const char *expected; /* the first message */
};

#define PRINTENV "{spawn_executable,\"/usr/bin/printenv\"}"
#define SH "{spawn_executable,\"/bin/sh\"}"

static struct seeing seeings[] = {
    {"one argument with a space", "{spawn_executable,\"/bin/echo\"}",
     "[binary,{args,[\"hello world\"]}]", "{P,{data,<<\"hello world\\n\">>}}"},
    {"an empty argument", SH, "[binary,{args,[\"-c\",\"echo $#\",\"x\",\"\",\"\"]}]",
     "{P,{data,<<\"2\\n\">>}}"},
    {"spawn goes through the shell", "{spawn,\"echo oops\"}", "[binary]",
     "{P,{data,<<\"oops\\n\">>}}"},
    {"exec replaces the shell", "{spawn,\"echo a; echo b\"}", "[binary]",
     "{P,{data,<<\"a\\n\">>}}"},
    {"a binary command ends at NUL", "{spawn,<<\"echo a\",0,\"b\">>}", "[binary]",
     "{P,{data,<<\"a\\n\">>}}"},
    {"code points become UTF-8", "{spawn,[101,99,104,111,32,229]}", "[binary]",
     "{P,{data,<<\"\xc3\xa5\\n\"/utf8>>}}"},
    {"arg0", SH, "[binary,{arg0,\"me\"},{args,[\"-c\",\"echo $0\"]}]",
     "{P,{data,<<\"me\\n\">>}}"},
    {"cd", "{spawn,\"pwd\"}", "[binary,{cd,\"/usr\"}]", "{P,{data,<<\"/usr\\n\">>}}"},
    {"the last cd", "{spawn,\"pwd\"}", "[binary,{cd,\"/\"},{cd,\"/usr\"}]",
     "{P,{data,<<\"/usr\\n\">>}}"},
    {"env sets", PRINTENV, "[binary,{args,[\"A\"]},{env,[{\"A\",\"0\"},{\"A\",\"1\"}]}]",
     "{P,{data,<<\"1\\n\">>}}"},
    {"env unsets", PRINTENV, "[exit_status,{args,[\"HOME\"]},{env,[{\"HOME\",false}]}]",
     "{P,{exit_status,1}}"},
    {"an empty value unsets", PRINTENV,
     "[exit_status,{args,[\"HOME\"]},{env,[{\"HOME\",\"\"}]}]", "{P,{exit_status,1}}"},
    {"the last env option", PRINTENV,
     "[exit_status,{args,[\"A\"]},{env,[{\"A\",\"1\"}]},{env,[]}]", "{P,{exit_status,1}}"},
    {"bytes as a list", "{spawn,\"printf ab\"}", "[]", "{P,{data,\"ab\"}}"},
};

static void sees(void **state) {
  const struct seeing *row = *state;
  struct scene scene;
  scene_open(&scene);
  scene_port(&scene, row->port, row->options);
  assert_string_equal(next_mail(&scene, scene.me), row->expected);
  scene_close(&scene);
}

static void a_bare_line_is_512(void **state) {
  struct scene scene;
  pier_message message;
  (void)state;
  scene_open(&scene);
  scene_port(&scene, "{spawn,\"printf '%0600d' 0\"}", "[line]");
  assert_int_equal(pier_receive(scene.me, &message, 10000), 1);
  assert_int_equal(message.line, PIER_FRAME_NOEOL);
  assert_int_equal(message.data.size, 512);
  scene_close(&scene);
}

/* ---- The program's side -------------------------------------------------------- */

/* "/proc/4711/" becomes "/proc/N/". */
static const char *strip_pid(const char *text) {
  static char stripped[400];
  size_t size = 0;
  const char *at;
  for (at = text; *at && size + 1 < sizeof stripped; at++) {
    stripped[size++] = *at;
    if (size < 6 || memcmp(stripped + size - 6, "/proc/", 6) != 0) continue;
    stripped[size++] = 'N';
    while (at[1] >= '0' && at[1] <= '9')
      at++;
  }
  stripped[size] = '\0';
  return stripped;
}

static void exactly_three_descriptors(void **state) {
  struct scene scene;
  int extra = open("/dev/null", O_RDONLY); /* not close-on-exec */
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "sleep 0.2", "b");
  scene_sh(&scene, "echo /proc/$$/fd/*", "b");
  /* The shell lists its own directory with one more, the lowest that is free. */
  assert_string_equal(
      strip_pid(next_mail(&scene, scene.me)),
      "{P,{data,<<\"/proc/N/fd/0 /proc/N/fd/1 /proc/N/fd/2 /proc/N/fd/3\\n\">>}}");
  scene_close(&scene);
  close(extra);
}

/* The shell keeps what it redirects at 10. */
#define LIST_FDS                                                                               \
  "for f in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$f ] && fds=$fds$f; done; printf $fds "   \
  ">&4"

static void nouse_stdio_gives_3_and_4(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_port(&scene, SH, "[binary,nouse_stdio,{args,[\"-c\",\"read x <&3; " LIST_FDS "\"]}]");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("go\n")), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{P,{data,<<\"01234\">>}}");
  scene_close(&scene);
}

static void nouse_stdio_in_gives_4_only(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_port(&scene, SH, "[binary,nouse_stdio,in,{args,[\"-c\",\"" LIST_FDS "\"]}]");
  assert_string_equal(next_mail(&scene, scene.me), "{P,{data,<<\"0124\">>}}");
  scene_close(&scene);
}

static unsigned long long ignored_here(void) {
  unsigned long long ignored = 0;
  char line[200];
  FILE *status = fopen("/proc/self/status", "r");
  assert_non_null(status);
  while (fgets(line, sizeof line, status))
    if (strncmp(line, "SigIgn:", 7) == 0) ignored = strtoull(line + 7, NULL, 16);
  fclose(status);
  return ignored;
}

/* What the host's own starter ignored stays ignored; PIPE and FPE are always; TERM,
 * INT, QUIT and SEGV never; and nothing is blocked. */
static void signals_are_as_in_the_beam(void **state) {
  struct scene scene;
  const int some[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
  void (*before[4])(int);
  unsigned long long ignored;
  int i;
  char expected[200];
  (void)state;
  for (i = 0; i < 4; i++)
    before[i] = signal(some[i], SIG_IGN);
  ignored = ignored_here();
  ignored |= 1ULL << (SIGPIPE - 1) | 1ULL << (SIGFPE - 1);
  ignored &= ~(1ULL << (SIGTERM - 1) | 1ULL << (SIGINT - 1));
  ignored &= ~(1ULL << (SIGQUIT - 1) | 1ULL << (SIGSEGV - 1));
  snprintf(expected, sizeof expected,
           "{P,{data,<<\"SigBlk:\\t0000000000000000\\nSigIgn:\\t%016llx\\n\">>}}", ignored);
  scene_open(&scene);
  scene_port(&scene, "{spawn,\"grep -E 'SigBlk|SigIgn' /proc/self/status\"}", "[binary]");
  assert_string_equal(next_mail(&scene, scene.me), expected);
  scene_close(&scene);
  for (i = 0; i < 4; i++)
    signal(some[i], before[i]);
}

static void a_session_of_its_own(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene,
           "set -- $(cat /proc/$$/stat); [ $1 = $5 ] && [ $1 = $6 ] && [ $7 = 0 ] && "
           "printf yes",
           "b");
  assert_string_equal(next_mail(&scene, scene.me), "{P,{data,<<\"yes\">>}}");
  scene_close(&scene);
}

static void the_programs_pipes_block(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene);
  scene_sh(&scene, "grep -h flags /proc/$$/fdinfo/0 /proc/$$/fdinfo/1", "b");
  assert_string_equal(next_mail(&scene, scene.me),
                      "{P,{data,<<\"flags:\\t00\\nflags:\\t01\\n\">>}}");
  scene_close(&scene);
}

static int count_descriptors(void) {
  int fd, count = 0;
  for (fd = 0; fd < 1024; fd++)
    if (fcntl(fd, F_GETFD) >= 0) count++;
  return count;
}

static void a_thousand_opens_leak_nothing(void **state) {
  struct scene scene;
  int before = count_descriptors(), i;
  (void)state;
  scene_open(&scene);
  for (i = 0; i < 1000; i++) {
    scene_port(&scene, "{spawn_executable,\"/bin/true\"}", "[exit_status]");
    EXPECT_MAIL(&scene, "{P,{exit_status,0}}", "{'EXIT',P,normal}");
  }
  scene_close(&scene);
  assert_int_equal(count_descriptors(), before);
}

static void without_descriptors_it_is_emfile(void **state) {
  struct scene scene;
  struct rlimit before, tight;
  pier_port port;
  int error;
  (void)state;
  scene_open(&scene);
  getrlimit(RLIMIT_NOFILE, &before);
  tight = before;
  tight.rlim_cur = (rlim_t)count_descriptors() + 2;
  setrlimit(RLIMIT_NOFILE, &tight);
  error = pier_open_port(scene.me, &port, CAT, "[]");
  setrlimit(RLIMIT_NOFILE, &before);
  assert_int_equal(error, -EMFILE);
  scene_port(&scene, CAT, "[binary]");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_text("x")), 0);
  EXPECT_MAIL(&scene, "{P,{data,<<\"x\">>}}");
  scene_close(&scene);
}

static void an_option_is_named(void **state) {
  struct scene scene;
  pier_buffer name = PIER_BUFFER_INIT, options = PIER_BUFFER_INIT;
  pier_diag diag;
  (void)state;
  scene_open(&scene);
  assert_int_equal(pier_format(&name, "{spawn,\"cat\"}"), 0);
  assert_int_equal(pier_format(&options, "[binary,{packet,3}]"), 0);
  assert_int_equal(pier_open_port_terms(scene.me, &scene.port, pier_buffer_span(&name),
                                        pier_buffer_span(&options), &diag),
                   PIER_EBADOPT);
  assert_string_equal(diag.text, "bad option {packet,3}");
  pier_buffer_free(&name);
  pier_buffer_free(&options);
  scene_close(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_bare_line_is_512),
      cmocka_unit_test(exactly_three_descriptors),
      cmocka_unit_test(nouse_stdio_gives_3_and_4),
      cmocka_unit_test(nouse_stdio_in_gives_4_only),
      cmocka_unit_test(signals_are_as_in_the_beam),
      cmocka_unit_test(a_session_of_its_own),
      cmocka_unit_test(the_programs_pipes_block),
      cmocka_unit_test(a_thousand_opens_leak_nothing),
      cmocka_unit_test(without_descriptors_it_is_emfile),
      cmocka_unit_test(an_option_is_named),
  };
  int failed = RUN_ROWS(openings, opens);
  failed += RUN_ROWS(seeings, sees);
  return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
