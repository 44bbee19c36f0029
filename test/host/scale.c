/*
 * scale.c - a host whose instructions are counted by scale.t:
 *
 *   scale WORK COUNT
 *
 * where WORK says what there are COUNT of. None of it waits for a program or for time.
 */
#include <pier/driver.h>
#include <pier/host.h>

#include <erl_driver.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 4096, LONG = 1000000 };

static pier_host *host;
static pier_process *me;
static pier_port ports[MOST];
static pier_process *processes[MOST];
static int full[2]; /* a pipe that takes nothing more */
static const pier_span data = {(const uint8_t *)"0123456789abcdef", 16};
static const pier_span term = {(const uint8_t *)"\x83\x61\x07", 3}; /* 7 */

/* Someone in the middle of those that there are left, a different one each time. */
static unsigned pick(unsigned left) {
  static unsigned long long seed = 7;
  seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
  return (unsigned)(seed >> 33) % left;
}

static int open_on_pipe(pier_port *port, size_t busy) {
  pier_port_options options;
  pier_port_options_init(&options, PIER_FD, NULL);
  options.fd_out = full[1];
  options.flags = PIER_PORT_OUT;
  options.busy_low = options.busy_high = busy;
  return pier_open(me, port, &options, NULL);
}

/* Each is asked for by its number, in any order. */
static int many_ports(unsigned count) {
  pier_port_info info;
  unsigned i;
  int error = 0;
  for (i = 0; i < count && error == 0; i++)
    error = open_on_pipe(&ports[i], 0);
  for (i = 0; i < count && error == 0; i++)
    error = pier_port_info_get(host, ports[pick(count)], &info);
  for (; count > 0 && error == 0; count--) {
    unsigned one = pick(count);
    error = pier_close(me, ports[one]);
    ports[one] = ports[count - 1];
  }
  return error;
}

static int many_processes(unsigned count) {
  pier_message message;
  unsigned i;
  int error = 0;
  for (i = 0; i < count && error == 0; i++) {
    error = pier_process_new(host, &processes[i]);
    if (error == 0) error = pier_link_process(me, pier_self(processes[i]));
  }
  for (i = 0; i < count && error == 0; i++)
    error = pier_send(me, pier_self(processes[pick(count)]), term);
  for (; count > 0 && error == 0; count--) {
    unsigned one = pick(count);
    pier_process_exit(processes[one], "normal");
    processes[one] = processes[count - 1];
    error = pier_receive(me, &message, 0) == 1 ? 0 : -1;
  }
  return error;
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  driver_set_timer(port, LONG + pick(LONG));
  return (ErlDrvData)port;
}

static void set_again(ErlDrvData port, char *bytes, ErlDrvSizeT size) {
  (void)bytes;
  (void)size;
  driver_set_timer((ErlDrvPort)port, LONG + pick(LONG));
}

static void expire(ErlDrvData port) {
  (void)port;
}

/* Ports of a driver with a timer each, which is set anew, and goes with its port. */
static int many_timers(unsigned count) {
  static ErlDrvEntry entry;
  unsigned i;
  int error;
  entry.driver_name = (char *)(uintptr_t) "scale_drv";
  entry.start = start;
  entry.output = set_again;
  entry.timeout = expire;
  entry.extended_marker = (int)ERL_DRV_EXTENDED_MARKER;
  entry.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;
  entry.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;
  error = pier_driver_enable(host);
  if (error == 0) error = pier_driver_add(host, &entry);
  for (i = 0; i < count && error == 0; i++)
    error = pier_open_port(me, &ports[i], "{spawn_driver,\"scale_drv\"}", "[]");
  for (i = 0; i < count && error == 0; i++)
    error = pier_command(me, ports[pick(count)], data);
  for (; count > 0 && error == 0; count--) {
    unsigned one = pick(count);
    error = pier_close(me, ports[one]);
    ports[one] = ports[count - 1];
  }
  return error;
}

/* They are queued, and leave the queue as somebody reads. */
static int many_commands(unsigned count) {
  static char bytes[65536];
  unsigned i;
  size_t left = count * data.size;
  int error = open_on_pipe(&ports[0], SIZE_MAX);
  for (i = 0; i < count && error == 0; i++)
    error = pier_command(me, ports[0], data);
  while (read(full[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes)
    ;
  while (left > 0 && error >= 0) {
    ssize_t got;
    error = pier_host_run_once(host, 0);
    got = read(full[0], bytes, 512);
    if (got > 0) left -= (size_t)got;
  }
  return error < 0 ? error : 0;
}

/* Callers that a busy port keeps waiting, and who end before it is not busy any more. */
static int many_suspended(unsigned count) {
  unsigned i;
  int error = open_on_pipe(&ports[0], 1);
  if (error == 0) error = pier_command(me, ports[0], data);
  for (i = 0; i < count && error == 0; i++) {
    error = pier_process_new(host, &processes[i]);
    if (error == 0)
      error = pier_command_with(processes[i], ports[0], data, PIER_LATER) == 1 ? 0 : -1;
  }
  for (; count > 0 && error == 0; count--) {
    unsigned one = pick(count);
    pier_process_exit(processes[one], "normal");
    processes[one] = processes[count - 1];
  }
  return error;
}

static int many_messages(unsigned count) {
  pier_message message;
  unsigned i;
  int error = 0;
  for (i = 0; i < count && error == 0; i++)
    error = pier_send(me, pier_self(me), term);
  for (i = 0; i < count && error == 0; i++)
    error = pier_receive(me, &message, 0) == 1 ? 0 : -1;
  return error;
}

static int fill_pipe(void) {
  static const char bytes[65536];
  if (pipe2(full, O_CLOEXEC | O_NONBLOCK) < 0) return -1;
  while (write(full[1], bytes, sizeof bytes) > 0)
    ;
  return 0;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int (*run)(unsigned count);
  } works[] = {{"ports", many_ports},         {"processes", many_processes},
               {"timers", many_timers},       {"commands", many_commands},
               {"suspended", many_suspended}, {"messages", many_messages}};
  size_t i;
  int failed = 1;
  unsigned count = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : MOST + 1;
  if (count > MOST || fill_pipe() < 0 || pier_host_new(&host, NULL) < 0 ||
      pier_process_new(host, &me) < 0 || pier_trap_exit(me, 1) < 0)
    return 2;
  for (i = 0; i < sizeof works / sizeof works[0]; i++)
    if (strcmp(works[i].name, argv[1]) == 0) failed = works[i].run(count) != 0;
  pier_host_free(host);
  if (failed) fprintf(stderr, "%s of %s failed\n", argv[2], argv[1]);
  return failed;
}
