/* Jobs: a command is the key of one, or 'n' for none; what comes back is "id key thread",
 * where id is 1 if it is above the one before, and thread is "first" or "same" or
 * "other" than the one that had that key before. 's' is a
 * key whose jobs wait 30 ms: they end in the order of their commands. */
#include <erl_driver.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEYS = 16 };

struct job {
  ErlDrvPort port;
  ErlDrvTid thread;
  unsigned key;
  int keyed, slow, rises;
};

static ErlDrvTid threads[KEYS];
static int freed;

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  memset(threads, 0, sizeof threads);
  return (ErlDrvData)port;
}

static void invoke(void *data) {
  struct job *job = data;
  if (job->slow) usleep(30000);
  job->thread = erl_drv_thread_self();
}

static void end(void *data) {
  freed++;
  driver_free(data);
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  static long last;
  struct job *job = driver_alloc(sizeof *job);
  long id;
  memset(job, 0, sizeof *job);
  job->port = (ErlDrvPort)data;
  job->keyed = size > 0 && bytes[0] != 'n';
  job->slow = size > 0 && bytes[0] == 's';
  if (job->keyed) job->key = (unsigned char)bytes[0];
  id = driver_async(job->port, job->keyed ? &job->key : NULL, invoke, job, end);
  job->rises = id > last;
  last = id;
}

static void ready_async(ErlDrvData data, ErlDrvThreadData result) {
  const struct job *job = (const struct job *)result;
  const char *which = "free";
  char text[64];
  (void)data;
  if (job->keyed) {
    ErlDrvTid *before = &threads[job->key % KEYS];
    which = !*before ? "first" : erl_drv_equal_tids(*before, job->thread) ? "same" : "other";
    *before = job->thread;
  }
  driver_output(job->port, text,
                (ErlDrvSizeT)snprintf(text, sizeof text, "%d %u %s", job->rises,
                                      job->keyed ? job->key : 0, which));
  driver_free(result);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvSysInfo info;
  (void)data;
  (void)bytes;
  (void)size;
  driver_system_info(&info, sizeof info);
  if (operation == 0) return snprintf(*answer, room, "%d", info.async_threads);
  return snprintf(*answer, room, "%d", freed);
}

static char name[] = "pool_drv";
static ErlDrvEntry entry = {.start = start,
                            .output = output,
                            .ready_async = ready_async,
                            .control = control,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(pool_drv) {
  return &entry;
}
