#include "mail.h"

#include "cmocka_all.h"

#include <stdio.h>
#include <string.h>

enum { PATIENCE_MS = 10000 };

void scene_open(struct scene *scene) {
  assert_int_equal(pier_host_new(&scene->host, NULL), 0);
  assert_int_equal(pier_process_new(scene->host, &scene->me), 0);
  assert_int_equal(pier_trap_exit(scene->me, 1), 0);
  scene->port.number = 0;
}

void scene_close(struct scene *scene) {
  pier_host_free(scene->host);
}

void scene_port(struct scene *scene, const char *name, const char *options) {
  int error = pier_open_port(scene->me, &scene->port, name, options);
  if (error < 0) fail_msg("open_port(%s, %s): %s", name, options, pier_strerror(error));
}

void scene_sh(struct scene *scene, const char *command, const char *options) {
  const char *args[] = {"-c", command, NULL};
  pier_port_options shapes;

  pier_port_options_init(&shapes, PIER_SPAWN_EXECUTABLE, "/bin/sh");
  shapes.args = args;
  for (; *options; options++) {
    switch (*options) {
    case 'b':
      shapes.flags |= PIER_PORT_BINARY;
      break;
    case 'x':
      shapes.flags |= PIER_PORT_EXIT_STATUS;
      break;
    case 'e':
      shapes.flags |= PIER_PORT_EOF;
      break;
    case 'i':
      shapes.flags |= PIER_PORT_IN;
      break;
    case 'o':
      shapes.flags |= PIER_PORT_OUT;
      break;
    case '2':
      shapes.flags |= PIER_PORT_STDERR_TO_STDOUT;
      break;
    case 'l':
      shapes.framing = pier_framing_line(4);
      break;
    case 'p':
      shapes.framing = pier_framing_packet(4);
      break;
    default:
      fail_msg("no option '%c'", *options);
    }
  }
  assert_int_equal(pier_open(scene->me, &scene->port, &shapes, NULL), 0);
}

/* "#Port<0.7>" becomes "P": numbers are not what a test is about. */
static void shorten_port(char *text, uint64_t number) {
  char name[40];
  char *at;
  size_t size =
      (size_t)snprintf(name, sizeof name, "#Port<0.%llu>", (unsigned long long)number);
  while ((at = strstr(text, name))) {
    *at = 'P';
    memmove(at + 1, at + size, strlen(at + size) + 1);
  }
}

const char *next_mail(struct scene *scene, pier_process *process) {
  static char text[4096];
  pier_buffer term = PIER_BUFFER_INIT, printed = PIER_BUFFER_INIT;
  pier_message message;
  int got = pier_receive(process, &message, PATIENCE_MS);
  if (got <= 0) return got == 0 ? "timeout" : "dead";
  assert_int_equal(pier_message_term(&message, &term), 0);
  assert_int_equal(pier_term_scan(pier_buffer_span(&term), NULL, NULL, NULL), 0);
  assert_int_equal(pier_term_print(&printed, pier_buffer_span(&term), PIER_TEXT_TP, 0), 0);
  assert_true(printed.size < sizeof text);
  memcpy(text, printed.data, printed.size);
  text[printed.size] = '\0';
  pier_buffer_free(&term);
  pier_buffer_free(&printed);
  shorten_port(text, scene->port.number);
  return text;
}

void expect_silence(struct scene *scene, int ms) {
  pier_message message;
  assert_int_equal(pier_receive(scene->me, &message, ms), 0);
}

void expect_mail(struct scene *scene, const char *const *expected) {
  for (; *expected; expected++)
    assert_string_equal(next_mail(scene, scene->me), *expected);
  expect_silence(scene, 0);
}
