/*
 * terms_walk.c - each term twice, as one reads it by type: with pier's cursor
 * and with ei_decode_*, both in the order of the bytes. Every number and every byte of text is
 * used, so that nothing can be left out; a wrong sum is an error.
 */
#include "terms.h"

#include <pier/read.h>

#include <string.h>

enum { ATOM_SIZE = MAXATOMLEN_UTF8, TEXT_SIZE = 1024, REF_SIZE = 34 };

/* Whom to answer: the caller's reference is never looked into, so pier lends its
 * bytes; ei has no way but to decode it. */
static int64_t small(pier_reader *r) {
  pier_reader call, add;
  int64_t sum;
  pier_read_tuple(r, &call, 3);
  pier_read_this_atom(&call, "call");
  sum = (int64_t)pier_read_term(&call).size - REF_SIZE; /* to be handed back as it is */
  pier_read_tuple(&call, &add, 3);
  pier_read_this_atom(&add, "add");
  sum += pier_read_int64(&add);
  return sum + pier_read_int64(&add);
}

static int64_t ints(pier_reader *r) {
  pier_reader list;
  int64_t sum = 0;
  pier_read_list(r, &list);
  while (pier_read_more(&list))
    sum += pier_read_int64(&list);
  return sum;
}

static int64_t maps(pier_reader *r) {
  pier_reader users, user;
  int64_t sum = 0;
  pier_read_map(r, &users);
  while (pier_read_more(&users)) {
    sum += pier_read_int64(&users);
    pier_read_map(&users, &user);
    pier_read_this_atom(&user, "id");
    sum += pier_read_int64(&user);
    pier_read_this_atom(&user, "name");
    sum += (int64_t)pier_read_binary(&user).size;
    pier_read_this_atom(&user, "on");
    sum += pier_read_bool(&user);
    pier_read_this_atom(&user, "x");
    sum += (int64_t)(2 * pier_read_double(&user));
  }
  return sum;
}

static int64_t tuples(pier_reader *r) {
  pier_reader list, item, inner;
  int64_t sum = 0;
  pier_read_list(r, &list);
  while (pier_read_more(&list)) {
    char text[8];
    pier_read_tuple(&list, &item, 3);
    pier_read_this_atom(&item, "item");
    sum += pier_read_int64(&item);
    pier_read_tuple(&item, &inner, 3);
    pier_read_this_atom(&inner, "x");
    sum += pier_read_int64(&inner);
    sum += (int64_t)pier_read_string(&inner, text, sizeof text);
  }
  return sum;
}

static int64_t binaries(pier_reader *r) {
  pier_reader list;
  int64_t sum = 0;
  pier_read_list(r, &list);
  while (pier_read_more(&list))
    sum += (int64_t)pier_read_binary(&list).size;
  return sum;
}

/* ---- ei: below 0 is its error --------------------------------------------- */

static int atom(const char *buf, int *index, const char *name) {
  char got[ATOM_SIZE];
  if (ei_decode_atom_as(buf, index, got, sizeof got, ERLANG_UTF8, NULL, NULL) < 0) return -1;
  return strcmp(got, name) == 0 ? 0 : -1;
}

static int64_t small_ei(const char *buf, int *index) {
  erlang_ref ref;
  int arity;
  long a, b;
  if (ei_decode_tuple_header(buf, index, &arity) < 0 || arity != 3) return -1;
  if (atom(buf, index, "call") < 0 || ei_decode_ref(buf, index, &ref) < 0) return -1;
  if (ei_decode_tuple_header(buf, index, &arity) < 0 || arity != 3) return -1;
  if (atom(buf, index, "add") < 0 || ei_decode_long(buf, index, &a) < 0) return -1;
  return ei_decode_long(buf, index, &b) < 0 ? -1 : a + b;
}

static int64_t ints_ei(const char *buf, int *index) {
  int64_t sum = 0;
  int count, i;
  long value;
  if (ei_decode_list_header(buf, index, &count) < 0) return -1;
  for (i = 0; i < count; i++) {
    if (ei_decode_long(buf, index, &value) < 0) return -1;
    sum += value;
  }
  return ei_decode_list_header(buf, index, &count) < 0 ? -1 : sum;
}

static int64_t user_ei(const char *buf, int *index) {
  char name[TEXT_SIZE];
  int pairs, on;
  long id, size;
  double x;
  if (ei_decode_map_header(buf, index, &pairs) < 0 || pairs != 4) return -1;
  if (atom(buf, index, "id") < 0 || ei_decode_long(buf, index, &id) < 0) return -1;
  if (atom(buf, index, "name") < 0 || ei_decode_binary(buf, index, name, &size) < 0) return -1;
  if (atom(buf, index, "on") < 0 || ei_decode_boolean(buf, index, &on) < 0) return -1;
  if (atom(buf, index, "x") < 0 || ei_decode_double(buf, index, &x) < 0) return -1;
  return id + size + on + (int64_t)(2 * x);
}

static int64_t maps_ei(const char *buf, int *index) {
  int64_t sum = 0, user;
  int count, i;
  long key;
  if (ei_decode_map_header(buf, index, &count) < 0) return -1;
  for (i = 0; i < count; i++) {
    if (ei_decode_long(buf, index, &key) < 0) return -1;
    user = user_ei(buf, index);
    if (user < 0) return -1;
    sum += key + user;
  }
  return sum;
}

static int64_t item_ei(const char *buf, int *index) {
  char text[TEXT_SIZE];
  int arity;
  long a, b;
  if (ei_decode_tuple_header(buf, index, &arity) < 0 || arity != 3) return -1;
  if (atom(buf, index, "item") < 0 || ei_decode_long(buf, index, &a) < 0) return -1;
  if (ei_decode_tuple_header(buf, index, &arity) < 0 || arity != 3) return -1;
  if (atom(buf, index, "x") < 0 || ei_decode_long(buf, index, &b) < 0) return -1;
  if (ei_decode_string(buf, index, text) < 0) return -1;
  return a + b + (int64_t)strlen(text);
}

static int64_t tuples_ei(const char *buf, int *index) {
  int64_t sum = 0, item;
  int count, i;
  if (ei_decode_list_header(buf, index, &count) < 0) return -1;
  for (i = 0; i < count; i++) {
    item = item_ei(buf, index);
    if (item < 0) return -1;
    sum += item;
  }
  return ei_decode_list_header(buf, index, &count) < 0 ? -1 : sum;
}

/* Copies them, for ei has no other way. */
static int64_t binaries_ei(const char *buf, int *index) {
  char data[TEXT_SIZE];
  int64_t sum = 0;
  int count, i;
  long size;
  if (ei_decode_list_header(buf, index, &count) < 0) return -1;
  for (i = 0; i < count; i++) {
    if (ei_decode_binary(buf, index, data, &size) < 0) return -1;
    sum += size;
  }
  return ei_decode_list_header(buf, index, &count) < 0 ? -1 : sum;
}

static const struct walk {
  const char *id;
  int64_t (*pier)(pier_reader *r);
  int64_t (*ei)(const char *buf, int *index);
  int64_t sum; /* what both have to give */
} walks[TERMS_COUNT] = {
    {"small", small, small_ei, 3},
    {"ints", ints, ints_ei, 499500},
    {"maps", maps, maps_ei, 2 * 4950 + 100 * (4 + 1 + 3)},
    {"tuples", tuples, tuples_ei, 3 * 499500 + 3000},
    {"binaries", binaries, binaries_ei, 100000},
};

int terms_walk(size_t which, pier_span term) {
  pier_reader reader = pier_reader_of(term, NULL);
  int64_t sum = walks[which].pier(&reader);
  int error = pier_reader_end(&reader);
  return error < 0 ? error : sum == walks[which].sum ? 0 : PIER_EMATCH;
}

int terms_walk_ei(size_t which, pier_span term) {
  int index = 0, version;
  const char *buf = (const char *)term.data;
  if (ei_decode_version(buf, &index, &version) < 0) return PIER_ETERM;
  return walks[which].ei(buf, &index) == walks[which].sum ? 0 : PIER_EMATCH;
}
