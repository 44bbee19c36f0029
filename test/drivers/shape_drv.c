/* Output of every kind, each by an operation of control that says what came of it. */
#include "drive.h"

enum { MOST_SLOTS = 16, PLAIN = 200 };

static ErlDrvBinary *filled(ErlDrvSizeT size, int letter) {
  ErlDrvBinary *binary = driver_alloc_binary(size);
  memset(binary->orig_bytes, letter, size);
  return binary;
}

/* [Header, Offset, Size]: that part of "0123456789", behind so many H. */
static int output_binary(ErlDrvPort port, const char *bytes) {
  char header[] = "HHHHHHHH";
  ErlDrvBinary *binary = driver_alloc_binary(10);
  int result;
  memcpy(binary->orig_bytes, "0123456789", 10);
  result = driver_output_binary(port, header, (ErlDrvSizeT)bytes[0], binary,
                                (ErlDrvSizeT)bytes[1], (ErlDrvSizeT)bytes[2]);
  driver_free_binary(binary);
  return result;
}

/* [Header, Skip, Size...]: a slot of as many a, b, c ... each; from 200 on without a
 * binary. `left` gets the length of the first slot as it is afterwards. */
static int output_vector(ErlDrvPort port, const unsigned char *bytes, ErlDrvSizeT size,
                         size_t *left) {
  char header[] = "HHHHHHHH";
  static char plain[] = "pppppppppppppppppppp";
  SysIOVec slots[MOST_SLOTS];
  ErlDrvBinary *binaries[MOST_SLOTS];
  ErlIOVec ev = {0, 0, slots, binaries};
  int result, i;
  for (i = 0; i < (int)size - 2; i++) {
    int owned = bytes[i + 2] < PLAIN;
    slots[i].iov_len = (size_t)(owned ? bytes[i + 2] : bytes[i + 2] - PLAIN);
    binaries[i] = owned ? filled((ErlDrvSizeT)slots[i].iov_len, 'a' + i) : NULL;
    slots[i].iov_base = owned ? binaries[i]->orig_bytes : plain;
    ev.size += slots[i].iov_len;
  }
  ev.vsize = (int)size - 2;
  result = driver_outputv(port, header, bytes[0], &ev, bytes[1]);
  *left = slots[0].iov_len;
  for (i = 0; i < ev.vsize; i++)
    driver_free_binary(binaries[i]);
  return result;
}

/* What driver_vec_to_buf makes of "abc", "", "defgh" in so much room. */
static ErlDrvSSizeT gathered(char **answer, ErlDrvSizeT room) {
  static char text[] = "abcdefgh";
  SysIOVec slots[3] = {{text, 3}, {NULL, 0}, {text + 3, 5}};
  ErlDrvBinary *binaries[3] = {NULL, NULL, NULL};
  ErlIOVec ev = {3, 8, slots, binaries};
  char got[16] = "................";
  ErlDrvSizeT size = driver_vec_to_buf(&ev, got, room);
  return drive_tell(answer, "%lu:%.10s", (unsigned long)size, got);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  char none[] = "";
  size_t left;
  int result;
  (void)room;
  switch (operation) {
  case 'o':
    result = driver_output(port, bytes, size);
    break;
  case '2': /* [Header|Rest]: the first so many of the rest are one */
    result = driver_output2(port, bytes + 1, (ErlDrvSizeT)bytes[0], bytes + 1 + bytes[0],
                            size - 1 - (ErlDrvSizeT)bytes[0]);
    break;
  case 'h':
    result = driver_output2(port, bytes, size, NULL, 0);
    break;
  case 'b':
    result = output_binary(port, bytes);
    break;
  case 'v':
    result = output_vector(port, (unsigned char *)bytes, size, &left);
    break;
  case 'V': /* the same; what is left of the driver's own vector */
    result = output_vector(port, (unsigned char *)bytes, size, &left);
    return drive_tell(answer, "%d:%lu", result, (unsigned long)left);
  case 'n':
    result = driver_output(port, NULL, 0);
    break;
  case 'e':
    result = driver_output(port, none, 0);
    break;
  case 'E':
    result = driver_failure_eof(port);
    break;
  case 'f':
    return drive_tell(answer, "%d", get_port_flags(port));
  case 'g':
    return gathered(answer, (ErlDrvSizeT)bytes[0]);
  default:
    return -1;
  }
  return drive_tell(answer, "%d", result);
}

/* "shape_drv line": says something and its flags at once. */
static ErlDrvData start(ErlDrvPort port, char *command) {
  if (strchr(command, ' ')) drive_say(port, "%s %d", command, get_port_flags(port));
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static char name[] = "shape_drv";
static ErlDrvEntry entry = {.start = start, .control = control, DRIVE_AS(name)};

DRIVER_INIT(shape_drv) {
  return &entry;
}
