/* Programs for terms that are none, and receivers that are dead. Control: 0 tries all the
 * programs and answers with a sign for each, + it went, 0 nobody was there, - refused; 1
 * remembers the caller, 2 sends to it from another thread, 3 from here, 4 and 5 to the
 * owner of the port; 6 to what is no process. */
#include <erl_driver.h>
#include <math.h>
#include <string.h>

#define WORD(value) ((ErlDrvTermData)(value))
enum { MOST = 10 };

static ErlDrvTermData remembered;

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  return (ErlDrvData)port;
}

static char sign(int result) {
  return result > 0 ? '+' : result == 0 ? '0' : '-';
}

static int refuse_all(ErlDrvPort port, char *answer) {
  static char text[] = "x", cut[] = {(char)131, 107, 0}, tail[] = {(char)131, 97, 1, 0},
              old[] = {(char)130, 97, 1}, none[] = {(char)131};
  static double nan_, inf;
  static ErlDrvSInt64 one = 1;
  ErlDrvTermData word = driver_mk_port(port), atom = driver_mk_atom(text);
  ErlDrvTermData pid = driver_connected(port);
  ErlDrvBinary *binary = driver_alloc_binary(4);
  ErlDrvTermData specs[][MOST] = {
      {0, 0},
      {1, 0},
      {1, 18},
      {1, WORD(-1L)},
      /* arguments that are not there */
      {1, ERL_DRV_ATOM},
      {1, ERL_DRV_INT},
      {1, ERL_DRV_PORT},
      {3, ERL_DRV_BINARY, WORD(binary), 1},
      {2, ERL_DRV_STRING, WORD(text)},
      {1, ERL_DRV_TUPLE},
      {1, ERL_DRV_LIST},
      {3, ERL_DRV_NIL, ERL_DRV_STRING_CONS, WORD(text)},
      {1, ERL_DRV_PID},
      {1, ERL_DRV_FLOAT},
      {2, ERL_DRV_EXT2TERM, WORD(cut)},
      {1, ERL_DRV_UINT},
      {2, ERL_DRV_BUF2BINARY, WORD(text)},
      {1, ERL_DRV_INT64},
      {1, ERL_DRV_UINT64},
      {1, ERL_DRV_MAP},
      /* words of another kind */
      {2, ERL_DRV_ATOM, word},
      {2, ERL_DRV_ATOM, pid},
      {2, ERL_DRV_ATOM, driver_term_nil},
      {2, ERL_DRV_PORT, atom},
      {2, ERL_DRV_PORT, pid},
      {2, ERL_DRV_PORT, driver_term_nil},
      {2, ERL_DRV_PID, atom},
      {2, ERL_DRV_PID, word},
      {2, ERL_DRV_PID, driver_term_nil},
      /* what is and is not on the stack */
      {3, ERL_DRV_NIL, ERL_DRV_INT, 1},
      {4, ERL_DRV_NIL, ERL_DRV_NIL, ERL_DRV_TUPLE, 1},
      {3, ERL_DRV_NIL, ERL_DRV_TUPLE, 2},
      {2, ERL_DRV_LIST, 1},
      {3, ERL_DRV_NIL, ERL_DRV_LIST, 0},
      {3, ERL_DRV_NIL, ERL_DRV_LIST, WORD(-1L)},
      {3, ERL_DRV_NIL, ERL_DRV_LIST, 2},
      {3, ERL_DRV_STRING_CONS, WORD(text), 1},
      {3, ERL_DRV_NIL, ERL_DRV_MAP, 1},
      {2, ERL_DRV_MAP, 1},
      {8, ERL_DRV_INT, 1, ERL_DRV_NIL, ERL_DRV_INT, 1, ERL_DRV_NIL, ERL_DRV_MAP, 2},
      /* bytes that are not there */
      {4, ERL_DRV_BINARY, WORD(binary), 5, 0},
      {4, ERL_DRV_BINARY, WORD(binary), 4, 1},
      {4, ERL_DRV_BINARY, WORD(binary), 1, 5},
      {3, ERL_DRV_BUF2BINARY, WORD(NULL), 1},
      {2, ERL_DRV_FLOAT, WORD(&nan_)},
      {2, ERL_DRV_FLOAT, WORD(&inf)},
      {3, ERL_DRV_EXT2TERM, WORD(cut), 3},
      {3, ERL_DRV_EXT2TERM, WORD(old), 3},
      {3, ERL_DRV_EXT2TERM, WORD(none), 1},
      {3, ERL_DRV_EXT2TERM, WORD(none), 0},
      /* these are terms */
      {3, ERL_DRV_EXT2TERM, WORD(tail), 4},
      {4, ERL_DRV_BINARY, WORD(binary), 0, 4},
      {2, ERL_DRV_TUPLE, 0},
      {2, ERL_DRV_INT64, WORD(&one)},
  };
  int i, count = (int)(sizeof specs / sizeof specs[0]);
  nan_ = NAN;
  inf = INFINITY;
  memset(binary->orig_bytes, 'b', 4);
  for (i = 0; i < count; i++)
    answer[i] = sign(erl_drv_output_term(word, specs[i] + 1, (int)specs[i][0]));
  driver_free_binary(binary);
  return count;
}

struct letter {
  ErlDrvTermData port, to; /* nil: the owner */
  int result;
};

static void *send_it(void *argument) {
  struct letter *letter = argument;
  static char name[] = "sent";
  ErlDrvTermData spec[] = {ERL_DRV_ATOM, driver_mk_atom(name)};
  letter->result = letter->to == driver_term_nil
                       ? erl_drv_output_term(letter->port, spec, 2)
                       : erl_drv_send_term(letter->port, letter->to, spec, 2);
  return NULL;
}

static char send_to(ErlDrvPort port, ErlDrvTermData to, int elsewhere) {
  struct letter letter = {driver_mk_port(port), to, 0};
  static char name[] = "sender";
  ErlDrvTid thread;
  if (!elsewhere) {
    send_it(&letter);
  } else {
    if (erl_drv_thread_create(name, &thread, send_it, &letter, NULL) != 0) return 'x';
    erl_drv_thread_join(thread, NULL);
  }
  return sign(letter.result);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  (void)bytes;
  (void)size;
  (void)room;
  switch (operation) {
  case 0:
    return refuse_all(port, *answer);
  case 1:
    remembered = driver_caller(port);
    return 0;
  case 2:
  case 3:
    (*answer)[0] = send_to(port, remembered, operation == 2);
    return 1;
  case 4:
  case 5:
    (*answer)[0] = send_to(port, driver_term_nil, operation == 4);
    return 1;
  case 6:
    (*answer)[0] = send_to(port, driver_mk_port(port), 0);
    (*answer)[1] = send_to(port, driver_mk_port(port), 1);
    return 2;
  default:
    return -1;
  }
}

static char name[] = "spec_drv";
static ErlDrvEntry entry = {.start = start,
                            .control = control,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(spec_drv) {
  return &entry;
}
