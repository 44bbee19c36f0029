#include "ei_walk.h"

#include <ei.h>
#include <stdlib.h>
#include <string.h>

static int walk_big(const char *buf, int *index, int size) {
  erlang_big *big = ei_alloc_big((unsigned)size);
  int result = big ? ei_decode_big(buf, index, big) : -1;
  if (big) ei_free_big(big);
  return result;
}

static int walk_bytes(const char *buf, int *index, int tag, int size) {
  char *to = malloc((size_t)size + 1);
  long got;
  int result = -1;
  if (!to) return -1;
  if (tag == ERL_STRING_EXT)
    result = ei_decode_string(buf, index, to);
  else
    result = ei_decode_binary(buf, index, to, &got);
  free(to);
  return result;
}

static int walk_text_float(const char *buf, int *index) {
  double real;
  /* ei looks for a NUL; see the head of <pier/term.h>. */
  if (memchr(buf + *index + 1, 0, 31)) return ei_decode_double(buf, index, &real);
  *index += 32;
  return 0;
}

static int walk_identifier(const char *buf, int *index, int tag) {
  erlang_pid pid;
  erlang_port port;
  erlang_ref ref;
  switch (tag) {
  case ERL_PID_EXT:
  case ERL_NEW_PID_EXT:
    return ei_decode_pid(buf, index, &pid);
  case ERL_PORT_EXT:
  case ERL_NEW_PORT_EXT:
  case ERL_V4_PORT_EXT:
    return ei_decode_port(buf, index, &port);
  default:
    return ei_decode_ref(buf, index, &ref);
  }
}

static int walk_fun(const char *buf, int *index) {
  erlang_fun fun;
  int result = ei_decode_fun(buf, index, &fun);
  if (result == 0) free_fun(&fun);
  return result;
}

/* One term or head of a term; *children gets what follows. */
static int walk_one(const char *buf, int *index, unsigned long *children) {
  char atom[MAXATOMLEN_UTF8];
  const char *bits;
  int tag = (unsigned char)buf[*index], type, size, arity = 0, result;
  unsigned offset;
  size_t count;
  double real;
  long long small;
  if (ei_get_type(buf, index, &type, &size) < 0) return -1;
  switch (tag) {
  case ERL_SMALL_INTEGER_EXT:
  case ERL_INTEGER_EXT:
    return ei_decode_longlong(buf, index, &small);
  case ERL_SMALL_BIG_EXT:
  case ERL_LARGE_BIG_EXT:
    return walk_big(buf, index, size);
  case NEW_FLOAT_EXT:
    return ei_decode_double(buf, index, &real);
  case ERL_FLOAT_EXT:
    return walk_text_float(buf, index);
  case ERL_ATOM_EXT:
  case ERL_SMALL_ATOM_EXT:
  case ERL_ATOM_UTF8_EXT:
  case ERL_SMALL_ATOM_UTF8_EXT:
    return ei_decode_atom_as(buf, index, atom, sizeof atom, ERLANG_UTF8, NULL, NULL);
  case ERL_STRING_EXT:
  case ERL_BINARY_EXT:
    return walk_bytes(buf, index, tag, size);
  case ERL_BIT_BINARY_EXT:
    return ei_decode_bitstring(buf, index, &bits, &offset, &count);
  case ERL_NEW_FUN_EXT:
  case ERL_EXPORT_EXT:
    return walk_fun(buf, index);
  case ERL_NIL_EXT:
    return ei_decode_list_header(buf, index, &arity);
  case ERL_LIST_EXT:
    result = ei_decode_list_header(buf, index, &arity);
    *children = (unsigned long)arity + 1;
    return result;
  case ERL_SMALL_TUPLE_EXT:
  case ERL_LARGE_TUPLE_EXT:
    result = ei_decode_tuple_header(buf, index, &arity);
    *children = (unsigned long)arity;
    return result;
  case ERL_MAP_EXT:
    result = ei_decode_map_header(buf, index, &arity);
    *children = (unsigned long)arity * 2;
    return result;
  default:
    return walk_identifier(buf, index, tag);
  }
}

int ei_walk(pier_span term) {
  const char *buf = (const char *)term.data;
  unsigned long missing = 1;
  int index = 0, version;
  if (ei_decode_version(buf, &index, &version) < 0) return 131;
  while (missing > 0) {
    unsigned long children = 0;
    int at = index;
    if (walk_one(buf, &index, &children) < 0) return term.data[at];
    missing += children;
    missing--;
  }
  return (size_t)index == term.size ? 0 : 256;
}
