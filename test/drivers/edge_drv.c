/* The edges of the API: what its functions give for ports that are gone or were none,
 * names of things, descriptors that nobody can be called for. A port that asks about
 * itself when it is gone is answered for by another one ('R'). */
#include "drive.h"

#include <unistd.h>

struct port {
  ErlDrvPort port;
  int pipe[2];
};

static char noted[1024];
static int stopped; /* calls of stop_select */
static int freed;   /* jobs that nobody took */

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...) {
  size_t used = strlen(noted);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(noted + used, sizeof noted - used, format, arguments);
  va_end(arguments);
}

static ErlDrvData start(ErlDrvPort handle, char *command) {
  struct port *port = driver_alloc(sizeof *port);
  (void)command;
  port->port = handle;
  port->pipe[0] = port->pipe[1] = -1;
  return (ErlDrvData)port;
}

/* A failure inside control has ended the port: its data is needed no more. */
static void stop(ErlDrvData data) {
  struct port *port = (struct port *)data;
  if (port->pipe[1] >= 0) close(port->pipe[1]);
  driver_free(port);
}

static void stop_select(ErlDrvEvent event, void *reserved) {
  (void)event;
  (void)reserved;
  stopped++;
}

static void process_exit(ErlDrvData data, ErlDrvMonitor *monitor) {
  (void)data;
  (void)monitor;
}

static void work(void *data) {
  (void)data;
}

static void say_to(ErlDrvPort port) {
  char text[] = "text";
  ErlDrvBinary *binary = driver_alloc_binary(4);
  SysIOVec part = {text, 4};
  ErlIOVec vector = {1, 4, &part, &binary};
  note("say %d %d %d %d ", driver_output(port, text, 4), driver_output2(port, text, 1, text, 4),
       driver_output_binary(port, text, 1, binary, 0, 4),
       driver_outputv(port, text, 1, &vector, 0));
  driver_free_binary(binary);
}

static void queue_for(ErlDrvPort port) {
  char text[] = "text";
  int count = 7;
  int result = driver_enq(port, text, 4);
  note("queue %d %d ", result, driver_pushq(port, text, 4));
  note("%ld %ld ", (long)driver_sizeq(port), (long)driver_deq(port, 1));
  note("%s ", driver_peekq(port, &count) ? "some" : "none");
  note("%d ", count);
}

static void wait_with(ErlDrvPort port) {
  unsigned long left = 7;
  int result = driver_set_timer(port, 1000);
  note("time %d %d ", result, driver_cancel_timer(port));
  result = driver_read_timer(port, &left);
  note("%d %d %d ", result, driver_select(port, drive_event(0), ERL_DRV_READ, 1),
       erl_drv_consume_timeslice(port, 50));
  note("%ld ", driver_async(port, NULL, work, NULL, NULL));
}

static void be_told(ErlDrvPort port) {
  char name[] = "made";
  ErlDrvMonitor monitor;
  memset(&monitor, 0, sizeof monitor);
  note("who %d%d%d ", driver_mk_port(port) == driver_term_nil,
       driver_connected(port) == driver_term_nil, driver_caller(port) == driver_term_nil);
  note("%d ", get_port_flags(port));
  note("%d ", driver_monitor_process(port, driver_term_nil, &monitor));
  note("%s ", driver_create_port(port, driver_term_nil, name, NULL) == (ErlDrvPort)-1 ? "none"
                                                                                      : "some");
  note("%s ", driver_pdl_create(port) ? "lock" : "no lock");
}

static void fail(ErlDrvPort port) {
  char why[] = "why";
  int result = driver_failure_atom(port, why);
  note("end %d %d ", result, driver_failure_posix(port, 1));
  result = driver_failure(port, 1);
  note("%d %d %d", result, driver_failure_eof(port), driver_exit(port, 0));
}

static void all_of(ErlDrvPort port) {
  noted[0] = '\0';
  say_to(port);
  queue_for(port);
  wait_with(port);
  be_told(port);
  set_busy_port(port, 1);
  set_port_control_flags(port, 0);
  fail(port);
}

static void *name_of_thread(void *wanted) {
  return strcmp(erl_drv_thread_name(erl_drv_thread_self()), wanted) == 0 ? wanted : NULL;
}

static void names(void) {
  char name[] = "its name";
  ErlDrvMutex *mutex = erl_drv_mutex_create(name);
  ErlDrvCond *condition = erl_drv_cond_create(name);
  ErlDrvRWLock *lock = erl_drv_rwlock_create(name);
  ErlDrvTid thread;
  void *its_own = NULL;
  noted[0] = '\0';
  note("%s %s %s ", erl_drv_mutex_name(mutex), erl_drv_cond_name(condition),
       erl_drv_rwlock_name(lock));
  note("%d", erl_drv_thread_create(name, &thread, name_of_thread, name, NULL));
  note(" %s ", erl_drv_thread_name(thread));
  note("%d ", erl_drv_thread_join(thread, &its_own));
  note("%s ", its_own == name ? "itself too" : "not itself");
  note("%s", erl_drv_mutex_name(NULL) ? "some" : "none");
  erl_drv_mutex_destroy(mutex);
  erl_drv_cond_destroy(condition);
  erl_drv_rwlock_destroy(lock);
}

static void memory(void) {
  char *none = driver_alloc(0), *fresh = driver_realloc(NULL, 5);
  ErlDrvBinary *empty = driver_alloc_binary(0);
  noted[0] = '\0';
  note("%d %d ", none != NULL, fresh != NULL);
  note("%ld %d ", (long)empty->orig_size, (int)((unsigned long)empty->orig_bytes % 8));
  empty = driver_realloc_binary(empty, 70);
  note("%ld %ld ", (long)empty->orig_size, (long)driver_binary_get_refc(empty));
  note("%ld ", (long)driver_binary_inc_refc(empty));
  note("%ld", (long)driver_binary_dec_refc(empty));
  driver_free_binary(empty);
  driver_free_binary(NULL);
  driver_free(NULL);
  driver_free(none);
  driver_free(fresh);
}

/* More than there can be: NULL, and what was there stays. */
static ErlDrvSSizeT absurd(char **answer) {
  const ErlDrvSizeT much = (ErlDrvSizeT)1 << 62;
  char *memory = driver_alloc(4);
  ErlDrvBinary *binary = driver_alloc_binary(4);
  int none, kept;
  memcpy(memory, "abc", 4);
  memcpy(binary->orig_bytes, "abc", 4);
  none = !driver_alloc(much) + !driver_realloc(memory, much) + !driver_alloc_binary(much) +
         !driver_realloc_binary(binary, much);
  kept = !strcmp(memory, "abc") + !strcmp(binary->orig_bytes, "abc");
  driver_free(memory);
  driver_free_binary(binary);
  return drive_tell(answer, "%d %d", none, kept);
}

static void count_freed(void *data) {
  (void)data;
  freed++;
}

/* There are no callbacks for what is ready. */
static int select_one(struct port *port, int mode) {
  if (pipe(port->pipe) < 0 || write(port->pipe[1], "x", 1) != 1) return -2;
  return driver_select(port->port, drive_event(port->pipe[mode == ERL_DRV_WRITE]),
                       mode | ERL_DRV_USE, 1);
}

static int select_closed(const struct port *port) {
  int fd = dup(0);
  close(fd);
  return driver_select(port->port, drive_event(fd), ERL_DRV_READ | ERL_DRV_USE, 1);
}

static int let_go(struct port *port, int which) {
  int result = driver_select(port->port, drive_event(port->pipe[which]), ERL_DRV_USE, 0);
  close(port->pipe[which]);
  port->pipe[which] = -1;
  return result;
}

static ErlDrvSSizeT answer_noted(char **answer) {
  size_t size = strlen(noted);
  *answer = driver_alloc(size);
  memcpy(*answer, noted, size);
  return (ErlDrvSSizeT)size;
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  struct port *port = (struct port *)data;
  ErlDrvPort handle = port->port;
  char why[] = "why";
  (void)bytes;
  (void)size;
  (void)room;
  switch (operation) {
  case 'd': /* gone in the middle of its own callback */
    driver_failure_atom(handle, why);
    all_of(handle);
    return 0;
  case 'i':
    all_of((ErlDrvPort)-1);
    break;
  case 'n':
    names();
    break;
  case 'm':
    memory();
    break;
  case 'r':
    return drive_tell(answer, "%d", select_one(port, ERL_DRV_READ));
  case 'w':
    return drive_tell(answer, "%d", select_one(port, ERL_DRV_WRITE));
  case 'x':
    return drive_tell(answer, "%d", select_closed(port));
  case '-':
    return drive_tell(answer, "%d", driver_select(handle, drive_event(-1), ERL_DRV_READ, 1));
  case 'R':
    break;
  case 'l':
    return drive_tell(answer, "%d", let_go(port, bytes[0] == 'w'));
  case 's':
    return drive_tell(answer, "%d", stopped);
  case 'M':
    return absurd(answer);
  case 'a': /* a job, and a timer, that nobody is called for */
    return drive_tell(answer, "%d %d", driver_async(handle, NULL, work, NULL, count_freed) > 0,
                      driver_set_timer(handle, 0));
  case 'f':
    return drive_tell(answer, "%d", freed);
  default:
    return -1;
  }
  return answer_noted(answer);
}

static char driver_name[] = "edge_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .control = control,
                            .process_exit = process_exit,
                            .stop_select = stop_select,
                            DRIVE_AS(driver_name)};

DRIVER_INIT(edge_drv) {
  return &entry;
}
