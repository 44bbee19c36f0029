/* Descriptors: a pipe, a socket or a file, selected and let go by operations of control.
 * What is ready is said; how often stop_select was called, control tells. */
#include "drive.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

struct port {
  ErlDrvPort port;
  int ours, theirs;
  int closing; /* stop lets go what it has */
};

static int stopped;     /* calls of stop_select */
static int shared = -1; /* a descriptor that another port may take */

static ErlDrvData start(ErlDrvPort handle, char *command) {
  struct port *port = driver_alloc(sizeof *port);
  port->port = handle;
  port->ours = port->theirs = -1;
  port->closing = strchr(command, ' ') == NULL;
  set_port_control_flags(handle, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static void make(struct port *port, char kind) {
  int ends[2] = {-1, -1};
  if (kind == 's' && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) return;
  if (kind == 'p' && pipe(ends) < 0) return;
  if (kind == 'w' && pipe(ends) == 0) { /* the other way round */
    int other = ends[0];
    ends[0] = ends[1];
    ends[1] = other;
  }
  if (kind == 'f') ends[0] = open("file", O_RDWR | O_CREAT | O_APPEND, 0666);
  if (kind == 'z') ends[0] = open("/dev/zero", O_RDONLY);
  if (kind == '=') ends[0] = shared;
  port->ours = ends[0];
  port->theirs = ends[1];
  shared = port->ours;
}

static int mode_of(const char *letters, ErlDrvSizeT size) {
  int mode = 0;
  ErlDrvSizeT i;
  for (i = 0; i < size; i++) {
    if (letters[i] == 'r') mode |= ERL_DRV_READ;
    if (letters[i] == 'w') mode |= ERL_DRV_WRITE;
    if (letters[i] == 'u') mode |= ERL_DRV_USE;
    if (letters[i] == 'n') mode |= ERL_DRV_USE_NO_CALLBACK;
  }
  return mode;
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  struct port *port = (struct port *)data;
  int result = 0, flags;
  (void)room;
  switch (operation) {
  case 'm':
    make(port, bytes[0]);
    result = port->ours < 0 ? -1 : 0;
    break;
  case '+':
    result = driver_select(port->port, drive_event(port->ours), mode_of(bytes, size), 1);
    break;
  case '-':
    result = driver_select(port->port, drive_event(port->ours), mode_of(bytes, size), 0);
    if (mode_of(bytes, size) & ERL_DRV_USE) port->closing = 0;
    break;
  case 'w':
    result = (int)write(port->theirs, bytes, size);
    break;
  case 'c':
    result = close(port->theirs);
    port->theirs = -1;
    break;
  case 's':
    return drive_tell(answer, "%d", stopped);
  case 'S':
    result = drive_say(port->port, "stopped %d", stopped);
    break;
  case 'b': /* does it still block? */
    flags = fcntl(port->ours, F_GETFL);
    return drive_tell(answer, "%s", flags & O_NONBLOCK ? "does not block" : "blocks");
  case 'o': /* is it open? */
    return drive_tell(answer, "%s", fcntl(port->ours, F_GETFL) < 0 ? "closed" : "open");
  default:
    return -1;
  }
  return drive_tell(answer, "%d", result);
}

static void ready_input(ErlDrvData data, ErlDrvEvent event) {
  struct port *port = (struct port *)data;
  char bytes[64];
  ssize_t size = read(drive_fd(event), bytes, sizeof bytes);
  if (size > 0 && size < 64) {
    drive_say(port->port, "in %.*s", (int)size, bytes);
    return;
  }
  drive_say(port->port, size > 0 ? "in much" : "in end");
  driver_select(port->port, event, ERL_DRV_READ, 0);
}

static void ready_output(ErlDrvData data, ErlDrvEvent event) {
  struct port *port = (struct port *)data;
  drive_say(port->port, "out");
  driver_select(port->port, event, ERL_DRV_WRITE, 0);
}

static void stop_select(ErlDrvEvent event, void *reserved) {
  (void)reserved;
  stopped++;
  close(drive_fd(event));
}

static void stop(ErlDrvData data) {
  struct port *port = (struct port *)data;
  if (port->closing && port->ours >= 0)
    driver_select(port->port, drive_event(port->ours), ERL_DRV_USE, 0);
  if (port->theirs >= 0) close(port->theirs);
  driver_free(port);
}

static char name[] = "select_drv";
static ErlDrvEntry entry = {.start = start,
                            .stop = stop,
                            .control = control,
                            .ready_input = ready_input,
                            .ready_output = ready_output,
                            .stop_select = stop_select,
                            DRIVE_AS(name)};

DRIVER_INIT(select_drv) {
  return &entry;
}
