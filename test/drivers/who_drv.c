/* Who is who, and what the system says of itself. */
#include "drive.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

enum { ROOM = 64 };

static const char *is(ErlDrvPort port, ErlDrvTermData word) {
  if (word == driver_term_nil) return "nil";
  if (word == driver_mk_port(port)) return "port";
  return word == driver_connected(port) ? "owner" : "other";
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  drive_say(port, "start: caller %s <%s>", is(port, driver_caller(port)), command);
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  ErlDrvPort port = (ErlDrvPort)data;
  drive_say(port, "output: caller %s, %.*s", is(port, driver_caller(port)), (int)size, bytes);
}

static void timeout(ErlDrvData data) {
  ErlDrvPort port = (ErlDrvPort)data;
  drive_say(port, "timeout: caller %s", is(port, driver_caller(port)));
}

static void nothing(void *data) {
  (void)data;
}

static void ready_async(ErlDrvData data, ErlDrvThreadData result) {
  ErlDrvPort port = (ErlDrvPort)data;
  (void)result;
  drive_say(port, "ready_async: caller %s", is(port, driver_caller(port)));
}

static ErlDrvSSizeT words(ErlDrvPort port, char **answer) {
  char one[] = "an atom", two[] = "an atom", other[] = "another", empty[] = "";
  ErlDrvTermData atom = driver_mk_atom(one);
  return drive_tell(
      answer, "%d %d %d %d %d", atom == driver_mk_atom(two), atom == driver_mk_atom(other),
      driver_mk_atom(empty) == driver_mk_atom(empty),
      driver_mk_port(port) == driver_mk_port(port), driver_mk_term_nil() == driver_term_nil);
}

/* An atom of the bytes, in latin1. */
static ErlDrvSSizeT atom(ErlDrvPort port, const char *bytes, ErlDrvSizeT size) {
  char text[300] = "";
  ErlDrvTermData spec[2] = {ERL_DRV_ATOM, 0};
  memcpy(text, bytes, size < 299 ? size : 299);
  spec[1] = driver_mk_atom(text);
  erl_drv_output_term(driver_mk_port(port), spec, 2);
  return 0;
}

static ErlDrvSSizeT information(char **answer) {
  ErlDrvSysInfo info;
  driver_system_info(&info, sizeof info);
  return drive_tell(answer, "%d.%d %d %d", info.driver_major_version, info.driver_minor_version,
                    info.thread_support, info.smp_support);
}

/* The fields of later versions for callers who know fewer of them. */
static ErlDrvSSizeT partial(char **answer) {
  static const size_t sizes[] = {offsetof(ErlDrvSysInfo, async_threads),
                                 offsetof(ErlDrvSysInfo, scheduler_threads),
                                 offsetof(ErlDrvSysInfo, nif_major_version),
                                 offsetof(ErlDrvSysInfo, nif_minor_version),
                                 offsetof(ErlDrvSysInfo, dirty_scheduler_support),
                                 sizeof(ErlDrvSysInfo)};
  char text[40] = "";
  size_t i, at = 0;
  for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    ErlDrvSysInfo info;
    memset(&info, 0xff, sizeof info);
    driver_system_info(&info, sizes[i]);
    at += (size_t)snprintf(text + at, sizeof text - at, "%d%d%d%d%d ", info.async_threads != -1,
                           info.scheduler_threads != -1, info.nif_major_version != -1,
                           info.nif_minor_version != -1, info.dirty_scheduler_support != -1);
  }
  return drive_tell(answer, "%s", text);
}

/* With so much room. */
static ErlDrvSSizeT environment(char **answer, ErlDrvSizeT room) {
  static char key[] = "PIER_DRIVER_VARIABLE", value[] = "twelve bytes";
  static char absent[] = "PIER_DRIVER_NO_VARIABLE";
  char got[ROOM] = "";
  size_t size = room;
  int none = erl_drv_getenv(absent, got, &size);
  int set = erl_drv_putenv(key, value);
  int result;
  size = room;
  result = erl_drv_getenv(key, got, &size);
  return drive_tell(answer, "%d %d %d %s", none, set, result, result == 0 ? got : "-");
}

static ErlDrvSSizeT times(char **answer) {
  ErlDrvTime a = erl_drv_monotonic_time(ERL_DRV_NSEC);
  ErlDrvTime b = erl_drv_monotonic_time(ERL_DRV_NSEC);
  return drive_tell(answer, "%d %ld %ld %ld %d", b >= a,
                    (long)erl_drv_convert_time_unit(-1500, ERL_DRV_MSEC, ERL_DRV_SEC),
                    (long)erl_drv_convert_time_unit(1999, ERL_DRV_MSEC, ERL_DRV_SEC),
                    (long)erl_drv_convert_time_unit(3, ERL_DRV_SEC, ERL_DRV_USEC),
                    erl_drv_convert_time_unit(1, ERL_DRV_SEC, (ErlDrvTimeUnit)77) ==
                        ERL_DRV_TIME_ERROR);
}

static ErlDrvSSizeT memory(char **answer) {
  void *none = driver_alloc(0), *grown = driver_realloc(NULL, 5);
  ErlDrvBinary *binary = driver_alloc_binary(4);
  ErlDrvSInt more, less;
  int kept;
  memcpy(binary->orig_bytes, "abcd", 4);
  binary = driver_realloc_binary(binary, 100);
  kept = binary->orig_size == 100 && memcmp(binary->orig_bytes, "abcd", 4) == 0;
  more = driver_binary_inc_refc(binary);
  less = driver_binary_dec_refc(binary);
  driver_free_binary(binary);
  driver_free_binary(NULL);
  driver_free(none);
  driver_free(grown);
  driver_free(NULL);
  return drive_tell(answer, "%d %d %d %ld %ld", none != NULL, grown != NULL, kept, (long)more,
                    (long)less);
}

/* Names and values at the edge, and how putenv and getenv take them. */
static ErlDrvSSizeT variables(char **answer) {
  static char none[] = "", odd[] = "PIER=DRIVER", key[] = "PIER_DRIVER_EMPTY", value[] = "v";
  char got[ROOM] = "?";
  size_t size = ROOM;
  int nameless = erl_drv_putenv(none, value), equal = erl_drv_putenv(odd, value);
  int set = erl_drv_putenv(key, value), empty = erl_drv_putenv(key, none);
  int result = erl_drv_getenv(key, got, &size);
  return drive_tell(answer, "%d %d %d %d %d <%s>", nameless, equal, set, empty, result, got);
}

/* Another library, [Path]: one that is there, what it has, what it has not. */
static ErlDrvSSizeT library(const char *bytes, ErlDrvSizeT size, char **answer) {
  static char nowhere[] = "/no/such/library", init[] = "driver_init", other[] = "no_such_name";
  char path[512] = "";
  void *found, *none = driver_dl_open(nowhere);
  int has, lacks;
  memcpy(path, bytes, size < 511 ? size : 511);
  found = driver_dl_open(path);
  if (!found) return drive_tell(answer, "not found: %d", driver_dl_error() != NULL);
  has = driver_dl_sym(found, init) != NULL;
  lacks = driver_dl_sym(found, other) == NULL;
  return drive_tell(answer, "%d %d %d %d", none == NULL, has, lacks, driver_dl_close(found));
}

/* The time of day, in the API's old way and in the new one: within a minute. */
static ErlDrvSSizeT clocks(char **answer) {
  ErlDrvNowData now = {0, 0, 0};
  ErlDrvTime seconds;
  long old;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  driver_get_now(&now);
#pragma GCC diagnostic pop
  old = (long)now.megasecs * 1000000 + (long)now.secs;
  seconds = erl_drv_monotonic_time(ERL_DRV_SEC) + erl_drv_time_offset(ERL_DRV_SEC);
  return drive_tell(answer, "%d", labs((long)seconds - old) < 60);
}

static ErlDrvSSizeT unwatched(ErlDrvPort port, char **answer) {
  ErlDrvMonitor monitor;
  return drive_tell(answer, "%d",
                    driver_monitor_process(port, driver_connected(port), &monitor));
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  (void)room;
  switch (operation) {
  case 'c':
    return drive_tell(answer, "caller %s", is(port, driver_caller(port)));
  case 'o':
    return drive_tell(answer, "connected %s", is(port, driver_connected(port)));
  case 'w':
    return words(port, answer);
  case 'a':
    return atom(port, bytes, size);
  case 'i':
    return information(answer);
  case 'I':
    return partial(answer);
  case 'e':
    return environment(answer, (ErlDrvSizeT)bytes[0]);
  case 'E':
    return variables(answer);
  case 'n': /* the name of an errno */
    return drive_tell(answer, "%s %s %s", erl_errno_id(bytes[0]), erl_errno_id(EWOULDBLOCK),
                      erl_errno_id(9999));
  case 'T':
    return times(answer);
  case 'm':
    return memory(answer);
  case 't':
    driver_set_timer(port, 1);
    return 0;
  case 'l':
    return library(bytes, size, answer);
  case 'N':
    return clocks(answer);
  case 'u': /* units that are none; the function that does nothing */
    return drive_tell(
        answer, "%d %d %d", erl_drv_monotonic_time((ErlDrvTimeUnit)77) == ERL_DRV_TIME_ERROR,
        erl_drv_time_offset((ErlDrvTimeUnit)77) == ERL_DRV_TIME_ERROR, null_func());
  case 'A':
    return drive_tell(answer, "%d", driver_async(port, NULL, nothing, NULL, NULL) > 0);
  case 'M':
    return unwatched(port, answer);
  case 'p':
    erl_drv_set_os_pid(port, 4242);
    return 0;
  default:
    return -1;
  }
}

static ErlDrvSSizeT call(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                         char **answer, ErlDrvSizeT room, unsigned *flags) {
  ErlDrvPort port = (ErlDrvPort)data;
  static const char yes[] = {(char)131, 97, 1}, no[] = {(char)131, 97, 0};
  (void)operation, (void)bytes, (void)size, (void)room, (void)flags;
  memcpy(*answer, driver_caller(port) == driver_connected(port) ? yes : no, 3);
  return 3;
}

static char name[] = "who_drv";
static ErlDrvEntry entry = {.start = start,
                            .output = output,
                            .control = control,
                            .timeout = timeout,
                            .ready_async = ready_async,
                            .call = call,
                            DRIVE_AS(name)};

DRIVER_INIT(who_drv) {
  return &entry;
}
