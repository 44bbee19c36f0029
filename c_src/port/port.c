/* The port as a state × event table. */
#include "port/output.h"

#include "port/reason.h"

#include <errno.h>
#include <string.h>

enum { BUSY_LOW = 4096, BUSY_HIGH = 8192 };

/* What the BEAM accepts as the length of a frame. */
static const size_t longest_frame = INT32_MAX;

int pier__port_init(struct pier__port *port, const struct pier__port_io *io,
                    const pier_port_options *options, const pier_limits *limits) {
  const unsigned both = PIER_PORT_IN | PIER_PORT_OUT;
  memset(port, 0, sizeof *port);
  port->io = io;
  port->flags = options->flags & both ? options->flags : options->flags | both;
  port->writable = (port->flags & PIER_PORT_OUT) != 0;
  port->later = options->kind == PIER_FD;
  port->framing = options->framing;
  port->busy_low = options->busy_low > 0 ? options->busy_low : BUSY_LOW;
  port->busy_high = options->busy_high > 0 ? options->busy_high : BUSY_HIGH;
  if (port->busy_low > port->busy_high) port->busy_low = port->busy_high;
  return pier__framer_init(&port->framer, &port->framing, limits);
}

void pier__port_deinit(struct pier__port *port) {
  pier__framer_deinit(&port->framer);
  pier__queue_clear(&port->queue, port->framer.stock);
  pier__links_free(&port->links);
  pier_free(port->monitors.items);
}

/* ---- Telling the owner ----------------------------------------------------- */

static void tell(struct pier__port *port, pier_pid to, pier_message_kind kind) {
  pier_message message;
  memset(&message, 0, sizeof message);
  message.kind = kind;
  message.port.number = port->number;
  message.status = port->status;
  port->io->deliver(port, to, &message);
}

/* Each member by itself: it is what most messages are, and clearing all of them at once is
 * `rep stos`, which takes as long to begin as all the rest here. */
static void begin_data(const struct pier__port *port, pier_message *message) {
  const pier_span none = {NULL, 0};
  message->kind = PIER_MESSAGE_DATA;
  message->port.number = port->number;
  message->pid.number = 0;
  message->line = PIER_FRAME;
  message->binary = (port->flags & PIER_PORT_BINARY) != 0;
  message->data = none;
  message->status = 0;
  message->reason = message->term = none;
  message->reference = 0;
}

void pier__port_tell_data(struct pier__port *port, pier_frame_kind line, pier_span data) {
  pier_message message;
  begin_data(port, &message);
  message.line = line;
  message.data = data;
  port->io->deliver(port, port->owner, &message);
}

size_t pier__port_queued(const struct pier__port *port) {
  return port->io->queued ? port->io->queued(port) : pier__queue_size(&port->queue);
}

/* ---- Ending ------------------------------------------------------------------ */

static void die(struct pier__port *port) {
  pier_pid closed_to = port->closed_to;
  port->state = PIER__PORT_DEAD;
  pier__queue_clear(&port->queue, port->framer.stock);
  if (closed_to.number != 0) tell(port, closed_to, PIER_MESSAGE_CLOSED);
  port->io->bury(port);
}

void pier__port_calm(struct pier__port *port) {
  if (!port->busy) return;
  port->busy = 0;
  port->io->calm(port);
}

/* The order is the BEAM's: suspended callers, links, monitors, then the queue. */
static void terminate(struct pier__port *port, pier_span reason, int discard) {
  pier__port_flush_last(port);
  port->state = PIER__PORT_CLOSING;
  pier__port_calm(port);
  port->io->announce(port, reason);
  if (discard || pier__port_queued(port) == 0)
    die(port);
  else if (port->io->flush)
    port->io->flush(port);
}

static void terminate_atom(struct pier__port *port, const char *reason, int discard) {
  struct pier__atom atom;
  terminate(port, pier__atom(&atom, reason), discard);
}

/* A failed write takes the queue, the status and a partial line with it. */
void pier__port_write_failed(struct pier__port *port, int error) {
  if (port->state == PIER__PORT_CLOSING)
    die(port);
  else
    terminate_atom(port, pier_errno_id(-error), 1);
}

/* ---- Input ---------------------------------------------------------------------- */

static void report_fault(struct pier__port *port) {
  pier_diag fault;
  pier_framer_diag(&port->framer, &fault);
  port->io->report(port, &fault);
}

void pier__port_input(struct pier__port *port, size_t count, pier_message *message) {
  begin_data(port, message);
  if (port->framing.kind != PIER_PACKET && pier__port_usable(port)) port->input += count;
}

/* A header that announces more than the framer accepts. Beyond what the BEAM
 * takes the read side freezes, as there; a limit that the user lowered ends
 * the port, because that is what it is for (doc/differences.md). */
void pier__port_refuse(struct pier__port *port, int error) {
  port->io->stop_reading(port);
  report_fault(port);
  if (error == PIER_EFRAMESIZE && port->framer.limit >= longest_frame) return;
  if (pier__port_usable(port))
    terminate_atom(port, error == PIER_EFRAMESIZE ? "emsgsize" : "enomem", 1);
}

/* The rest of a line. A truncated packet is dropped, as by the BEAM: the owner
 * is not told, the host's log is. */
static void flush_input(struct pier__port *port) {
  pier_frame frame;
  int produced;
  while ((produced = pier_framer_end(&port->framer, &frame)) == 1)
    pier__port_tell_data(port, frame.kind, frame.payload);
  if (produced < 0) report_fault(port);
}

static void report_end(struct pier__port *port) {
  if (port->flags & PIER_PORT_EXIT_STATUS) tell(port, port->owner, PIER_MESSAGE_EXIT_STATUS);
  flush_input(port);
}

static void finish_open(struct pier__port *port) {
  report_end(port);
  if (port->state != PIER__PORT_OPEN) return; /* the owner closed it meanwhile */
  if (port->flags & PIER_PORT_EOF) {
    port->state = PIER__PORT_EOF;
    tell(port, port->owner, PIER_MESSAGE_EOF);
  } else {
    terminate_atom(port, "normal", 1);
  }
}

static void finish_closing(struct pier__port *port) {
  report_end(port);
  if (port->state == PIER__PORT_CLOSING) die(port);
}

static void close_open(struct pier__port *port) {
  terminate_atom(port, "normal", 0);
}

static void ignore(struct pier__port *port) {
  (void)port;
}

enum event { INPUT_OVER, CLOSE, EVENTS };

typedef void action(struct pier__port *port);

static action *const actions[PIER__PORT_STATES][EVENTS] = {
    /*                       INPUT_OVER       CLOSE */
    [PIER__PORT_OPEN] = {finish_open, close_open},
    [PIER__PORT_EOF] = {ignore, close_open},
    [PIER__PORT_CLOSING] = {finish_closing, ignore},
    [PIER__PORT_DEAD] = {ignore, ignore},
};

static void happen(struct pier__port *port, enum event event) {
  actions[port->state][event](port);
}

static void input_over(struct pier__port *port) {
  happen(port, INPUT_OVER);
}

/* exit_status waits for both: the end of the pipe and of the program. */
static int input_is_over(const struct pier__port *port) {
  if (port->later && pier__queue_size(&port->queue) > 0) return 0;
  return port->ended && (port->reaped || !(port->flags & PIER_PORT_EXIT_STATUS));
}

void pier__port_input_end(struct pier__port *port) {
  port->ended = 1;
  port->io->stop_reading(port);
  if (input_is_over(port)) input_over(port);
}

void pier__port_eof_again(struct pier__port *port) {
  if (port->state != PIER__PORT_EOF) return;
  flush_input(port);
  tell(port, port->owner, PIER_MESSAGE_EOF);
}

void pier__port_drained(struct pier__port *port) {
  if (port->later && input_is_over(port)) input_over(port);
  if (port->state == PIER__PORT_CLOSING) die(port);
}

void pier__port_reaped(struct pier__port *port, int status) {
  port->reaped = 1;
  port->status = status;
  if ((port->flags & PIER_PORT_EXIT_STATUS) && input_is_over(port)) input_over(port);
}

void pier__port_close(struct pier__port *port, pier_pid closed_to) {
  if (!pier__port_usable(port)) return;
  port->closed_to = closed_to;
  happen(port, CLOSE);
}

void pier__port_exit(struct pier__port *port, pier_span reason, int discard) {
  if (pier__port_usable(port)) terminate(port, reason, discard);
}

void pier__port_abandon(struct pier__port *port) {
  if (port->state != PIER__PORT_DEAD) die(port);
}

void pier__port_failed(struct pier__port *port, pier_span reason) {
  if (pier__port_usable(port))
    terminate(port, reason, 1);
  else
    pier__port_abandon(port);
}

void pier__port_flushed(struct pier__port *port) {
  if (port->state == PIER__PORT_CLOSING) die(port);
}
