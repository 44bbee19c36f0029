/* What comes later: timers, a pipe that is selected, work on another thread, terms
 * from a thread, a queue that closing waits for. One letter of a command each. */
#include <erl_driver.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct port {
  ErlDrvPort port;
  ErlDrvTermData word;
  ErlDrvTid thread;
  int ends[2];
};

static ErlDrvEvent event_of(int fd) {
  return (ErlDrvEvent)(long)fd;
}

static ErlDrvData start(ErlDrvPort handle, char *command) {
  struct port *port = driver_alloc(sizeof *port);
  (void)command;
  memset(port, 0, sizeof *port);
  port->port = handle;
  port->word = driver_mk_port(handle);
  port->ends[0] = port->ends[1] = -1;
  return (ErlDrvData)port;
}

static void say(struct port *port, const char *text) {
  char copy[64];
  driver_output(port->port, copy, (ErlDrvSizeT)snprintf(copy, sizeof copy, "%s", text));
}

static void stop(ErlDrvData data) {
  struct port *port = (struct port *)data;
  if (port->ends[0] >= 0) driver_select(port->port, event_of(port->ends[0]), ERL_DRV_USE, 0);
  if (port->ends[1] >= 0) close(port->ends[1]);
  if (port->thread) erl_drv_thread_join(port->thread, NULL);
  driver_free(port);
}

static void stop_select(ErlDrvEvent event, void *reserved) {
  (void)reserved;
  close((int)(long)event);
}

/* What is written comes back by ready_input. */
static void through_pipe(struct port *port) {
  if (port->ends[0] < 0) {
    if (pipe(port->ends) < 0) return;
    driver_select(port->port, event_of(port->ends[0]), ERL_DRV_READ | ERL_DRV_USE, 1);
  }
  if (write(port->ends[1], "piped", 5) < 0) return;
}

static void ready_input(ErlDrvData data, ErlDrvEvent event) {
  struct port *port = (struct port *)data;
  char bytes[64];
  ssize_t size = read((int)(long)event, bytes, sizeof bytes);
  if (size > 0) driver_output(port->port, bytes, (ErlDrvSizeT)size);
}

static void timeout(ErlDrvData data) {
  struct port *port = (struct port *)data;
  unsigned long left = 77;
  driver_read_timer(port->port, &left);
  if (driver_sizeq(port->port) > 0)
    driver_deq(port->port, driver_sizeq(port->port));
  else
    say(port, left == 0 ? "timeout" : "timer still there");
}

static void invoke(void *data) {
  strcat(data, "worked");
}

static void ready_async(ErlDrvData data, ErlDrvThreadData work) {
  say((struct port *)data, (char *)work);
  driver_free(work);
}

static void work_elsewhere(struct port *port) {
  char *work = driver_alloc(64);
  unsigned key = driver_async_port_key(port->port);
  strcpy(work, "has ");
  if (driver_async(port->port, &key, invoke, work, driver_free) <= 0) driver_free(work);
}

static void *from_thread(void *argument) {
  struct port *port = argument;
  char name[] = "thread";
  long i;
  for (i = 1; i <= 3; i++) {
    ErlDrvTermData spec[] = {ERL_DRV_ATOM,      driver_mk_atom(name), ERL_DRV_INT,
                             (ErlDrvTermData)i, ERL_DRV_TUPLE,        2};
    erl_drv_output_term(port->word, spec, 6);
  }
  return NULL;
}

/* Says how the vector was made: "slots:bytes". */
static void describe(struct port *port, const ErlIOVec *ev) {
  char text[64];
  snprintf(text, sizeof text, "%d:%lu", ev->vsize, (unsigned long)ev->size);
  say(port, text);
}

static void outputv(ErlDrvData data, ErlIOVec *ev) {
  struct port *port = (struct port *)data;
  char first = ' ', thread[] = "sender";
  driver_vec_to_buf(ev, &first, 1);
  switch (first) {
  case 't':
    driver_set_timer(port->port, 10);
    break;
  case 'p':
    through_pipe(port);
    break;
  case 'a':
    work_elsewhere(port);
    break;
  case 'T':
    if (!port->thread) erl_drv_thread_create(thread, &port->thread, from_thread, port, NULL);
    break;
  case 'q':
    driver_enqv(port->port, ev, 0);
    break;
  case 'e':
    driver_outputv(port->port, NULL, 0, ev, 1);
    break;
  default:
    describe(port, ev);
  }
}

/* Closing waits until the timer has emptied the queue. */
static void flush(ErlDrvData data) {
  driver_set_timer(((struct port *)data)->port, 10);
}

static char name[] = "later_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .outputv = outputv,
                            .ready_input = ready_input,
                            .timeout = timeout,
                            .ready_async = ready_async,
                            .flush = flush,
                            .stop_select = stop_select,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
                            .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING};

DRIVER_INIT(later_drv) {
  return &entry;
}
