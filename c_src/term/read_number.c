#include "term/read.h"

#include <inttypes.h>
#include <stdio.h>

extern inline int64_t pier_read_int64(pier_reader *reader);
extern inline double pier_read_double(pier_reader *reader);
extern inline uint32_t pier_read_be32(const uint8_t *at);

static bool is_signed(const pier__view *view, int64_t *value) {
  uint64_t most = (uint64_t)INT64_MAX + view->negative;
  if (view->size > 0 || view->magnitude > most) return false;
  *value = (int64_t)(view->negative ? 0 - view->magnitude : view->magnitude);
  return true;
}

int64_t pier_read_int64_general(pier_reader *reader) {
  pier__view view;
  int64_t value = 0;
  const uint8_t *at = pier__read_next(reader);
  if (!at) return 0;
  if (at[0] == ERL_SMALL_INTEGER_EXT) {
    value = at[1];
    pier__read_pass(reader, at + 2);
    return value;
  }
  if (at[0] == ERL_INTEGER_EXT) {
    value = (int32_t)pier__load32(at + 1);
    pier__read_pass(reader, at + 5);
    return value;
  }
  pier__view_at(&view, at);
  if (view.kind != PIER__INT)
    pier__read_fail(reader, PIER_EMATCH, at, "integer");
  else if (!is_signed(&view, &value))
    pier__read_fail(reader, PIER_ERANGE, at, "integer of 64 bits");
  else
    pier__read_pass(reader, view.next);
  return value;
}

int64_t pier_read_integer_in(pier_reader *reader, int64_t low, int64_t high) {
  char expected[64];
  pier__view view;
  int64_t value = 0;
  const uint8_t *at = pier__read_next(reader);
  if (!at) return 0;
  pier__view_at(&view, at);
  snprintf(expected, sizeof expected, "integer from %" PRId64 " to %" PRId64, low, high);
  if (view.kind != PIER__INT || !is_signed(&view, &value) || value < low || value > high) {
    pier__read_fail(reader, view.kind == PIER__INT ? PIER_ERANGE : PIER_EMATCH, at, expected);
    return 0;
  }
  pier__read_pass(reader, view.next);
  return value;
}

uint64_t pier_read_uint64(pier_reader *reader) {
  pier__view view;
  if (!pier__read_view(reader, &view, PIER__INT, "integer")) return 0;
  if (view.negative || view.size > 0) {
    const uint8_t *at = pier__read_next(reader);
    pier__read_fail(reader, PIER_ERANGE, at, "integer of 64 bits without sign");
    return 0;
  }
  pier__read_pass(reader, view.next);
  return view.magnitude;
}

size_t pier_read_bigint(pier_reader *reader, int *negative, pier_buffer *digits) {
  pier__view view;
  uint8_t small[sizeof view.magnitude];
  size_t size;
  if (negative) *negative = 0;
  if (!pier__read_view(reader, &view, PIER__INT, "integer")) return 0;
  if (view.size == 0) {
    for (size = 0; size < sizeof small && view.magnitude >> 8 * size > 0; size++)
      small[size] = (uint8_t)(view.magnitude >> 8 * size);
    view.data = small;
    view.size = size;
  }
  if (pier_buffer_append(digits, view.data, view.size) < 0) {
    pier__read_fail(reader, digits->error, pier__read_next(reader), NULL);
    return 0;
  }
  if (negative) *negative = view.negative;
  pier__read_pass(reader, view.next);
  return view.size;
}

double pier_read_double_general(pier_reader *reader) {
  pier__view view;
  const uint8_t *at = reader->at;
  if (reader->left > 0 && at[0] == NEW_FLOAT_EXT) {
    uint64_t bits = pier__load64(at + 1);
    double value;
    memcpy(&value, &bits, sizeof value);
    pier__read_pass(reader, at + 9);
    return value;
  }
  if (!pier__read_view(reader, &view, PIER__FLOAT, "float")) return 0;
  pier__read_pass(reader, view.next);
  return view.real;
}

double pier_read_number(pier_reader *reader) {
  const uint8_t *at = pier__read_next(reader);
  pier__view view;
  double value;
  if (!at) return 0;
  pier__view_at(&view, at);
  if ((view.kind == PIER__FLOAT || view.kind == PIER__INT) && pier__view_real(&view, &value)) {
    pier__read_pass(reader, view.next);
    return value;
  }
  if (view.kind == PIER__INT)
    pier__read_fail(reader, PIER_ERANGE, at, "number that a double holds");
  else
    pier__read_fail(reader, PIER_EMATCH, at, "number");
  return 0;
}
