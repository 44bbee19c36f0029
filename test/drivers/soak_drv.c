/* Much of the same thing, counted: jobs, sends of threads, random select operations.
 *   port_control(Port, $j, <<N:32>>)          N jobs; {data, <<Jobs:32, Sum:64>>} at the end
 *   port_control(Port, $t, <<T:32, N:32>>)    T threads send {T, N} each, to the owner
 *   port_control(Port, $s, <<N:32, Seed:32>>) N random operations on pipes
 *   port_control(Port, $d, "")                all is read: <<Written:64, Read:64>> */
#include <erl_driver.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PIPES = 16, THREADS = 64 };

struct job {
  unsigned number;
  unsigned long result;
};

/* A pipe; its ends are closed in stop_select. */
struct line {
  int in, out;
};

struct state {
  ErlDrvPort port;
  unsigned jobs, jobs_done;
  unsigned long sum;
  struct line lines[PIPES];
  unsigned long written, read;
};

struct sender {
  ErlDrvTermData port;
  unsigned number, sends;
};

static ErlDrvEvent event_of(int fd) {
  return (ErlDrvEvent)(long)fd;
}

static void put(unsigned char *to, unsigned long value, int size) {
  for (; size > 0; size--, value >>= 8)
    to[size - 1] = (unsigned char)value;
}

static unsigned get(const char *from) {
  const unsigned char *byte = (const unsigned char *)from;
  return (unsigned)byte[0] << 24 | (unsigned)byte[1] << 16 | (unsigned)byte[2] << 8 | byte[3];
}

/* ---- Jobs ------------------------------------------------------------------------------ */

static void work(void *data) {
  struct job *job = data;
  job->result = job->number + 1UL;
}

static int add_jobs(struct state *state, unsigned count) {
  unsigned i, key = driver_async_port_key(state->port);
  state->jobs += count;
  for (i = 0; i < count; i++) {
    struct job *job = driver_alloc(sizeof *job);
    if (!job) return -1;
    job->number = i;
    job->result = 0;
    if (driver_async(state->port, i % 2 ? &key : NULL, work, job, driver_free) < 0) return -1;
  }
  return 0;
}

static void ready_async(ErlDrvData data, ErlDrvThreadData thread_data) {
  struct state *state = (struct state *)data;
  struct job *job = (struct job *)thread_data;
  unsigned char answer[12];
  state->sum += job->result;
  driver_free(job);
  if (++state->jobs_done < state->jobs) return;
  put(answer, state->jobs_done, 4);
  put(answer + 4, state->sum, 8);
  driver_output(state->port, (char *)answer, sizeof answer);
}

/* ---- Threads --------------------------------------------------------------------------- */

static void *send_all(void *data) {
  struct sender *sender = data;
  unsigned i;
  for (i = 0; i < sender->sends; i++) {
    ErlDrvTermData spec[] = {ERL_DRV_UINT, sender->number, ERL_DRV_UINT, i, ERL_DRV_TUPLE, 2};
    if (erl_drv_output_term(sender->port, spec, 6) < 0) break;
  }
  return NULL;
}

static int run_threads(const struct state *state, unsigned threads, unsigned sends) {
  struct sender senders[THREADS];
  ErlDrvTid tids[THREADS];
  char name[] = "sender";
  unsigned i;
  if (threads > THREADS) return -1;
  for (i = 0; i < threads; i++) {
    senders[i].port = driver_mk_port(state->port);
    senders[i].number = i;
    senders[i].sends = sends;
    if (erl_drv_thread_create(name, &tids[i], send_all, &senders[i], NULL) != 0) return -1;
  }
  for (i = 0; i < threads; i++)
    erl_drv_thread_join(tids[i], NULL);
  return 0;
}

/* ---- Select ------------------------------------------------------------------------------ */

static int open_line(struct line *line) {
  int ends[2];
  if (pipe(ends) < 0) return -1;
  line->in = ends[0];
  line->out = ends[1];
  fcntl(line->in, F_SETFL, O_NONBLOCK);
  fcntl(line->out, F_SETFL, O_NONBLOCK);
  return 0;
}

static void drain(struct state *state, const struct line *line) {
  char bytes[4096];
  ssize_t size;
  while ((size = read(line->in, bytes, sizeof bytes)) > 0)
    state->read += (unsigned long)size;
}

/* What is in it still is read by ourselves. */
static int close_line(struct state *state, struct line *line) {
  drain(state, line);
  if (driver_select(state->port, event_of(line->in), ERL_DRV_USE, 0) < 0) return -1;
  if (driver_select(state->port, event_of(line->out), ERL_DRV_USE, 0) < 0) return -1;
  return 0;
}

static int operate(struct state *state, unsigned what, struct line *line) {
  ErlDrvPort port = state->port;
  switch (what) {
  case 0:
    return driver_select(port, event_of(line->in), ERL_DRV_READ | ERL_DRV_USE, 1);
  case 1:
    return driver_select(port, event_of(line->in), ERL_DRV_READ, 0);
  case 2:
    return driver_select(port, event_of(line->out), ERL_DRV_WRITE | ERL_DRV_USE, 1);
  case 3:
    return driver_select(port, event_of(line->out), ERL_DRV_WRITE, 0);
  case 4:
    return driver_select(port, event_of(line->in), ERL_DRV_READ | ERL_DRV_USE_NO_CALLBACK, 0);
  case 5:
    return close_line(state, line) < 0 ? -1 : open_line(line);
  default:
    if (write(line->out, "x", 1) == 1) state->written++;
    return 0;
  }
}

static int operate_randomly(struct state *state, unsigned count, unsigned seed) {
  while (count-- > 0) {
    seed = seed * 1664525 + 1013904223;
    if (operate(state, (seed >> 8) % 12, &state->lines[(seed >> 16) % PIPES]) < 0) return -1;
  }
  return 0;
}

static void ready_input(ErlDrvData data, ErlDrvEvent event) {
  struct state *state = (struct state *)data;
  char bytes[16];
  ssize_t size = read((int)(long)event, bytes, sizeof bytes);
  if (size > 0) state->read += (unsigned long)size;
}

static void ready_output(ErlDrvData data, ErlDrvEvent event) {
  struct state *state = (struct state *)data;
  if (write((int)(long)event, "y", 1) == 1) state->written++;
  driver_select(state->port, event, ERL_DRV_WRITE, 0);
}

static void stop_select(ErlDrvEvent event, void *reserved) {
  (void)reserved;
  close((int)(long)event);
}

/* ---- The port -----------------------------------------------------------------------------
 */

static ErlDrvData start(ErlDrvPort port, char *command) {
  struct state *state = driver_alloc(sizeof *state);
  int i;
  (void)command;
  memset(state, 0, sizeof *state);
  state->port = port;
  for (i = 0; i < PIPES; i++)
    if (open_line(&state->lines[i]) < 0) return ERL_DRV_ERROR_ERRNO;
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)state;
}

static void stop(ErlDrvData data) {
  struct state *state = (struct state *)data;
  int i;
  for (i = 0; i < PIPES; i++)
    close_line(state, &state->lines[i]);
  driver_free(state);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  struct state *state = (struct state *)data;
  int i;
  (void)room;
  if (operation == 'j' && size == 4) return add_jobs(state, get(bytes));
  if (operation == 't' && size == 8) return run_threads(state, get(bytes), get(bytes + 4));
  if (operation == 's' && size == 8) return operate_randomly(state, get(bytes), get(bytes + 4));
  if (operation != 'd') return -1;
  for (i = 0; i < PIPES; i++)
    drain(state, &state->lines[i]);
  put((unsigned char *)*answer, state->written, 8);
  put((unsigned char *)*answer + 8, state->read, 8);
  return 16;
}

static char name[] = "soak_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .ready_input = ready_input,
                            .ready_output = ready_output,
                            .ready_async = ready_async,
                            .control = control,
                            .stop_select = stop_select,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
                            .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING};

DRIVER_INIT(soak_drv) {
  return &entry;
}
