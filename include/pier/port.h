/*
 * pier/port.h - what a port is made of: its number, its options, the messages
 * it sends. pier/host.h has what can be done with one.
 */
#ifndef PIER_PORT_H
#define PIER_PORT_H

#include <pier/base.h>
#include <pier/frame.h>
#include <pier/term.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ports and pids are values, as in Erlang: nothing to free, and a dead one is
 * safe to use (badarg). They belong to one host. Zero is nobody's. */
typedef struct pier_port {
  uint64_t number; /* N of #Port<0.N> */
} pier_port;

typedef struct pier_pid {
  uint64_t number; /* N of <0.N.0> */
} pier_pid;

/* A port or a process, for what takes either: one of them, or none. */
typedef struct pier_object {
  pier_port port;
  pier_pid pid;
} pier_object;

static inline pier_object pier_object_port(pier_port port) {
  pier_object object;
  object.port = port;
  object.pid.number = 0;
  return object;
}
static inline pier_object pier_object_pid(pier_pid pid) {
  pier_object object;
  object.port.number = 0;
  object.pid = pid;
  return object;
}

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
  pier_port port;       /* whom it is from; 0 if a process */
  pier_pid pid;         /* EXIT, DOWN: the process it is about; else 0 */
  pier_frame_kind line; /* DATA: PIER_FRAME, _EOL, _NOEOL */
  int binary;           /* DATA: the port has the option binary */
  pier_span data;       /* DATA: the payload */
  int status;           /* EXIT_STATUS */
  pier_span reason;     /* EXIT, DOWN: an external term, bare */
  pier_span term;       /* TERM: an external term, bare; also the whole of a DOWN whose
                           monitor was made by name or with a tag */
  uint64_t reference;   /* DOWN: the monitor */
} pier_message;

/* Appends the external term of an identifier, with the version byte. */
PIER_API int pier_port_term(pier_port port, pier_buffer *out);
PIER_API int pier_pid_term(pier_pid pid, pier_buffer *out);

/* Appends the external term of a message, as Erlang would have it. */
PIER_API int pier_message_term(const pier_message *message, pier_buffer *out);
/* Matches the payload of a DATA message as an external term (pier/term.h);
 * it is scanned first. PIER_EMATCH if it is not DATA, PIER_EARG if it is
 * compressed. */
PIER_API int pier_message_data_match(const pier_message *message, const char *pattern, ...);
/* The same with the types of the arguments, see pier/pattern.h. */
PIER_API int pier_message_data_match_typed(const pier_message *message, const uint8_t *types,
                                           const char *pattern, ...);
#ifdef PIER_TYPED
#define pier_message_data_match(message, ...)                                                  \
  pier_message_data_match_typed(message, PIER_ARGUMENT_TYPES(PIER_STORE_TYPE, __VA_ARGS__),    \
                                __VA_ARGS__)
#endif

/* ---- Lent bytes ---------------------------------------------------------- */

typedef void pier_release_callback(void *state);

/* Bytes that stay where they are, unchanged, until `release` is called with `state`: once,
 * by whoever they were given to, in the thread of its host. NULL: they stay anyway. */
typedef struct pier_lent {
  pier_span data;
  pier_release_callback *release;
  void *state;
} pier_lent;

/* ---- Options ------------------------------------------------------------- */

typedef enum pier_name_kind {
  PIER_SPAWN,            /* {spawn,Command} */
  PIER_SPAWN_EXECUTABLE, /* {spawn_executable,File} */
  PIER_FD,               /* {fd,In,Out}: descriptors that are there already */
  PIER_FILE,             /* an atom or a string: a file to read, or to write */
  PIER_SPAWN_DRIVER      /* {spawn_driver,Command}: a linked-in driver, pier/driver.h */
} pier_name_kind;

enum {
  PIER_PORT_IN = 1 << 0,
  PIER_PORT_OUT = 1 << 1,
  PIER_PORT_BINARY = 1 << 2,
  PIER_PORT_EOF = 1 << 3,
  PIER_PORT_EXIT_STATUS = 1 << 4,
  PIER_PORT_NOUSE_STDIO = 1 << 5,
  PIER_PORT_STDERR_TO_STDOUT = 1 << 6,
  PIER_PORT_PARALLELISM = 1 << 7 /* shows in port_info, and nowhere else */
};

typedef struct pier_port_options {
  pier_name_kind kind;
  const char *name; /* the command, or the file; not of PIER_FD */
  pier_framing framing;
  unsigned flags;          /* neither IN nor OUT is both */
  const char *cd;          /* NULL: the host's own */
  const char *arg0;        /* NULL: `name`; PIER_SPAWN_EXECUTABLE only */
  const char *const *args; /* NULL-terminated, without arg0; ditto */
  const char *const *env;  /* NULL-terminated "K=V" sets, "K" and "K=" unset */
  size_t busy_low;         /* {busy_limits_port,{Low,High}}; 0: 4096 */
  size_t busy_high;        /* 0: 8192; SIZE_MAX: never busy */
  long long fd_in, fd_out; /* PIER_FD. The port works on copies: they stay open */
  size_t queue_low;        /* {busy_limits_msgq,_}, for drivers that ask; 0: 4096 */
  size_t queue_high;       /* 0: 8192; SIZE_MAX: disabled */
} pier_port_options;

PIER_API void pier_port_options_init(pier_port_options *options, pier_name_kind kind,
                                     const char *name);

#ifdef __cplusplus
}
#endif

#endif
