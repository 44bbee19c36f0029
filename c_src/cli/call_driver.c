/* pier call --driver: port_call and port_control, as an owner would use them. */
#include "cli/driver.h"

#include <string.h>

enum { SHOWN_TEXT = 60 };

typedef struct session {
  const pier__driver_call *call;
  pier_host *host;
  pier_process *owner;
  pier_port port;
} session;

static void say_fault(pier_port port, const pier_diag *fault, void *state) {
  const pier__driver_call *call = state;
  (void)port;
  pier__fail(call->who, PIER__FAILED, "%s", fault->text);
}

static int open_port(session *s, const pier__driver_path *path, pier_buffer *command) {
  pier_port_options options;
  pier_diag diag = {0};
  int error = pier__driver_command(path, s->call->args, command);
  pier_port_options_init(&options, PIER_SPAWN_DRIVER, (const char *)command->data);
  options.framing = pier_framing_stream();
  options.flags = PIER_PORT_BINARY;
  if (error == 0) error = pier_open(s->owner, &s->port, &options, &diag);
  if (error == 0) return 0;
  return pier__fail(s->call->who, PIER__FAILED, "%s: cannot be opened: %s", s->call->driver,
                    diag.error ? diag.text : pier_strerror(error));
}

static int start(session *s) {
  pier__driver_path path = {PIER_BUFFER_INIT, PIER_BUFFER_INIT, PIER_BUFFER_INIT};
  pier_buffer command = PIER_BUFFER_INIT;
  pier_host_config config = s->call->config;
  int error, status = pier__driver_path_read(s->call->who, s->call->driver, &path);
  config.log = say_fault;
  config.log_state = (void *)(uintptr_t)s->call;
  if (status == 0) {
    error = pier_host_new(&s->host, &config);
    if (error == 0) error = pier_process_new(s->host, &s->owner);
    if (error == 0) error = pier_trap_exit(s->owner, 1);
    if (error < 0) status = pier__fail(s->call->who, PIER__FAILED, "%s", pier_strerror(error));
  }
  if (status == 0) status = pier__driver_use(s->call->who, s->owner, &path);
  if (status == 0) status = open_port(s, &path, &command);
  pier_buffer_free(&command);
  pier__driver_path_free(&path);
  return status;
}

/* [Port, Operation, Term] */
static int put_arguments(const session *s, const pier_buffer *term, pier_buffer *out) {
  pier_buffer port = PIER_BUFFER_INIT;
  int error = pier_port_term(s->port, &port);
  pier_write_version(out);
  pier_write_list(out, 3);
  if (error == 0) error = pier_write_term(out, pier_buffer_span(&port));
  pier_write_int64(out, s->call->operation);
  if (error == 0) error = pier_write_term(out, pier_buffer_span(term));
  pier_buffer_free(&port);
  return error == 0 ? pier_write_nil(out) : error;
}

/* The reason why the port has ended, if it has. */
static int find_end(const session *s, pier_buffer *reason) {
  pier_message message;
  while (pier_receive(s->owner, &message, 0) > 0)
    if (message.kind == PIER_MESSAGE_EXIT)
      return pier_term_print(reason, message.reason, PIER_TEXT_TP, 0) == 0;
  return 0;
}

/* Why it may be a badarg. */
static const char *hint(const session *s, const pier_buffer *exception) {
  if (pier_match(pier_buffer_span(exception), "{error,badarg}") < 0) return "";
  if (s->call->control) return " (no iodata, or the driver has no control, or that refused it)";
  return " (the driver has no call, or that refused it, or gave no term)";
}

/* The driver may have ended its port instead of answering. */
static int no_answer(const session *s, const char *text, int error,
                     const pier_buffer *exception) {
  const char *dots = strlen(text) > SHOWN_TEXT ? "..." : "";
  pier_buffer say = PIER_BUFFER_INIT;
  pier_buffer_append_format(
      &say, "port_%s of operation %ld with %.*s%s: ", s->call->control ? "control" : "call",
      s->call->operation, SHOWN_TEXT, text, dots);
  if (error == PIER_ERAISED) {
    pier_term_print(&say, pier_buffer_span(exception), PIER_TEXT_TP, 0);
    pier_buffer_append_text(&say, hint(s, exception));
    pier_buffer_append_text(&say, "; the port ended with ");
    if (!find_end(s, &say)) say.size -= strlen("; the port ended with ");
  } else {
    pier_buffer_append_text(&say, pier_strerror(error));
  }
  pier__fail(s->call->who, PIER__FAILED, "%s: %.*s", s->call->driver, (int)say.size,
             say.size ? (const char *)say.data : "");
  pier_buffer_free(&say);
  return PIER__FAILED;
}

static int ask(const session *s, const pier_buffer *term, const char *text) {
  pier_buffer arguments = PIER_BUFFER_INIT, result = PIER_BUFFER_INIT,
              printed = PIER_BUFFER_INIT;
  int status, error = put_arguments(s, term, &arguments);
  if (error == 0)
    error = pier_apply(s->owner, s->call->control ? "port_control" : "port_call",
                       pier_buffer_span(&arguments), &result, NULL);
  if (error < 0) {
    status = no_answer(s, text, error, &result);
  } else if ((error = pier_term_print(&printed, pier_buffer_span(&result), PIER_TEXT_TP, 0)) <
             0) {
    status = pier__fail(s->call->who, PIER__FAILED, "%s: the answer cannot be printed: %s",
                        s->call->driver, pier_strerror(error));
  } else {
    status = pier__print_line(s->call->who, pier_buffer_span(&printed));
  }
  pier_buffer_free(&arguments);
  pier_buffer_free(&result);
  pier_buffer_free(&printed);
  return status;
}

int pier__driver_call_all(const pier__driver_call *call, const pier_buffer *terms,
                          char *const *texts, int count) {
  session s;
  int status, at;
  memset(&s, 0, sizeof s);
  s.call = call;
  status = start(&s);
  for (at = 0; at < count && status == 0; at++)
    status = ask(&s, &terms[at], texts[at]);
  pier_host_free(s.host);
  return status;
}
