/* Uses what there is of the API, and goes on when there is no memory: each letter of a
 * command is one thing, done now or in a callback that comes of it. */
#include "drive.h"
#include <unistd.h>

struct port {
  ErlDrvPort port;
  ErlDrvTermData word, owner;
  int pipe[2];
};

static char pool_name[] = "scarce";

static ErlDrvData start(ErlDrvPort handle, char *command) {
  struct port *port = driver_alloc(sizeof *port);
  (void)command;
  if (!port) return ERL_DRV_ERROR_GENERAL;
  port->port = handle;
  port->word = driver_mk_port(handle);
  port->owner = driver_connected(handle);
  port->pipe[0] = port->pipe[1] = -1;
  set_port_control_flags(handle, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static void stop(ErlDrvData data) {
  struct port *port = (struct port *)data;
  if (port->pipe[0] >= 0)
    driver_select(port->port, drive_event(port->pipe[0]), ERL_DRV_READ | ERL_DRV_USE, 0);
  if (port->pipe[1] >= 0) close(port->pipe[1]);
  driver_free(port);
}

static void stop_select(ErlDrvEvent event, void *reserved) {
  (void)reserved;
  close(drive_fd(event));
}

static void work(void *job) {
  char *memory = driver_alloc(100), *more = driver_realloc(memory, 1000);
  (void)job;
  driver_free(more ? more : memory);
}

static void work_later(const struct port *port) {
  void *job = driver_alloc(1);
  if (job && driver_async(port->port, NULL, work, job, driver_free) < 0) driver_free(job);
}

static void ready_async(ErlDrvData data, ErlDrvThreadData job) {
  char text[] = "worked";
  driver_free(job);
  driver_output(((struct port *)data)->port, text, 6);
}

static void wait_for_pipe(struct port *port) {
  if (port->pipe[0] >= 0 || pipe(port->pipe) < 0) return;
  if (driver_select(port->port, drive_event(port->pipe[0]), ERL_DRV_READ | ERL_DRV_USE, 1) <
      0) {
    close(port->pipe[0]);
    port->pipe[0] = -1;
  } else if (write(port->pipe[1], "x", 1) < 0) {
    return;
  }
}

static void ready_input(ErlDrvData data, ErlDrvEvent event) {
  char text[8];
  ssize_t size = read(drive_fd(event), text, sizeof text);
  if (size > 0) driver_output(((struct port *)data)->port, text, (ErlDrvSizeT)size);
}

/* Bigger than what lies in a letter. */
static void say_all(const struct port *port) {
  char header[] = "head", text[300];
  ErlDrvBinary *binary = driver_alloc_binary(10), *bigger;
  memset(text, 'x', sizeof text);
  driver_output(port->port, text, sizeof text);
  driver_output2(port->port, header, 4, text, sizeof text);
  if (!binary) return;
  memset(binary->orig_bytes, 'y', 10);
  driver_output_binary(port->port, header, 4, binary, 1, 9);
  bigger = driver_realloc_binary(binary, 1000);
  driver_free_binary(bigger ? bigger : binary);
}

static void tell(const struct port *port) {
  static char name[] = "told", text[] = "a string of characters";
  ErlDrvTermData spec[] = {
      ERL_DRV_ATOM,
      driver_mk_atom(name),
      ERL_DRV_PORT,
      port->word,
      ERL_DRV_STRING,
      (ErlDrvTermData)text,
      sizeof text - 1,
      ERL_DRV_INT,
      4,
      ERL_DRV_NIL,
      ERL_DRV_LIST,
      2,
      ERL_DRV_TUPLE,
      4,
  };
  int size = (int)(sizeof spec / sizeof spec[0]);
  if (spec[1] == driver_term_nil) return;
  erl_drv_output_term(port->word, spec, size);
  erl_drv_send_term(port->word, port->owner, spec, size);
}

static void *tell_from_thread(void *port) {
  tell(port);
  return NULL;
}

static void run_thread(struct port *port) {
  ErlDrvThreadOpts *options = erl_drv_thread_opts_create(pool_name);
  ErlDrvTid thread;
  if (!options) return;
  if (erl_drv_thread_create(pool_name, &thread, tell_from_thread, port, options) == 0)
    erl_drv_thread_join(thread, NULL);
  erl_drv_thread_opts_destroy(options);
}

static void make_locks(const struct port *port) {
  ErlDrvMutex *mutex = erl_drv_mutex_create(pool_name);
  ErlDrvCond *condition = erl_drv_cond_create(pool_name);
  ErlDrvRWLock *lock = erl_drv_rwlock_create(pool_name);
  ErlDrvPDL data_lock = driver_pdl_create(port->port);
  if (mutex) erl_drv_mutex_destroy(mutex);
  if (condition) erl_drv_cond_destroy(condition);
  if (lock) erl_drv_rwlock_destroy(lock);
  if (!data_lock) return;
  driver_pdl_lock(data_lock);
  driver_pdl_unlock(data_lock);
}

static void watch(const struct port *port) {
  ErlDrvMonitor monitor;
  if (driver_monitor_process(port->port, port->owner, &monitor) == 0)
    driver_demonitor_process(port->port, &monitor);
  driver_monitor_process(port->port, port->owner, &monitor);
}

static void process_exit(ErlDrvData data, ErlDrvMonitor *monitor) {
  (void)data;
  (void)monitor;
}

static void enqueue(const struct port *port) {
  char text[] = "queued";
  driver_enq(port->port, text, 6);
  driver_pushq(port->port, text, 6);
}

static void timeout(ErlDrvData data) {
  const struct port *port = (struct port *)data;
  char text[] = "timeout";
  driver_deq(port->port, driver_sizeq(port->port));
  driver_output(port->port, text, 7);
}

static void flush(ErlDrvData data) {
  driver_set_timer(((struct port *)data)->port, 1);
}

static void do_one(struct port *port, char what) {
  switch (what) {
  case 'a':
    work_later(port);
    break;
  case 'e':
    enqueue(port);
    break;
  case 'l':
    make_locks(port);
    break;
  case 'm':
    watch(port);
    break;
  case 'o':
    say_all(port);
    break;
  case 'p':
    wait_for_pipe(port);
    break;
  case 't':
    driver_set_timer(port->port, 1);
    break;
  case 'T':
    tell(port);
    break;
  case 'w':
    run_thread(port);
  }
}

static void outputv(ErlDrvData data, ErlIOVec *vector) {
  const struct port *port = (struct port *)data;
  char text[] = "enqueued";
  if (driver_enqv(port->port, vector, 0) == 0) driver_output(port->port, text, 8);
}

/* Answers in a binary of its own what it was told to do. */
static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvBinary *binary;
  ErlDrvSizeT i;
  (void)operation;
  (void)room;
  for (i = 0; i < size; i++)
    do_one((struct port *)data, bytes[i]);
  binary = driver_alloc_binary(size);
  if (!binary) return -1;
  memcpy(binary->orig_bytes, bytes, size);
  *answer = (char *)binary;
  return (ErlDrvSSizeT)size;
}

static ErlDrvSSizeT call(ErlDrvData data, unsigned operation, char *term, ErlDrvSizeT size,
                         char **answer, ErlDrvSizeT room, unsigned *flags) {
  char *own = driver_alloc(size);
  (void)data;
  (void)operation;
  (void)room;
  (void)flags;
  if (!own) return -1;
  memcpy(own, term, size);
  *answer = own;
  return (ErlDrvSSizeT)size;
}

static char driver_name[] = "scarce_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .outputv = outputv,
                            .ready_input = ready_input,
                            .timeout = timeout,
                            .ready_async = ready_async,
                            .flush = flush,
                            .control = control,
                            .call = call,
                            .process_exit = process_exit,
                            .stop_select = stop_select,
                            DRIVE_AS(driver_name)};

DRIVER_INIT(scarce_drv) {
  return &entry;
}
