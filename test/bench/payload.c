#include "payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* As term_to_binary has them with atoms in UTF-8. */
#define ADD 104, 3, 119, 3, 'a', 'd', 'd', 97, 1, 97, 2
#define NODE 119, 13, 'n', 'o', 'n', 'o', 'd', 'e', '@', 'n', 'o', 'h', 'o', 's', 't'
#define FROM_PID 88, NODE, 0, 0, 0, 91, 0, 0, 0, 0, 0, 0, 0, 0
#define FROM_REF 90, 0, 3, NODE, 0, 0, 0, 0, 0, 2, 151, 232, 4, 18, 0, 8, 77, 161, 162, 3

static const uint8_t add[] = {131, ADD};
/* [alias|Ref] is an improper list of one element. */
static const uint8_t call[] = {131, 104, 3,        119, 4,   'c', 'a',      'l', 'l',
                               104, 2,   FROM_PID, 108, 0,   0,   0,        1,   119,
                               5,   'a', 'l',      'i', 'a', 's', FROM_REF, ADD};
static const uint8_t three[] = {97, 3};
static const uint8_t x[] = {'x'};

static const struct term_payload {
  const char *name;
  payload payload;
} terms[] = {{"add", {add, sizeof add, three, sizeof three}},
             {"call", {call, sizeof call, three, sizeof three}}};

int payload_make(payload *made, const char *name) {
  char *end;
  uint8_t *bytes;
  size_t i;
  for (i = 0; i < sizeof terms / sizeof terms[0]; i++) {
    if (strcmp(terms[i].name, name) != 0) continue;
    *made = terms[i].payload;
    return 0;
  }
  made->size = strtoul(name, &end, 10);
  if (end == name || *end || made->size == 0) return -EINVAL;
  bytes = malloc(made->size);
  if (!bytes) return -ENOMEM;
  memset(bytes, 'x', made->size);
  made->data = bytes;
  made->tail = x;
  made->tail_size = sizeof x;
  return 0;
}

size_t payload_answer(const payload *made, const uint8_t *bytes, size_t size) {
  size_t body;
  if (size < 4) return 0;
  body = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
  if (body < made->tail_size) return 0;
  if (size >= body + 4 &&
      memcmp(bytes + 4 + body - made->tail_size, made->tail, made->tail_size) != 0)
    return 0;
  return body;
}
