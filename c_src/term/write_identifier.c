/* Pids, ports and references, from ei's structs to the bytes of the BEAM. */
#include "term/write.h"

#include <stdbool.h>
#include <string.h>

static pier_span node_of(const char *node, size_t room) {
  return pier_span_of(node, strnlen(node, room));
}

/* The tag, perhaps a count of words, and the node; then room for `size` bytes,
 * or NULL. */
static uint8_t *begin_identifier(pier_buffer *out, const uint8_t *head, size_t head_size,
                                 pier_span node, size_t size) {
  if (pier_buffer_append(out, head, head_size)) return NULL;
  if (pier_write_atom_span(out, node)) return NULL;
  return pier_buffer_reserve(out, size);
}

/* What was written of an identifier that is none does not stay. */
static int end_identifier(pier_buffer *out, size_t before, const uint8_t *to, size_t size) {
  out->size = to ? out->size + size : before;
  return out->error;
}

int pier_write_pid(pier_buffer *out, const erlang_pid *pid) {
  const uint8_t tag = PIER__TAG_NEW_PID;
  size_t before = out->size;
  uint8_t *to = begin_identifier(out, &tag, 1, node_of(pid->node, sizeof pid->node), 12);
  if (to) {
    pier__store32(to, pid->num);
    pier__store32(to + 4, pid->serial);
    pier__store32(to + 8, pid->creation);
  }
  return end_identifier(out, before, to, 12);
}

/* A number of more than 28 bits has another tag. */
int pier_write_port(pier_buffer *out, const erlang_port *port) {
  enum { OLD_BITS = 28 };
  bool wide = (uint64_t)port->id >> OLD_BITS != 0;
  const uint8_t tag = wide ? PIER__TAG_V4_PORT : PIER__TAG_NEW_PORT;
  size_t before = out->size, size = wide ? 12 : 8;
  uint8_t *to = begin_identifier(out, &tag, 1, node_of(port->node, sizeof port->node), size);
  if (to) {
    if (wide) pier__store32(to, (uint32_t)((uint64_t)port->id >> 32));
    pier__store32(to + size - 8, (uint32_t)port->id);
    pier__store32(to + size - 4, port->creation);
  }
  return end_identifier(out, before, to, size);
}

int pier_write_ref(pier_buffer *out, const erlang_ref *ref) {
  uint8_t head[3] = {PIER__TAG_NEWER_REFERENCE, 0, 0};
  size_t before = out->size, size = 4 + 4 * (size_t)ref->len;
  uint8_t *to;
  int i;
  if (ref->len < 1 || ref->len > PIER__REFERENCE_WORDS)
    return pier__write_fail(out, PIER_EARG, "a reference is of 1 to 5 words");
  head[2] = (uint8_t)ref->len;
  to = begin_identifier(out, head, sizeof head, node_of(ref->node, sizeof ref->node), size);
  if (to) {
    pier__store32(to, ref->creation);
    for (i = 0; i < ref->len; i++)
      pier__store32(to + 4 + 4 * i, ref->n[i]);
  }
  return end_identifier(out, before, to, size);
}
