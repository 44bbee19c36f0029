/* Work on the async threads: each job waits for its turn, so that they are all there
 * before the first is done. */
#include "drive.h"

#include <unistd.h>

struct port {
  ErlDrvPort port;
  unsigned key;
};

struct job {
  struct port *of;
  char text[32];
  int gate[2]; /* is let go when it is written to; -1: at once */
};

static int freed; /* jobs that nobody took */
static struct job *waiting;

static void invoke(void *work) {
  struct job *job = work;
  char byte;
  if (job->gate[0] >= 0 && read(job->gate[0], &byte, 1) < 1) strcpy(job->text, "broken");
  strcat(job->text, " done");
}

static void drop(struct job *job) {
  if (job->gate[0] >= 0) close(job->gate[0]);
  if (job->gate[0] >= 0) close(job->gate[1]);
  if (waiting == job) waiting = NULL;
  driver_free(job);
}

static void async_free(void *work) {
  freed++;
  drop(work);
}

static long begin(struct port *port, const char *bytes, ErlDrvSizeT size, int gated,
                  unsigned *key) {
  struct job *job = driver_alloc(sizeof *job);
  memset(job, 0, sizeof *job);
  job->of = port;
  memcpy(job->text, bytes, size < 20 ? size : 20);
  job->gate[0] = job->gate[1] = -1;
  if (gated && pipe(job->gate) == 0) waiting = job;
  return driver_async(port->port, key, invoke, job, async_free);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  struct port *port = (struct port *)data;
  unsigned key;
  (void)room;
  switch (operation) {
  case 'j':
    return drive_tell(answer, "%s", begin(port, bytes, size, 0, NULL) > 0 ? "begun" : "no");
  case 'k':
    key = driver_async_port_key(port->port);
    return drive_tell(answer, "%s", begin(port, bytes, size, 0, &key) > 0 ? "begun" : "no");
  case 'w': /* waits until 'g' */
    return drive_tell(answer, "%s",
                      begin(port, bytes, size, 1, &port->key) > 0 ? "begun" : "no");
  case 'g':
    return drive_tell(answer, "%d", waiting ? (int)write(waiting->gate[1], "g", 1) : 0);
  case 'f':
    return drive_tell(answer, "%d", freed);
  case 'l': /* keys are what driver_async leaves: a number of a thread */
    key = 1000;
    begin(port, bytes, size, 0, &key);
    return drive_tell(answer, "%s", key < 1000 ? "a thread" : "as it was");
  case 'q': /* until the next job has come back */
    return drive_tell(answer, "%d", driver_enq(port->port, bytes, size));
  case 's':
    return drive_tell(answer, "%s",
                      driver_async_port_key(port->port) == driver_async_port_key(port->port)
                          ? "the same"
                          : "another");
  default:
    return -1;
  }
}

static void ready_async(ErlDrvData data, ErlDrvThreadData work) {
  struct job *job = (struct job *)work;
  ErlDrvPort port = ((struct port *)data)->port;
  drive_say(port, "%s", job->text);
  driver_deq(port, driver_sizeq(port));
  drop(job);
}

static ErlDrvData start(ErlDrvPort handle, char *command) {
  struct port *port = driver_alloc(sizeof *port);
  (void)command;
  port->port = handle;
  port->key = 0;
  set_port_control_flags(handle, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static void stop(ErlDrvData data) {
  driver_free((void *)data);
}

static char name[] = "async_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .control = control,
                            .ready_async = ready_async,
                            DRIVE_AS(name)};

DRIVER_INIT(async_drv) {
  return &entry;
}
