/*
 * trips.c - a host whose system calls are counted by turns.t:
 *
 *   trips serial|batch|cork|idle COUNT PROGRAM
 *
 * COUNT frames one after the other; COUNT times 64 in one pier_commands; COUNT times 64 that
 * come in a turn and are answered in it by a corked port; COUNT milliseconds of nothing.
 * PROGRAM echoes frames.
 */
#include <pier/host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 64, PATIENCE_MS = 60000 };

static pier_host *host;
static pier_process *me;
static pier_port port;
static const pier_span frame = {(const uint8_t *)"0123456789abcdef", 16};
static unsigned came, answers_left;

static void on_message(pier_process *self, const pier_message *message, void *state) {
  (void)state;
  if (message->kind != PIER_MESSAGE_DATA || message->data.size != frame.size) exit(3);
  came++;
  if (answers_left == 0) return;
  answers_left--;
  if (pier_command(self, port, message->data) < 0) exit(3);
}

static int wait_for(unsigned count) {
  while (came < count)
    if (pier_host_run_once(host, PATIENCE_MS) != 1) return -1;
  return 0;
}

static int serial(unsigned count) {
  unsigned i;
  for (i = 1; i <= count; i++)
    if (pier_command(me, port, frame) < 0 || wait_for(i) < 0) return -1;
  return 0;
}

static int batch(unsigned count) {
  pier_span frames[BATCH];
  unsigned i;
  for (i = 0; i < BATCH; i++)
    frames[i] = frame;
  for (i = 1; i <= count; i++)
    if (pier_commands(me, port, frames, BATCH, 0, NULL) < 0 || wait_for(i * BATCH) < 0)
      return -1;
  return 0;
}

static int cork(unsigned count) {
  pier_span frames[BATCH];
  unsigned i;
  for (i = 0; i < BATCH; i++)
    frames[i] = frame;
  answers_left = (count - 1) * BATCH;
  if (pier_cork(me, port) < 0 || pier_commands(me, port, frames, BATCH, 0, NULL) < 0) return -1;
  return wait_for(count * BATCH);
}

static int idle(unsigned ms) {
  return serial(1) < 0 || pier_host_run_once(host, (int)ms) != 0 ? -1 : 0;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*run)(unsigned count);
  } works[] = {{"serial", serial}, {"batch", batch}, {"cork", cork}, {"idle", idle}};
  pier_port_options options;
  size_t i;
  int failed = 1;
  if (argc != 4 || pier_host_new(&host, NULL) < 0 ||
      pier_process_new_callback(host, &me, on_message, NULL) < 0)
    return 2;
  pier_port_options_init(&options, PIER_SPAWN_EXECUTABLE, argv[3]);
  options.framing = pier_framing_packet(4);
  options.flags = PIER_PORT_BINARY;
  if (pier_open(me, &port, &options, NULL) < 0) return 2;
  for (i = 0; i < sizeof works / sizeof works[0]; i++)
    if (strcmp(argv[1], works[i].name) == 0)
      failed = works[i].run((unsigned)strtoul(argv[2], NULL, 10)) < 0;
  pier_host_free(host);
  return failed;
}
