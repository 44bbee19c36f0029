/* Terms: each operation of control sends one, and answers with the result. From 'a' on
 * to the owner; the same from 'A' on to the caller, as a message of its own. */
#include "drive.h"

#include <limits.h>
#include <stdint.h>

enum { MOST_WORDS = 40 };

static char text[] = "text", atom_a[] = "a", atom_b[] = "b";
static double half = 0.5;
static ErlDrvSInt64 least = INT64_MIN;
static ErlDrvUInt64 most = UINT64_MAX;

#define WORD(value) ((ErlDrvTermData)(value))

/* Puts the words of the list behind those in `spec`. */
#define PUT(...)                                                                               \
  do {                                                                                         \
    ErlDrvTermData words[] = {__VA_ARGS__};                                                    \
    memcpy(spec, words, sizeof words);                                                         \
    return (int)(sizeof words / sizeof words[0]);                                              \
  } while (0)

static int simple(int which, ErlDrvPort port, ErlDrvTermData *spec) {
  switch (which) {
  case 'a':
    PUT(ERL_DRV_NIL);
  case 'b':
    PUT(ERL_DRV_ATOM, driver_mk_atom(atom_a));
  case 'c': /* integers at the ends of their range */
    PUT(ERL_DRV_INT, WORD(-1L), ERL_DRV_INT, WORD(LONG_MIN), ERL_DRV_INT, WORD(LONG_MAX),
        ERL_DRV_UINT, WORD(ULONG_MAX), ERL_DRV_INT64, WORD(&least), ERL_DRV_UINT64, WORD(&most),
        ERL_DRV_TUPLE, 6);
  case 'd':
    PUT(ERL_DRV_PORT, driver_mk_port(port));
  case 'e':
    PUT(ERL_DRV_PID, driver_connected(port));
  case 'f':
    PUT(ERL_DRV_STRING, WORD(text), 4);
  case 'g':
    PUT(ERL_DRV_STRING, WORD(text), 0);
  case 'h': /* characters before what is there, a list or not */
    PUT(ERL_DRV_ATOM, driver_mk_atom(atom_a), ERL_DRV_NIL, ERL_DRV_LIST, 2, ERL_DRV_STRING_CONS,
        WORD(text), 2, ERL_DRV_ATOM, driver_mk_atom(atom_b), ERL_DRV_STRING_CONS, WORD(text), 1,
        ERL_DRV_TUPLE, 2);
  case 'i':
    PUT(ERL_DRV_FLOAT, WORD(&half));
  case 'j':
    PUT(ERL_DRV_BUF2BINARY, WORD(text), 4, ERL_DRV_BUF2BINARY, WORD(NULL), 0, ERL_DRV_TUPLE, 2);
  case 'k': /* an improper list, a list of one, one of tuples */
    PUT(ERL_DRV_INT, 1, ERL_DRV_INT, 2, ERL_DRV_LIST, 2, ERL_DRV_NIL, ERL_DRV_LIST, 1,
        ERL_DRV_TUPLE, 0, ERL_DRV_NIL, ERL_DRV_LIST, 2, ERL_DRV_TUPLE, 3);
  default:
    return 0;
  }
}

static int deeper(int which, ErlDrvTermData *spec) {
  static char packed[] = {
      (char)131, 80, 0,  0,  0,  (char)166, 120, (char)156, (char)203, 97, 96, 96, (char)208,
      72,        97, 96, 76, 28, (char)204, 56,  11,        0,         59, 6,  31, (char)239};
  static char external[] = {(char)131, 104, 2, 97, 1, 109, 0, 0, 0, 2, 'h', 'i'};
  switch (which) {
  case 'l':
    PUT(ERL_DRV_MAP, 0);
  case 'm':
    PUT(ERL_DRV_ATOM, driver_mk_atom(atom_b), ERL_DRV_INT, 2, ERL_DRV_ATOM,
        driver_mk_atom(atom_a), ERL_DRV_INT, 1, ERL_DRV_MAP, 2);
  case 'n':
    PUT(ERL_DRV_EXT2TERM, WORD(external), sizeof external);
  case 'o': /* compressed */
    PUT(ERL_DRV_EXT2TERM, WORD(packed), sizeof packed);
  case 'p': /* as a message that a port would send */
    PUT(ERL_DRV_ATOM, driver_mk_atom(text), ERL_DRV_INT, 1, ERL_DRV_TUPLE, 1, ERL_DRV_TUPLE, 2);
  default:
    return 0;
  }
}

/* Programs for no terms. */
static int broken(int which, ErlDrvPort port, ErlDrvTermData *spec) {
  static ErlDrvTermData key;
  static double none;
  static char bytes[] = {(char)131, 107, 0};
  key = driver_mk_atom(atom_a);
  none = 0.0;
  none = none / none;
  switch (which) {
  case 0:
    return 0;
  case 1:
    PUT(ERL_DRV_INT);
  case 2:
    PUT(ERL_DRV_NIL, ERL_DRV_INT, 1);
  case 3:
    PUT(99);
  case 4:
    PUT(ERL_DRV_ATOM, driver_mk_port(port));
  case 5:
    PUT(ERL_DRV_PID, key);
  case 6:
    PUT(ERL_DRV_PORT, key);
  case 7:
    PUT(ERL_DRV_INT, 1, ERL_DRV_LIST, 0);
  case 8:
    PUT(ERL_DRV_INT, 1, ERL_DRV_TUPLE, 2);
  case 9:
    PUT(ERL_DRV_STRING_CONS, WORD(text), 1);
  case 10:
    PUT(ERL_DRV_EXT2TERM, WORD(bytes), 3);
  case 11:
    PUT(ERL_DRV_FLOAT, WORD(&none));
  case 12:
    PUT(ERL_DRV_ATOM, key, ERL_DRV_INT, 1, ERL_DRV_ATOM, key, ERL_DRV_INT, 2, ERL_DRV_MAP, 2);
  case 13:
    PUT(ERL_DRV_INT, 1, ERL_DRV_MAP, 1);
  case 14:
    PUT(ERL_DRV_ATOM, driver_term_nil);
  case 15:
    PUT(ERL_DRV_BUF2BINARY, WORD(NULL), 4);
  default:
    return -1;
  }
}

static ErlDrvSSizeT all_broken(ErlDrvPort port, char **answer) {
  ErlDrvTermData spec[MOST_WORDS];
  char said[32];
  int which, size;
  for (which = 0; (size = broken(which, port, spec)) >= 0; which++)
    said[which] = erl_drv_output_term(driver_mk_port(port), spec, size) == -1 ? '-' : '+';
  return drive_tell(answer, "%.*s", which, said);
}

/* A part of a binary, [Size, Offset, Length]; its count of references before and behind. */
static ErlDrvSSizeT binary(ErlDrvPort port, const unsigned char *bytes, char **answer) {
  ErlDrvBinary *whole = driver_alloc_binary(bytes[0]);
  ErlDrvTermData spec[] = {ERL_DRV_BINARY, WORD(whole), bytes[2], bytes[1]};
  int result;
  memset(whole->orig_bytes, 'x', bytes[0]);
  if (bytes[1] < bytes[0]) whole->orig_bytes[bytes[1]] = 'y';
  result = erl_drv_output_term(driver_mk_port(port), spec, 4);
  driver_free_binary(whole);
  return drive_tell(answer, "%d", result);
}

/* To whom: 'o' and 's' as before there were terms for ports; then to no port, to nobody. */
static ErlDrvSSizeT to(ErlDrvPort port, int whom, char **answer) {
  ErlDrvTermData spec[] = {ERL_DRV_ATOM, driver_mk_atom(text)};
  ErlDrvTermData self = driver_mk_port(port), caller = driver_caller(port);
  int result = -7;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  if (whom == 'o') result = driver_output_term(port, spec, 2);
  if (whom == 's') result = driver_send_term(port, caller, spec, 2);
#pragma GCC diagnostic pop
  if (whom == 'n') result = erl_drv_output_term(driver_mk_atom(text), spec, 2);
  if (whom == 'a') result = erl_drv_send_term(self, driver_mk_atom(text), spec, 2);
  if (whom == 'p') result = erl_drv_send_term(self, self, spec, 2);
  return drive_tell(answer, "%d", result);
}

static ErlDrvTermData kept; /* a process that may have gone */

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  ErlDrvTermData spec[MOST_WORDS];
  int which = (int)operation | 32, words;
  (void)room;
  if (operation == 0) return all_broken(port, answer);
  if (operation == 1) return binary(port, (unsigned char *)bytes, answer);
  if (operation == 2) return size > 0 ? to(port, bytes[0], answer) : -1;
  if (operation == 3) {
    kept = driver_caller(port);
    return 0;
  }
  words = which <= 'k' ? simple(which, port, spec) : deeper(which, spec);
  if (operation == 4) {
    words = simple('a', port, spec);
    return drive_tell(answer, "%d", erl_drv_send_term(driver_mk_port(port), kept, spec, words));
  }
  if (words == 0) return -1;
  if (operation < 'a')
    return drive_tell(
        answer, "%d",
        erl_drv_send_term(driver_mk_port(port), driver_caller(port), spec, words));
  return drive_tell(answer, "%d", erl_drv_output_term(driver_mk_port(port), spec, words));
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static char name[] = "term_drv";
static ErlDrvEntry entry = {.start = start, .control = control, DRIVE_AS(name)};

DRIVER_INIT(term_drv) {
  return &entry;
}
