/* The documents' own examples on the native host: prints every message that
 * the owner of the port gets, as beam.escript does on the BEAM.
 *
 *   native hello_world|echo_oops|byte_lists|echo_executable
 *   native watcher DIR
 *   native wrapper SCRIPT
 */
#include <pier.h>
#include <pier/host.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

static pier_host *host;
static pier_process *owner;
static pier_port port;

static void check(int result, const char *what) {
  if (result >= 0) return;
  fprintf(stderr, "native: %s: %s\n", what, pier_strerror(result));
  exit(1);
}

static void print_message(const pier_message *message) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_buffer text = PIER_BUFFER_INIT;
  check(pier_message_term(message, &term), "message");
  check(pier_term_print(&text, pier_buffer_span(&term), PIER_TEXT_TP, 0), "print");
  printf("%.*s\n", (int)text.size, (const char *)text.data);
  pier_buffer_free(&term);
  pier_buffer_free(&text);
}

static int next(pier_process *process, pier_message *message, int timeout_ms) {
  int got = pier_receive(process, message, timeout_ms);
  check(got, "receive");
  return got;
}

/* Prints messages up to and including the first of `kind`. */
static void show_until(pier_process *process, pier_message_kind kind) {
  pier_message message;
  do {
    if (!next(process, &message, PATIENCE_MS)) check(-ETIMEDOUT, "waiting for a message");
    print_message(&message);
  } while (message.kind != kind);
}

static void open_port(const char *name, const char *options) {
  check(pier_trap_exit(owner, 1), "trap_exit");
  check(pier_open_port(owner, &port, name, options), name);
}

static void close_port(void) {
  check(pier_send_close(owner, port, pier_self(owner)), "close");
  show_until(owner, PIER_MESSAGE_CLOSED);
}

static void hello_world(const char *unused) {
  (void)unused;
  open_port("{spawn, \"cat\"}", "[binary]");
  check(pier_send_command(owner, port, pier_self(owner), pier_span_text("hello")), "command");
  show_until(owner, PIER_MESSAGE_DATA);
  check(pier_send_command(owner, port, pier_self(owner), pier_span_text("world")), "command");
  show_until(owner, PIER_MESSAGE_DATA);
  close_port();
}

static void echo_oops(const char *unused) {
  (void)unused;
  open_port("{spawn, \"echo oops\"}", "[binary, exit_status]");
  show_until(owner, PIER_MESSAGE_EXIT);
}

static void byte_lists(const char *unused) {
  (void)unused;
  open_port("{spawn, \"echo oops\"}", "[]");
  show_until(owner, PIER_MESSAGE_EXIT);
}

static void echo_executable(const char *unused) {
  (void)unused;
  open_port("{spawn_executable, \"/bin/echo\"}", "[binary, {args, [\"hello world\"]}]");
  show_until(owner, PIER_MESSAGE_EXIT);
}

/* Makes the file `path`, again and again until the watcher has seen it: there
 * is no telling when it begins to watch. */
static void until_seen(const char *path, pier_message *message) {
  int tries;
  for (tries = 0; tries < PATIENCE_MS / 100; tries++) {
    FILE *file = fopen(path, "w");
    if (!file || fclose(file)) check(-errno, path);
    if (next(owner, message, 100)) return;
    check(unlink(path) < 0 ? -errno : 0, path);
  }
  check(-ETIMEDOUT, "waiting for the watcher");
}

static size_t first_line(pier_span data) {
  const uint8_t *end = memchr(data.data, '\n', data.size);
  return end ? (size_t)(end - data.data) : data.size;
}

static void watcher(const char *folder) {
  char name[512];
  char path[512];
  pier_message message;
  pier_process *witness;
  pier_port_info info;
  uint64_t reference;
  int os_pid;
  snprintf(name, sizeof name, "{spawn, \"fswatch %s\"}", folder);
  snprintf(path, sizeof path, "%s/created", folder);
  open_port(name, "[binary, exit_status]");
  check(pier_port_info_get(host, port, &info), "port_info");
  os_pid = info.os_pid;
  check(pier_process_new(host, &witness), "process");
  check(pier_monitor(witness, port, &reference), "monitor");
  until_seen(path, &message);
  /* The path may come more than once in a piece: the first line of it counts. */
  message.data.size = first_line(message.data);
  print_message(&message);
  pier_process_exit(owner, "shutdown");
  show_until(witness, PIER_MESSAGE_DOWN);
  puts(pier_port_info_get(host, port, &info) == PIER_EBADARG ? "undefined" : "still open");
  if (os_pid > 0) kill(os_pid, SIGKILL); /* it reads no input: it would watch for ever */
}

/* Is there a process of that id, other than one that waits to be reaped? */
static int runs(int os_pid) {
  char path[64];
  char line[256] = "";
  FILE *file;
  snprintf(path, sizeof path, "/proc/%d/stat", os_pid);
  file = fopen(path, "r");
  if (!file) return 0;
  if (!fgets(line, sizeof line, file)) line[0] = '\0';
  fclose(file);
  return strstr(line, ") Z ") == NULL;
}

/* The program prints its process id and never ends by itself. */
static void wrapper(const char *script) {
  char name[512];
  pier_message message;
  int os_pid;
  int tries;
  snprintf(name, sizeof name, "{spawn_executable, \"%s\"}", script);
  open_port(name, "[binary, exit_status, {line, 80},"
                  " {args, [\"/bin/sh\", \"-c\", \"echo $$; exec sleep 1000\"]}]");
  if (!next(owner, &message, PATIENCE_MS)) check(-ETIMEDOUT, "waiting for the program");
  print_message(&message);
  snprintf(name, sizeof name, "%.*s", (int)message.data.size, (const char *)message.data.data);
  os_pid = atoi(name);
  printf("it %s\n", runs(os_pid) ? "runs" : "has ended");
  close_port();
  for (tries = 0; tries < PATIENCE_MS / 20 && runs(os_pid); tries++)
    pier_host_run_once(host, 20);
  printf("it %s\n", runs(os_pid) ? "runs" : "has ended");
}

static const struct {
  const char *name;
  void (*run)(const char *argument);
} scenarios[] = {
    {"hello_world", hello_world},         {"echo_oops", echo_oops}, {"byte_lists", byte_lists},
    {"echo_executable", echo_executable}, {"watcher", watcher},     {"wrapper", wrapper},
};

int main(int argc, char **argv) {
  size_t at;
  check(pier_host_new(&host, NULL), "host");
  check(pier_process_new(host, &owner), "process");
  for (at = 0; at < sizeof scenarios / sizeof scenarios[0]; at++)
    if (argc > 1 && strcmp(argv[1], scenarios[at].name) == 0) {
      scenarios[at].run(argc > 2 ? argv[2] : NULL);
      pier_host_free(host);
      return 0;
    }
  fprintf(stderr, "native: no such scenario\n");
  return 2;
}
