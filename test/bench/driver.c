/*
 * driver - linked-in drivers on pier's host:
 *
 *   host_driver work=driver program=FOLDER/NAME.so payload=KIND warm=MS rate=MS
 *
 * KIND is control, call, output (messages, 64 for each control) or async (jobs, 64 at a
 * time). bench_beam.erl does the same.
 */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/driver.h>
#include <pier/host.h>

#include "clock.h"
#include "job.h"
#include "sums.h"

enum { ADD = 1, SAY = 2, LATER = 3, AT_A_TIME = 64 };

static pier_host *host;
static pier_process *owner;
static pier_port port;
static pier_buffer answer;
static size_t came;

static void take(pier_process *self, const pier_message *message, void *state) {
  (void)self;
  (void)state;
  came += message->kind == PIER_MESSAGE_DATA;
}

static int control(unsigned operation, const uint8_t *bytes, size_t size) {
  pier_buffer_clear(&answer);
  return pier_port_control(owner, port, operation, pier_span_of(bytes, size), &answer);
}

static int add_once(size_t *count) {
  static const uint8_t numbers[] = {0, 0, 0, 1, 0, 0, 0, 2};
  *count = 1;
  return control(ADD, numbers, sizeof numbers);
}

static int call_once(size_t *count) {
  static const uint8_t term[] = {131, 104, 3, 119, 3, 'a', 'd', 'd', 97, 1, 97, 2};
  *count = 1;
  pier_buffer_clear(&answer);
  return pier_port_call(owner, port, 1, pier_span_of(term, sizeof term), &answer);
}

static int wait_for(size_t wanted) {
  int status = 0;
  while (came < wanted && status >= 0)
    status = pier_host_run_once(host, -1);
  return status;
}

static int say_many(size_t *count) {
  static const uint8_t number[] = {0, 0, 0, AT_A_TIME};
  int status;
  came = 0;
  status = control(SAY, number, sizeof number);
  if (status >= 0) status = wait_for(AT_A_TIME);
  *count = came;
  return status;
}

static int work_many(size_t *count) {
  static size_t under_way;
  int status = 0;
  for (; under_way < AT_A_TIME && status >= 0; under_way++)
    status = control(LATER, NULL, 0);
  came = 0;
  if (status >= 0) status = wait_for(1);
  under_way -= came;
  *count = came;
  return status;
}

static const struct kind {
  const char *name;
  int (*once)(size_t *count);
} kinds[] = {
    {"control", add_once}, {"call", call_once}, {"output", say_many}, {"async", work_many}};

static int repeat(int (*once)(size_t *count), uint64_t wall, uint64_t *total) {
  uint64_t end = clock_now() + wall;
  int status = 0;
  *total = 0;
  while (status >= 0 && clock_now() < end) {
    int i;
    for (i = 0; i < AT_A_TIME && status >= 0; i++) {
      size_t count = 0;
      status = once(&count);
      *total += count;
    }
  }
  return status;
}

static int open_driver(const char *path) {
  char folder[512], file[512], command[600];
  pier_port_options options;
  int status = pier_host_new(&host, NULL);
  snprintf(folder, sizeof folder, "%s", path);
  snprintf(file, sizeof file, "%s", path);
  snprintf(command, sizeof command, "%s", basename(file));
  command[strcspn(command, ".")] = 0;
  if (status >= 0) status = pier_process_new_callback(host, &owner, take, NULL);
  if (status >= 0) status = pier_driver_load(owner, dirname(folder), command, NULL);
  pier_port_options_init(&options, PIER_SPAWN_DRIVER, command);
  options.flags = PIER_PORT_BINARY;
  return status < 0 ? status : pier_open(owner, &port, &options, NULL);
}

int main(int argc, char **argv) {
  job asked;
  sums sum;
  size_t i;
  int (*once)(size_t *) = NULL;
  int status = job_read(&asked, argc, argv);
  for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (strcmp(kinds[i].name, asked.payload) == 0) once = kinds[i].once;
  if (status < 0 || !once) return 2;
  status = open_driver(asked.program);
  if (status >= 0) status = repeat(once, job_time(asked.warm), &sum.count);
  sums_begin(&sum, 0);
  if (status >= 0) status = repeat(once, job_time(asked.rate), &sum.count);
  sums_end(&sum, 0);
  if (status < 0) {
    fprintf(stderr, "driver: %s: %s\n", asked.payload, pier_strerror(status));
    return 1;
  }
  sums_print(&sum);
  return 0;
}
