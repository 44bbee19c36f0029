/*
 * pier/host.h - the host end: processes with mailboxes, ports that run
 * programs, and the port BIFs, with the BEAM's rules (doc/ports.md).
 */
#ifndef PIER_HOST_H
#define PIER_HOST_H

#include <pier/base.h>
#include <pier/frame.h>
#include <pier/term.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's own loop may be a libuv loop; its header is not needed here. */
struct uv_loop_s;

typedef struct pier_host pier_host;
typedef struct pier_process pier_process;

/* Ports and pids are values, as in Erlang: nothing to free, and a dead one is
 * safe to use (badarg). They belong to one host. Zero is nobody's. */
typedef struct pier_port {
  uint64_t number; /* N of #Port<0.N> */
} pier_port;

typedef struct pier_pid {
  uint64_t number; /* N of <0.N.0> */
} pier_pid;

typedef struct pier_host_config {
  struct uv_loop_s *loop; /* NULL: a wait of the host's own (pier_host_run_once) */
  pier_limits limits;
} pier_host_config;

PIER_API void pier_host_config_init(pier_host_config *config);
PIER_API int pier_host_new(pier_host **host, const pier_host_config *config);
/* Closes every port, ends every process, reaps what it can. NULL is fine. */
PIER_API void pier_host_free(pier_host *host);

/* Waits at most timeout_ms (-1 = for ever, 0 = not at all) for something to
 * happen and works it off: 1 if anything happened, 0 if the time ran out. */
PIER_API int pier_host_run_once(pier_host *host, int timeout_ms);

/* ---- Messages ----------------------------------------------------------- */

typedef enum pier_message_kind {
  PIER_MESSAGE_DATA,        /* {Port,{data,D}}, or {data,{eol|noeol,D}} */
  PIER_MESSAGE_EOF,         /* {Port,eof} */
  PIER_MESSAGE_EXIT_STATUS, /* {Port,{exit_status,N}} */
  PIER_MESSAGE_CLOSED,      /* {Port,closed} */
  PIER_MESSAGE_CONNECTED,   /* {Port,connected} */
  PIER_MESSAGE_EXIT,        /* {'EXIT',Port or Pid,Reason} */
  PIER_MESSAGE_DOWN,        /* {'DOWN',Ref,port or process,Object,Reason} */
  PIER_MESSAGE_TERM         /* anything else */
} pier_message_kind;

/* A message borrows its bytes: in a callback until it returns, from
 * pier_receive until the next call of pier_receive for the same process. */
typedef struct pier_message {
  pier_message_kind kind;
  pier_port port;            /* whom it is from; 0 if a process */
  pier_pid pid;              /* EXIT, DOWN: the process it is about; else 0 */
  pier_frame_kind line;      /* DATA: PIER_FRAME, _EOL, _NOEOL */
  int binary;                /* DATA: the port has the option binary */
  pier_span data;            /* DATA: the payload */
  int status;                /* EXIT_STATUS */
  pier_span reason;          /* EXIT, DOWN: an external term, bare */
  pier_span term;            /* TERM: an external term, bare */
  uint64_t reference;        /* DOWN: the monitor */
} pier_message;

/* Appends the external term of a message, as Erlang would have it. */
PIER_API int pier_message_term(const pier_message *message, pier_buffer *out);
/* Matches the payload of a DATA message as an external term (pier/term.h);
 * it is scanned first. PIER_EMATCH if it is not DATA. */
PIER_API int pier_message_data_match(const pier_message *message, const char *pattern, ...);

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
PIER_API int pier_process_alive(const pier_host *host, pier_pid pid);

/* The next message: 1 with *message set, 0 when timeout_ms passed (-1 = wait
 * for ever), PIER_ENOPROC if the process was ended by an exit signal (its
 * reason: pier_process_reason). Runs the host while it waits. */
PIER_API int pier_receive(pier_process *process, pier_message *message, int timeout_ms);
/* Why an ended process ended, a bare external term; size 0 while it lives. */
PIER_API pier_span pier_process_reason(const pier_process *process);

/* ---- Ports ------------------------------------------------------------------ */

/* As C shapes. */
typedef enum pier_name_kind { PIER_SPAWN, PIER_SPAWN_EXECUTABLE } pier_name_kind;

enum {
  PIER_PORT_IN = 1 << 0,
  PIER_PORT_OUT = 1 << 1,
  PIER_PORT_BINARY = 1 << 2,
  PIER_PORT_EOF = 1 << 3,
  PIER_PORT_EXIT_STATUS = 1 << 4,
  PIER_PORT_NOUSE_STDIO = 1 << 5,
  PIER_PORT_STDERR_TO_STDOUT = 1 << 6
};

typedef struct pier_port_options {
  pier_name_kind kind;
  const char *name;        /* the command, or the file */
  pier_framing framing;
  unsigned flags;          /* neither IN nor OUT is both */
  const char *cd;          /* NULL: the host's own */
  const char *arg0;        /* NULL: `name`; PIER_SPAWN_EXECUTABLE only */
  const char *const *args; /* NULL-terminated, without arg0; ditto */
  const char *const *env;  /* NULL-terminated "K=V" sets, "K" unsets */
} pier_port_options;

PIER_API void pier_port_options_init(pier_port_options *options, pier_name_kind kind,
                                     const char *name);
PIER_API int pier_open(pier_process *owner, pier_port *port, const pier_port_options *options,
                       pier_diag *diag);
/* In Erlang's own words: pier_open_port(me, &p, "{spawn,\"cat\"}", "[binary,{packet,4}]").
 * Errors as the BEAM's: PIER_EBADARG, PIER_EBADOPT, -ENOENT, -EACCES, ... */
PIER_API int pier_open_port(pier_process *owner, pier_port *port, const char *name,
                            const char *options);
PIER_API int pier_open_port_terms(pier_process *owner, pier_port *port, pier_span name,
                                  pier_span options, pier_diag *diag);

PIER_API int pier_command(pier_process *caller, pier_port port, pier_span data);
/* The external term of `format` (pier_format) as one command. */
PIER_API int pier_command_format(pier_process *caller, pier_port port, const char *format, ...);
PIER_API int pier_close(pier_process *caller, pier_port port);
PIER_API int pier_connect(pier_process *caller, pier_port port, pier_pid owner);

/* Port ! Message, as a term. */
PIER_API int pier_send_term(pier_process *caller, pier_port port, pier_span message);
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

#ifdef __cplusplus
}
#endif

#endif
