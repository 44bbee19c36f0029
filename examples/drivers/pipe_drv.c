/* pipe_drv: what goes in at one end of a pipe comes out at the other. The skeleton of
 * every driver that has a descriptor: select, the queue of the port, flush, stop_select.
 *   port_command(Port, Data)  later {Port, {data, Data}}, perhaps in parts */
#include <erl_driver.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CHUNK = 65536, PARTS = 16 };

struct state {
  ErlDrvPort port;
  int in, out; /* the ends of the pipe that we read and write */
};

static ErlDrvEvent event_of(int fd) {
  return (ErlDrvEvent)(intptr_t)fd;
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  struct state *state = driver_alloc(sizeof *state);
  int ends[2];
  (void)command;
  if (!state) return ERL_DRV_ERROR_GENERAL;
  if (pipe(ends) < 0) {
    int error = errno;
    driver_free(state);
    errno = error; /* what open_port fails with */
    return ERL_DRV_ERROR_ERRNO;
  }
  state->port = port;
  state->in = ends[0];
  state->out = ends[1];
  fcntl(state->in, F_SETFL, O_NONBLOCK);
  fcntl(state->out, F_SETFL, O_NONBLOCK);
  /* ERL_DRV_USE: it is ours until stop_select. */
  driver_select(port, event_of(state->in), ERL_DRV_READ | ERL_DRV_USE, 1);
  driver_select(port, event_of(state->out), ERL_DRV_USE, 1);
  return (ErlDrvData)state;
}

/* The descriptors may be closed only when nobody selects them any more. */
static void stop_select(ErlDrvEvent event, void *reserved) {
  (void)reserved;
  close((int)(intptr_t)event);
}

static void stop(ErlDrvData data) {
  struct state *state = (struct state *)data;
  driver_select(state->port, event_of(state->in), ERL_DRV_USE, 0);
  driver_select(state->port, event_of(state->out), ERL_DRV_USE, 0);
  driver_free(state);
}

/* What cannot be written now waits in the queue; a port that closes waits for it. */
static void outputv(ErlDrvData data, ErlIOVec *vector) {
  struct state *state = (struct state *)data;
  driver_enqv(state->port, vector, 0);
  driver_select(state->port, event_of(state->out), ERL_DRV_WRITE, 1);
}

static void ready_output(ErlDrvData data, ErlDrvEvent event) {
  struct state *state = (struct state *)data;
  int count;
  SysIOVec *parts = driver_peekq(state->port, &count);
  ssize_t written;
  (void)event;
  if (!parts) { /* all is written: wait no more */
    driver_select(state->port, event_of(state->out), ERL_DRV_WRITE, 0);
    return;
  }
  written = writev(state->out, (struct iovec *)parts, count < PARTS ? count : PARTS);
  if (written >= 0)
    driver_deq(state->port, (ErlDrvSizeT)written);
  else if (errno != EAGAIN && errno != EINTR)
    driver_failure_posix(state->port, errno); /* stop has been called: state is gone */
}

static void ready_input(ErlDrvData data, ErlDrvEvent event) {
  struct state *state = (struct state *)data;
  char bytes[CHUNK];
  ssize_t size = read(state->in, bytes, sizeof bytes);
  (void)event;
  if (size > 0)
    driver_output(state->port, bytes, (ErlDrvSizeT)size);
  else if (size < 0 && errno != EAGAIN && errno != EINTR)
    driver_failure_posix(state->port, errno);
}

static char name[] = "pipe_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .outputv = outputv,
                            .ready_input = ready_input,
                            .ready_output = ready_output,
                            .stop_select = stop_select,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
                            .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING};

DRIVER_INIT(pipe_drv) {
  return &entry;
}
