/* Values from external terms, and back. */
#include "scenario/value.h"

#include <string.h>

/* One term that is being read; `open` is the container that takes it. */
typedef struct decoder {
  pier__arena *arena;
  const char *bytes;
  int at;
  pier__value *open;
  size_t *wanted; /* for each open container, innermost last: how many are to come */
  size_t depth, room;
} decoder;

static pier__value *decode_integer(decoder *d) {
  long long integer;
  int start = d->at;
  pier__value *value;
  if (ei_decode_longlong(d->bytes, &d->at, &integer) == 0)
    return pier__value_integer(d->arena, integer);
  ei_skip_term(d->bytes, &d->at);
  value = pier__value_new(d->arena, PIER__BIG);
  if (value) value->data = pier_span_of(d->bytes + start, (size_t)(d->at - start));
  return value;
}

static pier__value *decode_float(decoder *d) {
  pier__value *value = pier__value_new(d->arena, PIER__FLOAT);
  if (value) ei_decode_double(d->bytes, &d->at, &value->real);
  return value;
}

static pier__value *decode_atom(decoder *d) {
  char name[MAXATOMLEN_UTF8];
  ei_decode_atom_as(d->bytes, &d->at, name, sizeof name, ERLANG_UTF8, NULL, NULL);
  return pier__value_atom(d->arena, name);
}

static pier__value *decode_bits(decoder *d) {
  pier__value *value = pier__value_new(d->arena, PIER__BITS);
  const char *data;
  unsigned offset;
  size_t bits;
  if (!value) return NULL;
  ei_decode_bitstring(d->bytes, &d->at, &data, &offset, &bits);
  value->data = pier_span_of(data, (bits + 7) / 8);
  value->unused = (unsigned)(value->data.size * 8 - bits);
  return value;
}

static pier__value *decode_string(decoder *d, int size) {
  pier__value *list = pier__value_new(d->arena, PIER__LIST);
  const uint8_t *bytes = (const uint8_t *)d->bytes + d->at + 3; /* tag, size */
  int at;
  for (at = 0; list && at < size; at++)
    list = pier__value_add(list, pier__value_integer(d->arena, bytes[at]));
  d->at += 3 + size;
  return list;
}

static pier__value *decode_other(decoder *d, pier__value_kind kind) {
  pier__value *value = pier__value_new(d->arena, kind);
  int start = d->at;
  ei_skip_term(d->bytes, &d->at);
  if (value) value->data = pier_span_of(d->bytes + start, (size_t)(d->at - start));
  return value;
}

/* The head of a container; *children gets how many terms follow. */
static pier__value *decode_head(decoder *d, int type, size_t *children) {
  pier__value_kind kind = PIER__LIST;
  pier__value *value;
  int count = 0;
  if (type == ERL_SMALL_TUPLE_EXT || type == ERL_LARGE_TUPLE_EXT) {
    kind = PIER__TUPLE;
    ei_decode_tuple_header(d->bytes, &d->at, &count);
    *children = (size_t)count;
  } else if (type == ERL_MAP_EXT) {
    kind = PIER__MAP;
    ei_decode_map_header(d->bytes, &d->at, &count);
    *children = 2 * (size_t)count;
  } else {
    ei_decode_list_header(d->bytes, &d->at, &count);
    *children = count ? (size_t)count + 1 : 0; /* with the tail */
  }
  value = pier__value_new(d->arena, kind);
  if (value) value->improper = kind == PIER__LIST && count > 0;
  return value;
}

static pier__value *decode_one(decoder *d, size_t *children) {
  int type = 0;
  int size = 0;
  *children = 0;
  ei_get_type(d->bytes, &d->at, &type, &size);
  switch (type) {
  case ERL_SMALL_INTEGER_EXT:
  case ERL_INTEGER_EXT:
  case ERL_SMALL_BIG_EXT:
  case ERL_LARGE_BIG_EXT:
    return decode_integer(d);
  case ERL_FLOAT_EXT:
  case NEW_FLOAT_EXT:
    return decode_float(d);
  case ERL_ATOM_EXT:
  case ERL_SMALL_ATOM_EXT:
  case ERL_ATOM_UTF8_EXT:
  case ERL_SMALL_ATOM_UTF8_EXT:
    return decode_atom(d);
  case ERL_BINARY_EXT:
  case ERL_BIT_BINARY_EXT:
    return decode_bits(d);
  case ERL_STRING_EXT:
    return decode_string(d, size);
  case ERL_PID_EXT:
  case ERL_NEW_PID_EXT:
    return decode_other(d, PIER__PID);
  case ERL_PORT_EXT:
  case ERL_NEW_PORT_EXT:
  case ERL_V4_PORT_EXT:
    return decode_other(d, PIER__PORT);
  case ERL_REFERENCE_EXT:
  case ERL_NEW_REFERENCE_EXT:
  case ERL_NEWER_REFERENCE_EXT:
    return decode_other(d, PIER__REF);
  case ERL_SMALL_TUPLE_EXT:
  case ERL_LARGE_TUPLE_EXT:
  case ERL_MAP_EXT:
  case ERL_LIST_EXT:
  case ERL_NIL_EXT:
    return decode_head(d, type, children);
  default:
    return decode_other(d, PIER__FUN);
  }
}

static int push(decoder *d, size_t children) {
  if (d->depth == d->room) {
    size_t room = d->room ? 2 * d->room : 32;
    size_t *wanted = pier_realloc(d->wanted, room * sizeof *wanted);
    if (!wanted) return PIER_ENOMEM;
    d->wanted = wanted;
    d->room = room;
  }
  d->wanted[d->depth++] = children;
  return 0;
}

/* Puts `value` into the open container; a tail that is [] is none. */
static void put(decoder *d, pier__value *value) {
  pier__value *open = d->open;
  int is_tail = open->kind == PIER__LIST && d->wanted[d->depth - 1] == 1;
  d->wanted[d->depth - 1]--;
  if (is_tail && value->kind == PIER__LIST && value->count == 0 && !value->improper)
    open->improper = false;
  else
    pier__value_add(open, value);
}

static pier__value *decode(decoder *d) {
  pier__value *root = NULL;
  do {
    size_t children;
    pier__value *value = decode_one(d, &children);
    if (!value) return NULL;
    if (d->open)
      put(d, value);
    else
      root = value;
    if (children) {
      if (push(d, children) < 0) return NULL;
      d->open = value;
    }
    while (d->open && d->wanted[d->depth - 1] == 0) {
      d->depth--;
      d->open = d->open->parent;
    }
  } while (d->open);
  return root;
}

pier__value *pier__value_decode(pier__arena *arena, pier_span term) {
  pier_buffer normal = PIER_BUFFER_INIT;
  pier__value *value = NULL;
  decoder d;
  memset(&d, 0, sizeof d);
  d.arena = arena;
  if (pier_term_normalize(&normal, term) == 0) {
    d.bytes = (const char *)pier__arena_copy(arena, pier_buffer_span(&normal));
    d.at = 1; /* the version byte */
    if (d.bytes) value = decode(&d);
  }
  pier_buffer_free(&normal);
  pier_free(d.wanted);
  return value;
}

static void encode_enter(void *context, const pier__value *value) {
  pier_buffer *out = context;
  switch (value->kind) {
  case PIER__INTEGER:
    pier_write_int64(out, value->integer);
    break;
  case PIER__FLOAT:
    pier_write_double(out, value->real);
    break;
  case PIER__ATOM:
    pier_write_atom_span(out, value->data);
    break;
  case PIER__BITS:
    pier_write_bitstring(out, value->data.data, value->data.size * 8 - value->unused);
    break;
  case PIER__TUPLE:
    pier_write_tuple(out, value->count);
    break;
  case PIER__LIST:
    if (value->count) pier_write_list(out, value->count - (value->improper ? 1 : 0));
    break;
  case PIER__MAP:
    pier_write_map(out, value->count / 2);
    break;
  case PIER__ANY:
    pier_write_atom(out, "_");
    break;
  default:
    pier_write_term(out, value->data);
  }
}

static void encode_leave(void *context, const pier__value *value) {
  if (value->kind == PIER__LIST && !value->improper) pier_write_nil(context);
}

int pier__value_encode(const pier__value *value, pier_buffer *out) {
  pier__value_walk(value, encode_enter, encode_leave, out);
  return out->error;
}

int pier__value_compare(const pier__value *a, const pier__value *b) {
  pier_buffer left = PIER_BUFFER_INIT;
  pier_buffer right = PIER_BUFFER_INIT;
  int order = 0;
  if (pier__value_encode(a, &left) == 0 && pier__value_encode(b, &right) == 0)
    order = pier_term_compare(pier_buffer_span(&left), pier_buffer_span(&right), NULL);
  pier_buffer_free(&left);
  pier_buffer_free(&right);
  return order;
}
