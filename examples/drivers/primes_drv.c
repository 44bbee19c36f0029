/* primes_drv: work that takes long, on the async threads.
 *   port_command(Port, "1000")  later the message {Port, {data, "1000 168"}}: there are
 *                               168 primes below 1000; "error" for what is no number
 * The callbacks only hand jobs over, so that the scheduler is never held up. */
#include <erl_driver.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BIGGEST = 1000000, ANSWER = 48 };

/* A job has all it needs in its own memory: when it runs, the port may be gone. */
struct job {
  long below;
  long primes; /* -1: it is no number */
};

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  return (ErlDrvData)port;
}

static int is_prime(long number) {
  long by;
  for (by = 2; by * by <= number; by++)
    if (number % by == 0) return 0;
  return number > 1;
}

/* In another thread: nothing of the port may be called here. */
static void count(void *data) {
  struct job *job = data;
  long number;
  if (job->below < 0 || job->below > BIGGEST) {
    job->primes = -1;
    return;
  }
  job->primes = 0;
  for (number = 2; number < job->below; number++)
    job->primes += is_prime(number);
}

/* All jobs of a port have one key: their answers come in the order of the commands. */
static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  ErlDrvPort port = (ErlDrvPort)data;
  unsigned key = driver_async_port_key(port);
  struct job *job = driver_alloc(sizeof *job);
  char text[16] = "", *end;
  if (!job) {
    driver_failure_posix(port, ENOMEM);
    return;
  }
  if (size < sizeof text) memcpy(text, bytes, size);
  job->below = strtol(text, &end, 10);
  if (end == text || *end) job->below = -1;
  /* driver_free for a job whose port has gone: ready_async is not called then. */
  if (driver_async(port, &key, count, job, driver_free) < 0) driver_free(job);
}

static void ready_async(ErlDrvData data, ErlDrvThreadData thread_data) {
  struct job *job = (struct job *)thread_data;
  char answer[ANSWER];
  int size = job->primes < 0
                 ? snprintf(answer, sizeof answer, "error")
                 : snprintf(answer, sizeof answer, "%ld %ld", job->below, job->primes);
  driver_output((ErlDrvPort)data, answer, (ErlDrvSizeT)size);
  driver_free(job);
}

static char name[] = "primes_drv";
static ErlDrvEntry entry = {.start = start,
                            .output = output,
                            .ready_async = ready_async,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
                            .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING};

DRIVER_INIT(primes_drv) {
  return &entry;
}
