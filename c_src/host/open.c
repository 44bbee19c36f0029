/* open_port: in Erlang's words and in C's. */
#include "host/arguments.h"
#include "host/descriptors.h"
#include "host/host.h"
#include "host/pipes.h"
#include "host/spawn.h"
#include "port/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOW_ENOUGH = 64 };

static int has_program(const pier_port_options *options) {
  return options->kind == PIER_SPAWN || options->kind == PIER_SPAWN_EXECUTABLE;
}

static int check(const pier_port_options *options, pier_diag *diag) {
  int executable = options->kind == PIER_SPAWN_EXECUTABLE;
  int error = pier__options_check(options, diag);
  if (error < 0) return error;
  if (!options->name && options->kind != PIER_FD)
    return pier_diag_set(diag, PIER_EBADARG, 0, "no name of a program was given");
  if (!executable && (options->arg0 || (options->args && options->args[0])))
    return pier_diag_set(diag, PIER_EBADARG, 0, "args and arg0 go with spawn_executable only");
  if (options->kind == PIER_SPAWN_DRIVER && options->busy_low > 0)
    return pier_diag_set(diag, PIER_EBADARG, 0, "busy_limits_port does not go with drivers");
  if (options->flags & PIER_PORT_EXIT_STATUS && !has_program(options))
    return pier_diag_set(diag, PIER_EBADARG, 0, "exit_status goes with programs only");
  return 0;
}

/* In the BEAM's order: what is no program, then whether there is a directory
 * to start it in. */
static int check_system(const pier_port_options *options, pier_diag *diag) {
  char here[PATH_MAX];
  int error;
  if (options->kind == PIER_SPAWN_EXECUTABLE && access(options->name, X_OK) < 0) {
    error = errno;
    return pier_diag_set(diag, -error, 0, "%.120s: %s", options->name, pier_strerror(-error));
  }
  if (!getcwd(here, sizeof here)) {
    error = errno;
    return pier_diag_set(diag, -error, 0, "the working directory: %s", pier_strerror(-error));
  }
  return 0;
}

enum { DESCRIPTORS_TITLE = 48 };

static struct pier__hport *hport_new(pier_host *host, const pier_port_options *options,
                                     pier_pid owner) {
  size_t size = options->kind == PIER_FD ? DESCRIPTORS_TITLE : strlen(options->name) + 1;
  struct pier__hport *port = pier_alloc(sizeof *port + size);
  if (!port) return NULL;
  memset(port, 0, sizeof *port);
  if (pier__port_init(&port->core, &pier__port_io, options, &host->limits) < 0) {
    pier_free(port);
    return NULL;
  }
  port->core.queue_limit = host->queue_limit;
  if (options->kind == PIER_FD)
    snprintf(port->title, size, "%lld/%lld", options->fd_in, options->fd_out);
  else
    memcpy(port->title, options->name, size);
  port->parallelism = (options->flags & PIER_PORT_PARALLELISM) != 0;
  port->host = host;
  port->in = port->out = port->in_event = port->out_event = port->pidfd = -1;
  port->core.owner = owner;
  port->core.framer.stock = &host->post.stock;
  port->core.number = ++host->last_port;
  return port;
}

/* A program that nobody could wait for: its port never was. */
static void undo(struct pier__hport *port) {
  close(port->pidfd);
  port->pidfd = -1;
  kill(port->os_pid, SIGKILL);
  waitpid(port->os_pid, NULL, 0);
}

/* A child copies the descriptor table up to the highest that it needs. Beside
 * thousands of ports new pipes are the highest of all: the child is lent copies
 * in low places, which the host keeps free for that. */
static int lend(const pier_host *host, int which, int fd) {
  if (fd <= LOW_ENOUGH || dup3(fd, host->low[which], O_CLOEXEC) < 0) return fd;
  return host->low[which];
}

static void take_back(const pier_host *host, const struct pier__spawn *spawn) {
  if (spawn->input == host->low[0]) dup3(host->wake, host->low[0], O_CLOEXEC);
  if (spawn->output == host->low[1]) dup3(host->wake, host->low[1], O_CLOEXEC);
}

static int start(struct pier__hport *port, const pier_port_options *options,
                 struct pier__pipes *pipes) {
  struct pier__arguments arguments;
  struct pier__spawn spawn;
  pier_host *host = port->host;
  int error = pier__arguments_make(&arguments, options);
  if (error == 0) {
    spawn.file = arguments.file;
    spawn.argv = arguments.argv;
    spawn.envp = arguments.envp;
    spawn.cd = options->cd && options->cd[0] ? options->cd : NULL;
    spawn.input = lend(host, 0, pipes->child_input);
    spawn.output = lend(host, 1, pipes->child_output);
    spawn.nouse_stdio = (options->flags & PIER_PORT_NOUSE_STDIO) != 0;
    spawn.stderr_to_stdout = (options->flags & PIER_PORT_STDERR_TO_STDOUT) != 0;
    error = pier__spawn(&spawn, host->stack, &port->os_pid, &port->pidfd);
    take_back(host, &spawn);
  }
  pier__arguments_free(&arguments);
  if (error < 0) return error;
  error = pier__child_watch(port);
  if (error < 0) undo(port);
  return error;
}

/* Nothing comes from a descriptor that is not open, as in the BEAM, which logs it. */
static void report_bad_input(struct pier__hport *port) {
  pier_diag fault;
  pier_diag_set(&fault, -EBADF, 0, "Bad input descriptor of port '%s'", port->title);
  pier__port_log(port, &fault);
}

static int adopt(struct pier__hport *port, pier_process *owner) {
  int error = 0;
  if (port->in >= 0) error = pier__port_start_reading(port);
  if (error < 0) return error;
  if (pier__table_put(&port->host->ports, port->core.number, port) < 0) return PIER_ENOMEM;
  error = pier__link_port(port, owner);
  if (error < 0) pier__forget_port(port);
  return error;
}

static int open_program(struct pier__hport *port, const pier_port_options *options,
                        pier_diag *diag) {
  struct pier__pipes pipes;
  int error = pier__pipes_open(&pipes, (port->core.flags & PIER_PORT_IN) != 0,
                               (port->core.flags & PIER_PORT_OUT) != 0, port->host->pipe_size);
  if (error < 0)
    return pier_diag_set(diag, error, 0, "no pipe for the program: %s", pier_strerror(error));
  port->in = pipes.in;
  port->out = pipes.out;
  error = check_system(options, diag);
  if (error == 0) error = start(port, options, &pipes);
  pier__pipes_close_child(&pipes);
  return error;
}

/* Its code runs in here, with the port in the tables. */
static int start_driver(struct pier__hport *port, pier_process *owner,
                        const pier_port_options *options) {
  pier_object self = {{port->core.number}, {0}};
  int error = port->host->hooks->start(port, options);
  if (error == 0) return 0;
  pier__forget_port(port);
  pier__table_remove(&owner->links, pier__object_key(self));
  return error;
}

/* The first word of a command may be the name of a driver. Its ports have no use for
 * framing by packets or for directions. What ends while the driver starts one does not
 * end that with it before it is there. */
static int open_driver(pier_process *owner, pier_port *port, const pier_port_options *options,
                       struct pier__driver *driver, pier_diag *diag) {
  pier_host *host = owner->host;
  uint64_t reference;
  pier_port_options plain = *options;
  struct pier__hport *fresh;
  int error;
  plain.kind = PIER_SPAWN_DRIVER;
  plain.flags |= PIER_PORT_IN | PIER_PORT_OUT;
  if (plain.framing.kind == PIER_PACKET) plain.framing = pier_framing_stream();
  error = check(&plain, diag);
  if (error < 0) return error;
  fresh = hport_new(host, &plain, owner->pid);
  if (!fresh) return pier_diag_set(diag, PIER_ENOMEM, 0, "out of memory");
  host->driving++;
  error = host->hooks->adopt(fresh, driver, &plain);
  pier__pin(fresh);
  if (error == 0) error = adopt(fresh, owner);
  if (error == 0) error = start_driver(fresh, owner, &plain);
  port->number = error == 0 ? fresh->core.number : 0;
  if (error < 0) {
    pier_diag_set(diag, error, 0, "%.120s: %s", fresh->title, pier_strerror(error));
    fresh->core.state = PIER__PORT_DEAD;
    host->hooks->forget(fresh);
  }
  host->driving--;
  pier__tell_ends(host);
  if (error == 0 && pier__port_usable(&fresh->core) && host->hooks->waits(fresh, &reference))
    error = pier__suspend_for(owner, reference);
  pier__unpin(fresh);
  return error;
}

int pier__open_made(pier_process *owner, struct pier__driver *driver, const char *name,
                    struct pier__hport **port) {
  pier_port_options options;
  struct pier__hport *fresh;
  int error;
  pier_port_options_init(&options, PIER_SPAWN_DRIVER, name);
  if (owner->host->ports.count >= owner->host->port_limit) return PIER_ESYSLIMIT;
  fresh = hport_new(owner->host, &options, owner->pid);
  if (!fresh) return PIER_ENOMEM;
  error = owner->host->hooks->adopt(fresh, driver, &options);
  pier__pin(fresh);
  if (error == 0) error = adopt(fresh, owner);
  if (error < 0) {
    fresh->core.state = PIER__PORT_DEAD;
    owner->host->hooks->forget(fresh);
  }
  pier__unpin(fresh);
  *port = fresh;
  return error;
}

static struct pier__driver *find_driver(const pier_host *host,
                                        const pier_port_options *options) {
  if (!host->hooks || (options->kind != PIER_SPAWN && options->kind != PIER_SPAWN_DRIVER))
    return NULL;
  return host->hooks->find(host, options->name);
}

static int open_checked(pier_process *owner, pier_port *port, const pier_port_options *options,
                        pier_diag *diag) {
  struct pier__hport *fresh = hport_new(owner->host, options, owner->pid);
  int error;
  if (!fresh) return pier_diag_set(diag, PIER_ENOMEM, 0, "out of memory");
  error = has_program(options) ? open_program(fresh, options, diag)
                               : pier__descriptors_open(fresh, options);
  if (error == 0) error = adopt(fresh, owner);
  if (error == 0) {
    port->number = fresh->core.number;
    if (fresh->descriptors && fresh->core.flags & PIER_PORT_IN && fresh->in < 0)
      report_bad_input(fresh);
    return 0;
  }
  if (diag && diag->error != error)
    pier_diag_set(diag, error, 0, "%.120s: %s", fresh->title, pier_strerror(error));
  pier__port_close_ends(fresh);
  pier__hport_free(fresh);
  return error;
}

/* 1 if the owner is suspended until the driver says that the port is there. */
static int start_opening(pier_process *owner, pier_port *port, const pier_port_options *options,
                         pier_diag *diag) {
  struct pier__driver *driver;
  int error;
  port->number = 0;
  if (diag) diag->error = 0;
  error = pier__may_call(owner);
  if (error < 0) return pier_diag_set(diag, error, 0, "the owner has ended, or is suspended");
  error = check(options, diag);
  if (error < 0) return error;
  driver = find_driver(owner->host, options);
  if (!driver && options->kind == PIER_SPAWN_DRIVER)
    return pier_diag_set(diag, PIER_EBADARG, 0, "%.120s: no such driver", options->name);
  if (owner->host->ports.count >= owner->host->port_limit)
    return pier_diag_set(diag, PIER_ESYSLIMIT, 0, "there are %zu ports, as many as may be",
                         owner->host->ports.count);
  if (driver) return open_driver(owner, port, options, driver, diag);
  return open_checked(owner, port, options, diag);
}

/* From inside a turn, where nobody can wait, the port is there at once. */
int pier_open(pier_process *owner, pier_port *port, const pier_port_options *options,
              pier_diag *diag) {
  int error = start_opening(owner, port, options, diag);
  if (error != 1) return error;
  error = owner->host->in_turn ? 0 : pier__pending_wait(owner, -1);
  if (error == 1) error = owner->pending->error;
  pier__pending_drop(owner);
  if (error < 0) {
    port->number = 0;
    pier_diag_set(diag, error, 0, "%.120s: %s", options->name, pier_strerror(error));
  }
  return error;
}

int pier__open_terms(pier_process *owner, pier_port *port, pier_span name, pier_span options,
                     pier_diag *diag) {
  struct pier__settings settings;
  int error = pier__settings_read(&settings, name, options, diag);
  port->number = 0;
  if (error == 0) error = start_opening(owner, port, &settings.options, diag);
  pier__settings_free(&settings);
  return error;
}

int pier_open_port_terms(pier_process *owner, pier_port *port, pier_span name,
                         pier_span options, pier_diag *diag) {
  struct pier__settings settings;
  int error = pier__settings_read(&settings, name, options, diag);
  port->number = 0;
  if (error == 0) error = pier_open(owner, port, &settings.options, diag);
  pier__settings_free(&settings);
  return error;
}

int pier_open_port(pier_process *owner, pier_port *port, const char *name,
                   const char *options) {
  pier_buffer name_term = PIER_BUFFER_INIT, options_term = PIER_BUFFER_INIT;
  int error;
  port->number = 0;
  error = pier_term_read(&name_term, pier_span_text(name), NULL, NULL, NULL);
  if (error == 0)
    error = pier_term_read(&options_term, pier_span_text(options), NULL, NULL, NULL);
  if (error == 0)
    error = pier_open_port_terms(owner, port, pier_buffer_span(&name_term),
                                 pier_buffer_span(&options_term), NULL);
  pier_buffer_free(&name_term);
  pier_buffer_free(&options_term);
  return error;
}
