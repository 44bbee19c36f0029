/* Ports without a program: on descriptors that are there already, and on files. */
#include "../support/cmocka_all.h"
#include "../support/mail.h"
#include "../support/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BIG = 200000, ROOM = 65536, NOT_OPEN = 777 };

static void open_on(struct scene *scene, int in, int out, const char *options) {
  char name[64];
  snprintf(name, sizeof name, "{fd,%d,%d}", in, out);
  scene_port(scene, name, options);
}

static void send_text(struct scene *scene, const char *text) {
  assert_int_equal(pier_command(scene->me, scene->port, pier_span_text(text)), 0);
}

static void turn_until_written(struct scene *scene) {
  pier_port_info info;
  int turns = 0;
  while (pier_port_info_get(scene->host, scene->port, &info) == 0 && info.queue_size > 0) {
    assert_true(pier_host_run_once(scene->host, 1000) >= 0);
    assert_true(++turns < 10000);
  }
}

static size_t queued(const struct scene *scene) {
  pier_port_info info;
  assert_int_equal(pier_port_info_get(scene->host, scene->port, &info), 0);
  return info.queue_size;
}

static void expect_text(int fd, const char *text) {
  char got[256];
  ssize_t size = read(fd, got, sizeof got - 1);
  assert_true(size >= 0);
  got[size] = '\0';
  assert_string_equal(got, text);
}

/* ---- What can be at the end of a descriptor -------------------------------------- */

typedef void make_ends(int ends[2]); /* what is written to [1] is read from [0] */

static void make_pipe(int ends[2]) {
  assert_int_equal(pipe(ends), 0);
}
static void make_sockets(int ends[2]) {
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
}
static void make_file(int ends[2]) {
  char name[] = "/tmp/pier-descriptor.XXXXXX";
  ends[1] = mkstemp(name);
  ends[0] = open(name, O_RDONLY | O_CLOEXEC);
  assert_true(ends[0] >= 0 && ends[1] >= 0);
  unlink(name);
}
static void make_pseudo_terminal(int ends[2]) {
  ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
  assert_true(ends[0] >= 0 && grantpt(ends[0]) == 0 && unlockpt(ends[0]) == 0);
  ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY);
  assert_true(ends[1] >= 0);
}

struct kind {
  const char *name;
  make_ends *make;
};
static struct kind kinds[] = {{"a pipe", make_pipe},
                              {"a pair of sockets", make_sockets},
                              {"a file", make_file},
                              {"a terminal", make_pseudo_terminal}};

/* Afterwards the descriptor is open, and as blocking as it was. */
static void is_written_and_stays_open(void **state) {
  const struct kind *kind = *state;
  struct scene scene;
  int ends[2], before;
  kind->make(ends);
  before = fcntl(ends[1], F_GETFL);
  scene_open(&scene);
  open_on(&scene, ends[0], ends[1], "[out]");
  send_text(&scene, "one ");
  send_text(&scene, "two");
  assert_int_equal(queued(&scene), 7); /* written by the next turn */
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,normal}");
  turn_until_written(&scene);
  assert_int_equal(fcntl(ends[1], F_GETFL), before);
  expect_text(ends[0], "one two");
  open_on(&scene, ends[0], ends[1], "[out]");
  send_text(&scene, "!");
  turn_until_written(&scene);
  expect_text(ends[0], "!");
  scene_close(&scene);
  assert_int_equal(fcntl(ends[1], F_GETFL), before);
  close(ends[0]);
  close(ends[1]);
}

static void is_read_to_its_end(void **state) {
  const struct kind *kind = *state;
  struct scene scene;
  int ends[2];
  kind->make(ends);
  assert_int_equal(write(ends[1], "a\nb", 3), 3);
  close(ends[1]);
  scene_open(&scene);
  open_on(&scene, ends[0], 1, "[in,{line,10},binary,eof]");
  assert_string_equal(next_mail(&scene, scene.me), "{P,{data,{eol,<<\"a\">>}}}");
  assert_string_equal(next_mail(&scene, scene.me), "{P,{data,{noeol,<<\"b\">>}}}");
  assert_string_equal(next_mail(&scene, scene.me), "{P,eof}");
  expect_silence(&scene, 0);
  scene_close(&scene);
  assert_true(fcntl(ends[0], F_GETFD) >= 0);
  close(ends[0]);
}

/* ---- Queue and end ---------------------------------------------------------------- */

static void a_full_pipe_keeps_all_of_a_write_queued(void **unused) {
  static char big[BIG];
  struct scene scene;
  pier_span data = pier_span_of(big, sizeof big);
  size_t read_so_far = 0;
  int ends[2];
  (void)unused;
  make_pipe(ends);
  scene_open(&scene);
  open_on(&scene, 0, ends[1], "[out]");
  assert_int_equal(pier_command(scene.me, scene.port, data), 0);
  assert_int_equal(queued(&scene), BIG);
  assert_int_equal(pier_host_run_once(scene.host, 1000), 1);
  assert_int_equal(pier_host_run_once(scene.host, 10), 0); /* it does not spin */
  assert_int_equal(queued(&scene), BIG);
  assert_int_equal(pier_command_with(scene.me, scene.port, data, PIER_NOSUSPEND), PIER_EBUSY);
  while (read_so_far < BIG) {
    ssize_t got = read(ends[0], big, sizeof big);
    assert_true(got > 0);
    read_so_far += (size_t)got;
    pier_host_run_once(scene.host, 1000);
  }
  assert_int_equal(queued(&scene), 0);
  assert_int_equal(pier_command_with(scene.me, scene.port, pier_span_text("x"), PIER_NOSUSPEND),
                   0);
  scene_close(&scene);
  close(ends[0]);
  close(ends[1]);
}

/* Unlike a program's port, whose queue goes with the end of its input. */
static void the_end_of_input_waits_for_the_queue(void **unused) {
  static char big[BIG];
  struct scene scene;
  int input[2], output[2], i;
  (void)unused;
  make_pipe(input);
  make_pipe(output);
  scene_open(&scene);
  open_on(&scene, input[0], output[1], "[]");
  assert_int_equal(pier_command(scene.me, scene.port, pier_span_of(big, sizeof big)), 0);
  close(input[1]);
  expect_silence(&scene, 30);
  for (i = 0; i < BIG;) {
    ssize_t got = read(output[0], big, sizeof big);
    assert_true(got > 0);
    i += (int)got;
    pier_host_run_once(scene.host, 1000);
  }
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,normal}");
  scene_close(&scene);
  close(input[0]);
  close(output[0]);
  close(output[1]);
}

static void several_ports_share_a_descriptor(void **unused) {
  struct scene scene;
  pier_port first;
  int ends[2];
  (void)unused;
  make_sockets(ends);
  scene_open(&scene);
  open_on(&scene, ends[0], ends[0], "[binary,{packet,1}]");
  first = scene.port;
  open_on(&scene, ends[0], ends[0], "[out]");
  send_text(&scene, "\3via");
  turn_until_written(&scene);
  expect_text(ends[1], "\3via");
  assert_int_equal(pier_close(scene.me, scene.port), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,normal}");
  assert_int_equal(write(ends[1], "\2ok", 3), 3);
  scene.port = first;
  assert_string_equal(next_mail(&scene, scene.me), "{P,{data,<<\"ok\">>}}");
  scene_close(&scene);
  close(ends[0]);
  close(ends[1]);
}

/* ---- What goes wrong ---------------------------------------------------------------- */

static char logged[200];

static void note_log(pier_port port, const pier_diag *fault, void *state) {
  (void)port;
  (void)state;
  snprintf(logged, sizeof logged, "%s", fault->text);
}

static void open_logged(struct scene *scene) {
  pier_host_config config;
  logged[0] = '\0';
  pier_host_config_init(&config);
  config.log = note_log;
  assert_int_equal(pier_host_new(&scene->host, &config), 0);
  assert_int_equal(pier_process_new(scene->host, &scene->me), 0);
  assert_int_equal(pier_trap_exit(scene->me, 1), 0);
}

static void descriptors_that_are_not_open(void **unused) {
  struct scene scene;
  (void)unused;
  open_logged(&scene);
  open_on(&scene, NOT_OPEN, NOT_OPEN, "[]");
  assert_string_equal(logged, "Bad input descriptor of port '777/777'");
  expect_silence(&scene, 10);
  send_text(&scene, "x");
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,ebadf}");
  scene_close(&scene);
}

static void a_reader_that_has_gone_is_epipe(void **unused) {
  struct scene scene;
  int ends[2];
  (void)unused;
  make_pipe(ends);
  close(ends[0]);
  scene_open(&scene);
  open_on(&scene, 0, ends[1], "[out]");
  send_text(&scene, "x");
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,epipe}");
  scene_close(&scene);
  close(ends[1]);
}

static void a_bad_value_is_logged(void **unused) {
  struct scene scene;
  pier_buffer term = PIER_BUFFER_INIT, list = PIER_BUFFER_INIT, result = PIER_BUFFER_INIT;
  (void)unused;
  open_logged(&scene);
  scene_port(&scene, "{spawn,\"cat\"}", "[]");
  assert_int_equal(pier_port_term(scene.port, &term), 0);
  assert_int_equal(pier_format(&list, "[~t, [a]]", pier_buffer_span(&term)), 0);
  assert_int_equal(pier_apply(scene.me, "port_command", pier_buffer_span(&list), &result, NULL),
                   PIER_ERAISED);
  assert_string_equal(logged, "Bad value on output port 'cat'");
  logged[0] = '\0';
  pier_buffer_free(&term);
  pier_buffer_free(&list);
  assert_int_equal(pier_pid_term(pier_self(scene.me), &term), 0);
  assert_int_equal(pier_format(&list, "{~t, {command, [a]}}", pier_buffer_span(&term)), 0);
  assert_int_equal(pier_send_term(scene.me, scene.port, pier_buffer_span(&list)), 0);
  assert_string_equal(next_mail(&scene, scene.me), "{'EXIT',P,badsig}");
  assert_string_equal(logged, "Bad value on output port 'cat'");
  pier_buffer_free(&term);
  pier_buffer_free(&list);
  pier_buffer_free(&result);
  scene_close(&scene);
}

struct refused {
  const char *name, *port, *options;
  int error;
};
static struct refused refused[] = {
    {"a negative number", "{fd,-1,1}", "[in]", -EINVAL},
    {"a number beyond the limit", "{fd,0,99999999}", "[out]", -EINVAL},
    {"a number beyond int", "{fd,4294967296,1}", "[in]", -EINVAL},
    {"a number beyond small", "{fd,576460752303423488,1}", "[in]", PIER_EBADARG},
    {"an atom", "{fd,a,1}", "[in]", PIER_EBADARG},
    {"exit_status", "{fd,0,1}", "[exit_status]", PIER_EBADARG},
    {"arguments", "{fd,0,1}", "[{args,[]}]", PIER_EBADARG},
    {"a directory that is no text", "{fd,0,1}", "[{cd,1}]", PIER_EBADARG},
    {"no such file", "\"/nonexistent/a\"", "[out]", -EINVAL},
    {"a directory to write to", "\"/tmp\"", "[out]", -EINVAL},
    {"no name", "[]", "[in]", PIER_EBADARG},
    {"an empty name", "''", "[in]", -EINVAL},
    {"a deep name", "[[97]]", "[in]", PIER_EBADARG},
    {"a character that is no byte", "[300]", "[in]", PIER_EBADARG},
    {"a binary", "<<\"/tmp/a\">>", "[in]", PIER_EBADARG},
};

static void is_refused(void **state) {
  const struct refused *row = *state;
  struct scene scene;
  scene_open(&scene);
  assert_int_equal(pier_open_port(scene.me, &scene.port, row->port, row->options), row->error);
  scene_close(&scene);
}

static void options_in_c(void **unused) {
  struct scene scene;
  pier_port_options options;
  pier_diag diag;
  int ends[2];
  (void)unused;
  make_pipe(ends);
  scene_open(&scene);
  pier_port_options_init(&options, PIER_FD, NULL);
  options.fd_out = ends[1];
  options.flags = PIER_PORT_OUT | PIER_PORT_EXIT_STATUS;
  assert_int_equal(pier_open(scene.me, &scene.port, &options, &diag), PIER_EBADARG);
  assert_string_equal(diag.text, "exit_status goes with programs only");
  options.flags = PIER_PORT_OUT;
  assert_int_equal(pier_open(scene.me, &scene.port, &options, &diag), 0);
  send_text(&scene, "in C");
  turn_until_written(&scene);
  expect_text(ends[0], "in C");
  pier_port_options_init(&options, PIER_FILE, "/nonexistent/file");
  assert_int_equal(pier_open(scene.me, &scene.port, &options, &diag), -EINVAL);
  assert_string_equal(diag.text, "/nonexistent/file: Invalid argument");
  pier_port_options_init(&options, PIER_FILE, NULL);
  assert_int_equal(pier_open(scene.me, &scene.port, &options, &diag), PIER_EBADARG);
  scene_close(&scene);
  close(ends[0]);
  close(ends[1]);
}

/* ---- Files ------------------------------------------------------------------------- */

static void a_pipe_with_a_name_keeps_nobody_waiting(void **unused) {
  char name[] = "/tmp/pier-fifo.XXXXXX", port[64];
  struct scene scene;
  int writer;
  (void)unused;
  assert_non_null(mkdtemp(name));
  snprintf(port, sizeof port, "%s/f", name);
  assert_int_equal(mkfifo(port, 0600), 0);
  snprintf(port, sizeof port, "\"%s/f\"", name);
  scene_open(&scene);
  assert_int_equal(pier_open_port(scene.me, &scene.port, port, "[out]"), -EINVAL);
  scene_port(&scene, port, "[in]");
  expect_silence(&scene, 10);
  snprintf(port, sizeof port, "%s/f", name);
  writer = open(port, O_WRONLY | O_CLOEXEC);
  assert_int_equal(write(writer, "x", 1), 1);
  close(writer);
  EXPECT_MAIL(&scene, "{P,{data,\"x\"}}", "{'EXIT',P,normal}");
  scene_close(&scene);
  unlink(port);
  rmdir(name);
}

/* Reading a directory fails; nobody is told. */
static void a_directory_is_silent(void **unused) {
  struct scene scene;
  pier_port_info info;
  (void)unused;
  scene_open(&scene);
  scene_port(&scene, "\"/tmp\"", "[in]");
  expect_silence(&scene, 10);
  assert_int_equal(pier_port_info_get(scene.host, scene.port, &info), 0);
  scene_close(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_full_pipe_keeps_all_of_a_write_queued),
      cmocka_unit_test(the_end_of_input_waits_for_the_queue),
      cmocka_unit_test(several_ports_share_a_descriptor),
      cmocka_unit_test(descriptors_that_are_not_open),
      cmocka_unit_test(a_reader_that_has_gone_is_epipe),
      cmocka_unit_test(a_bad_value_is_logged),
      cmocka_unit_test(options_in_c),
      cmocka_unit_test(a_pipe_with_a_name_keeps_nobody_waiting),
      cmocka_unit_test(a_directory_is_silent),
  };
  /* A terminal, the last one, has no end while its other side is open. */
  size_t with_end = sizeof kinds / sizeof kinds[0] - 1;
  return RUN_ROWS(kinds, is_written_and_stays_open) +
         run_rows("ends", kinds, sizeof kinds[0], with_end, is_read_to_its_end) +
         RUN_ROWS(refused, is_refused) + cmocka_run_group_tests(tests, NULL, NULL);
}
