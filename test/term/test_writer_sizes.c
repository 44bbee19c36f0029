/* The writer: sizes at which a tag changes, and identifiers. */
#include "../support/rows.h"
#include "../support/vectors.h"

#include <pier/term.h>

#include <stdlib.h>
#include <string.h>

static void check_head(pier_buffer *out, const char *hex, size_t size) {
  pier_span head = vectors_bytes(hex);
  assert_int_equal(out->error, 0);
  assert_int_equal(out->size, size);
  assert_memory_equal(out->data, head.data, head.size);
  free((void *)(uintptr_t)head.data);
  pier_buffer_clear(out);
}

static void long_atoms(void **state) {
  pier_buffer out = PIER_BUFFER_INIT;
  char name[3 * 255 + 1] = "";
  size_t i;
  (void)state;
  for (i = 0; i < 255; i++)
    strcat(name, "\xc3\xa5");
  pier_write_atom(&out, name);
  check_head(&out, "7601fec3a5c3a5", 513);
  name[0] = '\0';
  for (i = 0; i < 255; i++) {
    strcat(name, "\xe6\x97\xa5");
    if (i != 84) continue;
    pier_write_atom(&out, name);
    check_head(&out, "77ffe697a5", 257);
  }
  pier_write_atom(&out, name);
  check_head(&out, "7602fde697a5", 768);
  pier_buffer_free(&out);
}

static void long_integers(void **state) {
  uint8_t digits[256];
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  memset(digits, 0xff, sizeof digits);
  pier_write_bigint(&out, 0, digits, 255);
  check_head(&out, "6eff00ffffff", 258);
  pier_write_bigint(&out, 1, digits, 256);
  check_head(&out, "6f0000010001ffff", 262);
  pier_buffer_free(&out);
}

static void long_strings(void **state) {
  static char text[65536];
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  memset(text, 'a', sizeof text);
  pier_write_string(&out, text, 65535);
  check_head(&out, "6bffff6161", 65538);
  pier_write_string(&out, text, 65536);
  assert_int_equal(out.data[out.size - 1], 106);
  check_head(&out, "6c0001000061616161", 5 + 2 * 65536 + 1);
  pier_buffer_free(&out);
}

static void write_many(pier_buffer *out, size_t count) {
  while (count-- > 0)
    pier_write_int64(out, 97);
}

static void long_lists(void **state) {
  pier_buffer out = PIER_BUFFER_INIT;
  size_t begin;
  (void)state;
  begin = pier_write_list_begin(&out);
  write_many(&out, 65535);
  pier_write_list_end(&out, begin, 65535);
  check_head(&out, "6bffff6161", 65538);
  begin = pier_write_list_begin(&out);
  write_many(&out, 65536);
  pier_write_list_end(&out, begin, 65536);
  check_head(&out, "6c0001000061616161", 5 + 2 * 65536 + 1);
  pier_buffer_free(&out);
}

static void long_tuples(void **state) {
  pier_buffer out = PIER_BUFFER_INIT;
  size_t begin;
  (void)state;
  pier_write_tuple(&out, 255);
  check_head(&out, "68ff", 2);
  pier_write_tuple(&out, 256);
  check_head(&out, "6900000100", 5);
  begin = pier_write_tuple_begin(&out);
  write_many(&out, 255);
  pier_write_tuple_end(&out, begin, 255);
  check_head(&out, "68ff6161", 2 + 2 * 255);
  begin = pier_write_tuple_begin(&out);
  write_many(&out, 256);
  pier_write_tuple_end(&out, begin, 256);
  check_head(&out, "69000001006161", 5 + 2 * 256);
  pier_buffer_free(&out);
}

/* ---- Identifiers ----------------------------------------------------------------- */

typedef struct identifier_set {
  erlang_pid pid;
  erlang_port port;
  erlang_ref ref;
} identifier_set;

static void decode_set(identifier_set *set, pier_span term) {
  const char *buf = (const char *)term.data;
  int index = 0, version, arity;
  memset(set, 0, sizeof *set);
  assert_int_equal(ei_decode_version(buf, &index, &version), 0);
  assert_int_equal(ei_decode_tuple_header(buf, &index, &arity), 0);
  assert_int_equal(ei_decode_pid(buf, &index, &set->pid), 0);
  assert_int_equal(ei_decode_port(buf, &index, &set->port), 0);
  assert_int_equal(ei_decode_ref(buf, &index, &set->ref), 0);
  assert_int_equal(index, term.size);
}

static void identifiers(void **state) {
  pier_buffer out = PIER_BUFFER_INIT;
  pier_span bytes = vectors_bytes("83 6803 58 640003614062 00000054 00000001 00000007"
                                  "78 640003614062 0000000100000006 00000007"
                                  "5a 0003 640003614062 00000007 00000005 00000006 00000007");
  identifier_set set, again;
  (void)state;
  decode_set(&set, bytes);
  pier_write_version(&out);
  pier_write_tuple(&out, 3);
  pier_write_pid(&out, &set.pid);
  pier_write_port(&out, &set.port);
  pier_write_ref(&out, &set.ref);
  assert_int_equal(out.error, 0);
  assert_int_equal(pier_term_scan(pier_buffer_span(&out), NULL, NULL, NULL), 0);
  decode_set(&again, pier_buffer_span(&out));
  assert_int_equal(ei_cmp_pids(&set.pid, &again.pid), 0);
  assert_int_equal(ei_cmp_ports(&set.port, &again.port), 0);
  assert_int_equal(ei_cmp_refs(&set.ref, &again.ref), 0);
  pier_buffer_free(&out);
  free((void *)(uintptr_t)bytes.data);
}

static void check_wrong(pier_buffer *out, int got) {
  assert_int_equal(got, PIER_EARG);
  assert_int_equal(out->error, PIER_EARG);
  assert_int_equal(out->size, 0);
  pier_buffer_clear(out);
}

/* A node that is not UTF-8 or has no end, references of too few and too many
 * words; a port whose number needs the newer tag, and one whose number just does
 * not. */
static void odd_identifiers(void **state) {
  static const char not_utf8[] = "a@\xe5";
  identifier_set set;
  pier_buffer out = PIER_BUFFER_INIT;
  (void)state;
  memset(&set, 0, sizeof set);
  strcpy(set.pid.node, not_utf8);
  strcpy(set.port.node, not_utf8);
  strcpy(set.ref.node, "a@b");
  check_wrong(&out, pier_write_pid(&out, &set.pid));
  check_wrong(&out, pier_write_port(&out, &set.port));
  check_wrong(&out, pier_write_ref(&out, &set.ref));
  set.ref.len = 6;
  check_wrong(&out, pier_write_ref(&out, &set.ref));
  memset(set.pid.node, 'a', sizeof set.pid.node);
  check_wrong(&out, pier_write_pid(&out, &set.pid));
  strcpy(set.port.node, "a@b");
  set.port.id = ((EI_ULONGLONG)1 << 28) - 1;
  set.port.creation = 7;
  pier_write_port(&out, &set.port);
  check_head(&out, "59 770361 4062 0fffffff 00000007", 14);
  set.port.id++;
  pier_write_port(&out, &set.port);
  check_head(&out, "78 7703614062 00000000 10000000 00000007", 18);
  pier_buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(long_atoms),      cmocka_unit_test(long_integers),
      cmocka_unit_test(long_strings),    cmocka_unit_test(long_lists),
      cmocka_unit_test(long_tuples),     cmocka_unit_test(identifiers),
      cmocka_unit_test(odd_identifiers),
  };
  return cmocka_run_group_tests_name("writer sizes", tests, NULL, NULL);
}
