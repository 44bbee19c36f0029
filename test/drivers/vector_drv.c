/* Says how each command was cut: "size:bytes bytes bytes ...", * for no binary, and
 * what the first bytes are. 'o' in control: by output instead, for later ports. */
#include "drive.h"

static void outputv(ErlDrvData data, ErlIOVec *ev) {
  char text[256];
  int at = snprintf(text, sizeof text, "%d:%lu", ev->vsize, (unsigned long)ev->size);
  int i;
  for (i = 0; i < ev->vsize && at < 200; i++)
    at += snprintf(text + at, sizeof text - (size_t)at, " %lu%s",
                   (unsigned long)ev->iov[i].iov_len, ev->binv[i] ? "" : "*");
  drive_say((ErlDrvPort)data, "%s", text);
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  return (ErlDrvData)port;
}

/* Never called: outputv is there. */
static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  driver_output((ErlDrvPort)data, bytes, size);
}

static char name[] = "vector_drv";
static ErlDrvEntry entry = {
    .start = start, .output = output, .outputv = outputv, DRIVE_AS(name)};

DRIVER_INIT(vector_drv) {
  return &entry;
}
