#include "ei_walk.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>

enum { FLOAT_TEXT = 31 };

/* ---- What is known to be wrong with ei ----------------------------------- */

static bool has_nul(const char *buf, int atom) {
  const uint8_t *at = (const uint8_t *)buf + atom;
  bool small = *at == ERL_SMALL_ATOM_EXT || *at == ERL_SMALL_ATOM_UTF8_EXT;
  size_t size = small ? at[1] : (size_t)at[1] << 8 | at[2];
  return memchr(at + (small ? 2 : 3), 0, size) != NULL;
}

static bool fun_has_nul(const char *buf, int at) {
  int part = at + 30, i; /* the module, then two numbers, then a pid */
  if (has_nul(buf, part)) return true;
  for (i = 0; i < 3; i++)
    if (ei_skip_term(buf, &part) < 0) return false;
  return has_nul(buf, part + 1);
}

/* Atoms are C strings to ei. */
static bool is_cut_at_nul(const char *buf, int at) {
  int name = at + 1;
  switch ((uint8_t)buf[at]) {
  case ERL_ATOM_EXT:
  case ERL_SMALL_ATOM_EXT:
  case ERL_ATOM_UTF8_EXT:
  case ERL_SMALL_ATOM_UTF8_EXT:
    return has_nul(buf, at);
  case ERL_PID_EXT:
  case ERL_NEW_PID_EXT:
  case ERL_PORT_EXT:
  case ERL_NEW_PORT_EXT:
  case ERL_V4_PORT_EXT:
  case ERL_REFERENCE_EXT:
    return has_nul(buf, name);
  case ERL_NEW_REFERENCE_EXT:
  case ERL_NEWER_REFERENCE_EXT:
    return has_nul(buf, at + 3);
  case ERL_EXPORT_EXT:
    return has_nul(buf, name) || (ei_skip_term(buf, &name) == 0 && has_nul(buf, name));
  case ERL_NEW_FUN_EXT:
    return fun_has_nul(buf, at);
  default:
    return false;
  }
}

/* 32 bits go through a signed int into 64. */
static bool is_port_with_sign(const char *buf, int at) {
  int number = at + 1;
  bool port = (uint8_t)buf[at] == ERL_NEW_PORT_EXT || (uint8_t)buf[at] == ERL_PORT_EXT;
  return port && ei_skip_term(buf, &number) == 0 && (buf[number] & 0x80) != 0;
}

/* It looks for a NUL, see the head of <pier/term.h>. */
static bool is_endless_float(const char *buf, int at) {
  return (uint8_t)buf[at] == ERL_FLOAT_EXT && !memchr(buf + at + 1, 0, FLOAT_TEXT);
}

ei_bug ei_bugs[EI_BUGS] = {
    {"an atom is cut at a NUL", is_cut_at_nul, 0},
    {"a port's number beyond 31 bits gets a sign", is_port_with_sign, 0},
    {"a float's text of 31 characters is read on", is_endless_float, 0},
};

static bool is_known(const char *buf, int at) {
  size_t i;
  for (i = 0; i < EI_BUGS; i++)
    if (ei_bugs[i].applies(buf, at)) {
      ei_bugs[i].met++;
      return true;
    }
  return false;
}

/* ---- Leaves --------------------------------------------------------------- */

static int walk_integer(const char *buf, int *index, pier_buffer *copy) {
  long long value;
  int result = ei_decode_longlong(buf, index, &value);
  if (result == 0) pier_write_int64(copy, value);
  return result;
}

static int walk_big(const char *buf, int *index, int size, pier_buffer *copy) {
  erlang_big *big = ei_alloc_big((unsigned)size);
  int result = big ? ei_decode_big(buf, index, big) : -1;
  if (result == 0) pier_write_bigint(copy, big->is_neg, big->digits, big->arity);
  if (big) ei_free_big(big);
  return result;
}

static int walk_float(const char *buf, int *index, pier_buffer *copy) {
  double real;
  int result = ei_decode_double(buf, index, &real);
  if (result == 0) pier_write_double(copy, real);
  return result;
}

static int walk_atom(const char *buf, int *index, pier_buffer *copy) {
  char name[MAXATOMLEN_UTF8];
  int result = ei_decode_atom_as(buf, index, name, sizeof name, ERLANG_UTF8, NULL, NULL);
  if (result == 0) pier_write_atom(copy, name);
  return result;
}

static int walk_bytes(const char *buf, int *index, int tag, int size, pier_buffer *copy) {
  char *to = malloc((size_t)size + 1);
  long got = size;
  int result = -1;
  if (!to) return -1;
  if (tag == ERL_STRING_EXT)
    result = ei_decode_string(buf, index, to);
  else
    result = ei_decode_binary(buf, index, to, &got);
  if (result == 0 && tag == ERL_STRING_EXT)
    pier_write_string(copy, to, (size_t)got);
  else if (result == 0)
    pier_write_binary(copy, to, (size_t)got);
  free(to);
  return result;
}

static int walk_bits(const char *buf, int *index, pier_buffer *copy) {
  const char *bits;
  unsigned offset;
  size_t count;
  int result = ei_decode_bitstring(buf, index, &bits, &offset, &count);
  if (result == 0) pier_write_bitstring(copy, bits, count);
  return result == 0 && offset == 0 ? 0 : -1;
}

static int walk_identifier(const char *buf, int *index, int tag, pier_buffer *copy) {
  erlang_pid pid;
  erlang_port port;
  erlang_ref ref;
  int result;
  switch (tag) {
  case ERL_PID_EXT:
  case ERL_NEW_PID_EXT:
    result = ei_decode_pid(buf, index, &pid);
    if (result == 0) pier_write_pid(copy, &pid);
    return result;
  case ERL_PORT_EXT:
  case ERL_NEW_PORT_EXT:
  case ERL_V4_PORT_EXT:
    result = ei_decode_port(buf, index, &port);
    if (result == 0) pier_write_port(copy, &port);
    return result;
  default:
    result = ei_decode_ref(buf, index, &ref);
    if (result == 0) pier_write_ref(copy, &ref);
    return result;
  }
}

static int walk_fun(const char *buf, int *index, pier_buffer *copy) {
  erlang_fun fun;
  int result = ei_decode_fun(buf, index, &fun), size = 0;
  if (result < 0) return result;
  result = ei_encode_fun(NULL, &size, &fun);
  if (result == 0) {
    char *room = (char *)pier_buffer_reserve(copy, (size_t)size);
    int end = 0;
    if (!room) abort();
    result = ei_encode_fun(room, &end, &fun);
    copy->size += (size_t)end;
  }
  free_fun(&fun);
  return result;
}

/* ---- Heads ------------------------------------------------------------- */

static int walk_head(const char *buf, int *index, int tag, unsigned long *children,
                     pier_buffer *copy) {
  int arity = 0, result;
  switch (tag) {
  case ERL_NIL_EXT:
    pier_write_nil(copy);
    return ei_decode_list_header(buf, index, &arity);
  case ERL_LIST_EXT:
    result = ei_decode_list_header(buf, index, &arity);
    *children = (unsigned long)arity + 1;
    pier_write_list(copy, (size_t)arity);
    return result;
  case ERL_MAP_EXT:
    result = ei_decode_map_header(buf, index, &arity);
    *children = (unsigned long)arity * 2;
    pier_write_map(copy, (size_t)arity);
    return result;
  default:
    result = ei_decode_tuple_header(buf, index, &arity);
    *children = (unsigned long)arity;
    pier_write_tuple(copy, (size_t)arity);
    return result;
  }
}

/* One term or head of a term; *children gets what follows. */
static int walk_one(const char *buf, int *index, unsigned long *children, pier_buffer *copy) {
  int tag = (unsigned char)buf[*index], type, size;
  if (ei_get_type(buf, index, &type, &size) < 0) return -1;
  switch (tag) {
  case ERL_SMALL_INTEGER_EXT:
  case ERL_INTEGER_EXT:
    return walk_integer(buf, index, copy);
  case ERL_SMALL_BIG_EXT:
  case ERL_LARGE_BIG_EXT:
    return walk_big(buf, index, size, copy);
  case NEW_FLOAT_EXT:
  case ERL_FLOAT_EXT:
    return walk_float(buf, index, copy);
  case ERL_ATOM_EXT:
  case ERL_SMALL_ATOM_EXT:
  case ERL_ATOM_UTF8_EXT:
  case ERL_SMALL_ATOM_UTF8_EXT:
    return walk_atom(buf, index, copy);
  case ERL_STRING_EXT:
  case ERL_BINARY_EXT:
    return walk_bytes(buf, index, tag, size, copy);
  case ERL_BIT_BINARY_EXT:
    return walk_bits(buf, index, copy);
  case ERL_NEW_FUN_EXT:
  case ERL_EXPORT_EXT:
    return walk_fun(buf, index, copy);
  case ERL_NIL_EXT:
  case ERL_LIST_EXT:
  case ERL_SMALL_TUPLE_EXT:
  case ERL_LARGE_TUPLE_EXT:
  case ERL_MAP_EXT:
    return walk_head(buf, index, tag, children, copy);
  default:
    return walk_identifier(buf, index, tag, copy);
  }
}

/* Copies the term by ei's values; where ei is known to be wrong, by the bytes. */
static const char *walk(pier_span term, pier_buffer *copy) {
  const char *buf = (const char *)term.data;
  unsigned long missing = 1;
  int index = 0, version;
  if (ei_decode_version(buf, &index, &version) < 0) return "ei refuses the version";
  pier_write_version(copy);
  for (; missing > 0; missing--) {
    unsigned long children = 0;
    size_t before = copy->size;
    int at = index;
    bool known = is_known(buf, at);
    if (known && (uint8_t)buf[at] == ERL_FLOAT_EXT)
      index += 1 + FLOAT_TEXT;
    else if (walk_one(buf, &index, &children, copy) < 0)
      return "ei refuses a term";
    if (known) {
      copy->size = before;
      pier_buffer_append(copy, buf + at, (size_t)(index - at));
    }
    missing += children;
  }
  if (copy->error) return "what ei decoded cannot be written";
  return (size_t)index == term.size ? NULL : "ei ends elsewhere";
}

const char *ei_disagrees(pier_span term) {
  pier_buffer copy = PIER_BUFFER_INIT, ours = PIER_BUFFER_INIT, theirs = PIER_BUFFER_INIT;
  const char *what = walk(term, &copy);
  if (!what && pier_term_scan(pier_buffer_span(&copy), NULL, NULL, NULL) != 0)
    what = "what ei decoded is no term";
  if (!what && (pier_term_normalize(&ours, term) != 0 ||
                pier_term_normalize(&theirs, pier_buffer_span(&copy)) != 0))
    what = "no memory";
  if (!what && (ours.size != theirs.size || memcmp(ours.data, theirs.data, ours.size) != 0))
    what = "ei decodes another value";
  pier_buffer_free(&copy);
  pier_buffer_free(&ours);
  pier_buffer_free(&theirs);
  return what;
}
