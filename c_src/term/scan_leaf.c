/* The gate's readers of terms without open parts. Each checks that the bytes
 * are there before it looks at them. */
#include "term/scan.h"

#include "term/number.h"
#include "term/utf8.h"

#include <string.h>

enum { SHORT = 8 }; /* bytes that pier__hash_short takes */

static void hash_integer(pier__hash *hash, bool negative, const uint8_t *digits, size_t size) {
  uint64_t kind = negative ? PIER__HASH_NEGATIVE : PIER__HASH_INTEGER, value = 0;
  size_t i;
  while (size > 0 && digits[size - 1] == 0)
    size--;
  if (size > SHORT) {
    pier__hash_init(hash, kind);
    pier__hash_bytes(hash, digits, size);
    return;
  }
  for (i = size; i > 0; i--)
    value = value << 8 | digits[i - 1];
  pier__hash_value(hash, value > 0 ? kind : PIER__HASH_INTEGER, value);
}

void pier__hash_string(pier__hash *hash, const uint8_t *data, size_t size) {
  size_t i;
  for (i = 0; i < size; i++) {
    pier__key part = {data[i], PIER__HASH_INTEGER};
    pier__hash_part(hash, &part);
  }
}

int pier__scan_small_integer(pier__scan *s, uint8_t tag, pier__hash *hash) {
  const uint8_t *at = pier__scan_take(s, 1);
  (void)tag;
  if (!at) return PIER_ETERM;
  if (s->hashing) pier__hash_value(hash, PIER__HASH_INTEGER, *at);
  return 0;
}

int pier__scan_integer(pier__scan *s, uint8_t tag, pier__hash *hash) {
  const uint8_t *at = pier__scan_take(s, 4);
  (void)tag;
  if (!at) return PIER_ETERM;
  if (s->hashing) {
    uint32_t value = pier__load32(at);
    bool negative = value > INT32_MAX;
    pier__hash_value(hash, negative ? PIER__HASH_NEGATIVE : PIER__HASH_INTEGER,
                     negative ? 0 - value : value);
  }
  return 0;
}

int pier__scan_big(pier__scan *s, uint8_t tag, pier__hash *hash) {
  size_t head = tag == PIER__TAG_SMALL_BIG ? 1 : 4, size;
  const uint8_t *at = pier__scan_take(s, head);
  if (!at) return PIER_ETERM;
  size = head == 1 ? *at : pier__load32(at);
  if (size > PIER__BIG_BYTES) return pier__scan_fail(s, s->term, "integer is too big");
  at = pier__scan_take(s, size + 1);
  if (!at) return PIER_ETERM;
  if (s->hashing) hash_integer(hash, *at != 0, at + 1, size);
  return 0;
}

static void hash_double(pier__hash *hash, double value) {
  uint64_t bits = 0;
  if (value != 0.0) memcpy(&bits, &value, sizeof bits); /* -0.0 is 0.0 */
  pier__hash_value(hash, PIER__HASH_FLOAT, bits);
}

static int read_float(pier__scan *s, uint8_t tag, pier__hash *hash) {
  const uint8_t *at = pier__scan_take(s, 8);
  uint64_t bits;
  double value;
  (void)tag;
  if (!at) return PIER_ETERM;
  bits = pier__load64(at);
  if ((bits >> 52 & 0x7ff) == 0x7ff)
    return pier__scan_fail(s, s->term, "float is infinite or not a number");
  memcpy(&value, &bits, sizeof value);
  if (s->hashing) hash_double(hash, value);
  return 0;
}

static size_t digits(const uint8_t *text, size_t at, size_t size) {
  while (at < size && text[at] >= '0' && text[at] <= '9')
    at++;
  return at;
}

/* [+-]D+.D+ with or without [eE][+-]D+, and nothing else. */
static bool is_float_text(const uint8_t *text, size_t size) {
  size_t at = size > 0 && (text[0] == '+' || text[0] == '-'), from = at;
  at = digits(text, at, size);
  if (at == from || at == size || text[at] != '.') return false;
  from = ++at;
  at = digits(text, at, size);
  if (at == from) return false;
  if (at == size) return true;
  if (text[at] != 'e' && text[at] != 'E') return false;
  at++;
  if (at < size && (text[at] == '+' || text[at] == '-')) at++;
  from = at;
  at = digits(text, at, size);
  return at > from && at == size;
}

static int read_float_text(pier__scan *s, uint8_t tag, pier__hash *hash) {
  const uint8_t *at = pier__scan_take(s, PIER__FLOAT_TEXT_BYTES);
  const uint8_t *nul;
  double value;
  size_t size;
  int error;
  (void)tag;
  if (!at) return PIER_ETERM;
  nul = memchr(at, 0, PIER__FLOAT_TEXT_BYTES);
  size = nul ? (size_t)(nul - at) : PIER__FLOAT_TEXT_BYTES;
  if (!is_float_text(at, size)) return pier__scan_fail(s, s->term, "float is not a number");
  error = pier__float_parse(at, size, &value);
  if (error == PIER_ERANGE) return pier__scan_fail(s, s->term, "float is too big");
  if (error) return pier_diag_set(s->diag, error, (size_t)(s->term - s->start), "no memory");
  if (s->hashing) hash_double(hash, value);
  return 0;
}

/* A name in UTF-8. */
static void hash_name(pier__hash *hash, const uint8_t *name, size_t size) {
  if (size <= SHORT) {
    pier__hash_short(hash, PIER__HASH_ATOM, name, size);
    return;
  }
  pier__hash_init(hash, PIER__HASH_ATOM);
  pier__hash_bytes(hash, name, size);
}

static void hash_latin1(pier__hash *hash, const uint8_t *name, size_t size) {
  uint8_t utf8[2 * PIER__ATOM_CHARACTERS];
  size_t i, length = 0;
  for (i = 0; i < size; i++) {
    if (name[i] >= 0x80) utf8[length++] = (uint8_t)(0xc0 | name[i] >> 6);
    utf8[length++] = name[i] < 0x80 ? name[i] : (uint8_t)(0x80 | (name[i] & 0x3f));
  }
  hash_name(hash, utf8, length);
}

int pier__scan_atom(pier__scan *s, uint8_t tag, pier__hash *hash) {
  bool small = tag == PIER__TAG_SMALL_ATOM_LATIN1 || tag == PIER__TAG_SMALL_ATOM_UTF8;
  bool utf8 = tag == PIER__TAG_ATOM_UTF8 || tag == PIER__TAG_SMALL_ATOM_UTF8;
  const uint8_t *tag_at = s->at - 1, *at = pier__scan_take(s, small ? 1 : 2);
  size_t size, characters;
  if (!at) return PIER_ETERM;
  size = small ? *at : pier__load16(at);
  if (size > PIER__ATOM_CHARACTERS * (utf8 ? 4 : 1))
    return pier__scan_fail(s, tag_at, "atom is too long");
  at = pier__scan_take(s, size);
  if (!at) return PIER_ETERM;
  if (utf8) {
    size_t good = pier__utf8_check(at, size, &characters);
    if (good < size) return pier__scan_fail(s, at + good, "atom is not UTF-8");
    if (characters > PIER__ATOM_CHARACTERS)
      return pier__scan_fail(s, tag_at, "atom is too long");
  }
  if (!s->hashing) return 0;
  if (utf8)
    hash_name(hash, at, size);
  else
    hash_latin1(hash, at, size);
  return 0;
}

static int read_binary(pier__scan *s, uint8_t tag, pier__hash *hash) {
  bool whole = tag == PIER__TAG_BINARY;
  const uint8_t *at = pier__scan_take(s, whole ? 4 : 5);
  size_t size;
  unsigned bits = 8;
  if (!at) return PIER_ETERM;
  size = pier__load32(at);
  if (!whole) bits = at[4];
  if (bits > 8 || (!whole && (bits == 0) != (size == 0)))
    return pier__scan_fail(s, at + 4, "bit string has a wrong number of bits in its last byte");
  at = pier__scan_take(s, size);
  if (!at) return PIER_ETERM;
  if (!s->hashing) return 0;
  pier__hash_init(hash, PIER__HASH_BITS);
  if (size == 0) return 0;
  pier__hash_bytes(hash, at, size - 1);
  pier__hash_word(hash, (uint64_t)bits << 8 | (at[size - 1] & (0xff00u >> bits & 0xff)));
  return 0;
}

static int read_string(pier__scan *s, uint8_t tag, pier__hash *hash) {
  const uint8_t *at = pier__scan_take(s, 2);
  size_t size;
  const pier__key tail = {0, PIER__HASH_NIL};
  (void)tag;
  if (!at) return PIER_ETERM;
  size = pier__load16(at);
  at = pier__scan_take(s, size);
  if (!at) return PIER_ETERM;
  if (!s->hashing) return 0;
  pier__hash_value(hash, PIER__HASH_NIL, 0);
  if (size == 0) return 0;
  pier__hash_init(hash, PIER__HASH_LIST);
  pier__hash_string(hash, at, size);
  pier__hash_part(hash, &tail);
  return 0;
}

static int read_nil(pier__scan *s, uint8_t tag, pier__hash *hash) {
  (void)tag;
  if (s->hashing) pier__hash_value(hash, PIER__HASH_NIL, 0);
  return 0;
}

const pier__leaf pier__leaves[256] = {
    [PIER__TAG_NEW_FLOAT] = {"float", read_float},
    [PIER__TAG_BIT_BINARY] = {"bit string", read_binary},
    [PIER__TAG_NEW_PID] = {"pid", pier__scan_identifier},
    [PIER__TAG_NEW_PORT] = {"port", pier__scan_identifier},
    [PIER__TAG_NEWER_REFERENCE] = {"reference", pier__scan_reference},
    [PIER__TAG_SMALL_INTEGER] = {"integer", pier__scan_small_integer},
    [PIER__TAG_INTEGER] = {"integer", pier__scan_integer},
    [PIER__TAG_FLOAT_TEXT] = {"float", read_float_text},
    [PIER__TAG_ATOM_LATIN1] = {"atom", pier__scan_atom},
    [PIER__TAG_REFERENCE] = {"reference", pier__scan_identifier},
    [PIER__TAG_PORT_OLD] = {"port", pier__scan_identifier},
    [PIER__TAG_PID_OLD] = {"pid", pier__scan_identifier},
    [PIER__TAG_SMALL_TUPLE] = {"tuple", NULL},
    [PIER__TAG_LARGE_TUPLE] = {"tuple", NULL},
    [PIER__TAG_NIL] = {"[]", read_nil},
    [PIER__TAG_STRING] = {"string", read_string},
    [PIER__TAG_LIST] = {"list", NULL},
    [PIER__TAG_BINARY] = {"binary", read_binary},
    [PIER__TAG_SMALL_BIG] = {"integer", pier__scan_big},
    [PIER__TAG_LARGE_BIG] = {"integer", pier__scan_big},
    [PIER__TAG_NEW_FUN] = {"fun", NULL},
    [PIER__TAG_EXPORT] = {"external fun", pier__scan_export},
    [PIER__TAG_NEW_REFERENCE] = {"reference", pier__scan_reference},
    [PIER__TAG_SMALL_ATOM_LATIN1] = {"atom", pier__scan_atom},
    [PIER__TAG_MAP] = {"map", NULL},
    [PIER__TAG_ATOM_UTF8] = {"atom", pier__scan_atom},
    [PIER__TAG_SMALL_ATOM_UTF8] = {"atom", pier__scan_atom},
    [PIER__TAG_V4_PORT] = {"port", pier__scan_identifier},
};
