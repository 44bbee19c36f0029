/*
 * work.c - the measures, as one program per engine:
 *
 *   HOST work=trips program=PATH ...
 *
 * with the arguments of job.h. It prints one line of JSON with plain sums; bench.c turns them
 * into rates. bench_beam.erl does the same work with the same arguments on the BEAM.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "job.h"
#include "sums.h"

enum { TRIPS_PER_LOOK = 64, LINES_PER_LOOK = 1 << 20, IDLE_MS = 100, SETTLE_US = 20000 };

static int trip(void) {
  unsigned count;
  int status = bench_engine.send(1);
  return status < 0 ? status : bench_engine.take(&count);
}

static int serial_rate(uint64_t wall, uint64_t *count) {
  uint64_t end = clock_now() + wall;
  int status = 0;
  *count = 0;
  while (status >= 0 && clock_now() < end) {
    unsigned i;
    for (i = 0; i < TRIPS_PER_LOOK && status >= 0; i++)
      status = trip();
    *count += i;
  }
  return status;
}

/* Each answer is at once followed by a new frame; the window stays full from
 * one call to the next. */
static int window_rate(uint64_t wall, uint64_t *count) {
  uint64_t end = clock_now() + wall;
  uint64_t look = 0;
  int status = 0;
  *count = 0;
  while (status >= 0) {
    unsigned came = 0;
    status = bench_engine.take(&came);
    if (status >= 0) status = bench_engine.send(came);
    *count += came;
    if (*count < look) continue;
    if (clock_now() >= end) break;
    look = *count + TRIPS_PER_LOOK;
  }
  return status;
}

static int serial_latency(uint64_t wall) {
  uint64_t begin = clock_now();
  uint64_t end = begin + wall;
  int status = 0;
  while (status >= 0 && begin < end) {
    uint64_t now;
    status = trip();
    now = clock_now();
    sums_sample(now - begin);
    begin = now;
  }
  return status;
}

/* How often each side wakes up while nobody asks anything; the host's one wake-up at the
 * end of the wait, and its one sleep, are ours. */
static int measure_idle(const job *asked, pid_t pid) {
  uint64_t host, program;
  int status;
  if (strcmp(asked->how, "uv") == 0) return 0;
  usleep(SETTLE_US); /* the program goes to sleep after its last answer */
  program = pid ? sums_sleeps(pid) : 0;
  host = sums_sleeps(getpid());
  status = bench_engine.idle(IDLE_MS);
  host = sums_sleeps(getpid()) - host;
  sums_add("wake_ups", host > 1 ? (double)(host - 1) : 0);
  if (pid) sums_add("program_wake_ups", (double)(sums_sleeps(pid) - program));
  return status < 0 ? status : 0;
}

static int measure_trips(const job *asked) {
  int (*rate)(uint64_t, uint64_t *) = asked->in_flight > 1 ? window_rate : serial_rate;
  payload made;
  sums sum;
  pid_t pid;
  int status = payload_make(&made, asked->payload);
  if (status >= 0) status = bench_engine.start(1, asked->how);
  if (status >= 0) status = bench_engine.set_payload(&made, asked->in_flight);
  if (status >= 0) status = bench_engine.open(0, asked->program);
  if (status >= 0 && asked->in_flight > 1)
    status = bench_engine.send((unsigned)asked->in_flight);
  if (status >= 0) status = rate(job_time(asked->warm), &sum.count);
  if (status < 0) return status;
  pid = bench_engine.os_pid(0);
  sums_begin(&sum, pid);
  status = rate(job_time(asked->rate), &sum.count);
  sums_end(&sum, pid);
  if (status >= 0 && asked->in_flight == 1) status = serial_latency(job_time(asked->latency));
  if (status >= 0 && asked->in_flight == 1) status = measure_idle(asked, pid);
  if (status >= 0) sums_print(&sum);
  return status;
}

static int spawn_rate(const job *asked, uint64_t wall, uint64_t *count) {
  uint64_t begin = clock_now();
  uint64_t end = begin + wall;
  int status = 0;
  *count = 0;
  while (status >= 0 && begin < end) {
    uint64_t now;
    status = bench_engine.spawn(0, asked->at_once, asked->program);
    now = clock_now();
    sums_sample(now - begin);
    begin = now;
    *count += asked->at_once;
  }
  return status;
}

static int measure_spawns(const job *asked) {
  size_t resident = asked->resident << 20;
  void *memory = resident ? malloc(resident) : NULL;
  sums sum = {0};
  size_t i;
  int status;
  if (resident && !memory) return -ENOMEM;
  if (memory) memset(memory, 1, resident);
  status = bench_engine.start(asked->ports + asked->at_once, asked->how);
  for (i = 0; i < asked->ports && status >= 0; i++)
    status = bench_engine.open(asked->at_once + i, asked->idle);
  if (status >= 0) status = spawn_rate(asked, job_time(asked->warm), &sum.count);
  if (status < 0) return status;
  sums_forget_samples();
  sums_begin(&sum, 0);
  status = spawn_rate(asked, job_time(asked->rate), &sum.count);
  sums_end(&sum, 0);
  if (status >= 0) sums_print(&sum);
  /* Looked at again so that the memory is really there all the while. */
  if (memory && ((volatile char *)memory)[resident / 2] != 1) status = -EIO;
  return status;
}

/* From the start of a program to its first answer; its end is not counted. */
static int start_rate(const job *asked, uint64_t wall, sums *sum) {
  uint64_t end = clock_now() + wall;
  int status = 0;
  sum->count = sum->wall = 0;
  while (status >= 0 && clock_now() < end) {
    uint64_t begin = clock_now();
    status = bench_engine.open(0, asked->program);
    if (status >= 0) status = trip();
    if (status < 0) break;
    begin = clock_now() - begin;
    sums_sample(begin);
    sum->wall += begin;
    sum->count++;
    status = bench_engine.close();
  }
  return status;
}

static int measure_starts(const job *asked) {
  payload made;
  sums sum = {0};
  int status = payload_make(&made, asked->payload);
  if (status >= 0) status = bench_engine.start(1, asked->how);
  if (status >= 0) status = bench_engine.set_payload(&made, 1);
  if (status >= 0) status = start_rate(asked, job_time(asked->warm), &sum);
  sums_forget_samples();
  if (status >= 0) status = start_rate(asked, job_time(asked->rate), &sum);
  if (status >= 0) sums_print(&sum);
  return status;
}

static int measure_lines(const job *asked) {
  sums sum = {0};
  uint64_t bytes = 0, ignored = 0;
  pid_t pid;
  int status = bench_engine.start(1, asked->how);
  if (status >= 0) status = bench_engine.open_lines(asked->program);
  if (status >= 0) status = bench_engine.lines(asked->bytes / 10, &bytes, &ignored);
  if (status < 0) return status;
  bytes = 0;
  pid = bench_engine.os_pid(0);
  sums_begin(&sum, pid);
  while (bytes < asked->bytes && status >= 0)
    status = bench_engine.lines(LINES_PER_LOOK, &bytes, &sum.count);
  sums_end(&sum, pid);
  if (status >= 0) sums_print(&sum);
  return status;
}

static int round_rate(const job *asked, uint64_t wall, uint64_t *count) {
  uint64_t end = clock_now() + wall;
  int status = 0;
  *count = 0;
  do {
    status = bench_engine.round(asked->ports);
    *count += asked->ports;
  } while (status >= 0 && clock_now() < end);
  return status;
}

/* The first round wakes every program for the first time and is not counted. */
static int measure_ports(const job *asked) {
  payload made;
  sums sum = {0};
  uint64_t begin, memory;
  size_t i;
  int status = payload_make(&made, asked->payload);
  if (status >= 0) status = bench_engine.start(asked->ports, asked->how);
  if (status >= 0) status = bench_engine.set_payload(&made, 1);
  memory = sums_memory();
  begin = clock_now();
  for (i = 0; i < asked->ports && status >= 0; i++)
    status = bench_engine.open(i, asked->program);
  if (status >= 0)
    sums_add("open_rate", (double)asked->ports * 1e9 / (double)(clock_now() - begin));
  if (status >= 0) status = round_rate(asked, 1, &sum.count);
  if (status < 0) return status;
  sums_begin(&sum, 0);
  status = round_rate(asked, job_time(asked->rate), &sum.count);
  sums_end(&sum, 0);
  sums_add("port_bytes", (double)(sums_memory() - memory) / (double)asked->ports);
  if (status >= 0) status = measure_idle(asked, 0);
  if (status >= 0) sums_print(&sum);
  return status;
}

static const struct measure {
  const char *work;
  int (*run)(const job *asked);
} measures[] = {{"trips", measure_trips},
                {"spawns", measure_spawns},
                {"starts", measure_starts},
                {"lines", measure_lines},
                {"ports", measure_ports}};

int main(int argc, char **argv) {
  job asked;
  size_t i;
  int status = job_read(&asked, argc, argv);
  signal(SIGPIPE, SIG_IGN);
  if (status == 0) status = -EINVAL;
  for (i = 0; status == -EINVAL && i < sizeof measures / sizeof measures[0]; i++)
    if (strcmp(measures[i].work, asked.work) == 0) {
      status = measures[i].run(&asked);
      break;
    }
  if (status >= 0) return 0;
  fprintf(stderr, "%s: %s: %s\n", bench_engine.name, asked.work, bench_engine.error(status));
  return 1;
}
