/* The gate's readers of terms with parts of a fixed type: identifiers, which
 * have a node, external funs, and the head of a fun. */
#include "term/scan.h"

static bool is_atom(uint8_t tag) {
  return tag == PIER__TAG_ATOM_LATIN1 || tag == PIER__TAG_SMALL_ATOM_LATIN1 ||
         tag == PIER__TAG_ATOM_UTF8 || tag == PIER__TAG_SMALL_ATOM_UTF8;
}

/* A part that has to be an atom, folded into `hash`. */
static int read_atom_part(pier__scan *s, const char *otherwise, pier__hash *hash) {
  const uint8_t *tag = pier__scan_take(s, 1);
  pier__hash part;
  pier__key whole;
  int error;
  if (!tag) return PIER_ETERM;
  if (!is_atom(*tag)) return pier__scan_fail(s, tag, otherwise);
  error = pier__scan_atom(s, *tag, &part);
  if (error || !s->hashing) return error;
  whole = pier__hash_end(&part);
  pier__hash_part(hash, &whole);
  return 0;
}

/* The value of the integer between tag and end, if it is below 2^59, as the
 * BEAM's small integers are. */
static bool integer_value(const uint8_t *at, bool *negative, uint64_t *value) {
  const uint8_t *digit;
  size_t size;
  *negative = false;
  if (*at == PIER__TAG_SMALL_INTEGER) {
    *value = at[1];
    return true;
  }
  if (*at == PIER__TAG_INTEGER) {
    uint32_t bits = pier__load32(at + 1);
    *negative = bits > INT32_MAX;
    *value = *negative ? 0 - bits : bits;
    return true;
  }
  size = *at == PIER__TAG_SMALL_BIG ? at[1] : pier__load32(at + 1);
  digit = at + (*at == PIER__TAG_SMALL_BIG ? 2 : 5);
  *negative = *digit++ != 0;
  while (size > 0 && digit[size - 1] == 0)
    size--;
  if (size > 8) return false;
  for (*value = 0; size > 0; size--)
    *value = *value << 8 | digit[size - 1];
  return *value >> 59 == 0;
}

/* A part that has to be a small integer, at least 0 and at most `most` unless
 * that is 0; *low gets its low 32 bits. */
static int read_integer_part(pier__scan *s, uint64_t most, const char *otherwise,
                             uint32_t *low) {
  const uint8_t *tag = pier__scan_take(s, 1);
  pier__hash unused;
  uint64_t value;
  bool negative;
  int error = 0;
  if (!tag) return PIER_ETERM;
  if (*tag == PIER__TAG_SMALL_INTEGER)
    error = pier__scan_small_integer(s, *tag, &unused);
  else if (*tag == PIER__TAG_INTEGER)
    error = pier__scan_integer(s, *tag, &unused);
  else if (*tag == PIER__TAG_SMALL_BIG || *tag == PIER__TAG_LARGE_BIG)
    error = pier__scan_big(s, *tag, &unused);
  else
    return pier__scan_fail(s, tag, otherwise);
  if (error) return error;
  if (!integer_value(tag, &negative, &value)) return pier__scan_fail(s, tag, otherwise);
  if (most > 0 && value > 0 && (negative || value > most))
    return pier__scan_fail(s, tag, otherwise);
  *low = (uint32_t)(negative ? 0 - value : value);
  return 0;
}

int pier__scan_export(pier__scan *s, uint8_t tag, pier__hash *hash) {
  uint32_t arity = 0;
  int error;
  (void)tag;
  if (s->hashing) pier__hash_init(hash, PIER__HASH_EXPORT);
  error = read_atom_part(s, "module of an external fun is not an atom", hash);
  if (!error) error = read_atom_part(s, "name of an external fun is not an atom", hash);
  if (!error)
    error = read_integer_part(s, UINT8_MAX, "arity of an external fun is not 0 to 255", &arity);
  if (s->hashing) pier__hash_word(hash, arity);
  return error;
}

/* A node, then bytes of numbers, then bytes of the creation. */
static const struct identifier {
  uint8_t tag, kind, numbers, creation; /* bytes of the latter two */
} identifiers[] = {
    {PIER__TAG_PID_OLD, PIER__HASH_PID, 8, 1},
    {PIER__TAG_NEW_PID, PIER__HASH_PID, 8, 4},
    {PIER__TAG_PORT_OLD, PIER__HASH_PORT, 4, 1},
    {PIER__TAG_NEW_PORT, PIER__HASH_PORT, 4, 4},
    {PIER__TAG_V4_PORT, PIER__HASH_PORT, 8, 4},
    {PIER__TAG_REFERENCE, PIER__HASH_REFERENCE, 4, 1},
};

static const char not_a_node[] = "node of an identifier is not an atom";

static int check_creation(pier__scan *s, const uint8_t *at, size_t size, uint32_t *creation) {
  *creation = size == 1 ? *at : pier__load32(at);
  if (size == 1 && *creation > 3)
    return pier__scan_fail(s, at, "creation of an old identifier is above 3");
  return 0;
}

/* The BEAM takes no more of the first word of old references. */
static int check_old_word(pier__scan *s, const uint8_t *at) {
  enum { BITS = 18 };
  if (pier__load32(at) >> BITS == 0) return 0;
  return pier__scan_fail(s, at, "first word of an old reference is beyond 18 bits");
}

int pier__scan_identifier(pier__scan *s, uint8_t tag, pier__hash *hash) {
  const struct identifier *one = identifiers;
  const uint8_t *at;
  uint32_t creation;
  int error;
  while (one->tag != tag)
    one++;
  if (s->hashing) pier__hash_init(hash, one->kind);
  error = read_atom_part(s, not_a_node, hash);
  if (error) return error;
  at = pier__scan_take(s, (uint64_t)one->numbers + one->creation);
  if (!at) return PIER_ETERM;
  error = check_creation(s, at + one->numbers, one->creation, &creation);
  if (!error && tag == PIER__TAG_REFERENCE) error = check_old_word(s, at);
  if (error || !s->hashing) return error;
  pier__hash_word(hash, creation);
  pier__hash_word(hash, one->numbers == 4 ? pier__load32(at) : pier__load64(at));
  return 0;
}

int pier__scan_reference(pier__scan *s, uint8_t tag, pier__hash *hash) {
  const uint8_t *at = pier__scan_take(s, 2);
  size_t words, i, size = tag == PIER__TAG_NEW_REFERENCE ? 1 : 4;
  uint32_t creation;
  int error;
  if (!at) return PIER_ETERM;
  words = pier__load16(at);
  if (words == 0 || words > PIER__REFERENCE_WORDS)
    return pier__scan_fail(s, s->term, "reference is not of 1 to 5 words");
  if (s->hashing) pier__hash_init(hash, PIER__HASH_REFERENCE);
  error = read_atom_part(s, not_a_node, hash);
  if (error) return error;
  at = pier__scan_take(s, size + 4 * words);
  if (!at) return PIER_ETERM;
  error = check_creation(s, at, size, &creation);
  if (!error && tag == PIER__TAG_NEW_REFERENCE) error = check_old_word(s, at + size);
  if (error || !s->hashing) return error;
  at += size;
  while (words > 1 && pier__load32(at + 4 * (words - 1)) == 0)
    words--;
  pier__hash_word(hash, creation);
  for (i = 0; i < words; i++)
    pier__hash_word(hash, pier__load32(at + 4 * i));
  return 0;
}

static int read_creator(pier__scan *s) {
  const uint8_t *tag = pier__scan_take(s, 1);
  pier__hash unused;
  if (!tag) return PIER_ETERM;
  if (*tag != PIER__TAG_NEW_PID && *tag != PIER__TAG_PID_OLD)
    return pier__scan_fail(s, tag, "creator of a fun is not a pid");
  return pier__scan_identifier(s, *tag, &unused);
}

/* To the BEAM the code of a fun is its module, index and old uniq, of which it
 * keeps 32 bits: the arity and the MD5 are those that it saw first for these.
 * Who made the fun does not count. */
int pier__scan_fun(pier__scan *s, pier__hash *hash, const uint8_t **end, size_t *count) {
  enum { HEAD = 29 };
  const uint8_t *at = pier__scan_take(s, HEAD);
  uint64_t size;
  uint32_t old_index, old_uniq = 0;
  int error;
  if (!at) return PIER_ETERM;
  size = pier__load32(at);
  *count = pier__load32(at + HEAD - 4);
  if (*count > UINT8_MAX)
    return pier__scan_fail(s, s->term, "fun has more than 255 free variables");
  if (size > (uint64_t)(s->end - at)) {
    s->at = at;
    return pier__scan_short(s, size);
  }
  *end = at + size;
  if (s->hashing) {
    pier__hash_init(hash, PIER__HASH_FUN);
    pier__hash_word(hash, pier__load64(at + HEAD - 8)); /* index, free variables */
  }
  error = read_atom_part(s, "module of a fun is not an atom", hash);
  if (!error)
    error = read_integer_part(s, 0, "index of a fun is not a small integer", &old_index);
  if (!error)
    error = read_integer_part(s, 0, "uniq of a fun is not a small integer", &old_uniq);
  if (s->hashing) pier__hash_word(hash, old_uniq);
  return error ? error : read_creator(s);
}
