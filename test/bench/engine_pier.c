/*
 * engine_pier.c - pier's host, through its public header alone. The owner
 * gets its messages by callback; commands are plain ones, one per frame.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pier/host.h>

#include "engine.h"

static pier_host *host;
static pier_process *owner;
static pier_port *ports;
static pier_span frame;
static const payload *sent;
static size_t answer_size; /* 0 before the first one */
static unsigned answered;  /* whole answers not yet taken */
static int exited;         /* the program of the latest spawn has ended */
static int fault;          /* a message nobody asked for */

/* The first answer is looked at, the others must be as long. */
static int is_answer(pier_span data) {
  if (answer_size == 0 && data.size >= sent->tail_size &&
      memcmp(data.data + data.size - sent->tail_size, sent->tail, sent->tail_size) == 0)
    answer_size = data.size;
  return answer_size > 0 && data.size == answer_size;
}

static void take_message(pier_process *self, const pier_message *message, void *state) {
  (void)self;
  (void)state;
  if (message->kind == PIER_MESSAGE_DATA && is_answer(message->data))
    answered++;
  else if (message->kind == PIER_MESSAGE_EXIT_STATUS && message->status == 0)
    exited = 1;
  else if (message->kind != PIER_MESSAGE_EXIT || !exited)
    fault = PIER_ESTATE;
}

static int start(size_t count, const char *how) {
  int status = *how ? -EINVAL : pier_host_new(&host, NULL);
  ports = calloc(count, sizeof *ports);
  if (!ports) return -ENOMEM;
  if (status >= 0) status = pier_process_new_callback(host, &owner, take_message, NULL);
  /* The end of a port is news, not the end of the owner. */
  return status < 0 ? status : pier_trap_exit(owner, 1);
}

static int set_payload(const payload *made) {
  sent = made;
  frame = pier_span_of(made->data, made->size);
  return 0;
}

static int open_program(size_t slot, const char *program, pier_framing framing,
                        unsigned flags) {
  pier_port_options options;
  pier_port_options_init(&options, PIER_SPAWN_EXECUTABLE, program);
  options.framing = framing;
  options.flags = PIER_PORT_BINARY | flags;
  return pier_open(owner, &ports[slot], &options, NULL);
}

static int open_port(size_t slot, const char *program) {
  return open_program(slot, program, pier_framing_packet(4), 0);
}

static pid_t os_pid(size_t slot) {
  pier_port_info info;
  return pier_port_info_get(host, ports[slot], &info) < 0 ? 0 : info.os_pid;
}

static int send_frames(unsigned count) {
  int status = 0;
  while (count-- > 0 && status >= 0)
    status = pier_command(owner, ports[0], frame);
  return status;
}

static int take_frames(unsigned *count) {
  int status = 0;
  while (answered == 0 && status >= 0)
    status = fault ? fault : pier_host_run_once(host, -1);
  *count = answered;
  answered = 0;
  return status;
}

static int spawn_program(size_t slot, const char *program) {
  int status = open_program(slot, program, pier_framing_stream(), PIER_PORT_EXIT_STATUS);
  exited = 0;
  while (!exited && status >= 0)
    status = fault ? fault : pier_host_run_once(host, -1);
  return status;
}

const engine bench_engine = {"pier",      start,       set_payload,   open_port,    os_pid,
                             send_frames, take_frames, spawn_program, pier_strerror};
