/* Erlang's own drivers in the native host, for test/driver/erlang.t.
 *   erlang trace DIR COMMAND FILE  opens the trace driver and sends it every record of
 *                                  FILE, which a trace driver wrote
 *   erlang scan DIR NAME FILE      scans the message in FILE, prints the driver's answer
 *   erlang ip DIR FILE             a trace client connects, gets what is in FILE */
#include <netinet/in.h>
#include <pier/driver.h>
#include <pier/term.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BIGGEST = 1 << 20, HEAD = 5, PATIENCE_MS = 10000 };

static pier_host *host;
static pier_process *me;
static uint8_t file[BIGGEST];
static size_t file_size;

static int read_file(const char *name) {
  FILE *from = fopen(name, "rb");
  if (!from) return -1;
  file_size = fread(file, 1, sizeof file, from);
  return fclose(from);
}

static int say(const char *what, int error, const char *text) {
  fprintf(stderr, "%s: %s: %s\n", what, pier_strerror(error), text);
  return 1;
}

static int open_driver(const char *folder, const char *command, pier_port *port) {
  pier_port_options options;
  pier_diag diag = {0};
  char name[64] = "";
  int error;
  snprintf(name, sizeof name, "%.*s", (int)strcspn(command, " "), command);
  error = pier_host_new(&host, NULL);
  if (error == 0) error = pier_process_new(host, &me);
  if (error == 0) error = pier_trap_exit(me, 1);
  if (error == 0) error = pier_driver_load(me, folder, name, &diag);
  pier_port_options_init(&options, PIER_SPAWN_DRIVER, command);
  options.framing = pier_framing_stream();
  options.flags = PIER_PORT_BINARY;
  if (error == 0) error = pier_open(me, port, &options, &diag);
  return error < 0 ? say(command, error, diag.text) : 0;
}

/* Records are 0, their size in four bytes, and they themselves. */
static size_t record_at(size_t at) {
  const uint8_t *head = file + at;
  if (file_size - at < HEAD || head[0] != 0) return 0;
  return (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
}

static int trace(char **argv) {
  pier_buffer answer = PIER_BUFFER_INIT;
  pier_port port;
  size_t at = 0, size;
  int error = 0, count = 0;
  if (open_driver(argv[2], argv[3], &port)) return 1;
  while (error == 0 && (size = record_at(at)) > 0 && size <= file_size - at - HEAD) {
    error = pier_command(me, port, pier_span_of(file + at + HEAD, size));
    at += HEAD + size;
    count++;
  }
  if (error == 0) error = pier_port_control(me, port, 'f', pier_span_text(""), &answer);
  if (error == 0) error = pier_close(me, port);
  printf("%d\n", at == file_size ? count : -1);
  pier_buffer_free(&answer);
  return error < 0 ? say("trace", error, "") : 0;
}

static int scan(char **argv) {
  pier_buffer answer = PIER_BUFFER_INIT, text = PIER_BUFFER_INIT;
  pier_port port;
  pier_message message;
  int error;
  if (open_driver(argv[2], argv[3], &port)) return 1;
  error = pier_port_control(me, port, 's', pier_span_of(file, file_size), &answer);
  if (error == 0) error = pier_receive(me, &message, PATIENCE_MS) == 1 ? 0 : PIER_ESTATE;
  pier_buffer_clear(&answer);
  if (error == 0) error = pier_message_term(&message, &answer);
  if (error == 0) error = pier_term_print(&text, pier_buffer_span(&answer), PIER_TEXT_TP, 0);
  if (error == 0) printf("%.*s\n", (int)text.size, (const char *)text.data);
  pier_buffer_free(&answer);
  pier_buffer_free(&text);
  return error < 0 ? say("scan", error, "") : 0;
}

/* What control answers is <<0, Port:16>>. */
static int listening(pier_port port, struct sockaddr_in *address) {
  pier_buffer answer = PIER_BUFFER_INIT;
  pier_span term, bytes;
  int error = pier_port_control(me, port, 'p', pier_span_text(""), &answer);
  term = pier_buffer_span(&answer);
  if (error == 0) error = pier_match(term, "~b", &bytes);
  if (error == 0 && bytes.size != 3) error = PIER_EMATCH;
  memset(address, 0, sizeof *address);
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (error == 0) address->sin_port = htons((uint16_t)(bytes.data[1] << 8 | bytes.data[2]));
  pier_buffer_free(&answer);
  return error;
}

static int ip(char **argv) {
  static uint8_t got[BIGGEST];
  struct sockaddr_in address;
  pier_port port;
  size_t have = 0;
  ssize_t more = 1;
  int error, turns, client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (open_driver(argv[2], "trace_ip_drv 0 50 2", &port)) return 1;
  error = listening(port, &address);
  if (error == 0 && connect(client, (struct sockaddr *)&address, sizeof address) < 0)
    error = PIER_ESTATE;
  /* It is accepted in one of the next turns. */
  for (turns = 0; error == 0 && turns < 10; turns++)
    if (pier_host_run_once(host, 100) < 0) error = PIER_ESTATE;
  if (error == 0) error = pier_command(me, port, pier_span_of(file, file_size));
  for (turns = 0; error == 0 && turns < 10; turns++)
    if (pier_host_run_once(host, 10) < 0) error = PIER_ESTATE;
  if (error == 0) error = pier_close(me, port);
  while (error == 0 && more > 0 && have < sizeof got) {
    more = read(client, got + have, sizeof got - have);
    if (more > 0) have += (size_t)more;
  }
  close(client);
  fwrite(got, 1, have, stdout);
  return error < 0 ? say("ip", error, "") : 0;
}

int main(int argc, char **argv) {
  int status = 2;
  if (argc >= 4 && read_file(argv[argc - 1]) == 0) {
    if (strcmp(argv[1], "trace") == 0) status = trace(argv);
    if (strcmp(argv[1], "scan") == 0) status = scan(argv);
    if (strcmp(argv[1], "ip") == 0) status = ip(argv);
  }
  pier_host_free(host);
  return status;
}
