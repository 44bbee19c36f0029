/* What becomes of terms of a port that is closing, closed, or stopped, from the host and
 * from a thread: a port of this driver notes the results, another one answers them. */
#include "drive.h"

struct port {
  ErlDrvPort port;
  ErlDrvTermData word, caller;
};

static char noted[60];
static struct port last; /* that has noted something */

static void note(const char *what, const struct port *port) {
  ErlDrvTermData good[] = {ERL_DRV_NIL}, bad[] = {ERL_DRV_NIL, ERL_DRV_NIL};
  size_t used = strlen(noted);
  int ours = erl_drv_output_term(port->word, good, 1);
  int wrong = erl_drv_output_term(port->word, bad, 2);
  int theirs = erl_drv_send_term(port->word, port->caller, good, 1);
  int wrong_too = erl_drv_send_term(port->word, port->caller, bad, 2);
  snprintf(noted + used, sizeof noted - used, "%s%d%d%d%d ", what, ours, wrong, theirs,
           wrong_too);
}

static void *in_thread(void *port) {
  note("thread ", port);
  return NULL;
}

static void note_both(struct port *port) {
  static char name[] = "noting";
  ErlDrvTid thread;
  char said[] = "said";
  snprintf(noted, sizeof noted, "said%d ", driver_output(port->port, said, 4));
  note("", port);
  if (erl_drv_thread_create(name, &thread, in_thread, port, NULL) == 0)
    erl_drv_thread_join(thread, NULL);
  last = *port;
}

static ErlDrvData start(ErlDrvPort handle, char *command) {
  struct port *port = driver_alloc(sizeof *port);
  (void)command;
  port->port = handle;
  port->word = driver_mk_port(handle);
  return (ErlDrvData)port;
}

static void flush(ErlDrvData data) {
  struct port *port = (struct port *)data;
  note_both(port);
  driver_deq(port->port, 1);
}

/* 's' has left it to stop. */
static void stop(ErlDrvData data) {
  struct port *port = (struct port *)data;
  if (port->caller && noted[0] == '\0') note_both(port);
  driver_free(port);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  struct port *port = (struct port *)data;
  char byte = 'x', failed[] = "failed";
  ErlDrvSSizeT result;
  (void)bytes;
  (void)size;
  (void)room;
  switch (operation) {
  case 'q': /* something is queued when it closes */
    driver_enq(port->port, &byte, 1);
    port->caller = driver_caller(port->port);
    return 0;
  case 's':
    port->caller = driver_caller(port->port);
    return 0;
  case 'f': /* it fails now */
    port->caller = driver_caller(port->port);
    driver_failure_atom(port->port, failed);
    return 0;
  case 'g': /* the other one is gone for good */
    noted[0] = '\0';
    note_both(&last);
  }
  result = drive_tell(answer, "%s", noted);
  noted[0] = '\0';
  return result;
}

static char driver_name[] = "gone_drv";
static ErlDrvEntry entry = {
    .start = start, .stop = stop, .flush = flush, .control = control, DRIVE_AS(driver_name)};

DRIVER_INIT(gone_drv) {
  return &entry;
}
