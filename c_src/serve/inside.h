/*
 * What the files of the layer share. One thread, one loop: the peer reads requests, the
 * host has its turns, and what both have to say goes into one batch, which leaves before
 * the loop waits.
 */
#ifndef PIER_SERVE_INSIDE_H
#define PIER_SERVE_INSIDE_H

#include "host/host.h"
#include "serve/serve.h"
#include "term/view.h"

#include <pier/peer.h>

#include <uv.h>

/* The host's ports and references in the VM's terms. As long as nonode@nohost, so that one
 * takes the place of the other and no term changes its size. */
#define PIER__SERVE_NODE "native@nohost"

struct pier__remote;
struct pier__ask;

/* A request of a process that is suspended. */
struct pier__ask {
  struct pier__ask *next;
  size_t size;
  uint8_t bytes[]; /* the whole request, bare */
};

/* A process of the VM. */
struct pier__remote {
  struct pier__serve *serve;
  pier_process *process; /* NULL: it has ended */
  uint32_t id, serial;
  uint64_t number;                   /* of its process in the host */
  struct pier__remote *next;         /* of those that have ended */
  struct pier__remote *next_resumed; /* whose call has a result */
  struct pier__ask *first, *last;
  pier_buffer ask; /* the Id of the call it is suspended in, bare; empty: nobody waits */
  unsigned suspended : 1;
  unsigned resumed : 1; /* is in that list */
  unsigned used : 1;    /* a port has it for its owner, although it has ended */
};

/* {event,[...]}, being made. */
struct pier__batch {
  pier_buffer bytes; /* room for the frame's header, then the term */
  uint32_t count;
  /* {data,Pid,Port,[...]} is open for more. */
  struct pier__remote *to; /* NULL: it is not */
  uint64_t from;
  size_t count_at; /* where its count is */
  uint32_t data;
};

struct pier__serve {
  const pier__serve_config *config;
  uv_loop_t loop;
  uv_prepare_t prepare;
  pier_host *host;
  pier_peer *peer;
  struct pier__observer observer;
  int greeted;
  int status;
  pier_buffer node; /* of the VM, a bare atom */
  uint32_t vm;      /* its creation */
  uint32_t creation;
  struct pier__table by_key, by_number;
  struct pier__remote *first_ended;
  size_t ended;
  struct pier__remote *first_resumed, *last_resumed;
  size_t waiting; /* bytes of requests that wait */
  struct pier__batch batch;
  pier_buffer arguments, result, scratch;
};

/* ---- serve.c ---------------------------------------------------------------------- */

/* All but the running. Without descriptors (-1) it is fed by pier_peer_feed. */
int pier__serve_open(struct pier__serve *serve, const pier__serve_config *config);
void pier__serve_close(struct pier__serve *serve);

/* ---- remote.c: processes of the VM ----------------------------------------------- */

/* 1 if it is a pid of the VM's own node, with its numbers. */
int pier__serve_is_local(const struct pier__serve *serve, const pier__view *pid, uint64_t *key);
/* The key of a pid with these numbers. */
uint64_t pier__remote_key(uint32_t id, uint32_t serial);
/* The one of that key; NULL if nobody has named it. It may have ended. */
struct pier__remote *pier__remote_find(const struct pier__serve *serve, uint64_t key);
/* The same, alive: made if need be. NULL: no memory. */
struct pier__remote *pier__remote_take(struct pier__serve *serve, uint64_t key);
void pier__remote_end(struct pier__remote *remote, pier_span reason);
void pier__remotes_free(struct pier__serve *serve);

/* ---- translate.c: identifiers in whole terms ------------------------------------- */

/* Appends the bare term, its identifiers as the host has them. */
int pier__serve_take_in(const struct pier__serve *serve, pier_buffer *out, pier_span term);
/* The other way. */
int pier__serve_put_out(const struct pier__serve *serve, pier_buffer *out, pier_span term);
void pier__serve_put_port(const struct pier__serve *serve, pier_buffer *out, uint64_t number);
void pier__serve_put_pid(const struct pier__serve *serve, pier_buffer *out,
                         const struct pier__remote *remote);

/* ---- batch.c: what is said to the VM --------------------------------------------- */

/* A new event of `size` elements, whose first is the word; the others follow. */
pier_buffer *pier__serve_event(struct pier__serve *serve, const char *word, unsigned size);
void pier__serve_message(pier_process *process, const pier_message *message, void *state);
void pier__serve_log(pier_port port, const pier_diag *fault, void *state);
/* {busy,Port,_}, if that is new. */
void pier__serve_busy(struct pier__serve *serve, struct pier__hport *port);
void pier__serve_gone(struct pier__serve *serve, struct pier__hport *port);
void pier__serve_flush(struct pier__serve *serve);

/* ---- call.c: functions for processes --------------------------------------------- */

/* `id` is a bare term, or empty where nobody waits. Suspends `remote`, or answers. 0 or an
 * error that ends the host. */
int pier__serve_call(struct pier__remote *remote, pier_span id, const pier__view *function,
                     pier_span arguments);
/* A command that nobody waits for, to a port that is open and not busy; `by_message`: from
 * a process that says it is the owner. */
void pier__serve_command(struct pier__remote *remote, struct pier__hport *port, pier_span data,
                         int by_message);
/* The call of a process that was suspended has a result. */
int pier__serve_resume(struct pier__remote *remote);

/* ---- request.c: what the VM says ------------------------------------------------- */

int pier__serve_handlers(struct pier__serve *serve);
/* What waited for the end of a call. 0 or an error that ends the host. */
int pier__serve_asks(struct pier__remote *remote);
void pier__serve_drop_asks(struct pier__remote *remote);

/* ---- quick.c ---------------------------------------------------------------------- */

/* A frame of the VM that is no term, of one byte at least (`state` is a pier__serve): 1 if it
 * was served, 0 if it is nothing that we know, or an error that ends the host. */
int pier__serve_bytes(void *state, pier_span frame);

/* ---- trace.c -------------------------------------------------------------------------------
 */

void pier__trace_term(struct pier__serve *serve, const char *what, pier_span term);
void pier__trace_bytes(struct pier__serve *serve, uint64_t port, const char *way,
                       pier_span bytes);

/* ---- place.c: the directory and the environment ------------------------------------------ */

/* A bare binary; a bare list of {Name,Value}. PIER_EMATCH if it is none. */
int pier__serve_chdir(pier_span folder);
int pier__serve_setenv(pier_span changes);

#endif
