/*
 * A port without its descriptors: what it does at each event in each state
 * (doc/ports.md, "The life of a port"). The host gives it bytes and events and
 * carries out what it asks for through `struct pier__port_io`.
 */
#ifndef PIER_PORT_PORT_H
#define PIER_PORT_PORT_H

#include "frame/framer.h"
#include "port/queue.h"

#include <pier/port.h>

#include <sys/uio.h>

enum pier__port_state {
  PIER__PORT_OPEN,
  PIER__PORT_EOF,     /* {Port,eof} was sent; can still be written to */
  PIER__PORT_CLOSING, /* the world has been told; the queue is being flushed */
  PIER__PORT_DEAD,
  PIER__PORT_STATES
};

struct pier__port;

/* What a port asks of its host. No call may destroy the port. */
struct pier__port_io {
  /* A message for a process; dropped if it is dead. */
  void (*deliver)(struct pier__port *port, pier_pid to, const pier_message *message);
  /* Not busy any more, for whatever reason: suspended callers may go on. */
  void (*calm)(struct pier__port *port);
  /* Exit signals to all links, DOWN to all monitors; `reason` is a bare term. */
  void (*announce)(struct pier__port *port, pier_span reason);
  /* Bytes taken (maybe fewer than offered, maybe 0), or a negative errno. */
  ssize_t (*write)(struct pier__port *port, const struct iovec *parts, int count);
  /* Whether to report when the pipe takes bytes again; a negative error. */
  int (*want_write)(struct pier__port *port, int on);
  /* A corked port has something to write now: pier__port_flush at the end of the turn. */
  void (*gather)(struct pier__port *port);
  void (*stop_reading)(struct pier__port *port);
  /* Something was lost that no message tells the owner of. */
  void (*report)(struct pier__port *port, const pier_diag *fault);
  /* The port is dead: close everything, forget it. */
  void (*bury)(struct pier__port *port);
  /* Of a port whose other end is code and no pipe (a driver); NULL otherwise. It takes
   * whole commands, has bytes of its own to get rid of, and is told when the port
   * closes and waits for that: pier__port_flushed ends it. */
  void (*output)(struct pier__port *port, pier_span data);
  size_t (*queued)(const struct pier__port *port);
  void (*flush)(struct pier__port *port);
};

struct pier__monitor {
  uint64_t reference;
  pier_pid watcher;
};
/* Who watches one object, in the order in which they began. */
struct pier__monitors {
  struct pier__monitor *items;
  uint32_t count;
};

/* Whom it is linked to. Most often that is its owner alone. */
struct pier__links {
  union {
    pier_pid one;
    pier_pid *many;
  };
  uint32_t count;
};

/* What each command and each answer needs comes first, and the framer last, next to what
 * the host needs then: with thousands of ports none of it is in the processor's caches. */
struct pier__port {
  const struct pier__port_io *io;
  uint64_t number;
  enum pier__port_state state;
  unsigned flags; /* PIER_PORT_* */
  pier_framing framing;
  struct pier__queue queue;
  pier_pid owner;
  uint64_t input, output;
  unsigned reaped : 1; /* `status` is known */
  unsigned ended : 1;  /* the program's output has ended */
  unsigned busy : 1;
  unsigned writable : 1; /* has a pipe to the program */
  /* Output is queued first and written at the next turn, and waits there until all
   * of it has gone; the end of input waits for it: the BEAM has a thread for it. */
  unsigned later : 1;
  unsigned corked : 1;
  unsigned gathered : 1; /* what is queued has not been offered to the pipe yet */
  int status;            /* of the program, once known */
  size_t queue_limit;    /* of what waits for the program; 0: memory */
  size_t busy_low, busy_high;
  size_t batch, sent; /* of a `later` port: what one write is to take, and has */
  pier_pid closed_to; /* who asked for closing by message; 0 nobody */
  struct pier__links links;
  struct pier__monitors monitors;
  struct pier_framer framer;
};

int pier__port_init(struct pier__port *port, const struct pier__port_io *io,
                    const pier_port_options *options, const pier_limits *limits);
void pier__port_deinit(struct pier__port *port);

/* Links and monitors of this side. Adding may fail with PIER_ENOMEM. */
int pier__port_link(struct pier__port *port, pier_pid pid);
int pier__port_unlink(struct pier__port *port, pier_pid pid); /* 1 if it was linked */
static inline const pier_pid *pier__links_of(const struct pier__links *links) {
  return links->count > 1 ? links->many : &links->one;
}
void pier__links_free(struct pier__links *links);
int pier__monitors_add(struct pier__monitors *monitors, uint64_t reference, pier_pid watcher);
void pier__monitors_remove(struct pier__monitors *monitors, uint64_t reference);

/* ---- Events -------------------------------------------------------------- */

/* A command with valid data. The result is the BIF's: 0 also when the write
 * failed, which shows as an exit signal; PIER_EBADARG on a port not open. */
int pier__port_command(struct pier__port *port, pier_span data);
/* The same for lent bytes: afterwards lent->release is NULL if the queue has them, which
 * then calls it. */
int pier__port_command_lent(struct pier__port *port, pier_lent *lent);
/* The same for many, as few writes as possible: how many were taken. Fewer than all: the
 * port is busy, which is looked at between writes, or has ended. */
size_t pier__port_commands(struct pier__port *port, const pier_span *data, size_t count,
                           int force);
/* A corked port keeps commands until it is flushed, or has a pipe full of them. */
void pier__port_cork(struct pier__port *port, int on);
void pier__port_flush(struct pier__port *port);
/* `Port ! {Owner, close}` names who gets {Port,closed}; port_close nobody. */
void pier__port_close(struct pier__port *port, pier_pid closed_to);
/* exit(Port, Reason), or the death of a linked process. `discard` drops what
 * is queued (reason kill). */
void pier__port_exit(struct pier__port *port, pier_span reason, int discard);
/* The end of the host: what is still queued is given up. */
void pier__port_abandon(struct pier__port *port);
/* `count` bytes from the program, given to the framer already: begins the message that
 * pier__port_next fills, again and again, until there is none. */
void pier__port_input(struct pier__port *port, size_t count, pier_message *message);
/* A frame that pier__port_next does not take. */
void pier__port_refuse(struct pier__port *port, int error);
/* eof once more to who has been told: a driver may say it again. */
void pier__port_eof_again(struct pier__port *port);
void pier__port_input_end(struct pier__port *port);
void pier__port_reaped(struct pier__port *port, int status);
void pier__port_writable(struct pier__port *port);
/* One message to the owner. */
void pier__port_tell_data(struct pier__port *port, pier_frame_kind line, pier_span data);
/* A driver failed: what is queued is lost. */
void pier__port_failed(struct pier__port *port, pier_span reason);
/* A closing port has nothing queued any more. */
void pier__port_flushed(struct pier__port *port);
size_t pier__port_queued(const struct pier__port *port);

static inline int pier__port_usable(const struct pier__port *port) {
  return port->state == PIER__PORT_OPEN || port->state == PIER__PORT_EOF;
}

static inline int pier__port_next_frame(struct pier__port *port, pier_frame *frame) {
  if (pier__framer_whole_line(&port->framer, frame)) return 1;
  return pier__framer_next(&port->framer, frame);
}

/* 1 with what is next for the owner, 0, or what pier__port_refuse is to be told. */
static inline int pier__port_next(struct pier__port *port, pier_message *message) {
  pier_frame frame;
  int produced;
  do {
    produced = pier__port_next_frame(port, &frame);
    if (produced != 1) return produced;
  } while (!pier__port_usable(port)); /* closing: output is discarded */
  if (port->framing.kind == PIER_PACKET) port->input += frame.payload.size;
  message->line = frame.kind;
  message->data = frame.payload;
  return 1;
}

#endif
