/*
 * engine_pier.c - pier's host, through its public header alone. The owner
 * gets its messages by callback. Ways to send:
 *   ""       a plain command for each frame; the bytes of big ones are lent
 *   copy     a plain command for each frame, big or not
 *   batch    pier_commands, as many as there are answers to follow up
 *   uv       plain commands, and the host is a handle in a libuv loop
 *   poll     plain commands, and the host asks for up to 100 microseconds before it sleeps
 *   pipes    plain commands, and pipes of 256 KiB
 *   terms    a plain command made by pier_command_format for each; answers are matched
 *   terms-cork  the same on a corked port
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <pier/host.h>

#include "engine.h"

enum { LENT_LEAST = 65536 };

static pier_host *host;
static pier_process *owner;
static pier_port *ports;
static uv_loop_t *loop; /* of "uv" */
static pier_span batch[ENGINE_BATCH];
static const payload *sent;
static size_t answer_size; /* 0 before the first one */
static unsigned answered;  /* whole answers not yet taken */
static size_t to_end;      /* programs that have not ended */
static int spawning;
static uint64_t line_bytes, line_count;
static int fault; /* a message nobody asked for */

static int send_plain(unsigned count);
static int send_batch(unsigned count);
static int send_terms(unsigned count);
static int take_frame(const pier_message *message);
static int take_term(const pier_message *message);

static const struct way {
  const char *name;
  int (*send)(unsigned count);
  int (*take)(const pier_message *message);
  int on_uv;
  int cork;
  int copy;
  unsigned poll_us;
  size_t pipe_size;
} ways[] = {{.name = "", .send = send_plain, .take = take_frame},
            {.name = "copy", .send = send_plain, .take = take_frame, .copy = 1},
            {.name = "batch", .send = send_batch, .take = take_frame},
            {.name = "uv", .send = send_plain, .take = take_frame, .on_uv = 1},
            {.name = "poll", .send = send_plain, .take = take_frame, .poll_us = 100},
            {.name = "pipes", .send = send_plain, .take = take_frame, .pipe_size = 256 << 10},
            {.name = "terms", .send = send_terms, .take = take_term},
            {.name = "terms-cork", .send = send_terms, .take = take_term, .cork = 1}};

static const struct way *way;

/* What a pipe does not take at once is lent, as a process of the BEAM lends its binary. The
 * bytes stay: nobody need be told when they are over. */
static int send_plain(unsigned count) {
  const pier_lent lent = {.data = batch[0]};
  int lend = !way->copy && batch[0].size >= LENT_LEAST;
  int status = 0;
  while (count-- > 0 && status >= 0)
    status = lend ? pier_command_lent(owner, ports[0], &lent, 0)
                  : pier_command(owner, ports[0], batch[0]);
  return status;
}

static int send_batch(unsigned count) {
  int status = 0;
  while (count > 0 && status >= 0) {
    unsigned now = count < ENGINE_BATCH ? count : ENGINE_BATCH;
    status = pier_commands(owner, ports[0], batch, now, 0, NULL);
    count -= now;
  }
  return status;
}

static int send_terms(unsigned count) {
  int status = 0;
  while (count-- > 0 && status >= 0)
    status = pier_command_format(owner, ports[0], "{add, ~l, ~l}", 1LL, 2LL);
  return status;
}

/* The first answer is looked at, the others must be as long. */
static int take_frame(const pier_message *message) {
  pier_span data = message->data;
  if (answer_size == 0 && data.size >= sent->tail_size &&
      memcmp(data.data + data.size - sent->tail_size, sent->tail, sent->tail_size) == 0)
    answer_size = data.size;
  return answer_size > 0 && data.size == answer_size;
}

static int take_term(const pier_message *message) {
  long long sum = 0;
  return pier_message_data_match(message, "{ok, ~l}", &sum) >= 0 && sum == 3;
}

static int take_data(const pier_message *message) {
  if (message->line == PIER_FRAME) {
    answered++;
    return way->take(message);
  }
  line_bytes += message->data.size + 1;
  line_count++;
  return message->line == PIER_FRAME_EOL;
}

static void take_message(pier_process *self, const pier_message *message, void *state) {
  (void)self;
  (void)state;
  if (message->kind == PIER_MESSAGE_EXIT_STATUS && message->status == 0 && to_end > 0)
    to_end--;
  else if (message->kind == PIER_MESSAGE_DATA ? !take_data(message)
                                              : message->kind != PIER_MESSAGE_EXIT || !spawning)
    fault = PIER_ESTATE;
}

static int find_way(const char *how) {
  size_t i;
  for (i = 0; i < sizeof ways / sizeof ways[0]; i++)
    if (strcmp(ways[i].name, how) == 0) way = &ways[i];
  return way ? 0 : -EINVAL;
}

static int start(size_t count, const char *how) {
  pier_host_config config;
  int status = find_way(how);
  pier_host_config_init(&config);
  if (status < 0) return status;
  config.poll_us = way->poll_us;
  config.pipe_size = way->pipe_size;
  if (way->on_uv) config.loop = loop = uv_default_loop();
  ports = calloc(count, sizeof *ports);
  if (!ports) return -ENOMEM;
  status = pier_host_new(&host, &config);
  if (status >= 0) status = pier_process_new_callback(host, &owner, take_message, NULL);
  /* The end of a port is news, not the end of the owner. */
  return status < 0 ? status : pier_trap_exit(owner, 1);
}

static int set_payload(const payload *made, size_t in_flight) {
  size_t i;
  (void)in_flight;
  sent = made;
  for (i = 0; i < ENGINE_BATCH; i++)
    batch[i] = pier_span_of(made->data, made->size);
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
  int status = open_program(slot, program, pier_framing_packet(4), 0);
  return status >= 0 && way->cork ? pier_cork(owner, ports[slot]) : status;
}

static pid_t os_pid(size_t slot) {
  pier_port_info info;
  return pier_port_info_get(host, ports[slot], &info) < 0 ? 0 : info.os_pid;
}

static int run_once(int timeout_ms) {
  if (fault) return fault;
  if (!loop) return pier_host_run_once(host, timeout_ms);
  uv_run(loop, UV_RUN_ONCE);
  return 0;
}

static int send_frames(unsigned count) {
  return way->send(count);
}

static int take_frames(unsigned *count) {
  int status = 0;
  while (answered == 0 && status >= 0)
    status = run_once(-1);
  *count = answered;
  answered = 0;
  return status;
}

static int spawn_programs(size_t slot, size_t count, const char *program) {
  int status = 0;
  spawning = 1;
  to_end = count;
  while (count-- > 0 && status >= 0)
    status = open_program(slot + count, program, pier_framing_stream(), PIER_PORT_EXIT_STATUS);
  while (to_end > 0 && status >= 0)
    status = run_once(-1);
  return status;
}

static int round_frames(size_t count) {
  int status = 0;
  size_t i;
  answered = 0;
  for (i = 0; i < count && status >= 0; i++)
    status = pier_command(owner, ports[i], batch[0]);
  while (answered < count && status >= 0)
    status = run_once(-1);
  answered = 0;
  return status;
}

static int open_lines(const char *program) {
  return open_program(0, program, pier_framing_line(LINE_LIMIT), PIER_PORT_IN);
}

static int take_lines(size_t count, uint64_t *bytes, uint64_t *lines) {
  int status = 0;
  line_bytes = line_count = 0;
  while (line_bytes < count && status >= 0)
    status = run_once(-1);
  *bytes += line_bytes;
  *lines += line_count;
  return status;
}

/* The program is the host's to reap: it is gone when nobody has its number. */
static int close_port(void) {
  pier_port_info info;
  int status = pier_port_info_get(host, ports[0], &info);
  spawning = 1;
  if (status >= 0) status = pier_close(owner, ports[0]);
  while (status >= 0 && uv_kill(info.os_pid, 0) == 0)
    status = pier_host_run_once(host, 1);
  return status;
}

static int idle(int milliseconds) {
  return loop ? 0 : pier_host_run_once(host, milliseconds);
}

const engine bench_engine = {"pier",      start,       set_payload,    open_port,    os_pid,
                             send_frames, take_frames, spawn_programs, round_frames, open_lines,
                             take_lines,  close_port,  idle,           pier_strerror};
