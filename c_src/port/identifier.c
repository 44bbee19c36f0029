#include "port/identifier.h"

#include "port/shape.h"

#include <string.h>

static const char node[] = PIER__NODE;

/* All that the BEAM uses of the first word of a reference. */
enum { WORD_BITS = 18, WORD_MASK = (1 << WORD_BITS) - 1 };

int pier__put_port(pier_buffer *out, pier_port number) {
  erlang_port port;
  memset(&port, 0, sizeof port);
  memcpy(port.node, node, sizeof node);
  port.id = number.number;
  return pier_write_port(out, &port);
}

int pier__put_pid(pier_buffer *out, pier_pid number) {
  erlang_pid pid;
  memset(&pid, 0, sizeof pid);
  memcpy(pid.node, node, sizeof node);
  pid.num = (unsigned)number.number;
  return pier_write_pid(out, &pid);
}

int pier__put_reference(pier_buffer *out, uint64_t number) {
  erlang_ref reference;
  memset(&reference, 0, sizeof reference);
  memcpy(reference.node, node, sizeof node);
  reference.len = 3;
  reference.n[0] = (unsigned)number & WORD_MASK;
  reference.n[1] = (unsigned)(number >> WORD_BITS);
  return pier_write_ref(out, &reference);
}

static int look(const pier__view *view, pier__kind kind, pier__identifier *identifier) {
  if (view->kind != kind) return 0;
  pier__view_identifier(view, identifier);
  return pier__shape_is_atom(&identifier->node, node) && identifier->creation == 0;
}

int pier__shape_pid(const pier__view *view, uint64_t *number) {
  pier__identifier identifier;
  if (!look(view, PIER__PID, &identifier)) return 0;
  *number = identifier.word[0] | identifier.word[1] << 32;
  return 1;
}

int pier__shape_port(const pier__view *view, uint64_t *number) {
  pier__identifier identifier;
  if (!look(view, PIER__PORT, &identifier)) return 0;
  *number = identifier.word[0];
  return 1;
}

int pier__shape_reference(const pier__view *view, uint64_t *number) {
  pier__identifier identifier;
  if (!look(view, PIER__REF, &identifier)) return 0;
  *number = identifier.word[0] | identifier.word[1] << WORD_BITS;
  return 1;
}
