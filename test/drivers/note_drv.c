/* Writes each callback into the file `notes` of the folder that it was loaded in, so that
 * what happens without a port is seen too. */
#include "drive.h"

#include <fcntl.h>
#include <unistd.h>

static int notes = -1;
static int ends[2] = {-1, -1};

static void note(const char *text) {
  char line[64];
  int size = snprintf(line, sizeof line, "%s\n", text);
  if (write(notes, line, (size_t)size) < size) return;
}

static int init(void) {
  notes = open("notes", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  note("init");
  return 0;
}

static void finish(void) {
  note("finish");
  close(notes);
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  char line[60];
  snprintf(line, sizeof line, "start <%s>", command);
  note(line);
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static void stop(ErlDrvData data) {
  note("stop");
  if (ends[0] >= 0) driver_select((ErlDrvPort)data, drive_event(ends[0]), ERL_DRV_USE, 0);
  if (ends[0] >= 0) close(ends[1]);
  ends[0] = -1;
}

static void stop_select(ErlDrvEvent event, void *reserved) {
  note(reserved ? "stop_select and more" : "stop_select");
  close(drive_fd(event));
}

static void flush(ErlDrvData data) {
  note("flush");
  driver_set_timer((ErlDrvPort)data, 1);
}

static void timeout(ErlDrvData data) {
  note("timeout");
  driver_deq((ErlDrvPort)data, driver_sizeq((ErlDrvPort)data));
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  char line[60];
  (void)data;
  snprintf(line, sizeof line, "output <%.*s>", (int)size, bytes);
  note(line);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  (void)answer, (void)room;
  note("control");
  if (operation == 'q') driver_enq(port, bytes, size);
  if (operation == 'd') driver_deq(port, driver_sizeq(port));
  if (operation == 'p' && pipe(ends) == 0)
    driver_select(port, drive_event(ends[0]), ERL_DRV_READ | ERL_DRV_USE, 1);
  if (operation == 't') driver_set_timer(port, 60000);
  if (operation == 'T') driver_set_timer(port, 1);
  return 0;
}

static void process_exit(ErlDrvData data, ErlDrvMonitor *monitor) {
  (void)data, (void)monitor;
  note("process_exit");
}

static char name[] = "note_drv";
static ErlDrvEntry entry = {.init = init,
                            .start = start,
                            .stop = stop,
                            .output = output,
                            .finish = finish,
                            .control = control,
                            .timeout = timeout,
                            .flush = flush,
                            .stop_select = stop_select,
                            .process_exit = process_exit,
                            DRIVE_AS(name)};

DRIVER_INIT(note_drv) {
  return &entry;
}
