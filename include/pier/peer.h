/*
 * pier/peer.h - the external program: what runs on the far end of a port.
 *
 * A peer reads frames from its owner, gates them (pier/term.h), gives each to
 * a handler and writes the answers. See README.md for a whole program.
 *
 * Threads: a peer belongs to the thread that runs it. Calls that were kept
 * (pier_call_keep), work on the pool (pier_call_work) and events may be used from
 * any thread; see there. An allocator (pier_set_allocator) must then bear threads.
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

/* Answers one request; `call` is gone when it returns, unless it was kept. 0, or
 * an error. Some errors are answers, if none was given before:
 *   PIER_EMATCH, PIER_ERANGE, PIER_ETRAILING  {error,{badarg,Where}}, see pier_call_diag
 *   PIER_ELIMIT                               {error,overload}
 *   PIER_EPAYLOAD                             {error,too_big}
 * All others end the program with a message on standard error and status 1. */
typedef int pier_handler(pier_call *call, void *state);

/* Decides what a bad input means. `call` is the frame whose term is bad (it may
 * be answered with pier_reply in plain mode, has no request, and the program goes
 * on if the result is 0), or NULL when the stream itself makes no sense any more
 * or failed, which ends it whatever the result. The program then ends with status
 * 1 and prints nothing: that is left to this handler. Without one, a bad term
 * is answered with {error,{badterm,What}}, and a bad stream is the end, with a
 * message on standard error. */
typedef int pier_peer_error(pier_call *call, const pier_diag *diag, void *state);

/* doc/protocol.md describes both. */
typedef enum pier_peer_mode {
  PIER_PLAIN, /* a term in, a term out, in order */
  PIER_CALLS  /* {call,From,Request} and {reply,From,Reply}, in any order; casts */
} pier_peer_mode;

/* Where goes what is printed to standard output? */
typedef enum pier_peer_log {
  PIER_LOG_STDERR, /* to standard error */
  PIER_LOG_FRAMES  /* to the owner: {log,info,Line}; nobody who prints waits for it. Lines
                      that find the queue of events full are counted and dropped: {log,
                      warning,Text} tells how many; a line of more than 1024 bytes (200 in
                      {packet,1}) comes in parts; after the end to standard error */
} pier_peer_log;

typedef struct pier_peer_config {
  unsigned packet;        /* 1, 2 or 4 (the default), as the owner's {packet,N} */
  int in, out;            /* 0 and 1; 3 and 4 for nouse_stdio; both -1 for no I/O at all */
  int guard;              /* 1, the default: see below */
  pier_limits limits;     /* of what comes in */
  pier_peer_error *error; /* NULL: see above */
  void *error_state;
  /* The end, see pier/life.h. */
  int watch;           /* 1, the default: it is certain; 0: only a read or a write notices it */
  int half_close;      /* 1, the default: who only closed its sending side gets all answers */
  unsigned grace_ms;   /* from the loss of the owner to _exit; 2000 */
  pier_peer_mode mode; /* PIER_PLAIN */
  size_t calls;        /* kept at a time, 100 000; more are PIER_ELIMIT */
  size_t output;       /* bytes of answers that wait for the owner, 16 MiB; then nothing
                          is read until half of them is gone */
  size_t events;       /* that wait for the owner, 1024 */
  size_t event_bytes;  /* of all of these, 1 MiB */
  unsigned threads;    /* of the pool, 4; with libuv it is libuv's, and its size */
  pier_peer_log log;   /* PIER_LOG_STDERR; with the guard only */
  unsigned poll_us;    /* 0; microseconds to ask again before a sleep, at most: saves the
                          wake-up where owner and program have a CPU each; stops by itself
                          where it does not pay (doc/peer.md). PIER_POLL_US in the
                          environment goes before it */
} pier_peer_config;

PIER_API void pier_peer_config_init(pier_peer_config *config);

/* A peer with `config` (copied; NULL is the default). With the guard on, the
 * owner's two descriptors move to private close-on-exec ones at once, so that a
 * printf in any library or child can not write between the frames: 1 becomes
 * what 2 is (or /dev/null, if 2 is the owner's pipe too) and stdout is written line
 * by line, 0 becomes /dev/null, 3 and 4 are closed. A closed 2 becomes /dev/null.
 * SIGPIPE is ignored unless the program has its own handler.
 * With descriptors, PIER_HELLO and PIER_PACKET are taken from the environment, and
 * heeded when the peer starts to run (doc/protocol.md).
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

/* The request: a scanned term (the frame itself in a frame handler), valid as long
 * as `call`. It begins with its version byte in plain mode and has none in call
 * mode; all functions of pier take both. */
PIER_API pier_span pier_call_request(const pier_call *call);
/* 1 for a {cast,Request}: answers go nowhere, and need not be given. */
PIER_API int pier_call_is_cast(const pier_call *call);
/* For pier_match_diag, pier_reader_of and the like: what they find wrong becomes
 * the Where of {error,{badarg,Where}} when the handler returns their error. */
PIER_API pier_diag *pier_call_diag(pier_call *call);
/* pier_match for handlers:
 *   if ((error = pier_call_match(call, "{add, ~l, ~l}", &a, &b)) < 0) return error; */
#define pier_call_match(call, ...)                                                             \
  pier_match_diag(pier_call_request(call), pier_call_diag(call), __VA_ARGS__)

/* Answers `call`, once: a second answer is PIER_ETWICE. The answers of all
 * requests that came together leave together. Nothing is sent if the result is
 * negative: PIER_EPATTERN or the like from pier_format, PIER_EPAYLOAD when the
 * answer is too big for {packet,N}, PIER_ENOMEM; -ECANCELED when the call was
 * answered {error,timeout} or {error,cancelled} meanwhile; -EPIPE when the owner is
 * gone, which ends the program quietly. Of a kept call, from any thread. */
PIER_API int pier_reply(pier_call *call, const char *format, ...);
/* The same with the types of the arguments, see pier/pattern.h. */
PIER_API int pier_reply_typed(pier_call *call, const uint8_t *types, const char *format, ...);
#ifdef PIER_TYPED
#define pier_reply(call, ...)                                                                  \
  pier_reply_typed(call, PIER_ARGUMENT_TYPES(PIER_VALUE_TYPE, __VA_ARGS__), __VA_ARGS__)
#endif
PIER_API int pier_reply_term(pier_call *call, pier_span term); /* with or without 131 */
/* Bytes as they are; PIER_ESTATE in call mode. */
PIER_API int pier_reply_frame(pier_call *call, pier_span payload);

/* ---- Later answers, other threads ------------------------------------------
 *
 * A handler that cannot answer at once keeps its call. In call mode kept calls
 * are answered in any order; in plain mode the answers behind them wait. */

/* *kept is the call from now on, with a copy of its request; `call` itself needs no
 * answer any more. It is used by one thread at a time, any thread, until
 * pier_call_drop, and may outlive its peer. PIER_ELIMIT (config.calls), PIER_ENOMEM,
 * other errors of the system, PIER_ESTATE in a frame handler or if it was answered:
 * *kept is NULL then, and the error is for the handler to return. */
PIER_API int pier_call_keep(pier_call *call, pier_call **kept);
/* Gives a kept call back; one without an answer is answered {error,noreply}. Once,
 * also after the answer. NULL is fine. */
PIER_API void pier_call_drop(pier_call *kept);
/* 1 when nobody waits for the answer any more: {cancel,From}, a deadline, the end, or
 * the owner is gone (pier/life.h). */
PIER_API int pier_call_cancelled(const pier_call *call);
/* Called once when that happens, in the thread of the peer, unless the call was
 * answered or dropped before. PIER_ESTATE if it is too late already (`cancel` is not
 * called), or for a call that was not kept. Set it in the thread of the peer. */
typedef void pier_call_cancel(pier_call *call, void *state);
PIER_API int pier_call_on_cancel(pier_call *call, pier_call_cancel *cancel, void *state);

/* Keeps the call, runs work(call, state) in a thread of the pool and drops it then;
 * the result of `work` means what that of a handler does. A call that is
 * cancelled before its turn is not run. For the end of a handler:
 *   return pier_call_work(call, compute, state); */
PIER_API int pier_call_work(pier_call *call, pier_handler *work, void *state);

/* ---- Events ------------------------------------------------------------------
 *
 * {event,Event} to the owner, unasked. Events wait in a queue of their own until
 * the owner reads and its credit allows; when that is full, the policy decides. What
 * is dropped is counted by key and told with {dropped,Key,Count}. */

typedef enum pier_event_policy {
  PIER_EVENT_NEWEST, /* this one is dropped; what pier_event does */
  PIER_EVENT_OLDEST, /* the oldest ones are dropped, for this one */
  PIER_EVENT_LATEST, /* takes the place of a waiting one with the same key, full or not;
                        as PIER_EVENT_OLDEST if there is none */
  PIER_EVENT_BLOCK   /* waits for half of the queue to be free. PIER_EBUSY where waiting
                        would be for ever: in the thread of the peer, if it has a libuv or
                        another's loop, or if the owner gives no credit */
} pier_event_policy;

enum { PIER_EVENT_KEY = 63 }; /* bytes of a key, at most */

/* 0: it will be sent; 1: this one or another was dropped. Errors as pier_reply;
 * PIER_EARG (a long key), PIER_EBUSY, PIER_ESTATE in another thread before
 * pier_peer_share. */
PIER_API int pier_event(pier_peer *peer, const char *format, ...);
PIER_API int pier_event_typed(pier_peer *peer, const uint8_t *types, const char *format, ...);
#ifdef PIER_TYPED
#define pier_event(peer, ...)                                                                  \
  pier_event_typed(peer, PIER_ARGUMENT_TYPES(PIER_VALUE_TYPE, __VA_ARGS__), __VA_ARGS__)
#endif
/* With a policy and a key, which may be NULL. */
PIER_API int pier_event_term(pier_peer *peer, pier_event_policy policy, const char *key,
                             pier_span term);

/* Allows events from other threads, which until then could not wake a peer that waits
 * for its owner. In the thread of the peer, before it runs or in a handler; the peer
 * must outlive these threads' use of it. Keeping a call does the same. 0 or -errno. */
PIER_API int pier_peer_share(pier_peer *peer);

/* ---- Running ------------------------------------------------------------- */

/* Reads, serves and writes until the owner is gone, without libuv; frees the
 * peer. The result is for `return` from main: 0 after end of file, when all
 * answers are out (those of kept calls too) or nobody is there to read them; 1
 * after an error, with one line on standard error. Requests are read while answers wait
 * to be written, except where the output is a file, a terminal or the pipe of standard
 * error too. Blocking or not, the descriptors may be either. */
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
 * empty. c_src/examples/poll.c does it with poll. */

/* Asks for {hello, ...} as the first frame, as PIER_HELLO does. Before all other
 * calls below. */
PIER_API int pier_peer_hello(pier_peer *peer);
/* The time, in ms from any start, never going back: fires the deadlines that are over.
 * Calls with a deadline are measured from the last time told. */
PIER_API void pier_peer_tick(pier_peer *peer, int64_t now);
/* When to tick next; -1: not for the sake of deadlines. */
PIER_API int64_t pier_peer_next_tick(pier_peer *peer);
/* 0 while so many answers wait that nothing should be fed (config.output). */
PIER_API int pier_peer_wants_input(const pier_peer *peer);
/* Calls that are kept and not dropped. */
PIER_API size_t pier_peer_kept(const pier_peer *peer);
/* `wake` is called, in any thread, when there is output because of an answer or an
 * event from elsewhere: see to it that the loop looks at pier_peer_output. It must
 * call nothing of the peer. Before pier_peer_share and the first kept call. */
typedef void pier_peer_wake(void *state);
PIER_API void pier_peer_on_wake(pier_peer *peer, pier_peer_wake *wake, void *state);

/* Serves all frames that are whole now. 0; 1 after pier_peer_stop; or the error
 * that ended the peer, which sticks. */
PIER_API int pier_peer_feed(pier_peer *peer, pier_span bytes);
/* The input has ended: 0, or PIER_ETRUNCATED, or the sticky error. */
PIER_API int pier_peer_end(pier_peer *peer);
/* What is to be written, until the next call on the peer. */
PIER_API pier_span pier_peer_output(pier_peer *peer);
PIER_API void pier_peer_wrote(pier_peer *peer, size_t count);
/* Why it ended; error is 0 if nothing is wrong. `offset` counts from the start
 * of the stream, or of the frame when its term is bad. */
PIER_API const pier_diag *pier_peer_diag(const pier_peer *peer);

#ifdef __cplusplus
}
#endif

#endif
