/* pier run: any program as a port; what its owner gets is printed. */
#include "cli/driver.h"
#include "cli/settings.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

/* Standard input is left alone while this much of it waits for the program: the
 * port would be busy. */
enum { QUEUE_ENOUGH = 8192 };
/* After this long a program that has not ended is worth a sentence. */
enum { PATIENCE_MS = 1000 };

typedef struct run {
  pier__settings settings;
  pier__input input;
  pier_host *host;
  pier_process *owner;
  pier_port port;
  int os_pid;
  int takes_input; /* the program does: not with --in alone */
  int closing;     /* we have asked the port to close */
  int eof;         /* the program's output has ended, the port lives on */
  int gone;        /* the last message has come */
  int status;      /* the program's; -1 while unknown */
  int broken;      /* ended by something else than its program or us */
} run;

static int fail_error(const run *r, int error) {
  return pier__fail(PIER__RUN, PIER__FAILED, "%s: %s", r->settings.program,
                    pier_strerror(error));
}

/* What the port's owner would never learn of. */
static void say_fault(pier_port port, const pier_diag *fault, void *state) {
  const run *r = state;
  (void)port;
  if (r->settings.driver)
    pier__fail(PIER__RUN, PIER__FAILED, "%s", fault->text);
  else
    pier__fail(PIER__RUN, PIER__FAILED, "%s: byte %zu of its output: %s", r->settings.program,
               fault->offset, fault->text);
}

/* The driver that is to be the port, where it is one. */
static int load_driver(const run *r) {
  pier__driver_path path = {PIER_BUFFER_INIT, PIER_BUFFER_INIT, PIER_BUFFER_INIT};
  int status = 0;
  if (!r->settings.driver) return 0;
  status = pier__driver_path_read(PIER__RUN, r->settings.driver, &path);
  if (status == 0) status = pier__driver_use(PIER__RUN, r->owner, &path);
  pier__driver_path_free(&path);
  return status;
}

static int open_port(run *r) {
  pier_host_config config = r->settings.host;
  pier_port_info info;
  pier_diag diag = {0};
  int error, status;
  config.log = say_fault;
  config.log_state = r;
  error = pier_host_new(&r->host, &config);
  if (error == 0) error = pier_process_new(r->host, &r->owner);
  if (error == 0) error = pier_trap_exit(r->owner, 1);
  if (error < 0) return fail_error(r, error);
  status = load_driver(r);
  if (status) return status;
  error = pier_open(r->owner, &r->port, &r->settings.port, &diag);
  if (error < 0 && diag.error)
    return pier__fail(PIER__RUN, r->settings.driver ? PIER__FAILED : PIER__USAGE,
                      "%s: cannot be opened: %s", r->settings.program, diag.text);
  if (error == 0) error = pier_port_info_get(r->host, r->port, &info);
  if (error < 0) return fail_error(r, error);
  r->os_pid = info.os_pid;
  return 0;
}

static int print_message(const pier_message *message) {
  pier_buffer term = PIER_BUFFER_INIT;
  pier_buffer text = PIER_BUFFER_INIT;
  int status = pier_message_term(message, &term);
  if (status == 0) status = pier_term_print(&text, pier_buffer_span(&term), PIER_TEXT_TP, 0);
  if (status < 0)
    status = pier__fail(PIER__RUN, PIER__FAILED, "a message cannot be printed: %s",
                        pier_strerror(status));
  else
    status = pier__print_line(PIER__RUN, pier_buffer_span(&text));
  pier_buffer_free(&term);
  pier_buffer_free(&text);
  return status;
}

/* The port has ended of its own: anything but `normal` is worth a sentence. */
static void note_reason(run *r, pier_span reason) {
  pier_buffer text = PIER_BUFFER_INIT;
  if (pier_match(reason, "normal") < 0 &&
      pier_term_print(&text, reason, PIER_TEXT_TP, 0) == 0) {
    r->broken = 1;
    pier__fail(PIER__RUN, PIER__FAILED, "%s: the port ended with %.*s", r->settings.program,
               (int)text.size, (const char *)text.data);
  }
  pier_buffer_free(&text);
}

static int take_message(run *r, const pier_message *message) {
  int status = print_message(message);
  switch (message->kind) {
  case PIER_MESSAGE_EOF:
    r->eof = 1;
    break;
  case PIER_MESSAGE_EXIT_STATUS:
    r->status = message->status;
    break;
  case PIER_MESSAGE_EXIT:
    note_reason(r, message->reason);
    r->gone = !r->closing || r->broken;
    break;
  case PIER_MESSAGE_CLOSED:
    r->gone = 1;
    break;
  default:
    break;
  }
  return status;
}

/* Asks the port to close; its last messages are still to come. */
static int close_port(run *r) {
  pier_port_info info;
  r->input.ended = 1;
  if (pier_port_info_get(r->host, r->port, &info) < 0) return 0; /* it has ended: EXIT comes */
  r->closing = 1;
  return pier_send_close(r->owner, r->port, pier_self(r->owner));
}

static int send_command(void *context, pier_span command) {
  run *r = context;
  int error;
  for (;;) {
    error = pier_command(r->owner, r->port, command);
    if (error != PIER_EBUSY) break;
    error = pier_host_run_once(r->host, -1);
    if (error < 0) break;
  }
  if (error == PIER_EBADARG) { /* the port has ended meanwhile: its EXIT says why */
    r->input.ended = 1;
    return 0;
  }
  return error;
}

/* 1 if the program keeps up with what it was sent. */
static int keeps_up(const run *r) {
  pier_port_info info;
  return pier_port_info_get(r->host, r->port, &info) == 0 && info.queue_size < QUEUE_ENOUGH;
}

static int read_input(run *r) {
  pier_diag diag = {0};
  int got = pier__input_read(&r->input, send_command, r, &diag);
  if (got == 0) return 0;
  if (diag.error != got) return fail_error(r, got);
  if (diag.line)
    return pier__fail(PIER__RUN, PIER__FAILED, "standard input, line %u, column %u: %s",
                      diag.line, diag.column, diag.text);
  return pier__fail(PIER__RUN, PIER__FAILED, "standard input: %s", diag.text);
}

/* Waits until standard input can be read (1) or the host has something to do. */
static int wait_for_either(run *r) {
  struct pollfd watch[2];
  watch[0].fd = keeps_up(r) ? r->input.fd : -1;
  watch[0].events = POLLIN;
  watch[1].fd = pier_host_fd(r->host);
  watch[1].events = POLLIN;
  return poll(watch, 2, -1) > 0 && watch[0].fd >= 0 && watch[0].revents;
}

/* Nothing more is to come but what the closing of the port brings. */
static int finished(const run *r) {
  unsigned flags = r->settings.port.flags;
  if (r->eof && r->status >= 0) return 1;
  if (!r->input.ended) return 0;
  return (flags & PIER_PORT_OUT && !(flags & PIER_PORT_IN)) ||
         (r->eof && !(flags & PIER_PORT_EXIT_STATUS));
}

/* How long to wait for the next message before the port is closed. */
static int patience(const run *r) {
  if (r->closing) return -1;
  if (finished(r)) return 0;
  return r->takes_input ? r->settings.wait_ms : -1;
}

/* One message, or some input, or the end of the wait. */
static int step(run *r) {
  pier_message message;
  int reading = !r->input.ended && !finished(r);
  int got;
  got = pier_receive(r->owner, &message, reading ? 0 : patience(r));
  if (got > 0) return take_message(r, &message);
  if (got < 0) return fail_error(r, got);
  if (reading) return wait_for_either(r) ? read_input(r) : 0;
  got = close_port(r);
  return got < 0 ? fail_error(r, got) : 0;
}

/* A port that we have closed tells no status any more; the program's end is
 * still to come, and still ours to see. Whoever waits for a program that does
 * not look at its input should know. */
static void await_program(run *r) {
  r->status = pier__program_status(r->os_pid, PATIENCE_MS);
  if (r->status >= 0 || kill(r->os_pid, 0) < 0) return;
  pier__fail(PIER__RUN, PIER__FAILED, "%s (process %d) runs on after the port was closed",
             r->settings.program, r->os_pid);
  r->status = pier__program_status(r->os_pid, -1);
}

static int finish(run *r) {
  if (r->broken) return PIER__FAILED;
  if (r->settings.port.flags & PIER_PORT_EXIT_STATUS && r->status < 0) await_program(r);
  return r->status < 0 ? PIER__DONE : r->status;
}

static void end(run *r) {
  pier__input_free(&r->input);
  pier_host_free(r->host);
  pier__program_settings_free(&r->settings);
}

int pier__run_main(int argc, char **argv) {
  const unsigned both = PIER_PORT_IN | PIER_PORT_OUT;
  run r;
  int status;
  memset(&r, 0, sizeof r);
  r.status = -1;
  status = pier__program_settings_read(&r.settings, argc, argv);
  r.takes_input = (r.settings.port.flags & both) != PIER_PORT_IN;
  r.input.mode = r.settings.input;
  r.input.ended = !r.takes_input;
  if (status == 0) status = open_port(&r);
  while (status == 0 && !r.gone)
    status = step(&r);
  if (status == 0) status = finish(&r);
  end(&r);
  return status < 0 ? PIER__DONE : status;
}
