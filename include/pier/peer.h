/*
 * pier/peer.h - the external program: what runs on the far end of a port.
 *
 * A peer reads frames from its owner, gates them (pier/term.h), gives each to
 * a handler and writes the answers. See README.md for a whole program.
 *
 * Threads: a peer and its calls belong to the thread that runs it.
 */
#ifndef PIER_PEER_H
#define PIER_PEER_H

#include <pier/base.h>
#include <pier/frame.h>
#include <pier/term.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The caller's own loop; <uv.h> is not needed here. */
struct uv_loop_s;

typedef struct pier_peer pier_peer;
typedef struct pier_call pier_call;

/* Answers one request; `call` is gone when it returns. Returns 0, or an error
 * (that of pier_reply, or its own), which ends the program with a message on
 * standard error and status 1. */
typedef int pier_handler(pier_call *call, void *state);

/* Decides what a bad input means, instead of that end. `call` is the frame
 * whose term is bad (it may be answered with pier_reply, has no request, and
 * the program goes on if the result is 0), or NULL when the stream itself
 * makes no sense any more or failed, which ends it whatever the result. The
 * program ends with status 1 and prints nothing: that is left to this handler. */
typedef int pier_peer_error(pier_call *call, const pier_diag *diag, void *state);

typedef struct pier_peer_config {
  unsigned packet;        /* 1, 2 or 4 (the default), as the owner's {packet,N} */
  int in, out;            /* 0 and 1; 3 and 4 for nouse_stdio; both -1 for no I/O at all */
  int guard;              /* 1, the default: see below */
  pier_limits limits;     /* of what comes in */
  pier_peer_error *error; /* NULL: message and end */
  void *error_state;
  /* The end, see pier/life.h. */
  int watch;         /* 1, the default: it is certain; 0: only a read or a write notices it */
  int half_close;    /* 1, the default: who only closed its sending side gets all answers */
  unsigned grace_ms; /* from the loss of the owner to _exit; 2000 */
} pier_peer_config;

PIER_API void pier_peer_config_init(pier_peer_config *config);

/* A peer with `config` (copied; NULL is the default). With the guard on, the
 * owner's two descriptors move to private close-on-exec ones at once, so that a
 * printf in any library or child can not write between the frames: 1 becomes
 * what 2 is (or /dev/null, if 2 is the owner's pipe too) and stdout is written line
 * by line, 0 becomes /dev/null, 3 and 4 are closed. A closed 2 becomes /dev/null.
 * SIGPIPE is ignored unless the program has its own handler.
 * Errors: PIER_EPACKET, PIER_EARG, PIER_ENOMEM, -EBADF when `in` or `out` is
 * closed, which is said in a line on standard error (unless there is an error handler),
 * other errors of the system. */
PIER_API int pier_peer_new(pier_peer **peer, const pier_peer_config *config);
PIER_API void pier_peer_free(pier_peer *peer); /* NULL is fine; not inside a handler */

/* ---- Handlers ------------------------------------------------------------
 *
 * A request is {Name, Argument...} or, without arguments, the atom Name. What
 * has no handler is answered {error,{undef,Name,Arity}}, what is no request at
 * all {error,badarg}, and what its handler left without an answer
 * {error,noreply}. */

/* `name` (UTF-8, copied) with `arity` arguments. A second handler for the same
 * replaces the first. PIER_EARG, PIER_ENOMEM. */
PIER_API int pier_peer_on(pier_peer *peer, const char *name, unsigned arity,
                          pier_handler *handler, void *state);
/* Every term that has no handler of its own, requests or not. */
PIER_API int pier_peer_on_any(pier_peer *peer, pier_handler *handler, void *state);
/* Every frame as it is, for programs that do not speak terms: nothing is
 * scanned, and no answer is made up. Takes the place of all other handlers. */
PIER_API int pier_peer_on_frame(pier_peer *peer, pier_handler *handler, void *state);

/* The request: a scanned term that begins with its version byte (the frame
 * itself in a frame handler), valid as long as `call`. */
PIER_API pier_span pier_call_request(const pier_call *call);

/* Answers `call`, once: a second answer is PIER_ETWICE. The answers of all
 * requests that came together leave together. Nothing is sent if the result is
 * negative: PIER_EPATTERN or the like from pier_format, PIER_EPAYLOAD when the
 * answer is too big for {packet,N}, PIER_ENOMEM; -EPIPE when the owner is gone,
 * which ends the program quietly. */
PIER_API int pier_reply(pier_call *call, const char *format, ...);
/* The same with the types of the arguments, see pier/pattern.h. */
PIER_API int pier_reply_typed(pier_call *call, const uint8_t *types, const char *format, ...);
#ifdef PIER_TYPED
#define pier_reply(call, ...)                                                                  \
  pier_reply_typed(call, PIER_ARGUMENT_TYPES(PIER_VALUE_TYPE, __VA_ARGS__), __VA_ARGS__)
#endif
PIER_API int pier_reply_term(pier_call *call, pier_span term); /* with or without 131 */
PIER_API int pier_reply_frame(pier_call *call, pier_span payload);

/* ---- Running ------------------------------------------------------------- */

/* Reads, serves and writes until the owner is gone, without libuv; frees the
 * peer. The result is for `return` from main: 0 after end of file, when all
 * answers are out or nobody is there to read them; 1 after an error, with one
 * line on standard error. Blocking or not, the descriptors may be either. */
PIER_API int pier_peer_run(pier_peer *peer);

/* The same with a libuv loop: returns at once, the handlers are called from
 * uv_run. When the owner is gone, or after an error, `ended` (may be NULL) is
 * called, once, with the status that pier_peer_run would have had; it may free
 * the peer. The descriptors must be pipes, sockets or terminals. Errors:
 * libuv's; then `ended` is not called. Freeing a started peer stops it without
 * `ended`; the loop must run once more before it is closed. */
typedef void pier_peer_ended(pier_peer *peer, int status, void *state);
PIER_API int pier_peer_start_uv(pier_peer *peer, struct uv_loop_s *loop, pier_peer_ended *ended,
                                void *state);

/* Ends the program as an end of file would: the answers made so far still
 * leave, no further frame is served. Also inside a handler. */
PIER_API void pier_peer_stop(pier_peer *peer);

/* ---- Without I/O -----------------------------------------------------------
 *
 * For any other loop: feed what was read, write pier_peer_output until it is
 * empty. */

/* Serves all frames that are whole now. 0; 1 after pier_peer_stop; or the error
 * that ended the peer, which sticks. */
PIER_API int pier_peer_feed(pier_peer *peer, pier_span bytes);
/* The input has ended: 0, or PIER_ETRUNCATED, or the sticky error. */
PIER_API int pier_peer_end(pier_peer *peer);
/* What is to be written, until the next call on the peer. */
PIER_API pier_span pier_peer_output(const pier_peer *peer);
PIER_API void pier_peer_wrote(pier_peer *peer, size_t count);
/* Why it ended; error is 0 if nothing is wrong. `offset` counts from the start
 * of the stream, or of the frame when its term is bad. */
PIER_API const pier_diag *pier_peer_diag(const pier_peer *peer);

#ifdef __cplusplus
}
#endif

#endif
