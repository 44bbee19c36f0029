/* Answers of control and call in every form: the operation says which, the data what. The
 * first byte of a command sets the flags of control. */
#include "drive.h"

static ErlDrvSSizeT replaced(char **answer, ErlDrvSizeT size) {
  *answer = driver_alloc(size);
  memset(*answer, 'r', size);
  return (ErlDrvSSizeT)size;
}

/* A binary of 100 bytes, of which it returns another number. */
static ErlDrvSSizeT binary(char **answer, int returned) {
  ErlDrvBinary *made = driver_alloc_binary(100);
  memset(made->orig_bytes, 'b', 100);
  *answer = (char *)made;
  return returned;
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  switch (operation) {
  case 'r': /* how much room there is */
    return drive_tell(answer, "%lu", (unsigned long)room);
  case 's': /* the default buffer, filled up to there */
    memset(*answer, 'd', (ErlDrvSizeT)bytes[0]);
    return bytes[0];
  case 'e': /* what came */
    if (size > room) replaced(answer, size);
    memcpy(*answer, bytes, size);
    return (ErlDrvSSizeT)size;
  case 'a':
    return replaced(answer, 10);
  case 'b':
    set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
    return binary(answer, bytes[0]);
  case 'n': /* no buffer */
    *answer = NULL;
    return bytes[0];
  case 'f': /* flags that are set inside count already */
    set_port_control_flags(port, bytes[0]);
    memcpy(*answer, "flags", 5);
    return 5;
  case '-':
    return -1;
  case 'm': /* as negative as can be */
    return (ErlDrvSSizeT)1 << 63;
  case 0xffffffff:
    return drive_tell(answer, "the last");
  default:
    return -1;
  }
}

static void output(ErlDrvData data, char *bytes, ErlDrvSizeT size) {
  if (size > 0) set_port_control_flags((ErlDrvPort)data, bytes[0]);
}

/* As text: <<"...">>. */
static ErlDrvSSizeT told(char **answer, const char *text) {
  size_t size = strlen(text);
  char head[6] = {(char)131, 109, 0, 0, 0, (char)size};
  memcpy(*answer, head, 6);
  memcpy(*answer + 6, text, size);
  return (ErlDrvSSizeT)size + 6;
}

static ErlDrvSSizeT call(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                         char **answer, ErlDrvSizeT room, unsigned *flags) {
  char text[40];
  (void)data;
  switch (operation) {
  case 'e': /* what came, in a buffer of its own if it must be */
    if (size > room) replaced(answer, size);
    memcpy(*answer, bytes, size);
    return (ErlDrvSSizeT)size;
  case 'k': /* the input itself */
    *answer = bytes;
    *flags |= DRIVER_CALL_KEEP_BUFFER;
    return (ErlDrvSSizeT)size;
  case 'h': /* the head of what came */
    snprintf(text, sizeof text, "%d %d %lu", bytes[0] & 255, bytes[1] & 255,
             (unsigned long)size);
    return told(answer, text);
  case 'f':
    snprintf(text, sizeof text, "%u", *flags);
    return told(answer, text);
  case 't': /* something behind the term */
    told(answer, "term");
    memcpy(*answer + 10, "tail", 4);
    return 14;
  case 's': /* less than a term */
    return told(answer, "short") - 1;
  case 'z':
    return 0;
  case '-':
    return -1;
  case 'g':
    memcpy(*answer, "garbage", 7);
    return 7;
  default:
    return -1;
  }
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  return (ErlDrvData)port;
}

static char name[] = "answer_drv";
static ErlDrvEntry entry = {
    .start = start, .output = output, .control = control, .call = call, DRIVE_AS(name)};

DRIVER_INIT(answer_drv) {
  return &entry;
}
