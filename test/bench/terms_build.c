/*
 * terms_build.c - each term three times, as one writes it with pier, with
 * ei_x_encode_*, and with ei_encode_* into memory that is known to be enough.
 */
#include "terms.h"

#include <string.h>

enum { INTS = 1000, MAPS = 100, TUPLES = 1000, BINARIES = 100, BINARY_SIZE = 1000 };

static erlang_ref reference;
static char binary[BINARY_SIZE];

void terms_prepare(void) {
  memset(binary, 'b', sizeof binary);
  memset(&reference, 0, sizeof reference);
  strcpy(reference.node, "nonode@nohost");
  reference.len = 3;
  reference.n[0] = 123456;
  reference.n[1] = 0x12345678;
  reference.n[2] = 0x9abcdef0;
}

/* ---- {call, Ref, {add,1,2}} ------------------------------------------------ */

static void small(pier_buffer *out) {
  pier_write_version(out);
  pier_write_tuple(out, 3);
  pier_write_atom_const(out, "call");
  pier_write_ref(out, &reference);
  pier_write_tuple(out, 3);
  pier_write_atom_const(out, "add");
  pier_write_int64(out, 1);
  pier_write_int64(out, 2);
}

static void small_x(ei_x_buff *out) {
  ei_x_encode_version(out);
  ei_x_encode_tuple_header(out, 3);
  ei_x_encode_atom(out, "call");
  ei_x_encode_ref(out, &reference);
  ei_x_encode_tuple_header(out, 3);
  ei_x_encode_atom(out, "add");
  ei_x_encode_long(out, 1);
  ei_x_encode_long(out, 2);
}

static void small_flat(char *out, int *index) {
  ei_encode_version(out, index);
  ei_encode_tuple_header(out, index, 3);
  ei_encode_atom(out, index, "call");
  ei_encode_ref(out, index, &reference);
  ei_encode_tuple_header(out, index, 3);
  ei_encode_atom(out, index, "add");
  ei_encode_long(out, index, 1);
  ei_encode_long(out, index, 2);
}

/* ---- lists:seq(0, 999) -------------------------------------------------------- */

static void ints(pier_buffer *out) {
  int i;
  pier_write_version(out);
  pier_write_list(out, INTS);
  for (i = 0; i < INTS; i++)
    pier_write_int64(out, i);
  pier_write_nil(out);
}

static void ints_x(ei_x_buff *out) {
  int i;
  ei_x_encode_version(out);
  ei_x_encode_list_header(out, INTS);
  for (i = 0; i < INTS; i++)
    ei_x_encode_long(out, i);
  ei_x_encode_empty_list(out);
}

static void ints_flat(char *out, int *index) {
  int i;
  ei_encode_version(out, index);
  ei_encode_list_header(out, index, INTS);
  for (i = 0; i < INTS; i++)
    ei_encode_long(out, index, i);
  ei_encode_empty_list(out, index);
}

/* ---- #{I => #{id => I, name => <<"user">>, on => true, x => 1.5}} --------------- */

static void maps(pier_buffer *out) {
  int i;
  pier_write_version(out);
  pier_write_map(out, MAPS);
  for (i = 0; i < MAPS; i++) {
    pier_write_int64(out, i);
    pier_write_map(out, 4);
    pier_write_atom_const(out, "id");
    pier_write_int64(out, i);
    pier_write_atom_const(out, "name");
    pier_write_binary(out, "user", 4);
    pier_write_atom_const(out, "on");
    pier_write_atom_const(out, "true");
    pier_write_atom_const(out, "x");
    pier_write_double(out, 1.5);
  }
}

static void maps_x(ei_x_buff *out) {
  int i;
  ei_x_encode_version(out);
  ei_x_encode_map_header(out, MAPS);
  for (i = 0; i < MAPS; i++) {
    ei_x_encode_long(out, i);
    ei_x_encode_map_header(out, 4);
    ei_x_encode_atom(out, "id");
    ei_x_encode_long(out, i);
    ei_x_encode_atom(out, "name");
    ei_x_encode_binary(out, "user", 4);
    ei_x_encode_atom(out, "on");
    ei_x_encode_atom(out, "true");
    ei_x_encode_atom(out, "x");
    ei_x_encode_double(out, 1.5);
  }
}

static void maps_flat(char *out, int *index) {
  int i;
  ei_encode_version(out, index);
  ei_encode_map_header(out, index, MAPS);
  for (i = 0; i < MAPS; i++) {
    ei_encode_long(out, index, i);
    ei_encode_map_header(out, index, 4);
    ei_encode_atom(out, index, "id");
    ei_encode_long(out, index, i);
    ei_encode_atom(out, index, "name");
    ei_encode_binary(out, index, "user", 4);
    ei_encode_atom(out, index, "on");
    ei_encode_atom(out, index, "true");
    ei_encode_atom(out, index, "x");
    ei_encode_double(out, index, 1.5);
  }
}

/* ---- [{item, I, {x, 2 * I, "abc"}}] ---------------------------------------------- */

static void tuples(pier_buffer *out) {
  int i;
  pier_write_version(out);
  pier_write_list(out, TUPLES);
  for (i = 0; i < TUPLES; i++) {
    pier_write_tuple(out, 3);
    pier_write_atom_const(out, "item");
    pier_write_int64(out, i);
    pier_write_tuple(out, 3);
    pier_write_atom_const(out, "x");
    pier_write_int64(out, 2 * i);
    pier_write_string(out, "abc", 3);
  }
  pier_write_nil(out);
}

static void tuples_x(ei_x_buff *out) {
  int i;
  ei_x_encode_version(out);
  ei_x_encode_list_header(out, TUPLES);
  for (i = 0; i < TUPLES; i++) {
    ei_x_encode_tuple_header(out, 3);
    ei_x_encode_atom(out, "item");
    ei_x_encode_long(out, i);
    ei_x_encode_tuple_header(out, 3);
    ei_x_encode_atom(out, "x");
    ei_x_encode_long(out, 2L * i);
    ei_x_encode_string_len(out, "abc", 3);
  }
  ei_x_encode_empty_list(out);
}

static void tuples_flat(char *out, int *index) {
  int i;
  ei_encode_version(out, index);
  ei_encode_list_header(out, index, TUPLES);
  for (i = 0; i < TUPLES; i++) {
    ei_encode_tuple_header(out, index, 3);
    ei_encode_atom(out, index, "item");
    ei_encode_long(out, index, i);
    ei_encode_tuple_header(out, index, 3);
    ei_encode_atom(out, index, "x");
    ei_encode_long(out, index, 2L * i);
    ei_encode_string_len(out, index, "abc", 3);
  }
  ei_encode_empty_list(out, index);
}

/* ---- 100 binaries of 1000 bytes ---------------------------------------------------- */

static void binaries(pier_buffer *out) {
  int i;
  pier_write_version(out);
  pier_write_list(out, BINARIES);
  for (i = 0; i < BINARIES; i++)
    pier_write_binary(out, binary, sizeof binary);
  pier_write_nil(out);
}

static void binaries_x(ei_x_buff *out) {
  int i;
  ei_x_encode_version(out);
  ei_x_encode_list_header(out, BINARIES);
  for (i = 0; i < BINARIES; i++)
    ei_x_encode_binary(out, binary, sizeof binary);
  ei_x_encode_empty_list(out);
}

static void binaries_flat(char *out, int *index) {
  int i;
  ei_encode_version(out, index);
  ei_encode_list_header(out, index, BINARIES);
  for (i = 0; i < BINARIES; i++)
    ei_encode_binary(out, index, binary, sizeof binary);
  ei_encode_empty_list(out, index);
}

const terms_case terms_cases[TERMS_COUNT] = {
    {"small", "{call,{add,1,2}}", small, small_x, small_flat},
    {"ints", NULL, ints, ints_x, ints_flat},
    {"maps", NULL, maps, maps_x, maps_flat},
    {"tuples", NULL, tuples, tuples_x, tuples_flat},
    {"binaries", NULL, binaries, binaries_x, binaries_flat},
};
