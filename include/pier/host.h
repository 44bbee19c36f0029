/*
 * pier/host.h - the host end: processes with mailboxes, ports that run
 * programs, and the port BIFs, with the BEAM's rules (doc/ports.md).
 */
#ifndef PIER_HOST_H
#define PIER_HOST_H

#include <pier/port.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's own loop may be a libuv loop; its header is not needed here. */
struct uv_loop_s;

typedef struct pier_host pier_host;
typedef struct pier_process pier_process;

/* `fault` has a sentence, an error, and where it is about input the offset in the
 * program's output. */
typedef void pier_log_callback(pier_port port, const pier_diag *fault, void *state);

typedef struct pier_host_config {
  /* A libuv loop of the caller's, in which the host is one handle; or NULL: the
   * host waits by itself, in pier_host_run_once and pier_receive. */
  struct uv_loop_s *loop;
  /* limits.frame bounds a packet from a program. Its default here is what the
   * BEAM takes, 2^31-1 bytes; a smaller one ends the port with EXIT emsgsize. */
  pier_limits limits;
  /* How long pier_host_free waits for programs to end after their pipes have
   * been closed; default 500. Those that stay are left to run, as the BEAM
   * leaves them. */
  unsigned linger_ms;
  /* What is lost without a message to anybody: a frame that a program did not
   * finish, a header that no frame can follow; and what the BEAM logs: "Bad value on
   * output port 'cat'" for data that is none, an input descriptor that is not open.
   * NULL: nobody is told. Called from inside the host: do not call it back. */
  pier_log_callback *log;
  void *log_state;
  /* How many ports there may be at once; default 65536, as the BEAM's +Q. One more
   * is PIER_ESYSLIMIT. */
  size_t port_limit;
  /* Not 0: what linked-in drivers do wrong, and the BEAM suffers in silence, is told to
   * `log`, as PIER_EDRVMISUSE with a sentence (doc/drivers.md lists it). It costs time
   * and memory, also for the drivers of other hosts in this process. */
  int check_drivers;
  /* With it: how long a callback may take, default 100; 0: as long as it likes. */
  unsigned driver_limit_ms;
  /* How many threads work for driver_async, the BEAM's +A; default 1, at most 1024. They
   * begin with the first job. */
  unsigned async_threads;
  /* How many microseconds the host asks again and again before it sleeps; default 0, never.
   * An answer that comes meanwhile costs no wake-up. Where that does not pay (the program
   * is slow, or needs the CPU the host is asking on) it rests, and tries again ever more
   * rarely; doc/host.md. In a loop of the caller's it asks for the whole loop, before
   * the loop sleeps. */
  unsigned poll_us;
  /* Bytes that the pipes of programs hold; default 0: what the system gives, 64 KiB. Frames
   * of 64 KiB and more gain by 256 KiB or so; busy ports and queue_size begin that much
   * later than in the BEAM. As much of it as the system allows (fs.pipe-max-size). */
  size_t pipe_size;
} pier_host_config;

PIER_API void pier_host_config_init(pier_host_config *config);

/* A host for one thread. NULL config: the defaults. SIGPIPE is ignored from
 * here on, unless the program has a handler for it; children of the host are
 * waited for by the host alone. Linux, best from 5.9 on (pidfd, close_range).
 * Errors: PIER_ENOMEM, a system error. */
PIER_API int pier_host_new(pier_host **host, const pier_host_config *config);
/* Closes every port, ends every process, reaps what has ended; nobody is told.
 * Not from inside a callback. With a loop of the caller's, let it run once more
 * before it is closed. NULL is fine. */
PIER_API void pier_host_free(pier_host *host);

/* A descriptor that is readable whenever the host has something to do: for a
 * loop of any other kind, which then calls pier_host_run_once with 0. Not to be
 * read or closed. */
PIER_API int pier_host_fd(const pier_host *host);

/* Waits at most timeout_ms (-1 = for ever, 0 = not at all) for something to
 * happen and works it off: 1 if anything happened, 0 if the time ran out,
 * PIER_ESTATE from inside a callback. The handles of a caller's loop do not
 * run meanwhile. */
PIER_API int pier_host_run_once(pier_host *host, int timeout_ms);

/* ---- Processes ------------------------------------------------------------ */

PIER_API int pier_process_new(pier_host *host, pier_process **process);
/* Instead of a mailbox: `receive` gets each message as it comes, from inside
 * pier_host_run_once or the uv loop. */
typedef void pier_receive_callback(pier_process *process, const pier_message *message,
                                   void *state);
PIER_API int pier_process_new_callback(pier_host *host, pier_process **process,
                                       pier_receive_callback *receive, void *state);
PIER_API pier_pid pier_self(const pier_process *process);
PIER_API int pier_trap_exit(pier_process *process, int on);
/* Ends the process, as exit(Reason) in it; `reason` is Erlang text, NULL is
 * "normal". The pointer is dead afterwards. */
PIER_API void pier_process_exit(pier_process *process, const char *reason);
/* exit(Pid, Reason): kill ends any process, another reason those that do not trap
 * exits, normal only the caller itself. A process that ended so keeps its pointer
 * until pier_process_exit or pier_host_free. */
PIER_API int pier_exit_process(pier_process *caller, pier_pid pid, const char *reason);
PIER_API int pier_process_alive(const pier_host *host, pier_pid pid);

/* The next message: 1 with *message set, 0 when timeout_ms passed (-1 = wait
 * for ever), PIER_ENOPROC if the process was ended by an exit signal (its
 * reason: pier_process_reason). Runs the host while it waits. */
PIER_API int pier_receive(pier_process *process, pier_message *message, int timeout_ms);
/* The same for the first message that `wanted` returns 1 for; the others stay
 * where they are, in order. `wanted` must not call the host. */
typedef int pier_wanted(const pier_message *message, void *state);
PIER_API int pier_receive_match(pier_process *process, pier_message *message,
                                pier_wanted *wanted, void *state, int timeout_ms);
/* Shows the messages that wait, first to last, until `visit` returns other than 0;
 * what it returned last. It must not call the host. */
PIER_API int pier_mailbox_each(const pier_process *process, pier_wanted *visit, void *state);
PIER_API size_t pier_mailbox_size(const pier_process *process);
/* Why an ended process ended, a bare external term; size 0 while it lives. */
PIER_API pier_span pier_process_reason(const pier_process *process);

/* Pid ! Message, a scanned term; nobody minds if it is dead. For a port see
 * pier_send_term. */
PIER_API int pier_send(pier_process *caller, pier_pid to, pier_span message);

/* Links and monitors between processes. Linking to a dead one is PIER_ENOPROC, or
 * EXIT noproc for a caller that traps exits. */
PIER_API int pier_link_process(pier_process *caller, pier_pid pid);
PIER_API int pier_unlink_process(pier_process *caller, pier_pid pid);
PIER_API int pier_monitor_process(pier_process *caller, pier_pid pid, uint64_t *reference);

/* Monitors with all that erlang:monitor/3 knows. Exactly one of the first three
 * is set; the names stand for what has them now. */
typedef struct pier_monitor_options {
  pier_object object;
  const char *port_name;
  const char *process_name;
  pier_span tag; /* a scanned term in place of 'DOWN'; size 0: none */
} pier_monitor_options;
PIER_API int pier_monitor_with(pier_process *caller, const pier_monitor_options *options,
                               uint64_t *reference);
/* 1 if the caller had that monitor, else 0. With `flush` its DOWN is taken out of
 * the mailbox. */
PIER_API int pier_demonitor(pier_process *caller, uint64_t reference, int flush);

/* ---- Names ------------------------------------------------------------------- */

/* Names are UTF-8. PIER_EBADARG: the name is taken, or "undefined", or longer than
 * an atom, or the object is gone; PIER_ENAMED: the object has a name already;
 * PIER_ENOTALIVE: a dead process. A name goes when its object does. */
PIER_API int pier_register(pier_process *caller, const char *name, pier_object object);
PIER_API int pier_unregister(pier_process *caller, const char *name); /* PIER_EBADARG */
/* Nobody: both numbers are 0. */
PIER_API pier_object pier_whereis(const pier_host *host, const char *name);

/* ---- Ports ------------------------------------------------------------------ */

PIER_API int pier_open(pier_process *owner, pier_port *port, const pier_port_options *options,
                       pier_diag *diag);
/* In Erlang's own words: pier_open_port(me, &p, "{spawn,\"cat\"}", "[binary,{packet,4}]").
 * Errors as the BEAM's: PIER_EBADARG, PIER_EBADOPT, -ENOENT, -EACCES, ... */
PIER_API int pier_open_port(pier_process *owner, pier_port *port, const char *name,
                            const char *options);
PIER_API int pier_open_port_terms(pier_process *owner, pier_port *port, pier_span name,
                                  pier_span options, pier_diag *diag);

/* On a busy port the caller is suspended until it is not busy any more: the call
 * runs the host meanwhile. From inside a callback, which cannot wait, it is
 * PIER_EBUSY. */
PIER_API int pier_command(pier_process *caller, pier_port port, pier_span data);

enum {
  PIER_NOSUSPEND = 1 << 0, /* on a busy port: PIER_EBUSY, nothing is sent */
  PIER_FORCE = 1 << 1,     /* PIER_ENOTSUP unless the port's driver has soft busy */
  PIER_NOCONNECT = 1 << 2, /* of send/3: no effect but on what it returns */
  PIER_LATER = 1 << 3      /* on a busy port: 1, the caller is suspended; see pier_await */
};
PIER_API int pier_command_with(pier_process *caller, pier_port port, pier_span data,
                               unsigned flags);

/* The same without a copy: what the pipe does not take at once stays where it is until it
 * has gone. lent->release is called exactly once: when the last byte has been written, when
 * the port ends before that, and also if the call fails; maybe before this returns. It is
 * called from inside the host: it must not call it back. What is lent counts as queue_size
 * and makes the port busy as if it were copied. A few KiB, and all that goes to ports of
 * descriptors and drivers, are copied and released at once. */
PIER_API int pier_command_lent(pier_process *caller, pier_port port, const pier_lent *lent,
                               unsigned flags);

/* Keeps the bytes of a DATA message that `process` has now, in its callback or from
 * pier_receive, beyond the message: *kept has them until its release is called, in the
 * thread of the host and before pier_host_free. What was read from a program is not copied.
 * So a frame goes on to another port, even of another host, as it came: pier_command_lent
 * with *kept. PIER_ENOMEM. */
PIER_API int pier_message_keep(pier_process *process, const pier_message *message,
                               pier_lent *kept);

/* `count` commands in one call: the same as so many calls of pier_command_with, one after
 * the other, but their bytes leave together, with as few writes as possible. So a busy
 * port is noticed between writes (of 64 KiB at most, or one bigger command) and not between
 * commands, and a write that fails is that of all of them. *sent (may be NULL) is how many
 * the port has taken: fewer than `count` only with an error (PIER_EBUSY, PIER_EBADARG: it
 * ended on the way), or with 1 of PIER_LATER, after which pier_await is about the rest. */
PIER_API int pier_commands(pier_process *caller, pier_port port, const pier_span *data,
                           size_t count, unsigned flags, size_t *sent);
/* A corked port keeps what it is sent, by whomever, and writes it at once when the host's
 * turn ends or before it waits, when 64 KiB are there, when it closes, or at pier_uncork:
 * the answers of one turn are one write. What it keeps counts as queue_size but makes it
 * not busy, and a write that fails shows then, not in the command. The BEAM knows no cork;
 * without it each command is written by itself, as there. It changes nothing for ports of
 * descriptors or drivers. PIER_EBADARG: no open port. */
PIER_API int pier_cork(pier_process *caller, pier_port port);
PIER_API int pier_uncork(pier_process *caller, pier_port port);

/* A suspended process does nothing: its calls are PIER_ESUSPENDED (until its result
 * has been fetched), its callback is not called. The host finishes the call it was suspended in
 * as soon as the port takes it, and pier_await gives its result in *error (may be NULL): 1
 * done, 0 when timeout_ms passed first (-1 = wait for ever), PIER_ENOPROC if the process died
 * meanwhile (then nothing was sent), PIER_ESTATE if there is no such call. */
PIER_API int pier_await(pier_process *caller, int *error, int timeout_ms);
PIER_API int pier_process_suspended(const pier_process *process);

/* The external term of `format` (pier_format) as one command. */
PIER_API int pier_command_format(pier_process *caller, pier_port port, const char *format, ...);
/* The same with the types of the arguments, see pier/pattern.h. */
PIER_API int pier_command_format_typed(pier_process *caller, pier_port port,
                                       const uint8_t *types, const char *format, ...);
#ifdef PIER_TYPED
#define pier_command_format(caller, port, ...)                                                 \
  pier_command_format_typed(caller, port, PIER_ARGUMENT_TYPES(PIER_VALUE_TYPE, __VA_ARGS__),   \
                            __VA_ARGS__)
#endif
PIER_API int pier_close(pier_process *caller, pier_port port);
PIER_API int pier_connect(pier_process *caller, pier_port port, pier_pid owner);

/* Port ! Message, as a term; `flags` as of pier_command_with, PIER_FORCE excepted. */
PIER_API int pier_send_term(pier_process *caller, pier_port port, pier_span message);
PIER_API int pier_send_term_with(pier_process *caller, pier_port port, pier_span message,
                                 unsigned flags);
/* Port ! {Owner,{command,Data}}, {Owner,close}, {Owner,{connect,New}}. */
PIER_API int pier_send_command(pier_process *caller, pier_port port, pier_pid owner,
                               pier_span data);
PIER_API int pier_send_close(pier_process *caller, pier_port port, pier_pid owner);
PIER_API int pier_send_connect(pier_process *caller, pier_port port, pier_pid owner,
                               pier_pid fresh);

PIER_API int pier_link(pier_process *caller, pier_port port);
PIER_API int pier_unlink(pier_process *caller, pier_port port);
PIER_API int pier_monitor(pier_process *caller, pier_port port, uint64_t *reference);
/* exit(Port, Reason). `reason` is Erlang text. */
PIER_API int pier_exit_port(pier_process *caller, pier_port port, const char *reason);

typedef struct pier_port_info {
  pier_pid connected;
  uint64_t input;
  uint64_t output;
  size_t queue_size;
  int os_pid;
} pier_port_info;
/* PIER_EBADARG for a closed port. */
PIER_API int pier_port_info_get(const pier_host *host, pier_port port, pier_port_info *info);

/* The same in Erlang's terms: appends the external term of port_info(Port, Item), or
 * of port_info(Port) if `item` is NULL; the atom undefined for a closed port.
 * PIER_EBADARG for an item that there is not. */
PIER_API int pier_port_info_term(const pier_host *host, pier_port port, const char *item,
                                 pier_buffer *out);
/* Appends the external term of process_info(Pid, Item): links, monitors,
 * monitored_by, registered_name, message_queue_len, messages, trap_exit, status. */
PIER_API int pier_process_info_term(const pier_host *host, pier_pid pid, const char *item,
                                    pier_buffer *out);

/* Up to `room` numbers of the ports there are, closing ones included, in their
 * order; returns how many there are. */
PIER_API size_t pier_ports(const pier_host *host, pier_port *ports, size_t room);

/* port_set_data, port_get_data: a scanned term that the port keeps; `undefined`
 * before. The span lives until it is set again or the port dies. */
PIER_API int pier_port_set_data(pier_process *caller, pier_port port, pier_span data);
PIER_API int pier_port_get_data(pier_process *caller, pier_port port, pier_span *data);

/* ---- Functions by name ------------------------------------------------------- */

/* apply(erlang, Function, Arguments) in `caller`, in Erlang's own terms:
 * `arguments` is the external term of the argument list (it is scanned here).
 * What *result held is replaced: by the external term of the value, or, with
 * PIER_ERAISED, by that of {Class,Reason}, which is {error,{Reason,Cause}} where
 * the BEAM's error_info names a cause (badopt, badtype, registered_name, notalive).
 * PIER_ENOPROC: the caller is dead, or died in the call, and *result is empty.
 * PIER_EARG: no such function or no list of arguments, which `diag` explains.
 * Otherwise the errors of pier_term_scan, PIER_ENOMEM, PIER_ESUSPENDED, and
 * PIER_EBUSY where the caller would have to be suspended in a callback.
 * doc/ports.md lists the functions. */
PIER_API int pier_apply(pier_process *caller, const char *function, pier_span arguments,
                        pier_buffer *result, pier_diag *diag);
/* The same without waiting: 1 if the caller is suspended now (as by PIER_LATER). */
PIER_API int pier_apply_start(pier_process *caller, const char *function, pier_span arguments,
                              pier_buffer *result, pier_diag *diag);
/* As pier_await, for pier_apply_start: after 1 there is in *result the value or,
 * if *raised is not 0, the exception. */
PIER_API int pier_apply_await(pier_process *caller, pier_buffer *result, int *raised,
                              int timeout_ms);

#ifdef __cplusplus
}
#endif

#endif
