/* Arithmetic by port_control and port_call; what else it can do shows one callback of
 * the API each. Loads into the BEAM and into the native host. */
#include <erl_driver.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
  ADD = 1,
  LONG = 2,
  BINARY = 3,
  NOTHING = 4,
  FAIL = 5,
  ATOM = 6,
  WHO = 7,
  BIG = 8,
  TERM = 9,
  EOF_ = 10,
  POSIX = 11,
  EXIT = 12,
  BUSY = 13,
  CALM = 14,
  BAD = 15
};

static ErlDrvPort port_of(ErlDrvData data) {
  return (ErlDrvPort)data;
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  const char *how = strchr(command, ' ');
  if (how && strcmp(how, " general") == 0) return ERL_DRV_ERROR_GENERAL;
  if (how && strcmp(how, " badarg") == 0) return ERL_DRV_ERROR_BADARG;
  if (how && strcmp(how, " errno") == 0) {
    errno = EACCES;
    return ERL_DRV_ERROR_ERRNO;
  }
  if (how && strcmp(how, " says") == 0) driver_output(port, command, strlen(command));
  return (ErlDrvData)port;
}

/* Echoes; "fail" ends the port. */
static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  char reason[] = "failed";
  if (size == 4 && memcmp(bytes, "fail", 4) == 0)
    driver_failure_atom(port_of(data), reason);
  else
    driver_output(port_of(data), bytes, size);
}

static void send_term(ErlDrvData data) {
  ErlDrvPort port = port_of(data);
  char text[] = "text", name[] = "arith";
  double half = 0.5;
  ErlDrvTermData spec[] = {ERL_DRV_ATOM,
                           driver_mk_atom(name),
                           ERL_DRV_PORT,
                           driver_mk_port(port),
                           ERL_DRV_INT,
                           (ErlDrvTermData)-7,
                           ERL_DRV_UINT,
                           (ErlDrvTermData)~0UL,
                           ERL_DRV_STRING,
                           (ErlDrvTermData)text,
                           4,
                           ERL_DRV_FLOAT,
                           (ErlDrvTermData)&half,
                           ERL_DRV_NIL,
                           ERL_DRV_STRING_CONS,
                           (ErlDrvTermData)text,
                           2,
                           ERL_DRV_BUF2BINARY,
                           (ErlDrvTermData)text,
                           4,
                           ERL_DRV_NIL,
                           ERL_DRV_LIST,
                           3,
                           ERL_DRV_INT,
                           1,
                           ERL_DRV_ATOM,
                           driver_mk_atom(name),
                           ERL_DRV_MAP,
                           1,
                           ERL_DRV_TUPLE,
                           8};
  erl_drv_output_term(driver_mk_port(port), spec, sizeof spec / sizeof spec[0]);
}

/* Programs that are none: as many characters as there are, '-' for each refusal. */
static ErlDrvSSizeT bad_terms(ErlDrvPort port, char *answer) {
  char text[] = "x", term[] = {(char)131, 107, 0};
  double zero = 0, none = zero / zero;
  ErlDrvBinary *binary = driver_alloc_binary(4);
  ErlDrvTermData word = driver_mk_port(port), atom = driver_mk_atom(text);
  ErlDrvTermData specs[][8] = {
      {3, ERL_DRV_NIL, ERL_DRV_INT, 1},
      {1, ERL_DRV_INT},
      {2, ERL_DRV_ATOM, word},
      {2, ERL_DRV_PID, atom},
      {2, ERL_DRV_PORT, atom},
      {2, ERL_DRV_LIST, 0},
      {4, ERL_DRV_INT, 1, ERL_DRV_TUPLE, 2},
      {3, ERL_DRV_STRING_CONS, (ErlDrvTermData)text, 1},
      {4, ERL_DRV_BINARY, (ErlDrvTermData)binary, 4, 1},
      {3, ERL_DRV_EXT2TERM, (ErlDrvTermData)term, 3},
      {2, ERL_DRV_FLOAT, (ErlDrvTermData)&none},
      {1, 99},
      {0, 0},
  };
  ErlDrvSSizeT i, count = sizeof specs / sizeof specs[0];
  for (i = 0; i < count; i++)
    answer[i] = erl_drv_output_term(word, specs[i] + 1, (int)specs[i][0]) < 0 ? '-' : '+';
  driver_free_binary(binary);
  return count;
}

static ErlDrvSSizeT make_binary(char **answer, ErlDrvSizeT size) {
  ErlDrvBinary *binary = driver_alloc_binary(size);
  memset(binary->orig_bytes, 'b', size);
  *answer = (char *)binary;
  return 3; /* the size of the binary wins */
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = port_of(data);
  char reason[] = "gone";
  set_port_control_flags(
      port, operation == BINARY || operation == BIG ? PORT_CONTROL_FLAG_BINARY : 0);
  switch (operation) {
  case ADD:
    if (size != 2) return -1;
    return snprintf(*answer, room, "%d", bytes[0] + bytes[1]);
  case LONG:
    *answer = driver_alloc(300);
    memset(*answer, 'l', 300);
    return 300;
  case BINARY:
    memcpy(*answer, "bin", 3);
    return 3;
  case BIG:
    return make_binary(answer, 100);
  case NOTHING:
    *answer = NULL;
    return 5;
  case FAIL:
    driver_failure(port, 7);
    return 0;
  case ATOM:
    driver_failure_atom(port, reason);
    return 0;
  case WHO:
    return snprintf(*answer, room, "%d%d", driver_caller(port) == driver_connected(port),
                    driver_mk_port(port) == driver_mk_port(port));
  case TERM:
    send_term(data);
    return 0;
  case EOF_:
    driver_failure_eof(port);
    return 0;
  case POSIX:
    driver_failure_posix(port, EACCES);
    return 0;
  case EXIT:
    driver_exit(port, 0);
    return 0;
  case BUSY:
    set_busy_port(port, 1);
    return 0;
  case BAD:
    return bad_terms(port, *answer);
  case CALM:
    set_busy_port(port, 0);
    return 0;
  default:
    return -1;
  }
}

/* 0 answers with what it got; 1 with garbage; 2 with nothing. */
static ErlDrvSSizeT call(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                         char **answer, ErlDrvSizeT room, unsigned *flags) {
  (void)data;
  if (operation == 1) {
    memcpy(*answer, "garbage", 7);
    return 7;
  }
  if (operation == 2) return 0;
  if (operation == 3) {
    *answer = bytes;
    *flags = DRIVER_CALL_KEEP_BUFFER;
    return (ErlDrvSSizeT)size;
  }
  if (size > room) *answer = driver_alloc(size);
  memcpy(*answer, bytes, size);
  return (ErlDrvSSizeT)size;
}

static char name[] = "arith_drv";
static ErlDrvEntry entry = {.start = start,
                            .output = output,
                            .control = control,
                            .call = call,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
                            .driver_flags = ERL_DRV_FLAG_SOFT_BUSY};

DRIVER_INIT(arith_drv) {
  return &entry;
}
