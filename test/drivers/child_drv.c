/* Ports that a driver makes itself, and a driver that it adds to those of Erlang.
 * Operation 1 makes a port for the caller, 2 for nobody (nil), 3 for a process that is
 * dead, and 4 closes the last one; 5 adds the twin, 6 removes it, 7 removes this one;
 * 8 says whether two ports are the same. Every port says its number back. */
#include <erl_driver.h>
#include <stdio.h>
#include <string.h>

struct port {
  ErlDrvPort port;
  int number;
};

static struct port ports[64];
static int count;
static ErlDrvPort last;

static ErlDrvData fresh(ErlDrvPort port) {
  struct port *made = &ports[count % 64];
  made->port = port;
  made->number = count++;
  return (ErlDrvData)made;
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  return fresh(port);
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  const struct port *port = (struct port *)data;
  char text[64];
  int length = snprintf(text, sizeof text, "%d:%.*s", port->number, (int)size, bytes);
  driver_output(port->port, text, (ErlDrvSizeT)length);
}

static ErlDrvData twin_start(ErlDrvPort port, char *command) {
  (void)command;
  return (ErlDrvData)port;
}

static void twin_output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  (void)bytes;
  (void)size;
  driver_output((ErlDrvPort)data, bytes, 1);
}

static char twin_name[] = "twin";
static ErlDrvEntry twin = {.start = twin_start,
                           .output = twin_output,
                           .driver_name = twin_name,
                           .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                           .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                           .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

static char name[] = "child_drv";
static ErlDrvEntry entry;

static int make(ErlDrvPort port, ErlDrvTermData owner) {
  char title[] = "a child";
  struct port *data = (struct port *)fresh(port);
  ErlDrvPort made = driver_create_port(port, owner, title, (ErlDrvData)data);
  if (made == (ErlDrvPort)-1) return 'n';
  data->port = last = made;
  return 'y';
}

static int work(ErlDrvPort port, unsigned operation) {
  switch (operation) {
  case 1:
    return make(port, driver_caller(port));
  case 2:
    return make(port, driver_term_nil);
  case 3:
    return make(port, driver_mk_port(port));
  case 4:
    return driver_failure_eof(last) == 0 ? 'y' : 'n';
  case 5:
    add_driver_entry(&twin);
    return 'y';
  case 6:
    return '0' + remove_driver_entry(&twin);
  case 7:
    return remove_driver_entry(&entry) < 0 ? '-' : '+';
  case 8:
    return driver_mk_port(port) == driver_mk_port(last) ? 'y' : 'n';
  default:
    return 0;
  }
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  (void)bytes;
  (void)size;
  (void)room;
  (*answer)[0] = (char)work(((struct port *)data)->port, operation);
  return (*answer)[0] ? 1 : -1;
}

static ErlDrvEntry entry = {.start = start,
                            .output = output,
                            .control = control,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
                            .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING};

DRIVER_INIT(child_drv) {
  return &entry;
}
