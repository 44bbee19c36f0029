/* sum_drv: arithmetic, synchronously.
 *   port_control(Port, 1, <<A:32, B:32>>)  is <<(A+B):32>>, modulo 2^32
 *   port_call(Port, 1, [Integer])          is {ok, Sum} or {error, overflow}
 * Anything else is badarg. It keeps nothing, so that it needs neither stop nor memory. */
#include <ei.h>
#include <erl_driver.h>
#include <string.h>

enum { SUM = 1 };

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY); /* answers are binaries */
  return (ErlDrvData)port;
}

static unsigned get32(const unsigned char *from) {
  return (unsigned)from[0] << 24 | (unsigned)from[1] << 16 | (unsigned)from[2] << 8 | from[3];
}

/* The room for the answer is 64 bytes; for a longer one *answer is set to a block of
 * driver_alloc or, with the flag above, to a binary. */
static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  const unsigned char *from = (const unsigned char *)bytes;
  unsigned sum;
  (void)data;
  if (operation != SUM || size != 8 || room < 4) return -1;
  sum = get32(from) + get32(from + 4);
  (*answer)[0] = (char)(sum >> 24);
  (*answer)[1] = (char)(sum >> 16);
  (*answer)[2] = (char)(sum >> 8);
  (*answer)[3] = (char)sum;
  return 4;
}

/* A list of small integers comes as a string: to ei that is another type. 0, 1 if the sum
 * is too big, -1 if it is no list of integers. */
static int sum_of(const char *term, long long *sum) {
  int at = 0, version, type, size, i;
  long long one;
  *sum = 0;
  if (ei_decode_version(term, &at, &version) < 0) return -1;
  if (ei_get_type(term, &at, &type, &size) < 0) return -1;
  if (type == ERL_STRING_EXT) {
    const unsigned char *byte = (const unsigned char *)term + at + 3;
    for (i = 0; i < size; i++)
      *sum += byte[i];
    return 0;
  }
  if (ei_decode_list_header(term, &at, &size) < 0) return -1;
  for (i = 0; i < size; i++) {
    if (ei_decode_longlong(term, &at, &one) < 0) return -1;
    if (__builtin_add_overflow(*sum, one, sum)) return 1;
  }
  return 0;
}

static ErlDrvSSizeT call(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                         char **answer, ErlDrvSizeT room, unsigned *flags) {
  long long sum;
  int at = 0, overflow;
  (void)data, (void)size, (void)room, (void)flags;
  overflow = operation == SUM ? sum_of(bytes, &sum) : -1;
  if (overflow < 0) return -1;
  ei_encode_version(*answer, &at);
  ei_encode_tuple_header(*answer, &at, 2);
  ei_encode_atom(*answer, &at, overflow ? "error" : "ok");
  if (overflow)
    ei_encode_atom(*answer, &at, "overflow");
  else
    ei_encode_longlong(*answer, &at, sum);
  return at;
}

static char name[] = "sum_drv";
static ErlDrvEntry entry = {.start = start,
                            .control = control,
                            .call = call,
                            .driver_name = name,
                            .extended_marker = (int)ERL_DRV_EXTENDED_MARKER,
                            .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
                            .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};

DRIVER_INIT(sum_drv) {
  return &entry;
}
