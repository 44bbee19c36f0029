#include "term/read.h"

/* ---- Binaries ----------------------------------------------------------------- */

extern inline pier_span pier_read_binary(pier_reader *reader);

pier_span pier_read_binary_general(pier_reader *reader) {
  const uint8_t *at = pier__read_next(reader);
  pier__view view;
  if (!at) return pier_span_of(NULL, 0);
  pier__view_at(&view, at);
  if (view.kind != PIER__BITS || (view.size > 0 && view.bits != 8)) {
    pier__read_fail(reader, PIER_EMATCH, at, "binary");
    return pier_span_of(NULL, 0);
  }
  pier__read_pass(reader, view.next);
  return pier_span_of(view.data, view.size);
}

pier_span pier_read_bitstring(pier_reader *reader, size_t *bits) {
  pier__view view;
  *bits = 0;
  if (!pier__read_view(reader, &view, PIER__BITS, "bit string")) return pier_span_of(NULL, 0);
  if (view.size > 0) *bits = 8 * (view.size - 1) + view.bits;
  pier__read_pass(reader, view.next);
  return pier_span_of(view.data, view.size);
}

/* ---- Identifiers --------------------------------------------------------------- */

/* The gate has seen that ei has room for the node. */
#define READ_IDENTIFIER(name, type, wanted, words)                                             \
  void pier_read_##name(pier_reader *reader, type *name) {                                     \
    const uint8_t *at = pier__read_next(reader);                                               \
    bool right = at && pier__read_type(at) == (wanted);                                        \
    int size = 0;                                                                              \
    if (right && ei_decode_##name((const char *)at, &size, name) == 0) {                       \
      pier__read_pass(reader, at + size);                                                      \
      return;                                                                                  \
    }                                                                                          \
    memset(name, 0, sizeof *name);                                                             \
    if (right)                                                                                 \
      pier__read_fail(reader, PIER_ERANGE, at, words " that ei can hold");                     \
    else if (at)                                                                               \
      pier__read_fail(reader, PIER_EMATCH, at, words);                                         \
  }

READ_IDENTIFIER(pid, erlang_pid, PIER_TYPE_PID, "pid")
READ_IDENTIFIER(port, erlang_port, PIER_TYPE_PORT, "port")
READ_IDENTIFIER(ref, erlang_ref, PIER_TYPE_REF, "reference")
