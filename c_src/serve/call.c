/* Functions by name for processes of the VM: which there are, whose pids their arguments
 * mean, and what becomes of the result. */
#include "serve/inside.h"

#include "port/identifier.h"
#include "port/shape.h"

#include <string.h>

enum {
  HEARER = 1 << 0,  /* the first argument is a process, the caller mostly */
  OWNER = 1 << 1,   /* the second one is the new owner */
  MESSAGE = 1 << 2, /* the second one is a message to a port, which names its owner */
  LINK = 1 << 3,    /* a port that is gone is an error, whatever the caller traps */
  COMMAND = 1 << 4, /* may be gathered with others */
  PAIR = 1 << 5     /* of two arguments only: exit/1 would be the caller's end */
};

static const struct function {
  const char *name;
  unsigned flags;
} functions[] = {{"port_command", COMMAND},
                 {"send", MESSAGE | COMMAND},
                 {"open_port", 0},
                 {"port_close", 0},
                 {"port_info", 0},
                 {"port_control", 0},
                 {"port_call", 0},
                 {"port_connect", OWNER},
                 {"link", LINK},
                 {"unlink", 0},
                 {"monitor", 0},
                 {"demonitor", 0},
                 {"exit", PAIR},
                 {"register", 0},
                 {"unregister", 0},
                 {"whereis", 0},
                 {"registered", 0},
                 {"ports", 0},
                 {"port_set_data", 0},
                 {"port_get_data", 0},
                 {"send_nosuspend", MESSAGE},
                 {"process_info", HEARER},
                 {"!", MESSAGE | COMMAND}};

/* Longer than each of erl_ddll. */
enum { NAME_SIZE = 48 };
static const char of_drivers[] = "erl_ddll:";

/* 1 with the name, NUL ended, and its flags. */
static int find_function(const pier__view *view, char name[NAME_SIZE], unsigned *flags) {
  size_t i;
  *flags = 0;
  if (view->kind != PIER__ATOM || view->size >= NAME_SIZE) return 0;
  memcpy(name, view->data, view->size);
  name[view->size] = 0;
  for (i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    if (strcmp(functions[i].name, name) != 0) continue;
    *flags = functions[i].flags;
    return 1;
  }
  return strncmp(name, of_drivers, sizeof of_drivers - 1) == 0;
}

/* ---- Arguments ------------------------------------------------------------------- */

/* A pid of the VM as the process that stands for it, if there is one (with `make`, there
 * is then); anything else as it is. */
static int take_pid(struct pier__serve *serve, pier_buffer *out, pier_span term, int make) {
  struct pier__remote *remote = NULL;
  pier__view view;
  pier_pid pid;
  uint64_t key;
  pier__view_at(&view, term.data);
  if (pier__serve_is_local(serve, &view, &key)) {
    remote = make ? pier__remote_take(serve, key) : pier__remote_find(serve, key);
    if (!remote && make) return PIER_ENOMEM;
  }
  if (!remote) return pier__serve_take_in(serve, out, term);
  pid.number = remote->number;
  return pier__put_pid(out, pid);
}

/* {Owner,{command,Data}}, {Owner,close}, {Owner,{connect,New}}. */
static int take_message(struct pier__serve *serve, pier_buffer *out, pier_span term) {
  pier__view view, owner, what, word, fresh;
  const uint8_t *at;
  int error;
  pier__view_at(&view, term.data);
  if (!pier__shape_pair(&view, &owner, &what) || owner.kind != PIER__PID)
    return pier__serve_take_in(serve, out, term);
  pier_write_tuple(out, 2);
  error = take_pid(serve, out, pier__bare(view.next), 0);
  at = pier__view_skip(view.next);
  if (error < 0) return error;
  if (!pier__shape_pair(&what, &word, &fresh) || !pier__shape_is_atom(&word, "connect"))
    return pier__serve_take_in(serve, out, pier__bare(at));
  pier_write_tuple(out, 2);
  pier_write_atom(out, "connect");
  return take_pid(serve, out, pier__bare(pier__view_skip(what.next)), 1);
}

static int take_argument(struct pier__serve *serve, unsigned flags, size_t index,
                         pier_span term) {
  pier_buffer *out = &serve->arguments;
  if (index == 0 && (flags & HEARER)) return take_pid(serve, out, term, 0);
  if (index == 1 && (flags & OWNER)) return take_pid(serve, out, term, 1);
  if (index == 1 && (flags & MESSAGE)) return take_message(serve, out, term);
  return pier__serve_take_in(serve, out, term);
}

/* The list as the host gets it. What is none is left to the host. */
static int take_arguments(struct pier__serve *serve, unsigned flags, pier_span list) {
  const unsigned any = HEARER | OWNER | MESSAGE;
  pier__view view;
  const uint8_t *at;
  size_t i;
  int error = 0;
  pier_buffer_clear(&serve->arguments);
  pier__view_at(&view, list.data);
  if (!(flags & any) || view.kind != PIER__LIST)
    return pier__serve_take_in(serve, &serve->arguments, list);
  at = view.next;
  pier_write_list(&serve->arguments, view.count);
  for (i = 0; i <= view.count && error == 0; i++) {
    pier_span term = pier__bare(at);
    error = take_argument(serve, i < view.count ? flags : 0, i, term);
    at += term.size;
  }
  return error < 0 ? error : serve->arguments.error;
}

static int is_pair(pier_span list) {
  pier__view view;
  pier__view_at(&view, list.data);
  return view.kind == PIER__STRING ? view.size == 2
                                   : view.kind == PIER__LIST && view.count == 2;
}

/* ---- Results --------------------------------------------------------------------- */

static pier_buffer *open_reply(struct pier__serve *serve, pier_span id) {
  pier_buffer *out = pier__serve_event(serve, "reply", 3);
  pier_buffer_append(out, id.data, id.size);
  return out;
}

static void reply_value(struct pier__serve *serve, pier_span id, pier_span value) {
  pier_buffer *out = open_reply(serve, id);
  pier_write_tuple(out, 2);
  pier_write_atom(out, "ok");
  pier__serve_put_out(serve, out, value);
}

static void reply_error(struct pier__serve *serve, pier_span id, const char *reason) {
  pier_buffer *out = open_reply(serve, id);
  pier_write_tuple(out, 4);
  pier_write_atom(out, "error");
  pier_write_atom(out, "error");
  pier_write_atom(out, reason);
  pier_write_atom(out, "none");
}

/* {Class,Reason} or {error,{Reason,Cause}}, as pier_apply has it. */
static void reply_raised(struct pier__serve *serve, pier_span id, const pier__view *raised) {
  const uint8_t *class = raised->next, *reason = pier__view_skip(class);
  pier_buffer *out = open_reply(serve, id);
  pier__view view;
  pier_write_tuple(out, 4);
  pier_write_atom(out, "error");
  pier__serve_put_out(serve, out, pier__bare(class));
  pier__view_at(&view, reason);
  if (view.kind == PIER__TUPLE && view.count == 2) {
    pier__serve_put_out(serve, out, pier__bare(view.next));
    pier__serve_put_out(serve, out, pier__bare(pier__view_skip(view.next)));
  } else {
    pier__serve_put_out(serve, out, pier__bare(reason));
    pier_write_atom(out, "none");
  }
}

/* `error` is that of the call, whose result lies in serve->result. */
static int answer(struct pier__remote *remote, pier_span id, int error) {
  struct pier__serve *serve = remote->serve;
  pier_span result = {NULL, 0};
  pier__view view;
  if (serve->result.size > 1)
    result = pier_span_of(serve->result.data + 1, serve->result.size - 1);
  if (id.size == 0) return 0;
  if (error == 0) {
    reply_value(serve, id, result);
  } else if (error == PIER_ERAISED) {
    pier__view_at(&view, result.data);
    reply_raised(serve, id, &view);
  } else if (error == PIER_EARG) {
    reply_error(serve, id, "undef");
  } else {
    reply_error(serve, id, error == PIER_ENOMEM ? "enomem" : "system_limit");
  }
  return 0;
}

/* ---- The call -------------------------------------------------------------------- */

/* The port that the first argument is; NULL if it is none. */
static struct pier__hport *port_of(const struct pier__serve *serve) {
  pier__view list, first;
  uint64_t number;
  pier__view_at(&list, serve->arguments.data);
  if (list.kind != PIER__LIST) return NULL;
  pier__view_at(&first, list.next);
  if (!pier__shape_port(&first, &number)) return NULL;
  return pier__table_get(&serve->host->ports, number);
}

/* What a call led to is told before its reply. */
static void follow(struct pier__serve *serve, struct pier__hport *port) {
  if (serve->host->first_ready) pier__run_ready(serve->host);
  if (port && pier__port_usable(&port->core)) pier__serve_busy(serve, port);
}

static int apply(struct pier__remote *remote, const char *name, unsigned flags, int asked) {
  struct pier__serve *serve = remote->serve;
  struct pier__hport *port;
  int error;
  /* Who waits for the result sees what it led to; who does not may have it gathered. A
   * port may end in that. */
  if (asked && serve->host->first_gathered) pier__flush_gathered(serve->host);
  port = port_of(serve);
  if (port) {
    pier__pin(port);
    port->core.corked = !asked && (flags & COMMAND);
  }
  if (flags & LINK) remote->process->trap_exit = 0;
  error = pier__apply(remote->process, name, pier_buffer_span(&serve->arguments),
                      &serve->result, NULL);
  if (remote->process && (flags & LINK)) remote->process->trap_exit = 1;
  follow(serve, port);
  if (port) pier__unpin(port);
  return error;
}

void pier__serve_command(struct pier__remote *remote, struct pier__hport *port, pier_span data,
                         int by_message) {
  struct pier__serve *serve = remote->serve;
  struct pier__order order = {.port = {port->core.number}, .data = data};
  order.by_message = by_message != 0;
  order.owner.number = remote->number;
  serve->host->in_turn = 1;
  pier__pin(port);
  port->core.corked = 1;
  pier__output(remote->process, &order, PIER_LATER);
  follow(serve, port);
  pier__unpin(port);
  serve->host->in_turn = 0;
}

static int suspend(struct pier__remote *remote, pier_span id) {
  remote->suspended = 1;
  pier_buffer_clear(&remote->ask);
  return pier_buffer_append(&remote->ask, id.data, id.size);
}

int pier__serve_call(struct pier__remote *remote, pier_span id, const pier__view *function,
                     pier_span arguments) {
  struct pier__serve *serve = remote->serve;
  char name[NAME_SIZE];
  unsigned flags;
  int error;
  pier_buffer_clear(&serve->result);
  if (!find_function(function, name, &flags) || ((flags & PAIR) && !is_pair(arguments)))
    return answer(remote, id, PIER_EARG);
  error = take_arguments(serve, flags, arguments);
  if (error < 0) return error;
  error = apply(remote, name, flags, id.size > 0);
  return error == 1 ? suspend(remote, id) : answer(remote, id, error);
}

int pier__serve_resume(struct pier__remote *remote) {
  struct pier__serve *serve = remote->serve;
  int raised, error, got;
  if (!remote->process || !remote->suspended) return 0;
  got = pier_apply_await(remote->process, &serve->result, &raised, 0);
  if (got == 0) return 0;
  remote->suspended = 0;
  error = got < 0 ? got : raised ? PIER_ERAISED : 0;
  error = answer(remote, pier_buffer_span(&remote->ask), error);
  pier_buffer_clear(&remote->ask);
  return error;
}
