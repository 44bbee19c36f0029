/* What a driver may do with the vector of a command: slot 0 is its own, slots may be kept.
 * The first byte of a command says what is done. */
#include "drive.h"

static ErlDrvBinary *own, *kept;

static ErlDrvBinary *filled(const char *text) {
  ErlDrvBinary *binary = driver_alloc_binary((ErlDrvSizeT)strlen(text));
  memcpy(binary->orig_bytes, text, strlen(text));
  return binary;
}

static void use_slot(ErlIOVec *ev, char *bytes, size_t size, ErlDrvBinary *binary) {
  ev->iov[0].iov_base = bytes;
  ev->iov[0].iov_len = size;
  ev->binv[0] = binary;
  ev->size += size;
}

static void outputv(ErlDrvData data, ErlIOVec *ev) {
  ErlDrvPort port = (ErlDrvPort)data;
  static char plain[] = "head:";
  char header[] = "H";
  switch (ev->size > 0 ? *(char *)ev->iov[1].iov_base : 0) {
  case 'p': /* bytes without a binary, then all of it is said */
    use_slot(ev, plain, 5, NULL);
    driver_outputv(port, header, 1, ev, 0);
    break;
  case 'b': /* with a binary of the driver's, all of which is queued */
    if (!own) own = filled("own:");
    use_slot(ev, own->orig_bytes, 4, own);
    driver_enqv(port, ev, 0);
    break;
  case 'k': /* the second slot is kept beyond the call */
    kept = ev->binv[1];
    driver_binary_inc_refc(kept);
    break;
  default:
    break;
  }
}

/* The bytes of the queue, taken out of it. */
static ErlDrvSSizeT drained(ErlDrvPort port, char **answer) {
  ErlIOVec ev = {0, 0, NULL, NULL};
  char text[40] = "";
  ErlDrvSizeT size = driver_peekqv(port, &ev);
  ErlDrvSizeT got = driver_vec_to_buf(&ev, text, 30);
  driver_deq(port, size);
  return drive_tell(answer, "%.*s", (int)got, text);
}

static ErlDrvSSizeT control(ErlDrvData data, unsigned operation, char *bytes, ErlDrvSizeT size,
                            char **answer, ErlDrvSizeT room) {
  ErlDrvPort port = (ErlDrvPort)data;
  ErlDrvSSizeT told;
  (void)bytes, (void)size, (void)room;
  switch (operation) {
  case 'q':
    return drained(port, answer);
  case 'r': /* how many have the driver's binary */
    return drive_tell(answer, "%ld", (long)driver_binary_get_refc(own));
  case 'k': /* a long one may be the sender's as well, until its garbage is collected */
    told = kept->orig_size > 39
               ? drive_tell(answer, "long %c", kept->orig_bytes[0])
               : drive_tell(answer, "short, %ld", (long)driver_binary_get_refc(kept));
    driver_free_binary(kept);
    return told;
  default:
    return -1;
  }
}

static ErlDrvData start(ErlDrvPort port, char *command) {
  (void)command;
  set_port_control_flags(port, PORT_CONTROL_FLAG_BINARY);
  return (ErlDrvData)port;
}

static void finish(void) {
  driver_free_binary(own);
}

static char name[] = "slot_drv";
static ErlDrvEntry entry = {
    .start = start, .outputv = outputv, .control = control, .finish = finish, DRIVE_AS(name)};

DRIVER_INIT(slot_drv) {
  return &entry;
}
